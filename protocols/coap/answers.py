"""What an answer of a device says about the points of a resource; no device, no socket."""

from collections.abc import Iterable, Mapping, Sequence

from aiocoap import Message
from aiocoap.numbers.codes import CONTENT

from protocols.coap.codec import content_of
from protocols.coap.formats import Content, format_in
from protocols.coap.observing import DEFAULT_MAX_AGE
from protocols.coap.records import NOW_BELOW
from protocols.deriving import Reading
from protocols.interfaces import MalformedError
from protocols.model import Point
from twins.instant import Duration, Instant, seconds
from twins.observation import Quality

LONGEST_SAID = 80
"""Characters of a diagnostic payload that a cause repeats."""


class Answer:
    """One answer, its payload read once for all points in it."""

    def __init__(self, message: Message) -> None:
        self._payload = message.payload
        self._format: int | None = message.opt.content_format
        self._refusal = "" if message.code is CONTENT else said(message)
        self._contents: dict[int, Content] = {}

    def reading(self, point: Point) -> Reading:
        """Return what the answer says about a point; anything but its value is bad with why."""
        if self._refusal:
            return None, Quality.BAD, self._refusal
        try:
            return point.value_of(self._content(point).raw(point))
        except MalformedError as error:
            return None, Quality.BAD, str(error)

    def readings(self, points: Iterable[Point]) -> dict[str, Reading]:
        """Return the readings of points by name: one that fails leaves its neighbours alone."""
        return {point.name: self.reading(point) for point in points}

    def stamps(self, points: Sequence[Point], now: Instant) -> Mapping[str, Instant]:
        """Return the device's own times by point, where the format has them."""
        stamps: dict[str, Instant] = {}
        for point in points:
            try:
                stamp = self._content(point).stamp(point)
            except MalformedError:
                continue
            if stamp is not None:
                since = 0 if stamp >= NOW_BELOW else now
                stamps[point.name] = since + seconds(stamp)
        return stamps

    def _content(self, point: Point) -> Content:
        number = format_in(self._format, point)
        content = self._contents.get(number)
        if content is None:
            content = self._contents[number] = content_of(self._payload, number)
        return content


def reading_of(message: Message, point: Point) -> Reading:
    """Return what an answer says about one point."""
    return Answer(message).reading(point)


def said(message: Message) -> str:
    """Return an answer's code and diagnostic payload for people."""
    text = message.payload.decode("utf-8", "replace")[:LONGEST_SAID] if message.payload else ""
    return f"{message.code}{': ' if text else ''}{text}"


def max_age(message: Message) -> Duration:
    """Return how long an answer may be used."""
    age = message.opt.max_age
    return DEFAULT_MAX_AGE if age is None else seconds(age)
