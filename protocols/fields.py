"""The path of a field in a structured value: `state.doors[0].closed`."""

import re
from functools import cache
from typing import TypeAlias

Step: TypeAlias = str | int
"""A name, or what stands in brackets: an index, or a whole number as key of a CBOR map."""

_BRACKETS = r"\[(?P<index>-?[0-9]{1,9})\]|\[\"(?P<quoted>[^\"]*)\"\]"
_FIRST = re.compile(r"(?P<name>[^.\[\]]+)|" + _BRACKETS)
_NEXT = re.compile(r"\.(?P<name>[^.\[\]]+)|" + _BRACKETS)


@cache
def parse_field(text: str) -> tuple[Step, ...]:
    """Read `a.b[0]["c.d"]`; raises ValueError with what is wrong.

    >>> parse_field('doors[1].closed')
    ('doors', 1, 'closed')
    """
    steps: list[Step] = []
    at = 0
    while at < len(text):
        match = (_NEXT if at else _FIRST).match(text, at)
        if match is None:
            raise ValueError(f'{text!r} is no field; write a.b[0], or ["a.b"] for an odd name')
        name, index, quoted = match["name"], match["index"], match["quoted"]
        steps.append(int(index) if index is not None else name if name is not None else quoted)
        at = match.end()
    return tuple(steps)
