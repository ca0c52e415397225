"""How a description writes a CoAP resource: `/3347/0/5500`, `ipso:3347/0/5500`, `POST /ack?x=1`."""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from protocols.coap.ipso import RESOURCES

LONGEST_SEGMENT = 255
"""Bytes that one Uri-Path or Uri-Query option may hold (RFC 7252 §5.10, table 4)."""

LARGEST_NUMBER = 65534
"""Of an object, instance or resource; 65535 is reserved (OMA LwM2M Core 1.1 §7.2)."""

Method: TypeAlias = Literal["PUT", "POST"]

_METHOD = re.compile(r"(?:(PUT|POST) +)?(.*)", re.DOTALL)
_IPSO = re.compile(r"[0-9]{1,5}(/[0-9]{1,5}){2,3}")


@dataclass(frozen=True, slots=True, order=True)
class ResourcePath:
    """The path of a resource, one text per Uri-Path option, and how it is asked."""

    segments: tuple[str, ...]
    query: tuple[str, ...] = ()
    """One text per Uri-Query option."""
    method: Method = "PUT"
    """By which it is written."""
    resource: int | None = None
    """Number of the IPSO resource, where the address was written as one."""

    def __str__(self) -> str:
        """Return the path as it is written."""
        query = f"?{'&'.join(self.query)}" if self.query else ""
        return "/" + "/".join(self.segments) + query


def parse_path(text: str) -> ResourcePath:
    """Read `/3347/0/5500`; raises ValueError with what is wrong.

    >>> str(parse_path("POST /actions/ack"))
    '/actions/ack'
    """
    match = _METHOD.fullmatch(text)
    assert match is not None
    method: Method = "POST" if match[1] == "POST" else "PUT"
    written = match[2]
    if written.startswith("ipso:"):
        return _ipso(written.removeprefix("ipso:"), method)
    if not written.startswith("/"):
        raise ValueError(
            f"{text!r} is no CoAP path; write it from the root, for example /3347/0/5500"
        )
    if "#" in written or any(character.isspace() for character in written):
        raise ValueError(f"{text!r}: a CoAP path has no fragment and no blanks")
    path, asks, query = written.partition("?")
    segments = tuple(path[1:].split("/"))
    if any(segment in ("", ".", "..") for segment in segments):
        raise ValueError(f"{text!r} has an empty segment or one of dots")
    terms = tuple(query.split("&")) if asks else ()
    if "" in terms or "?" in query:
        raise ValueError(f"{text!r} has an empty term in its query or a second one")
    if any(len(part.encode()) > LONGEST_SEGMENT for part in (*segments, *terms)):
        raise ValueError(
            f"{text!r} has a segment longer than {LONGEST_SEGMENT} bytes (RFC 7252 §5.10)"
        )
    return ResourcePath(segments, terms, method)


def _ipso(text: str, method: Method) -> ResourcePath:
    """Read object, instance and resource; the resource must be one that the registry has."""
    if _IPSO.fullmatch(text) is None:
        raise ValueError(
            f"{text!r} is no IPSO resource; write object/instance/resource, for example "
            "ipso:3347/0/5500"
        )
    numbers = [int(part) for part in text.split("/")]
    if max(numbers) > LARGEST_NUMBER:
        raise ValueError(f"{text!r}: a number of LwM2M is at most {LARGEST_NUMBER}")
    if numbers[2] not in RESOURCES:
        raise ValueError(
            f"{numbers[2]} is no IPSO resource we know; write the path /{text} instead"
        )
    return ResourcePath(tuple(map(str, numbers)), (), method, numbers[2])
