"""What people read, in English and Chinese. Message ids are the English sentences.

Ids, JSON keys, log events and file contents are never translated.
"""

import os
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from babel.messages.pofile import read_po

LANGUAGES = ("en", "zh")

Say: TypeAlias = Callable[..., str]
"""`say("{n} devices", n=3)`: the sentence in the reader's language, filled in."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return English → translated; empty for English itself."""
    if language == "en":
        return {}
    path = files("gatehouse").joinpath("locale", "zh_CN", "LC_MESSAGES", "gatehouse.po")
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def usual_language() -> str:
    """Return the language of the reader's environment, `en` unless it is Chinese."""
    named = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if named.lower().startswith("zh") else "en"


def wording(language: str) -> Say:
    """Return the function that says things in a language."""
    known = catalogue(language)

    def say(message: str, **values: object) -> str:
        return (known.get(message) or message).format(**values)

    return say
