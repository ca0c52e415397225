"""Link format (RFC 6690): what a host says it has, read into links and into a tree."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from protocols.coap.formats import Content
from protocols.coap.typed import read_text, shape, utf8
from protocols.interfaces import MalformedError
from protocols.model import Point, Raw

MOST_LINKS = 4096
"""Links that are read of one host (assumed; a gateway with 1000 devices has about as many)."""

DEEPEST = 32
"""Segments of a path that make branches; a longer target stands beside the root (assumed)."""

_TARGET = re.compile(r"\s*<([^>]*)>")
_ATTRIBUTE = re.compile(r"\s*;\s*([^\s=;,\"<>]+)\s*(?:=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;,\"]*)))?")
_NOTHING = re.compile(r"\s*\Z")
_COMMA = re.compile(r"\s*,")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLink:
    """One resource of a host."""

    target: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attribute → its value; one without a value, as `obs`, has an empty text."""

    @property
    def observable(self) -> bool:
        """Return whether the host lets it be observed (RFC 7641 §6)."""
        return "obs" in self.attributes

    @property
    def content_formats(self) -> tuple[int, ...]:
        """Return the numbers under `ct` (RFC 7252 §7.2.1)."""
        words = self.attributes.get("ct", "").split()
        return tuple(int(word) for word in words if word.isascii() and word.isdigit())


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceTree:
    """A host's resources by their paths."""

    name: str = ""
    link: ResourceLink | None = None
    """What the host says of the resource here; None where it names only some below."""
    branches: Mapping[str, "ResourceTree"] = field(default_factory=dict)


class Links(Content):
    """A payload of links. A point's field is a target, or `target;attribute`."""

    def __init__(self, links: Sequence[ResourceLink]) -> None:
        self._links = {link.target: link for link in links}

    def raw(self, point: Point) -> Raw:
        """Return whether a target is there, or the value of its attribute."""
        target, _, attribute = point.field.partition(";")
        link = self._links.get(target)
        if not attribute and shape(point) == "boolean":
            return link is not None
        if link is None:
            raise MalformedError(f"no link leads to {target or 'nowhere'}")
        if shape(point) == "boolean":
            return attribute in link.attributes
        if attribute not in link.attributes:
            raise MalformedError(f"the link to {target} has no {attribute or 'attribute'}")
        return read_text(link.attributes[attribute], point)


def read_links(payload: bytes) -> Links:
    """Read links as the content of a resource; raises MalformedError."""
    return Links(parse_links(payload))


def parse_links(payload: bytes) -> tuple[ResourceLink, ...]:
    """Return the links of a payload in their order; raises MalformedError."""
    text = utf8(payload)
    links: list[ResourceLink] = []
    at = 0
    while _NOTHING.match(text, at) is None:
        match = _TARGET.match(text, at)
        if match is None or len(links) == MOST_LINKS:
            raise MalformedError("the payload is no list of links")
        target, at = match[1], match.end()
        attributes: dict[str, str] = {}
        while attribute := _ATTRIBUTE.match(text, at):
            name, quoted, bare = attribute.groups()
            value = _ESCAPED.sub(r"\1", quoted) if quoted is not None else (bare or "").strip()
            attributes.setdefault(name, value)  # the first counts (RFC 6690 §3)
            at = attribute.end()
        links.append(ResourceLink(target=target, attributes=attributes))
        comma = _COMMA.match(text, at)
        if comma is None:
            break
        at = comma.end()
    if _NOTHING.match(text, at) is None:
        raise MalformedError("the payload is no list of links")
    return tuple(links)


def tree_of(links: Iterable[ResourceLink]) -> ResourceTree:
    """Return links as a tree; those to other hosts stand beside the root by their whole target."""
    root = _Growing()
    for link in links:
        parts = tuple(part for part in link.target.split("/") if part)
        if not link.target.startswith("/") or len(parts) > DEEPEST:
            parts = (link.target,)
        branch = root
        for part in parts:
            branch = branch.branches.setdefault(part, _Growing())
        branch.link = branch.link or link
    return root.grown("")


@dataclass(slots=True)
class _Growing:
    """A tree while links are put into it."""

    link: ResourceLink | None = None
    branches: dict[str, "_Growing"] = field(default_factory=dict)

    def grown(self, name: str) -> ResourceTree:
        branches = {part: branch.grown(part) for part, branch in self.branches.items()}
        return ResourceTree(name=name, link=self.link, branches=branches)
