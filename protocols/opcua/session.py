"""One session with a server: its nodes, the subscription, and what is read beside it.

A session is used once: after any loss it is thrown away and the next one starts from nothing.
Reusing a client, a session or a subscription is where five OPC UA stacks, asyncua among them,
ended connected and silent for ever (asyncua 2.1.0: two cuts are enough, measured).
"""

import asyncio
import contextlib
from collections.abc import Collection, Mapping, Sequence
from functools import partial

import structlog
from asyncua import ua
from asyncua.ua.uaerrors import UaStatusCodeError

from protocols.deriving import Reading
from protocols.interfaces import Link, LinkLostError, MalformedError
from protocols.opcua.agreement import Agreed
from protocols.opcua.batch import Batch, batch_of
from protocols.opcua.codec import Stamped, stamped_of, status_name
from protocols.opcua.conditions import Conditions
from protocols.opcua.connection import Connection, translated
from protocols.opcua.nodes import Target, resolve
from protocols.opcua.paths import translated_paths
from protocols.opcua.rounds import ROUNDS_PER_SILENCE, DeafError, Item, Rounds, deaf, put_off_bad
from protocols.opcua.structures import learn
from protocols.opcua.subscription import WITHOUT_SUBSCRIPTIONS, Hands, Subscription
from protocols.silence import monotonic
from twins.instant import Duration, in_seconds, seconds
from twins.observation import Quality

CONNECT_TIMEOUT = 5.0
"""Seconds from the first packet to the first full reading; asyncua itself may hang for ever under
packet loss (opcua-asyncio #1660)."""

ASK_AGAIN: Duration = seconds(10)
"""Between two attempts to have watched what the server refused to watch (assumed)."""

BACKLOG = 1000
"""Answers that may wait to be taken; one more ends the session, so that nothing is lost unseen."""

log = structlog.get_logger()


