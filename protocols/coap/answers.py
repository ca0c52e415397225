"""What an answer of a device says about the points of a resource; no device, no socket."""

from collections.abc import Iterable, Mapping, Sequence

from aiocoap import Message
from aiocoap.numbers.codes import CONTENT

from protocols.coap.codec import content_of
from protocols.coap.formats import LWM2M_JSON, SENML_CBOR, SENML_JSON, Content, format_in
from protocols.coap.observing import DEFAULT_MAX_AGE
from protocols.coap.records import NOW_BELOW
from protocols.deriving import Reading
from protocols.interfaces import MalformedError
from protocols.model import Point, Raw
from twins.clock import Clock
from twins.instant import Duration, Instant, seconds
from twins.observation import Quality

LONGEST_SAID = 80
"""Characters of a diagnostic payload that a cause repeats."""


STAMPED = (SENML_JSON, SENML_CBOR, LWM2M_JSON)
"""Formats whose records have times."""


class Answer:
    """One answer, its payload read once for all points in it."""

    def __init__(
        self, payload: bytes, content_format: int | None, etag: bytes | None = None
    ) -> None:
        self.etag = etag
        self.refusal = ""
        self._payload = payload
        self._format = content_format
        self._contents: dict[int, Content] = {}

    def reading(self, point: Point) -> Reading:
        """Return what the answer says about a point; anything but its value is bad with why."""
        if self.refusal:
            return None, Quality.BAD, self.refusal
        try:
            return point.value_of(self._content(point).raw(point))
        except MalformedError as error:
            return None, Quality.BAD, str(error)

    def readings(self, points: Iterable[Point]) -> dict[str, Reading]:
        """Return the readings of points by name: one that fails leaves its neighbours alone."""
        return {point.name: self.reading(point) for point in points}

    def stamps(self, points: Sequence[Point], clock: Clock) -> Mapping[str, Instant]:
        """Return the device's own times by point, where the format has them."""
        stamps: dict[str, Instant] = {}
        if not any(number in STAMPED for number in self._contents):
            return stamps
        for point in points:
            try:
                stamp = self._content(point).stamp(point)
            except MalformedError:
                continue
            if stamp is not None:
                since = 0 if stamp >= NOW_BELOW else clock.now()
                stamps[point.name] = since + seconds(stamp)
        return stamps

    def _content(self, point: Point) -> Content:
        number = format_in(self._format, point)
        content = self._contents.get(number)
        if content is None:
            try:
                content = content_of(self._payload, number)
            except MalformedError as error:
                content = Unreadable(str(error))
            self._contents[number] = content
        return content


class Unreadable(Content):
    """A payload that was tried once and is not tried again for each of its points."""

    def __init__(self, cause: str) -> None:
        self._cause = cause

    def raw(self, point: Point) -> Raw:  # noqa: ARG002  no point is in it
        """Raise MalformedError."""
        raise MalformedError(self._cause)


def answer_of(message: Message) -> Answer:
    """Return what a message answers; anything but content is a refusal, told as the cause."""
    answer = Answer(message.payload, message.opt.content_format, message.opt.etag)
    if message.code is not CONTENT:
        answer.refusal = said(message)
        answer.etag = None
    return answer


def reading_of(message: Message, point: Point) -> Reading:
    """Return what an answer says about one point."""
    return answer_of(message).reading(point)


def said(message: Message) -> str:
    """Return an answer's code and diagnostic payload for people."""
    given = message.payload.decode("utf-8", "replace")[:LONGEST_SAID] if message.payload else ""
    text = "".join(character if character.isprintable() else " " for character in given)
    return f"{message.code}{': ' if text else ''}{text}"


def max_age(age: int | None) -> Duration:
    """Return how long an answer with this Max-Age may be used."""
    return DEFAULT_MAX_AGE if age is None else seconds(age)
