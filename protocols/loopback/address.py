"""How a description writes a loopback slot: a plain name, `pressed` or `door07.closed`."""

import re

_SLOT = re.compile(r"[a-z][a-z0-9_.-]*")


def parse_slot(text: str) -> str:
    """Read the name of a slot; raises ValueError for anything else.

    >>> parse_slot("door07.closed")
    'door07.closed'
    """
    if _SLOT.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no slot; write a name of a-z, 0-9, dot, dash and underscore")
    return text
