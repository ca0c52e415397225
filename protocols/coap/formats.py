"""Content formats by name and number, and what a payload in one of them offers to its points."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from protocols.interfaces import MalformedError
from protocols.model import Point, Raw

TEXT = 0
LINK_FORMAT = 40
OCTETS = 42
JSON = 50
CBOR = 60
SENML_JSON = 110
SENML_CBOR = 112
LWM2M_TLV = 11542
LWM2M_JSON = 11543

NUMBERS: Mapping[str, int] = {
    "text": TEXT,
    "link-format": LINK_FORMAT,
    "octets": OCTETS,
    "json": JSON,
    "cbor": CBOR,
    "senml+json": SENML_JSON,
    "senml+cbor": SENML_CBOR,
    "lwm2m+tlv": LWM2M_TLV,
    "lwm2m+json": LWM2M_JSON,
}
"""What stands under `format:` → number (IANA registry of CoAP Content-Formats)."""

NAMES: Mapping[int, str] = {number: name for name, number in NUMBERS.items()}


class Content(ABC):
    """A payload that was read once; every point that lies in it is picked from it."""

    @abstractmethod
    def raw(self, point: Point) -> Raw:
        """Return a point's raw value; raises MalformedError where it is not there."""

    def stamp(self, point: Point) -> float | None:  # noqa: ARG002  most formats have no times
        """Return when the value was the device's: seconds since 1970, below 2^28 from now on."""
        return None


def named(number: int) -> str:
    """Return a content format for people."""
    return f"{NAMES[number]} ({number:d})" if number in NAMES else f"content format {number:d}"


def format_of(point: Point) -> int:
    """Return the number of the format that a point is described in, or is usual for it.

    Without a word on it that is text, and JSON for one field of several.
    """
    if point.content_format:
        return NUMBERS[point.content_format]
    return JSON if point.field else TEXT


def format_in(answered: int | None, point: Point) -> int:
    """Return the format to read an answer in; raises MalformedError where that is another.

    What the device says counts; where it says nothing, the description does (RFC 7252 §5.5.1).
    """
    described = NUMBERS[point.content_format] if point.content_format else None
    if answered is None:
        return format_of(point)
    if described is not None and described != answered:
        raise MalformedError(f"the answer is {named(answered)}, described as {named(described)}")
    return answered
