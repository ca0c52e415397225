"""How a point names its node: by identifier, `s7:s="Gate"."Closed"`, or path, `gh:/Gate/Closed`.

The part before the first colon is an alias from the model's `namespaces`, never an index: a
server may number its namespaces anew at each start, and then an index points at somebody else's
node. What follows is an identifier as in OPC 10000-6 §5.3.1.10: `i=` number, `s=` text (quotes
belong to it), `g=` GUID, `b=` base64; or a path of browse names from the Objects folder, as in
OPC 10000-4 annex A.2: a name of another namespace has its own alias (`/ua:Server`), and `&` stands
before a character of a name that would otherwise divide (`&/`, `&:`, `&&`).
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

Identifier: TypeAlias = int | str | UUID | bytes

MAX_NUMBER = 0xFFFF_FFFF
"""A numeric identifier is a UInt32 (OPC 10000-3 §8.2)."""

STANDARD_ALIAS = "ua"
"""Alias of the namespace of OPC UA itself; it needs no entry."""

STANDARD_URI = "http://opcfoundation.org/UA/"

_NODE = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):([isgb])=(.*)", re.DOTALL)
_PATH = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):(/.*)", re.DOTALL)
_STEP = re.compile(r"/((?:&.|[^&/])*)", re.DOTALL)
_NAME = re.compile(r"(?:([A-Za-z][A-Za-z0-9_-]*):)?((?:&.|[^&:])+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node, by the alias of its namespace and its identifier there."""

    namespace_alias: str
    identifier_kind: Literal["i", "s", "g", "b"]
    identifier: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowseName:
    """One step of a path."""

    namespace_alias: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowsePath:
    """One node, by the names that lead to it from the Objects folder."""

    steps: tuple[BrowseName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method and the object on which it is called."""

    method: Node | BrowsePath
    on: Node | BrowsePath


Place: TypeAlias = Node | BrowsePath


def parse_node(text: str) -> Place:
    """Read a node's address; raises ValueError that says what is wrong with it.

    >>> parse_node('s7:s="Gate"."Closed"').identifier
    '"Gate"."Closed"'
    >>> [step.name for step in parse_node("gh:/Gate/Door1").steps]
    ['Gate', 'Door1']
    """
    text = text.strip()
    if path := _PATH.fullmatch(text):
        return BrowsePath(steps=tuple(_steps(text, *path.groups())))
    match = _NODE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} names no node; write an alias from `namespaces`, a colon and an identifier, "
            'for example s7:s="Gate"."Closed" or plc:i=1234, or a path like plc:/Gate/Closed'
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


def parse_call(at: str, on: str) -> Method:
    """Read a method's address and its object's; raises ValueError."""
    return Method(method=parse_node(at), on=parse_node(on))


def aliases(address: object) -> tuple[str, ...]:
    """Return the aliases that an address uses and that must stand under `namespaces`."""
    match address:
        case Node():
            found = [address.namespace_alias]
        case BrowsePath():
            found = [step.namespace_alias for step in address.steps]
        case Method():
            found = [*aliases(address.method), *aliases(address.on)]
        case _:
            found = []
    return tuple(dict.fromkeys(alias for alias in found if alias != STANDARD_ALIAS))


def _steps(text: str, alias: str, path: str) -> Iterator[BrowseName]:
    rest = 0
    while rest < len(path):
        step = _STEP.match(path, rest)
        name = _NAME.fullmatch(step[1]) if step else None
        if step is None or name is None:
            raise ValueError(
                f"{text!r}: {path[rest:]!r} begins with no name; / : & in a name need & before them"
            )
        plain = re.sub(r"&(.)", r"\1", name[2], flags=re.DOTALL)
        yield BrowseName(namespace_alias=name[1] or alias, name=plain)
        rest = step.end()


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
