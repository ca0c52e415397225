"""A school with everything that the programme asks for, and the words of a healthy day."""

from dataclasses import replace

from tests.twins.schools import EVERY_DAY, MONDAY_0700, TITLE, clock_time
from twins.capability import Line
from twins.engine import Engine
from twins.instant import Instant
from twins.observation import Observation, Quality, Value
from twins.school import Device, Lane, Post, Responder, Role, School
from twins.window import Window

NOW: Instant = MONDAY_0700


def device(name: str, capability: str, line: Line, place: str = "gate") -> Device:
    return Device(id=f"oak/{name}", capability=capability, title=TITLE, place=place, line=line)


OAK = School(
    id="oak",
    title=TITLE,
    zone="Asia/Shanghai",
    devices=(
        device("detector", "walk-through-gate", Line.INNER),
        device("button", "one-key-alarm", Line.GATE_FRONT),
        device("lockers", "locker-bank", Line.INNER),
        device("room", "reception-room", Line.INNER),
        device("lane", "lane", Line.GATE_FRONT),
        device("presence", "guard-post-presence", Line.GATE_FRONT),
        device("speaker", "loudspeaker", Line.GATE_FRONT),
        device("camera", "camera", Line.GATE_FRONT),
        device("yard-camera", "camera", Line.INNER, place="yard"),
        device("gate-face", "face-recognition-front-end", Line.GATE_FRONT),
        device("metro-face", "face-recognition-front-end", Line.REMOTE, place="metro exit"),
    ),
    lanes=(Lane(id="oak/lane-1", title=TITLE, device="oak/lane", kind="pedestrian"),),
    posts=(
        Post(
            id="oak/post",
            title=TITLE,
            presence="oak/presence",
            duty=(Window(weekdays=EVERY_DAY, start=clock_time(6), end=clock_time(18)),),
        ),
    ),
    responders=(
        Responder(id="oak/station", role=Role.STATION, title=TITLE),
        Responder(id="oak/head", role=Role.HEAD, title=TITLE),
    ),
)

HEALTHY: dict[str, dict[str, Value]] = {
    "detector": {"alarm": False},
    "button": {"pressed": False},
    "lockers": {"door01.closed": True},
    "room": {"seats_occupied": 0},
    "lane": {"locked": True},
    "presence": {"present": True},
    "speaker": {"playing": False},
    "camera": {"online": True, "storage_days": 30.0},
    "yard-camera": {"online": True, "storage_days": 45.0},
    "gate-face": {"online": True, "subject": "", "list": "", "score": 0.0, "hits": 0},
    "metro-face": {"online": True, "subject": "", "list": "", "score": 0.0, "hits": 0},
}


def says(
    name: str, prop: str, value: Value, at: Instant = NOW, quality: Quality = Quality.GOOD
) -> Observation:
    return Observation(
        device=f"oak/{name}",
        property=prop,
        value=value,
        quality=quality,
        cause="" if quality is Quality.GOOD else "no answer",
        source_time=at,
        receive_time=at,
    )


def healthy(*, without: tuple[str, ...] = ()) -> list[Observation]:
    return [
        says(name, prop, value)
        for name, values in HEALTHY.items()
        if name not in without
        for prop, value in values.items()
    ]


def unplugged(name: str, at: Instant) -> list[Observation]:
    return [says(name, prop, None, at, Quality.BAD) for prop in HEALTHY[name]]


def without(school: School, *names: str) -> School:
    gone = {f"oak/{name}" for name in names}
    return replace(school, devices=tuple(one for one in school.devices if one.id not in gone))


def running(school: School = OAK) -> Engine:
    engine = Engine([school])
    there = {one.id for one in school.devices}
    engine.receive([one for one in healthy() if one.device in there], NOW)
    return engine
