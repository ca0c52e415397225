"""What comes from devices as text or number that is none: no record can hold it.

A library may hand over bytes that are no UTF-8 as half characters (surrogates), which cannot be
written; JSON writes a number that is none as null, and a replay would read another input.
"""

from math import isfinite

import msgspec

from twins.command import CommandEnded
from twins.observation import Observation, Quality

NO_TEXT = "the text is no UTF-8"
NO_NUMBER = "the number is none"


def sound(seen: Observation) -> Observation:
    """Return an observation that can be written; a value that is none is bad, never guessed."""
    if isinstance(seen.value, str) and not _is_whole(seen.value):
        seen = msgspec.structs.replace(seen, value=None, quality=Quality.BAD, cause=NO_TEXT)
    elif isinstance(seen.value, float) and not isfinite(seen.value):
        seen = msgspec.structs.replace(seen, value=None, quality=Quality.BAD, cause=NO_NUMBER)
    if not _is_whole(seen.cause):
        seen = msgspec.structs.replace(seen, cause=whole(seen.cause))
    return seen


def sound_end(ended: CommandEnded) -> CommandEnded:
    """Return a command's end with a reason that can be written."""
    if _is_whole(ended.reason):
        return ended
    return CommandEnded(
        command=ended.command,
        device=ended.device,
        result=ended.result,
        reason=whole(ended.reason),
    )


def whole(text: str) -> str:
    """Return a text with what is no character replaced."""
    return text.encode("utf-8", "replace").decode()


def _is_whole(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= one <= "\udfff" for one in text)
