"""An in-memory wire between a driver and an emulator, with faults drawn from a seeded stream.

Driver and emulator of `loopback://name` know nothing of each other but the name, as on a real
network, so wires are found by name in one place: this module. A wire lives as long as one of its
ends holds it. With a virtual-time loop everything on it is deterministic.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias
from weakref import WeakValueDictionary

from protocols.interfaces import NoAnswerError
from protocols.model import Raw
from twins.instant import Duration, in_seconds
from twins.streams import Stream, Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What a wire does to frames; each is drawn anew, in each direction."""

    delay: Duration = 0
    jitter: Duration = 0
    """Added to the delay, uniformly from 0 to this; more than the gap between frames reorders."""
    loss: float = 0.0
    """Probability that a frame vanishes."""
    duplication: float = 0.0
    """Probability that a frame arrives twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change at a device, numbered from 1."""

    number: int
    raws: Mapping[str, Raw]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Device → driver: every change not yet acknowledged, and the state after them."""

    device: str
    boot: int
    """Counts the starts of emulators on this wire; numbers begin anew with each."""
    number: int
    changes: tuple[Change, ...]
    state: Mapping[str, Raw]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """Driver → device: changes up to this number have arrived."""

    device: str
    boot: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Driver → device: report now."""

    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Driver → device: set a point, once per `id`."""

    id: str
    device: str
    point: str
    raw: Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Driver → device: say your state."""

    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Device → driver, to `Put` and `Ask`."""

    state: Mapping[str, Raw]
    refused: str = ""
    """Why the device did not do it, or nothing."""


Frame: TypeAlias = Report | Acknowledge | Hello
End: TypeAlias = Literal["driver", "device"]
Receive: TypeAlias = Callable[[Frame], None]
Serve: TypeAlias = Callable[[Put | Ask], Awaitable[Answer]]


class Wire:
    """Carries frames between its two ends. `partitioned` stops everything, silently."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults = Faults()
        self.partitioned = False
        self.boots = 0
        self._stream: Stream = Streams(0).stream("wire", name)
        self._ends: dict[End, Receive] = {}
        self._serve: Serve | None = None

    def disturb(self, faults: Faults, stream: Stream) -> None:
        """Set what the wire does to frames from now on, and whence it draws."""
        self.faults = faults
        self._stream = stream

    def attach(self, end: End, receive: Receive, serve: Serve | None = None) -> None:
        """Take one end of the wire; the device's end also serves requests."""
        self._ends[end] = receive
        if end == "device":
            self._serve = serve

    def detach(self, end: End) -> None:
        """Let go of an end: frames to it vanish."""
        self._ends.pop(end, None)
        if end == "device":
            self._serve = None

    def send(self, to: End, frame: Frame) -> None:
        """Send a frame and think no more of it."""
        for delay in self._copies():
            if delay:
                loop = asyncio.get_running_loop()
                loop.call_later(in_seconds(delay), self._deliver, to, frame)
            else:
                asyncio.get_running_loop().call_soon(self._deliver, to, frame)

    async def request(self, frame: Put | Ask, within: Duration) -> Answer:
        """Send a request to the device and return its answer.

        Raises NoAnswerError when there is none in time; the device may have done it all the same.
        """
        try:
            async with asyncio.timeout(in_seconds(within)):
                answer = await self._round_trip(frame)
                while answer is None:
                    await asyncio.Event().wait()  # something was lost: nothing will come
        except TimeoutError:
            raise NoAnswerError("no answer") from None
        return answer

    async def _round_trip(self, frame: Put | Ask) -> Answer | None:
        """Return the device's answer, or None where it or the question was lost."""
        answer = None
        for delay in self._copies():
            await asyncio.sleep(in_seconds(delay))
            serve = self._serve
            if serve is None or self.partitioned:
                continue
            # The device finishes what it has begun, also when nobody waits any more.
            given = await asyncio.shield(serve(frame))
            if serve == self._serve:
                answer = given
        back = self._copies()
        if answer is not None and back:
            await asyncio.sleep(in_seconds(back[0]))
            return answer
        return None

    def _copies(self) -> list[Duration]:
        """Draw the delays of a frame's copies; none where it is lost."""
        faults = self.faults
        if self.partitioned or self._drawn(faults.loss):
            return []
        count = 2 if self._drawn(faults.duplication) else 1
        return [self._delay() for _ in range(count)]

    def _drawn(self, probability: float) -> bool:
        return probability > 0 and self._stream.random() < probability

    def _delay(self) -> Duration:
        jitter = self.faults.jitter
        return self.faults.delay + (round(self._stream.uniform(0, jitter)) if jitter else 0)

    def _deliver(self, to: End, frame: Frame) -> None:
        receive = self._ends.get(to)
        if receive is not None and not self.partitioned:
            receive(frame)


_WIRES: WeakValueDictionary[str, Wire] = WeakValueDictionary()


def wire(url: str) -> Wire:
    """Return the wire of `loopback://name`, the same for everybody who asks while it lives."""
    name = url.partition("://")[2]
    if not name:
        raise ValueError(f"{url!r} names no wire; write for example loopback://gate")
    found = _WIRES.get(name)
    if found is None:
        found = _WIRES[name] = Wire(name)
    return found
