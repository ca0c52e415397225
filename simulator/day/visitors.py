"""Visitors by the school's own flow: register, be verified, be checked, be inspected, go in, leave.

The steps, who does them and how long they take are the school's data (`twins.inspection`), the
same that the platform holds the visit to.
"""

from collections.abc import Generator, Iterator

import simpy

from simulator.day.desk import Desk, Steps
from simulator.day.scene import GUARD, Scene
from simulator.devices.lane import WatchedLane
from twins.detection import detectors
from twins.inspection import FlowStep, Step
from twins.instant import Duration, Instant, seconds
from twins.records import Input
from twins.visit import (
    AdmitVisit,
    CheckDone,
    HostAnswered,
    IdentityChecked,
    InspectionResult,
    LeaveVisit,
    RegisterVisit,
    StartInspection,
    TurnAwayVisit,
)

Searching = Generator[simpy.Event, object, bool]

PATIENCE: Duration = seconds(3)
"""How long a guard waits for a lane (a lane's own `not_after`)."""

PASSES: Duration = seconds(2)
"""From the released lane until somebody is through (assumed)."""

OFFICE_HOURS = (8.5, 17.0)
"""Hours of the local day in which visitors come (assumed)."""


class Visitors:
    """Everybody who visits a school on one day."""

    def __init__(self, scene: Scene, desk: Desk) -> None:
        self._scene = scene
        self._desk = desk
        self._serial = 0
        self._terminal = Desk(scene.timeline, 1)
        school = scene.world.school
        self._detector = next(iter(detectors(school)), "")
        lanes = [one for one in school.lanes if one.kind == "pedestrian"]
        self._lane = lanes[0].device if lanes else ""

    def live(self) -> None:
        """Have visitors come through the office hours."""
        school, midnight = self._scene.world.school.id, self._scene.times.midnight
        begin, end = (midnight + seconds(3600 * hour) for hour in OFFICE_HOURS)
        rate = self._scene.chance.draw(school, "visitors.per-day")
        self._scene.poisson(
            school, "visitors", per_second=rate / (end - begin) * 1e9, span=(begin, end),
            do=self._come,
        )  # fmt: skip

    def _come(self) -> None:
        self._serial += 1
        day = self._scene.times.day.isoformat()
        self._scene.timeline.process(
            self._visit(f"{self._scene.world.school.id}/visit-{day}-{self._serial}")
        )

    def _visit(self, visit: str) -> Steps:
        scene, chance = self._scene, self._scene.chance
        came = scene.timeline.now
        yield from self._terminal.serve(chance.delay(visit, "visitor.registers"))
        self._scene.say(
            RegisterVisit(
                id=visit, school=scene.world.school.id, visitor=visit, purpose="visit (simulated)",
                host="host (simulated)", by="terminal",
            )
        )  # fmt: skip
        carries = chance.fraction(visit, "carries") < chance.draw(visit, "visitor.carries")
        scene.tally.contraband += carries
        expected = chance.fraction(visit, "expected") < chance.draw(visit, "visitor.expected")
        for step in scene.world.school.inspection.steps[1:]:
            yield from self._take(visit, step)
            if step.step is Step.HOST and not expected:
                self._scene.say(HostAnswered(visit=visit, confirmed=False, by="host"))
                scene.tally.turned_away += 1
                return
            if step.step is Step.INSPECT and (yield from self._inspect(visit, carries=carries)):
                scene.tally.turned_away += 1
                return
            self._scene.say(*self._facts(visit, step.step))
        self._enter(came, carries=carries)
        yield from self._through()
        yield scene.timeline.wait(seconds(60 * chance.draw(visit, "visitor.stay")))
        self._scene.say(LeaveVisit(visit=visit, by=GUARD))
        yield from self._through()

    def _take(self, visit: str, step: FlowStep) -> Steps:
        takes = round(step.takes * self._scene.chance.draw(visit, "visitor.step"))
        if step.role == "guard":
            yield from self._desk.serve(takes)
        else:
            yield self._scene.timeline.wait(takes)

    def _inspect(self, visit: str, *, carries: bool) -> Searching:
        """Go through the detector; return whether something was found."""
        scene, chance = self._scene, self._scene.chance
        if self._detector:
            self._scene.say(StartInspection(visit=visit, detector=self._detector, by=GUARD))
        alarms = chance.draw(visit, self._item(visit) if carries else "detector.nuisance")
        if not self._detector or chance.fraction(visit, "detector") >= alarms:
            return False
        device = scene.world.devices[self._detector]
        count = int(device.values.get("alarms") or 0) + 1
        device.change(alarm=True, alarms=count)
        yield scene.timeline.wait(seconds(1.0))
        device.change(alarm=False)
        yield from self._desk.serve(chance.delay(visit, "detector.search"))
        scene.tally.searches += 1
        if carries:
            self._scene.say(
                InspectionResult(visit=visit, passed=False, by=GUARD, reason="found (simulated)"),
                TurnAwayVisit(visit=visit, by=GUARD, reason="carries what may not come in"),
            )
            return True
        # Keys and belt are put aside and the visitor goes through once more, without an alarm.
        self._scene.say(StartInspection(visit=visit, detector=self._detector, by=GUARD))
        return False

    def _item(self, visit: str) -> str:
        """Return how well the detector knows what the visitor brings."""
        chance = self._scene.chance
        share, blade = chance.fraction(visit, "item"), chance.draw(visit, "item.blade")
        if share < blade:
            return "detector.hit-blade"
        liquid = chance.draw(visit, "item.liquid")
        return "detector.hit-liquid" if share < blade + liquid else "detector.hit"

    def _facts(self, visit: str, step: Step) -> Iterator[Input]:
        """Yield what the platform is told when a step is done."""
        match step:
            case Step.IDENTIFY:
                yield IdentityChecked(visit=visit, genuine=True, by=GUARD)
            case Step.HOST:
                yield HostAnswered(visit=visit, confirmed=True, by="host")
            case Step.CHECK:
                for check in self._scene.world.school.inspection.checks:
                    yield CheckDone(visit=visit, check=check.id, clear=True, by=GUARD)
            case Step.INSPECT:
                yield InspectionResult(visit=visit, passed=True, by=GUARD)
            case Step.ADMIT:
                yield AdmitVisit(visit=visit, lane=self._lane, by=GUARD)

    def _enter(self, came: Instant, *, carries: bool) -> None:
        self._scene.tally.visits.append(self._scene.timeline.now - came)
        self._scene.tally.contraband_missed += carries

    def _through(self) -> Steps:
        """Have the guard release the lane for one person, who then goes through."""
        if not self._lane:
            return
        self._scene.ask(self._lane, "release", "a visitor", patience=PATIENCE)
        yield self._scene.timeline.wait(PASSES)
        lane = self._scene.world.devices.get(self._lane)
        if isinstance(lane, WatchedLane):
            lane.passed()
