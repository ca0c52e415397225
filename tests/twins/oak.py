"""A school with a whole gatehouse: detector, lockers, reception room, gate, side door, bollard."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from tests.twins.schools import EVERY_DAY, MONDAY_0700, TITLE, clock_time
from twins.capability import Line
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.engine import Engine
from twins.instant import Instant, seconds
from twins.observation import Observation, Quality, Value
from twins.premises import (
    Closure,
    Entrance,
    FailSafe,
    Interlock,
    OccupancyRules,
    Premises,
    ReceptionRoom,
)
from twins.records import Input, Output
from twins.school import Device, Lane, Plan, PlanStep, Responder, Role, School
from twins.visit import (
    AdmitVisit,
    CheckDone,
    HostAnswered,
    IdentityChecked,
    InspectionResult,
    RegisterVisit,
    StartInspection,
)
from twins.window import Window

NINE: Instant = MONDAY_0700 + clock_time(2)
"""09:00: no peak, visitors come."""

T = TypeVar("T")


def window(start: tuple[int, int], end: tuple[int, int]) -> Window:
    return Window(weekdays=EVERY_DAY, start=clock_time(*start), end=clock_time(*end))


def device(name: str, capability: str) -> Device:
    return Device(
        id=f"oak/{name}", capability=capability, title=TITLE, place="gate", line=Line.INNER
    )


PEAKS = (window((7, 20), (8, 0)), window((16, 30), (17, 0)))

OAK = School(
    id="oak",
    title=TITLE,
    zone="Asia/Shanghai",
    lanes=(
        Lane(id="oak/in", title=TITLE, device="oak/lane", kind="pedestrian"),
        Lane(id="oak/cars", title=TITLE, device="oak/barrier", kind="vehicle"),
    ),
    devices=(
        device("lane", "lane"),
        device("way-out", "lane"),
        device("detector", "walk-through-gate"),
        device("lockers", "locker-bank"),
        device("seats", "reception-room"),
        device("counter", "people-counter"),
        device("gate", "door"),
        device("side-door", "door"),
        device("sluice-a", "door"),
        device("sluice-b", "door"),
        device("bollard", "bollard"),
        device("barrier", "barrier"),
        device("button", "one-key-alarm"),
        device("speaker", "loudspeaker"),
    ),
    responders=(Responder(id="oak/station", role=Role.STATION, title=TITLE),),
    plans=(
        Plan(
            kind="fire-alarm",
            steps=(PlanStep(id="open", title=TITLE, action="release", devices=("oak/lane",)),),
        ),
    ),
    premises=Premises(
        entrances=(
            Entrance(
                id="oak/main",
                title=TITLE,
                inward=("oak/lane",),
                outward=("oak/way-out",),
                detector="oak/detector",
                free=PEAKS,
            ),
            Entrance(id="oak/side", title=TITLE, counters=("oak/counter",)),
        ),
        closures=(
            Closure(device="oak/gate", open=PEAKS),
            Closure(device="oak/side-door", fail_safe=FailSafe.OPEN, escape=True),
            Closure(device="oak/bollard", open=(window((9, 0), (15, 0)),), secured=PEAKS),
        ),
        interlocks=(
            Interlock(id="oak/sluice", title=TITLE, devices=("oak/sluice-a", "oak/sluice-b")),
        ),
        reception_rooms=(ReceptionRoom(id="oak/room", title=TITLE, seats=3, device="oak/seats"),),
        occupancy=OccupancyRules(tolerance=2, empty=(window((20, 0), (23, 0)),)),
    ),
)


def of(kind: type[T], outputs: Sequence[Output]) -> list[T]:
    return [one for one in outputs if isinstance(one, kind)]


def says(name: str, prop: str, value: Value, at: Instant, quality: Quality = Quality.GOOD):
    return Observation(
        device=f"oak/{name}",
        property=prop,
        value=value,
        quality=quality,
        cause="" if quality is Quality.GOOD else "no answer",
        source_time=at,
        receive_time=at,
    )


class Gatehouse:
    """An engine with a clock that a test turns by hand; time-outs in between fire on time."""

    def __init__(self, school: School = OAK, now: Instant = NINE) -> None:
        self.engine = Engine([school])
        self.now = now
        self.keys = 0

    def take(self, *inputs: Input) -> list[Output]:
        return self.engine.receive(inputs, self.now)

    def see(self, name: str, **values: Value) -> list[Output]:
        return self.take(*(says(name, prop, value, self.now) for prop, value in values.items()))

    def wait(self, span: float) -> list[Output]:
        """Let time pass; each deadline is met at its instant, as the shells do."""
        until, out = self.now + seconds(span), []
        while (due := self.engine.next_deadline()) is not None and due <= until:
            self.now = max(due, self.now)
            out += self.engine.advance(self.now)
        self.now = until
        return out + self.engine.advance(until)

    def ask(self, name: str, action: str, **changes) -> list[Output]:
        self.keys += 1
        request = RequestCommand(
            id=f"key-{self.keys}",
            device=f"oak/{name}",
            action=action,
            requested_by="Guard A",
            reason="test",
            not_after=self.now + seconds(5),
        )
        return self.take(replace(request, **changes))

    def end(self, command: Command, result: CommandResult) -> list[Output]:
        return self.take(CommandEnded(command=command.id, device=command.device, result=result))

    @property
    def standing(self) -> dict[str, str]:
        """Return kind → device of the standing alarms."""
        return {one.kind: one.device for one in self.engine.alarms.values()}

    @property
    def visits(self):
        return self.engine.visits


def register(name: str = "v1", **changes) -> RegisterVisit:
    good = RegisterVisit(
        id=name,
        school="oak",
        visitor="visitor-17",
        purpose="parent talk",
        host="teacher-3",
        by="terminal",
    )
    return replace(good, **changes)


def steps_before_admission(name: str = "v1") -> list[Input]:
    return [
        register(name),
        IdentityChecked(visit=name, genuine=True, by="Guard A"),
        HostAnswered(visit=name, confirmed=True, by="teacher-3"),
        *(
            CheckDone(visit=name, check=check, clear=True, by="Guard A")
            for check in ("person", "purpose", "host", "belongings", "vehicle")
        ),
        StartInspection(visit=name, detector="oak/detector", by="Guard A"),
        InspectionResult(visit=name, passed=True, by="Guard A"),
    ]


def admit(name: str = "v1") -> AdmitVisit:
    return AdmitVisit(visit=name, lane="oak/lane", by="Guard A")
