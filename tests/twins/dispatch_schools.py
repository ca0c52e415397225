"""Three neighbouring schools with two stations and two shared cars, and short words for dispatch."""

from dataclasses import replace

from tests.twins.schools import EVERY_DAY, MONDAY_0700, TITLE, clock_time
from twins.capability import Line
from twins.dispatch_rules import DispatchPolicy, DispatchRules
from twins.engine import Engine
from twins.incident import (
    Answer,
    HandleIncident,
    Notification,
    NotificationDelivered,
    RecipientAnswered,
    Verdict,
)
from twins.instant import seconds
from twins.jurisdiction import Jurisdiction
from twins.observation import Observation, Quality
from twins.school import Device, Responder, Role, School
from twins.window import Window

NOW = MONDAY_0700
SHOP_HOURS = (Window(weekdays=EVERY_DAY, start=clock_time(7), end=clock_time(20)),)


def volunteer(name, metres, **changes) -> Responder:
    return Responder(
        id=name,
        role=Role.VOLUNTEER,
        title=TITLE,
        **{"kit": ("shield",), "distance_m": metres, **changes},
    )


def car(name, metres, **changes) -> Responder:
    return Responder(
        id=name, role=Role.UNIT, title=TITLE, travel="car", distance_m=metres, **changes
    )


def neighbour(home, metres) -> Responder:
    return Responder(
        id=f"{home}/guard",
        role=Role.NEIGHBOUR,
        title=TITLE,
        home=home,
        kit=("shield",),
        distance_m=metres,
    )


def seat(name, authority="", role=Role.STATION) -> Responder:
    return Responder(id=name, role=role, title=TITLE, authority=authority)


def school(own, *responders, **changes) -> School:
    names = ("button", "button-2")
    return School(
        id=own,
        title=TITLE,
        zone="Asia/Shanghai",
        devices=tuple(
            Device(
                id=f"{own}/{name}",
                capability="one-key-alarm",
                title=TITLE,
                place="gate",
                line=Line.GATE_FRONT,
            )
            for name in names
        ),
        responders=(
            seat(f"{own}/station"),
            Responder(id=f"{own}/console", role=Role.GUARD, title=TITLE),
            *responders,
        ),
        **changes,
    )


ASH = school(
    "ash",
    car("car-1", 900),
    car("car-2", 1500),
    neighbour("birch", 300),
    *(volunteer(f"ash/volunteer-{number}", 100 * number) for number in range(1, 6)),
)
BIRCH = school(
    "birch",
    car("car-1", 1000),
    car("car-2", 1400),
    neighbour("ash", 300),
    volunteer("birch/volunteer-1", 150),
    volunteer("shared/shop", 250, hours=SHOP_HOURS),
)
CEDAR = replace(
    school("cedar", volunteer("cedar/volunteer-1", 150), volunteer("shared/shop", 350)),
    stations=(
        Jurisdiction(station="north"),
        Jurisdiction(station="south", since=NOW + seconds(600)),
    ),
)
CEDAR = replace(
    CEDAR,
    responders=(
        *CEDAR.responders[1:],
        seat("cedar/north", "north"),
        seat("cedar/south", "south"),
        car("car-1", 700),
        car("car-2", 800),
    ),
)
THREE = (ASH, BIRCH, CEDAR)


def phased(one: School, **figures) -> School:
    policy = figures.pop("policy", DispatchPolicy.PHASED)
    return replace(one, dispatch_policy=policy, dispatch=DispatchRules(**figures))


def press(own, at, name="button", value=True) -> Observation:
    return Observation(
        device=f"{own}/{name}",
        property="pressed",
        value=value,
        quality=Quality.GOOD,
        source_time=at,
        receive_time=at,
    )


def case(own, number=1) -> str:
    return f"{own}/incident/{number}"


def answered(own, responder, answer: Answer, number=1, eta=None) -> RecipientAnswered:
    return RecipientAnswered(
        incident=case(own, number),
        responder=responder,
        answer=answer,
        eta=None if eta is None else seconds(eta),
    )


def delivered(own, responder, number=1) -> NotificationDelivered:
    return NotificationDelivered(incident=case(own, number), responder=responder)


def handled(own, reason="over", verdict=Verdict.REAL, number=1) -> HandleIncident:
    return HandleIncident(incident=case(own, number), by="Station", reason=reason, verdict=verdict)


def of(kind, outputs):
    return [output for output in outputs if isinstance(output, kind)]


def told(outputs, incident=None):
    return [
        note.responder for note in of(Notification, outputs) if incident in (None, note.incident)
    ]


def pressed(*schools, own="ash", at=NOW):
    engine = Engine(schools or THREE)
    return engine, engine.receive([press(own, at)], at)
