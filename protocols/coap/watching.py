"""One device on a CoAP host: read, observed, and noticed when it falls silent."""

import asyncio
import contextlib
from functools import partial

from aiocoap import Message
from aiocoap.numbers.codes import CONTENT, GET
from aiocoap.numbers.types import ACK
from aiocoap.pipe import Pipe

from protocols.backoff import Backoff
from protocols.coap.address import ResourcePath
from protocols.coap.codec import decode
from protocols.coap.endpoint import Endpoint, Once, Reading, Registration
from protocols.coap.observing import DEFAULT_MAX_AGE, Freshness
from protocols.deriving import Reading as Reported
from protocols.interfaces import ConnectedDevice, DriverError, MalformedError
from protocols.model import Point
from protocols.reporting import Reporter
from protocols.silence import SilenceWatch, monotonic
from twins.instant import Duration, Instant, in_seconds, seconds
from twins.observation import Quality, Value

CONTROLS_PER_SILENCE = 2.5
"""Control reads within the longest silence allowed: 0.8 s apart for a panic-class device, so that
a lost datagram is repeated in time (at 0.5 s to 0.75 s) before the device counts as lost."""


class WatchedDevice:
    """Reads a device's points when due, takes its notifications, and reports both."""

    def __init__(
        self, device: ConnectedDevice, endpoint: Endpoint, reporter: Reporter, backoff: Backoff
    ) -> None:
        self._device = device
        self._points = device.model.points
        self._endpoint = endpoint
        self._reporter = reporter
        self._backoff = backoff
        observed = [name for name, point in self._points.items() if point.observe]
        self._pulse = next(iter(observed or self._points), "")
        self._freshness = {name: Freshness() for name in observed}
        self._registrations = {
            name: Registration(_path(self._points[name]), partial(self._notified, name))
            for name in observed
        }
        self._accepted = dict.fromkeys(observed, 0)
        self._due: dict[str, Instant] = dict.fromkeys(self._points, 0)
        self._wake = asyncio.Event()
        self._silence = SilenceWatch(device, reporter, endpoint.netloc)
        self._failing = False

    async def keep_reading(self) -> None:
        """Read every point when it is due, until cancelled."""
        while self._due:
            name = min(self._due, key=self._due.__getitem__)
            if not await self._reached(self._due[name]):
                continue
            self._due[name] = monotonic() + self._interval(self._points[name])
            try:
                await self._read(self._points[name])
            except MalformedError as error:
                self._report(name, (None, Quality.BAD, str(error)))
            except DriverError as error:
                await self._failed(str(error))

    async def watch_silence(self) -> None:
        """Report the device lost as soon as it has been silent for longer than it may."""
        await self._silence.watch()

    async def say_goodbye(self) -> None:
        """Cancel what is still observed, unless nobody is there to hear it."""
        for registration in self._registrations.values():
            if self._silence.alive and not self._failing:
                with contextlib.suppress(DriverError):
                    async with self._endpoint.turns.turn():
                        await self._endpoint.cancel(registration)

    def require_alive(self) -> None:
        """Raise LinkLostError where a command would go to nobody."""
        self._silence.require_alive()

    async def read_back(self, name: str) -> Value:
        """Read one property for a command, report it, and return its value if it is good."""
        point = self._points.get(name)
        if point is None:
            raise MalformedError(f"{self._device.model.name} has no {name} to read")
        async with self._endpoint.turns.turn(command=True):
            message = self._endpoint.message(GET, _path(point), Once())
            reading = reading_of(await self._endpoint.exchange(message), point)
        self._report(name, reading)
        return reading[0] if reading[1] is Quality.GOOD else None

    async def _reached(self, due: Instant) -> bool:
        """Wait for an instant; return False when something made another read more urgent."""
        left = due - monotonic()
        if left <= 0:
            return True
        self._wake.clear()
        try:
            async with asyncio.timeout(in_seconds(left)):
                await self._wake.wait()
        except TimeoutError:
            return True
        return False

    async def _read(self, point: Point) -> None:
        """Register where that is due, else ask for the value alone."""
        tuning = Once() if self._failing else Reading()
        async with self._endpoint.turns.turn():
            if point.observe and self._registration_is_due(point):
                await self._register(point, tuning)
                return
            before = self._accepted.get(point.name)
            message = self._endpoint.message(GET, _path(point), tuning)
            reading = reading_of(await self._endpoint.exchange(message), point)
        if before != self._accepted.get(point.name):
            return  # a notification came meanwhile; which of the two is newer cannot be known
        if point.observe and self._reporter.value(self._device.id, point.name) != reading:
            self._forget_registration(point.name)
        self._report(point.name, reading)

    async def _register(self, point: Point, tuning: Once | Reading) -> None:
        before = self._accepted[point.name]
        self._freshness[point.name].asking()
        await self._endpoint.register(self._registrations[point.name], tuning)
        if before == self._accepted[point.name]:
            self._freshness[point.name].unheeded()

    def _registration_is_due(self, point: Point) -> bool:
        at = self._freshness[point.name].register_at()
        return at is None or at <= monotonic() + self._interval(point)

    def _forget_registration(self, name: str) -> None:
        """Register again at once: the value changed and no notification told us."""
        self._freshness[name].ended()
        self._due[name] = 0

    def _notified(self, name: str, event: Pipe.Event) -> None:
        """Take a notification, or the end of an observation; called by the endpoint."""
        freshness = self._freshness[name]
        if event.exception is not None:
            freshness.ended()
            return
        message = event.message
        now = monotonic()
        if message.opt.observe is None:
            freshness.refused(now) if message.code is CONTENT else freshness.ended()
        elif not freshness.accepts(
            message.opt.observe, now, _max_age(message), reply=message.mtype is ACK
        ):
            self._heard()
            return
        self._accepted[name] += 1
        self._report(name, reading_of(message, self._points[name]))
        for follower, point in self._points.items():
            if point.follows == name:
                self._due[follower] = 0
                self._wake.set()

    def _report(self, name: str, reading: Reported) -> None:
        self._heard()
        self._reporter.readings(self._device.id, {name: reading}, monotonic())

    def _heard(self) -> None:
        """Note an answer; the first after a failure makes everything else due at once."""
        if self._failing or not self._silence.alive:
            now = monotonic()
            self._failing = False
            self._backoff.connected(now)
            self._due = dict.fromkeys(self._points, now)
            self._wake.set()
        self._silence.heard()

    async def _failed(self, reason: str) -> None:
        self._silence.reason = reason
        self._failing = True
        await asyncio.sleep(in_seconds(self._backoff.lost(monotonic())))

    def _interval(self, point: Point) -> Duration:
        if point.name != self._pulse:
            return point.poll
        return min(point.poll, round(self._device.lost_after / CONTROLS_PER_SILENCE))


def reading_of(message: Message, point: Point) -> Reported:
    """Return what an answer says about a point; anything but its value is bad with the cause."""
    if message.code is not CONTENT:
        said = message.payload.decode("utf-8", "replace")[:80] if message.payload else ""
        return None, Quality.BAD, f"{message.code}{': ' if said else ''}{said}"
    if message.opt.block2 is not None and message.opt.block2.more:
        return None, Quality.BAD, "the answer is cut into blocks, as no single value is"
    try:
        return point.value_of(decode(message.payload, message.opt.content_format, point))
    except MalformedError as error:
        return None, Quality.BAD, str(error)


def _path(point: Point) -> ResourcePath:
    assert isinstance(point.address, ResourcePath)
    return point.address


def _max_age(message: Message) -> Duration:
    return DEFAULT_MAX_AGE if message.opt.max_age is None else seconds(message.opt.max_age)
