"""Opaque ids: how duty records name people and places, and never otherwise."""

import re
from typing import NewType

OpaqueId = NewType("OpaqueId", str)
"""Small Latin letters and digits, with `-`, `.`, `_` and `/` between; at most 64 of them."""

_PATTERN = re.compile(r"[a-z0-9][a-z0-9._/-]*")
_LONGEST = 64


def is_opaque_id(text: str) -> bool:
    """Return whether a text can be an id: no capitals, no blanks, no characters of a name.

    A name spelled in small letters cannot be told from an id; ids are given by the roster.

    >>> is_opaque_id("guard-17"), is_opaque_id("Guard Seventeen"), is_opaque_id("张三")
    (True, False, False)
    """
    return len(text) <= _LONGEST and _PATTERN.fullmatch(text) is not None


def opaque_id(text: str) -> OpaqueId:
    """Return a text as an id; raises ValueError where it could be a name or an image."""
    if not is_opaque_id(text):
        raise ValueError(f"{text[:_LONGEST]!r} is no opaque id")
    return OpaqueId(text)
