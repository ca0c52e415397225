"""A drill in the pretended world: who stands where at first, what is injected, when it is over."""

from collections.abc import Callable, Mapping
from functools import partial

from protocols.model import DeviceModel
from scenarios.drill import Drill, Inject
from scenarios.story import StoryEvent
from simulator.chance import Chance
from simulator.deeds import VERBS, check_verbs
from simulator.port import Platform
from simulator.pupils import PeakInflow, Pupils
from simulator.timeline import Timeline
from simulator.world import World
from twins.capability import Line
from twins.instant import Duration, Instant, seconds
from twins.school import School
from twins.streams import Streams

LEAD_IN: Duration = seconds(15)
"""Time before the first inject, in which every device is read once (assumed)."""

PUPIL = "pupil"
"""The role of a drill's population that is exposed before the gate."""

QUIET: Duration = seconds(60)
"""Time after the last inject and the last closed case before a drill is over (assumed)."""

LONGEST: Duration = seconds(45 * 60)
"""A drill ends this long after its last inject, whatever is still open (assumed)."""


class Staging:
    """One school during one drill. Build it, `live()`, then play its world's timeline.

    Raises ConfigError for a drill that wants something done which nobody here can do.
    """

    def __init__(
        self, school: School, drill: Drill, *, models: Mapping[str, DeviceModel], streams: Streams,
        platform: Platform, truth: Callable[[StoryEvent], None],
    ) -> None:  # fmt: skip
        check_verbs(drill)
        self.drill = drill
        self.zero: Instant = drill.start.instant(school.zone)
        """The drill's `0s`."""
        self.world = World(
            school,
            Timeline(self.zero + min(drill.injects[0].at, 0) - LEAD_IN),
            models=models,
            chance=Chance(streams),
            platform=platform,
            truth=truth,
        )
        self._inflows = [
            PeakInflow(
                self.world.open_zone(zone),
                pupils,
                lanes=len(self.world.pedestrian_lanes()),
                timeline=self.world.timeline,
                chance=self.world.chance,
            )
            for zone, pupils in before_the_gate(school, drill).items()
        ]
        self._last_inject = self.zero + drill.injects[-1].at

    def live(self) -> None:
        """Let the world begin and put every inject on its timeline."""
        self.world.live()
        for inflow in self._inflows:
            inflow.live()
        for inject in self.drill.injects:
            self.world.timeline.at(self.zero + inject.at, partial(self._inject, inject))

    @property
    def over_at(self) -> Instant | None:
        """Return when the drill is over, or None while a case is open and there is time."""
        if self.world.case_open and self.world.timeline.now < self._last_inject + LONGEST:
            return None
        return max(self._last_inject, self.world.last_handled or self._last_inject) + QUIET

    def _inject(self, inject: Inject) -> None:
        given = {"do": inject.do, "who": inject.who, "where": inject.where, "device": inject.device}
        details = {name: value for name, value in given.items() if value}
        self.world.happened("inject", inject.id, **details)
        VERBS[inject.do](self.world, inject)


def before_the_gate(school: School, drill: Drill) -> dict[str, Pupils]:
    """Return the zones before the gate that hold pupils; those in the street come to the first.

    Pupils of the inner line are in already and are nobody's exposure.
    """
    lines = {zone.id: zone.line for zone in school.zones}
    standing: dict[str, int] = {}
    coming = 0
    for people in drill.population:
        if people.role == PUPIL and lines[people.place] is Line.GATE_FRONT:
            standing[people.place] = standing.get(people.place, 0) + people.count
        elif people.role == PUPIL and lines[people.place] is Line.REMOTE:
            coming += people.count
    return {
        zone: Pupils(standing=count, coming=0 if number else coming)
        for number, (zone, count) in enumerate(standing.items())
    }
