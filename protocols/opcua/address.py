"""How a point names its node: `s7:s="Gate"."Closed"`.

The part before the first colon is an alias from the model's `namespaces`, never an index: a
server may number its namespaces anew at each start, and then an index points at somebody else's
node. What follows is an identifier as in OPC 10000-6 §5.3.1.10: `i=` number, `s=` text (quotes
belong to it), `g=` GUID, `b=` base64.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

Identifier: TypeAlias = int | str | UUID | bytes

MAX_NUMBER = 0xFFFF_FFFF
"""A numeric identifier is a UInt32 (OPC 10000-3 §8.2)."""

_NODE = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):([isgb])=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node, by the alias of its namespace and its identifier there."""

    namespace_alias: str
    identifier_kind: Literal["i", "s", "g", "b"]
    identifier: Identifier


def parse_node(text: str) -> Node:
    """Read a node's address; raises ValueError that says what is wrong with it.

    >>> parse_node('s7:s="Gate"."Closed"').identifier
    '"Gate"."Closed"'
    """
    match = _NODE.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} names no node; write an alias from `namespaces`, a colon and an identifier, "
            'for example s7:s="Gate"."Closed" or plc:i=1234'
        )
    alias, kind, identifier = match.groups()
    if alias == "ns" or not identifier:
        reason = "use an alias instead of an index" if alias == "ns" else "the identifier is empty"
        raise ValueError(f"{text!r}: {reason}")
    match kind:
        case "i":
            return Node(namespace_alias=alias, identifier_kind="i", identifier=_number(identifier))
        case "g":
            return Node(namespace_alias=alias, identifier_kind="g", identifier=_guid(identifier))
        case "b":
            return Node(namespace_alias=alias, identifier_kind="b", identifier=_bytes(identifier))
        case _:
            return Node(namespace_alias=alias, identifier_kind="s", identifier=identifier)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > MAX_NUMBER:
        raise ValueError(f"i={text}: a numeric identifier is a whole number up to {MAX_NUMBER}")
    return int(text)


def _guid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError(
            f"g={text}: no GUID; write it as 09087e75-8e5e-499b-954f-f2a9603db28a"
        ) from None


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"b={text}: no base64") from None
