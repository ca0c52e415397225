"""One device on a CoAP host: read, observed, and noticed when it falls silent."""

import asyncio
import contextlib
from collections.abc import Mapping

import structlog
from aiocoap import Message
from aiocoap.numbers.codes import CONTENT, SERVICE_UNAVAILABLE, VALID
from aiocoap.numbers.types import ACK
from aiocoap.pipe import Pipe

from protocols.backoff import Backoff
from protocols.coap.answers import Answer, answer_of, max_age, reading_of
from protocols.coap.blockwise import unfinished
from protocols.coap.endpoint import Endpoint
from protocols.coap.notifications import Notification
from protocols.coap.resources import WatchedResource, resources_of
from protocols.coap.tuning import Once, Reading
from protocols.deriving import Reading as Reported
from protocols.interfaces import ConnectedDevice, DriverError, MalformedError
from protocols.reporting import Reporter
from protocols.silence import SilenceWatch, monotonic
from protocols.turns import Lane
from twins.clock import Clock
from twins.instant import Duration, Instant, in_seconds, milliseconds
from twins.observation import Quality, Value

CONTROLS_PER_SILENCE = 2.5
"""Control reads within the longest silence allowed: 0.8 s apart for a panic-class device, so that
a lost datagram is repeated in time (at 0.5 s to 0.75 s) before the device counts as lost."""

BEFORE_EXPIRY: Duration = milliseconds(250)
"""So long before a registration expires it is made again."""

BETWEEN_REGISTRATIONS: Duration = milliseconds(500)
"""At least this long, whatever Max-Age a device gives its values (assumed)."""

log = structlog.get_logger()


