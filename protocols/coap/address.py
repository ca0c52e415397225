"""How a description writes a CoAP resource: its path on the host, `/3347/0/5500`."""

from dataclasses import dataclass

LONGEST_SEGMENT = 255
"""Bytes that one Uri-Path option may hold (RFC 7252 §5.10, table 4)."""


@dataclass(frozen=True, slots=True, order=True)
class ResourcePath:
    """The path of a resource, one text per Uri-Path option."""

    segments: tuple[str, ...]

    def __str__(self) -> str:
        """Return the path as it is written."""
        return "/" + "/".join(self.segments)


def parse_path(text: str) -> ResourcePath:
    """Read `/3347/0/5500`; raises ValueError with what is wrong.

    >>> str(parse_path("/3347/0/5500"))
    '/3347/0/5500'
    """
    if not text.startswith("/"):
        raise ValueError(
            f"{text!r} is no CoAP path; write it from the root, for example /3347/0/5500"
        )
    if "?" in text or "#" in text or any(character.isspace() for character in text):
        raise ValueError(f"{text!r}: a CoAP path has no query, no fragment and no blanks")
    segments = tuple(text[1:].split("/"))
    if any(segment in ("", ".", "..") for segment in segments):
        raise ValueError(f"{text!r} has an empty segment or one of dots")
    if any(len(segment.encode()) > LONGEST_SEGMENT for segment in segments):
        raise ValueError(
            f"{text!r} has a segment longer than {LONGEST_SEGMENT} bytes (RFC 7252 §5.10)"
        )
    return ResourcePath(segments)