class Session:
    """A live connection: resolved nodes, one subscription, and the batches it brings.

    `generation` numbers the sessions of a link. The queue of batches dies with its session, so a
    late callback of a dead generation reaches nobody. `polled` are points that no subscription is
    trusted with any more.
    """

    def __init__(
        self, link: Link, generation: int, polled: Collection[tuple[str, str]] = ()
    ) -> None:
        self.generation = generation
        self.batches: asyncio.Queue[Batch] = asyncio.Queue(maxsize=BACKLOG)
        self._link = link
        self._polled = polled
        self._connection = Connection(link, self._end)
        hands = Hands(take=self._offer, end=self._end, gap=self._gap)
        self._subscription = Subscription(link, self._connection.services, hands)
        self._published = False
        self._alive = False
        self._over = asyncio.Event()
        self._missed = asyncio.Event()
        self._reason = ""
        self._targets: dict[tuple[str, str], Target] = {}
        self._homeless: Mapping[tuple[str, str], str] = {}
        self._items: list[Item] = []
        self._conditions = Conditions(())
        self._refused_at = monotonic()
        pulse = round(min(one.lost_after for one in link.devices) / ROUNDS_PER_SILENCE)
        self._rounds = Rounds(pulse, monotonic())

    @property
    def agreed(self) -> Agreed | None:
        """Return what the server agreed to publish, or None where it is polled."""
        return self._subscription.agreed if self._published else None

    async def open(self) -> None:
        """Connect, resolve every node, subscribe and read everything once; raises DriverError."""
        with translated():
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await self._connection.open()
                self._alive = True
                await self._resolve()
                await self._subscribe()
                await self._watch_items()
                await self._read_items(self._items)
                await self._watch_conditions()
                self._report_homeless()

    async def close(self) -> None:
        """Say goodbye if anybody listens, and free the socket in any case."""
        self._alive = False
        await self._connection.close(broken=self._over.is_set())

    async def watch(self) -> None:
        """Wait until the session is over and raise LinkLostError with the reason.

        Silence of the subscription ends it too, whatever the socket says.
        """
        loop = asyncio.get_running_loop()
        while not self._over.is_set():
            left = None
            if self._published:
                left = self._subscription.published_at + self._subscription.silence - loop.time()
                if left <= 0:
                    self._end(f"no publish for {self._subscription.silence:g} s")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._over.wait()
        raise LinkLostError(self._reason)

    async def keep_reading(self) -> None:
        """Read what is not published, and look after what is; raises DriverError."""
        while True:
            await self._until_due()
            now = monotonic()
            with translated():
                if self._missed.is_set():
                    self._missed.clear()
                    self._rounds.hurry(now)
                    await self._refresh_conditions()
                if self._rounds.pulse_due(now):
                    await self._look_again()
                if items := self._rounds.due(now):
                    await self._read_items(items)

    async def read(self, device: str, points: Sequence[str]) -> dict[str, Reading]:
        """Read some points of a device now; raises DriverError."""
        known = [self._targets[device, point] for point in points if self.knows(device, point)]
        targets = [target for target in known if target.point.condition is None]
        if len(targets) < len(points):
            raise MalformedError("not every point to be read can be read on this server")
        with translated():
            readings = _readings(
                targets, await self._connection.values([one.node for one in targets])
            )
        self._offer(batch_of(readings))
        return {point: reading for _, point, (reading, _) in readings}

    def knows(self, device: str, point: str) -> bool:
        """Return whether the namespace of a point is on this server."""
        return (device, point) in self._targets

    @property
    def can_send(self) -> bool:
        """Return whether bytes given to the socket now have a way out."""
        return self._alive and self._connection.can_send

    async def write(self, device: str, point: str, data: ua.DataValue) -> list[ua.StatusCode]:
        """Write one node once and return the server's word; raises what asyncua raises."""
        return await self._connection.write(self._targets[device, point].node, data)

    async def call(
        self, device: str, method: str, arguments: list[ua.Variant]
    ) -> list[ua.StatusCode]:
        """Call one method once and return the server's word; raises what asyncua raises."""
        target = self._targets[device, method]
        return await self._connection.call(target, arguments)

    async def _resolve(self) -> None:
        services = self._connection.services
        targets, self._homeless = await resolve(
            self._link.devices, self._connection.namespaces, partial(translated_paths, services)
        )
        self._targets = {target.key: target for target in targets}
        structured = [one for one in targets if one.point.field and one.point.condition is None]
        if structured:
            nodes = list(dict.fromkeys(target.node for target in structured))
            await learn(services, nodes, structured[0].layouts)

    async def _subscribe(self) -> None:
        try:
            await self._subscription.create()
            self._published = True
        except UaStatusCodeError as error:
            if error.code not in WITHOUT_SUBSCRIPTIONS:
                raise
            name = status_name(ua.StatusCode(ua.UInt32(error.code)))
            log.info("opcua.polling", link=self._link.url, reason=name)

    async def _watch_items(self) -> None:
        """Have every readable point watched, and poll what the server does not watch."""
        now = monotonic()
        limits = {device.id: device.lost_after for device in self._link.devices}
        self._items = [
            Item(
                target=target,
                interval=round(limits[target.device] / ROUNDS_PER_SILENCE),
                due=now + round(limits[target.device] / ROUNDS_PER_SILENCE),
                polled=not self._published or target.key in self._polled,
            )
            for target in self._targets.values()
            if not target.point.command and target.point.condition is None
        ]
        for item in self._items:
            self._rounds.add(item)
        await self._monitor([item for item in self._items if not item.polled])
        for item in self._items:
            if item.polled:
                item.interval = item.target.point.poll
                item.due = now + item.interval

    async def _monitor(self, items: Sequence[Item]) -> None:
        refused = await self._subscription.monitor(items)
        for item in items:
            item.polled = item.target.key in refused

    async def _look_again(self) -> None:
        """Make sure that it is the same server still, and ask again for what it did not watch."""
        await self._connection.require_same_server()
        self._offer(Batch())
        now = monotonic()
        if self._published and now - self._refused_at >= ASK_AGAIN:
            self._refused_at = now
            await self._refresh_conditions()
            await self._monitor(
                [one for one in self._items if one.polled and one.target.key not in self._polled]
            )

    async def _watch_conditions(self) -> None:
        """Be told of conditions, or say why nobody tells of them."""
        told = [one for one in self._targets.values() if one.point.condition is not None]
        self._conditions = Conditions(told)
        cause = "the server has no subscriptions, and conditions are told by nothing else"
        if told and self._published:
            cause = await self._subscription.tell_of(self._conditions)
        if told and cause:
            self._offer(batch_of(self._conditions.failed(cause)))

    async def _refresh_conditions(self) -> None:
        if cause := await self._subscription.refresh():
            self._offer(batch_of(self._conditions.failed(cause)))

    async def _until_due(self) -> None:
        """Wait until something is to be read or something was missed."""
        left = in_seconds(max(self._rounds.next() - monotonic(), 0))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self._missed.wait()

    async def _read_items(self, items: Sequence[Item]) -> None:
        """Read items and hand all over as one batch; raises DeafError."""
        answers = await self._connection.values([item.target.node for item in items])
        readings = _readings([item.target for item in items], answers)
        self._offer(batch_of(readings))
        now = monotonic()
        for item, answer in zip(items, answers, strict=True):
            if deaf(item, answer, now):
                raise DeafError(item.target)
        bad = [reading[0][1] is Quality.BAD for _, _, reading in readings]
        put_off_bad((item for item, poor in zip(items, bad, strict=True) if poor), now)

    def _report_homeless(self) -> None:
        """Make bad what is nowhere on this server."""
        readable = {device.id: device.model.points for device in self._link.devices}
        self._offer(
            batch_of(
                (device, point, ((None, Quality.BAD, cause), None))
                for (device, point), cause in self._homeless.items()
                if point in readable[device]
            )
        )

    def _offer(self, batch: Batch) -> None:
        if not self._alive:
            return
        try:
            self.batches.put_nowait(batch)
        except asyncio.QueueFull:
            self._end(f"{BACKLOG} answers wait to be taken")

    def _gap(self, reason: str) -> None:
        log.warning("opcua.gap", link=self._link.url, reason=reason)
        self._missed.set()

    def _end(self, reason: str) -> None:
        if not self._over.is_set():
            self._reason = reason
            self._over.set()


def _readings(
    targets: Sequence[Target], answers: Sequence[ua.DataValue]
) -> list[tuple[str, str, Stamped]]:
    return [
        (target.device, target.point.name, stamped_of(target.point, answer, target.layouts))
        for target, answer in zip(targets, answers, strict=True)
    ]
