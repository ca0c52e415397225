"""`gatehouse check --live`: the device list against what really answers."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.clock import WallClock
from protocols.dialects import SCHEMES
from protocols.interfaces import Link
from protocols.registry import PROTOCOLS
from twins.instant import Duration, Instant, in_seconds, seconds
from twins.observation import Observation, Quality
from twins.streams import Streams

PATIENCE: Duration = seconds(15)
"""Longest wait for a first word on every point: a device is called lost after 10 s (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What one device of the list had to say."""

    device: str
    points: int
    bad: Mapping[str, str]
    """Point → why it is not good."""


@dataclass(slots=True)
class _Ear:
    latest: dict[tuple[str, str], Observation] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def observe(self, observations: Sequence[Observation]) -> None:
        """Keep what was said."""
        self.latest.update({(one.device, one.property): one for one in observations})
        self.news.set()

    def heard(self, devices: Sequence[str], at: Instant) -> None:
        """Take note of nothing: what was said counts."""


async def who_answers(links: Sequence[Link], patience: Duration = PATIENCE) -> list[Answered]:
    """Ask every device of a school for all its points once, all links side by side."""
    ear = _Ear()
    wanted = {
        (device.id, name) for link in links for device in link.devices
        for name in device.model.points
    }  # fmt: skip
    clock, streams = WallClock(), Streams(0)
    async with asyncio.TaskGroup() as group:
        running = [
            group.create_task(
                PROTOCOLS[SCHEMES[link.scheme]].make_driver(link, ear, clock, streams).run()
            )
            for link in links
        ]
        # Who has not said a word by then is told of below.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(in_seconds(patience)):
                while not wanted <= set(ear.latest):
                    ear.news.clear()
                    await ear.news.wait()
        for task in running:
            task.cancel()
    return [_answered(device.id, tuple(device.model.points), ear)
            for link in links for device in link.devices]  # fmt: skip


def _answered(device: str, points: Sequence[str], ear: _Ear) -> Answered:
    bad: dict[str, str] = {}
    for name in points:
        one = ear.latest.get((device, name))
        if one is None:
            bad[name] = "no answer"
        elif one.quality is not Quality.GOOD:
            bad[name] = one.cause
    return Answered(device=device, points=len(points), bad=bad)
