"""What everything that goes on in a day needs: the world, the platform, the day, and the tally."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from scenarios.package import SchoolPackage
from simulator.chance import Chance
from simulator.day.timetable import Timetable
from simulator.platform import SimulatedPlatform
from simulator.timeline import Timeline
from simulator.world import World
from twins.command import RequestCommand
from twins.instant import Duration, Instant, seconds
from twins.records import Input

MINUTE: Duration = seconds(60)

GUARD = "guard (simulated)"
"""Whose hand stands under what the simulated guards do."""

GUARD_ID = "simulated-guard"
"""The same where an opaque id is asked for."""


class GoingOn(Protocol):
    """One thing that goes on in a school day."""

    def live(self) -> None:
        """Put what it does on the timeline."""
        ...


@dataclass(slots=True)
class Tally:
    """What really happened in a day, as it happened. Durations are in nanoseconds."""

    arrived: int = 0
    """Pupils who came."""
    fetched: int = 0
    """Pupils who waited before the gate after the lessons."""
    entered_late: int = 0
    """Pupils through a lane after the first lesson began."""
    visits: list[Duration] = field(default_factory=list)
    """From arrival to admission, one entry per visitor who was let in."""
    turned_away: int = 0
    searches: int = 0
    """Alarms of the detector that a guard looked into."""
    contraband: int = 0
    """Visitors who brought what may not come in."""
    contraband_missed: int = 0
    absences: list[Duration] = field(default_factory=list)
    """How long a post was empty that should have been held, one entry per time."""
    vehicles: int = 0
    conflicts: int = 0
    """Vehicles that passed while pupils stood before the gate (R27)."""
    camera_mistakes: int = 0
    false_hits: int = 0
    """Hits and events of recognition front ends that were none."""
    mistaken_presses: list[Instant] = field(default_factory=list)
    outages: int = 0
    patrols: int = 0
    """Patrols that were made."""
    absent: list[tuple[Instant, Instant]] = field(default_factory=list)
    """When a post was left and when it was held again."""
    asked: int = 0
    """Commands that guards asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One school on one day."""

    package: SchoolPackage
    times: Timetable
    world: World
    platform: SimulatedPlatform
    tally: Tally

    @property
    def timeline(self) -> Timeline:
        """Return the world's timeline."""
        return self.world.timeline

    @property
    def chance(self) -> Chance:
        """Return the world's chance."""
        return self.world.chance

    def say(self, *inputs: Input) -> None:
        """Have somebody tell the platform something."""
        for one in inputs:
            self.platform.answer(one)

    def ask(self, device: str, action: str, reason: str, *, patience: Duration) -> None:
        """Have a guard ask for a command."""
        self.tally.asked += 1
        self.say(
            RequestCommand(
                id=f"{device.replace('/', '-')}-{self.times.day.isoformat()}-{self.tally.asked}",
                device=device, action=action, requested_by=GUARD, reason=f"{reason} (simulated)",
                not_after=self.timeline.now + patience,
            )
        )  # fmt: skip

    def poisson(
        self, entity: str, what: str, *, per_second: float, span: tuple[Instant, Instant],
        do: Callable[[], object],
    ) -> None:  # fmt: skip
        """Call `do` at the instants of a Poisson process within a span, by its own stream."""
        if per_second <= 0:
            return
        uniform = self.chance.uniform(entity, f"gap of {what}")

        def happen() -> None:
            do()
            follow()

        def follow() -> None:
            at = self.timeline.now + seconds(-math.log(1.0 - uniform()) / per_second)
            if at < span[1]:
                self.timeline.at(at, happen)

        self.timeline.at(max(span[0], self.timeline.now), follow)