class WatchedDevice:
    """Reads a device's resources when due, takes their notifications, and reports both."""

    def __init__(
        self,
        device: ConnectedDevice,
        endpoint: Endpoint,
        reporter: Reporter,
        clock: Clock,
        backoff: Backoff,
    ) -> None:
        self._device = device
        self._endpoint = endpoint
        self._reporter = reporter
        self._clock = clock
        self._backoff = backoff
        self._resources = resources_of(device, self._told, self._notified)
        observed = [resource for resource in self._resources if resource.observed]
        self._pulse = next(iter(observed or self._resources), None)
        self._wake = asyncio.Event()
        self._silence = SilenceWatch(device, reporter, endpoint.netloc)
        self._failing = False

    async def keep_reading(self) -> None:
        """Read every resource when it is due, until cancelled."""
        while self._resources:
            resource = min(self._resources, key=_due)
            if not await self._reached(_due(resource)):
                continue
            resource.due = monotonic() + self._interval(resource)
            try:
                await self._read(resource)
            except MalformedError as error:
                self._take_failure(resource, str(error))
            except DriverError as error:
                await self._failed(str(error))

    async def watch_silence(self) -> None:
        """Report the device lost as soon as it has been silent for longer than it may."""
        await self._silence.watch()

    async def say_goodbye(self) -> None:
        """Cancel what is still observed, as long as somebody is there to hear it."""
        with contextlib.suppress(DriverError):
            for resource in self._resources:
                if resource.observed and self._silence.alive and not self._failing:
                    async with self._endpoint.turns.turn():
                        await self._endpoint.cancel(resource.registration)

    def require_alive(self) -> None:
        """Raise LinkLostError where a command would go to nobody."""
        self._silence.require_alive()

    async def read_back(self, name: str) -> Value:
        """Read one property for a command, report it, and return its value if it is good."""
        resource = next((one for one in self._resources if name in one.names), None)
        if resource is None:
            raise MalformedError(f"{self._device.model.name} has no {name} to read")
        async with self._endpoint.turns.turn(lane=Lane.COMMAND):
            message = await self._endpoint.get(resource.path, Once(), accept=resource.accept)
        self._take(resource, message)
        value, quality, _ = reading_of(message, self._device.model.points[name])
        return value if quality is Quality.GOOD else None

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

    async def _read(self, resource: WatchedResource) -> None:
        """Fetch what a notification left out, register where that is due, else ask the value."""
        tuning = Once() if self._failing else Reading()
        async with self._endpoint.turns.turn():
            first, resource.first_block = resource.first_block, None
            before = resource.accepted
            if first is None and resource.observed and self._registration_is_due(resource):
                await self._register(resource, tuning)
                return
            path, accept = resource.path, resource.accept
            if first is None:
                message = await self._endpoint.get(path, tuning, accept=accept, etag=resource.etag)
            else:
                message = await self._endpoint.completed(first, path, tuning, accept)
        if before != resource.accepted:
            self._heard()
            return  # a notification came meanwhile; which of the two is newer cannot be known
        if first is None and resource.observed and self._differs(resource, message):
            self._forget_registration(resource)
        self._take(resource, message)

    async def _register(self, resource: WatchedResource, tuning: Once | Reading) -> None:
        before = resource.accepted
        resource.asked_at = monotonic()
        resource.freshness.asking()
        await self._endpoint.register(resource.registration, tuning)
        if before == resource.accepted:
            resource.freshness.unheeded()

    def _registration_is_due(self, resource: WatchedResource) -> bool:
        at = resource.freshness.register_at()
        return at is None or at <= monotonic() + self._interval(resource)

    def _differs(self, resource: WatchedResource, message: Message) -> bool:
        """Return whether a control read shows what no notification told."""
        if message.code is VALID:
            return False
        answer = answer_of(message)
        return any(
            self._reporter.value(self._device.id, point.name) != answer.reading(point)
            for point in resource.points
        )

    def _forget_registration(self, resource: WatchedResource) -> None:
        """Register again at once: the value changed and no notification told us."""
        resource.freshness.ended()
        resource.due = 0

    def _told(self, resource: WatchedResource, event: Pipe.Event) -> None:
        """Take an answer to a registration, or the end of an observation, from the endpoint."""
        freshness = resource.freshness
        if event.exception is not None:
            freshness.ended()
            return
        message = event.message
        now = monotonic()
        number, age = message.opt.observe, max_age(message.opt.max_age)
        if number is None:
            freshness.refused(now) if message.code is CONTENT else freshness.ended()
        elif not freshness.accepts(number, now, age, reply=message.mtype is ACK):
            self._heard()
            return
        if unfinished(message):
            resource.accepted += 1
            resource.first_block = message
            resource.due = 0
            self._wake.set()
            self._heard()
        else:
            self._accept(resource, answer_of(message))
            self._respect_busy(resource, message)

    def _notified(self, resource: WatchedResource, notification: Notification) -> None:
        """Take a notification from the endpoint."""
        now = monotonic()
        age = max_age(notification.max_age)
        if not resource.freshness.accepts(notification.number, now, age, reply=False):
            self._heard()
            return
        answer = Answer(notification.payload, notification.content_format, notification.etag)
        self._accept(resource, answer)

    def _accept(self, resource: WatchedResource, answer: Answer) -> None:
        resource.accepted += 1
        self._report_answer(resource, answer)
        for follower in resource.followers:
            follower.due = 0
            self._wake.set()

    def _take(self, resource: WatchedResource, message: Message) -> None:
        """Report what an answer says about the points of its resource."""
        if message.code is VALID:
            self._report(resource, resource.readings, {})
            return
        self._report_answer(resource, answer_of(message))
        self._respect_busy(resource, message)

    def _respect_busy(self, resource: WatchedResource, message: Message) -> None:
        """Wait as long as a busy device asks, but not so long that it would count as lost."""
        if message.code is SERVICE_UNAVAILABLE:
            most = round(self._device.lost_after / CONTROLS_PER_SILENCE)
            wait = min(max_age(message.opt.max_age), most)
            resource.due = max(resource.due, monotonic() + wait)

    def _report_answer(self, resource: WatchedResource, answer: Answer) -> None:
        readings = answer.readings(resource.points)
        stamps = answer.stamps(resource.points, self._clock)
        self._report(resource, readings, stamps)
        # What could not be read is asked for anew: its tag would only say that nothing changed.
        resource.readings, resource.etag = readings, None if resource.bad else answer.etag

    def _take_failure(self, resource: WatchedResource, cause: str) -> None:
        self._report(resource, dict.fromkeys(resource.names, (None, Quality.BAD, cause)), {})

    def _report(
        self,
        resource: WatchedResource,
        readings: Mapping[str, Reported],
        stamps: Mapping[str, Instant],
    ) -> None:
        self._heard()
        self._tell_of_bad(resource, readings)
        self._reporter.readings(self._device.id, readings, stamps)

    def _tell_of_bad(self, resource: WatchedResource, readings: Mapping[str, Reported]) -> None:
        """Log once when points of an answering device go bad, and once when all are well again."""
        bad = frozenset([name for name, one in readings.items() if one[1] is Quality.BAD])
        if bad == resource.bad:
            return
        where = {"link": self._endpoint.netloc, "device": self._device.id}
        if bad - resource.bad:
            names = sorted(bad - resource.bad)
            log.info("driver.points_bad", **where, points=names, reason=readings[names[0]][2])
        if resource.bad - bad:
            log.info("driver.points_restored", **where, points=sorted(resource.bad - bad))
        resource.bad = bad

    def _heard(self) -> None:
        """Note an answer; the first after a failure makes everything else due at once."""
        if self._failing or not self._silence.alive:
            now = monotonic()
            self._failing = False
            self._backoff.connected(now)
            for resource in self._resources:
                resource.due = now
            self._wake.set()
        self._silence.heard()

    async def _failed(self, reason: str) -> None:
        self._silence.reason = reason
        self._failing = True
        await asyncio.sleep(in_seconds(self._backoff.lost(monotonic())))

    def _interval(self, resource: WatchedResource) -> Duration:
        if resource is not self._pulse:
            return resource.poll
        return min(resource.poll, round(self._device.lost_after / CONTROLS_PER_SILENCE))


def _due(resource: WatchedResource) -> Instant:
    """Return when a resource is to be read: when its poll or its registration is due."""
    at = resource.freshness.register_at() if resource.observed else None
    if at is None:
        return resource.due
    return min(resource.due, max(at - BEFORE_EXPIRY, resource.asked_at + BETWEEN_REGISTRATIONS))
