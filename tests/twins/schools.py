"""A small school for engine tests, and the shortest way to say what its devices report."""

from twins.capability import Line
from twins.instant import Instant, seconds
from twins.observation import Observation, Quality, Value
from twins.school import Device, Plan, PlanStep, Post, Responder, Role, School
from twins.window import Window

TITLE = {"en": "x", "zh": "x"}
MONDAY_0700: Instant = seconds(1_788_130_800)  # 2026-08-31 07:00 in Shanghai, a Monday
EVERY_DAY = frozenset(range(7))


def clock_time(hour: int, minute: int = 0) -> int:
    return seconds(hour * 3600 + minute * 60)


def device(name: str, capability: str) -> Device:
    return Device(
        id=f"elm/{name}", capability=capability, title=TITLE, place="gate", line=Line.GATE_FRONT
    )


ELM = School(
    id="elm",
    title=TITLE,
    zone="Asia/Shanghai",
    devices=(
        device("button", "one-key-alarm"),
        device("button-2", "one-key-alarm"),
        device("presence", "guard-post-presence"),
        device("speaker", "loudspeaker"),
        device("lane", "lane"),
        device("lockers", "locker-bank"),
        device("camera", "camera"),
    ),
    posts=(
        Post(
            id="elm/post",
            title=TITLE,
            presence="elm/presence",
            duty=(Window(weekdays=EVERY_DAY, start=clock_time(6), end=clock_time(18)),),
            breaks=(Window(weekdays=EVERY_DAY, start=clock_time(12), end=clock_time(12, 30)),),
            peaks=(Window(weekdays=EVERY_DAY, start=clock_time(7, 20), end=clock_time(8)),),
        ),
    ),
    responders=(
        Responder(id="elm/station", role=Role.STATION, title=TITLE),
        Responder(id="elm/console", role=Role.GUARD, title=TITLE),
        Responder(id="elm/volunteer-1", role=Role.VOLUNTEER, title=TITLE, kit=("shield",)),
        Responder(
            id="elm/shop-night",
            role=Role.VOLUNTEER,
            title=TITLE,
            hours=(Window(weekdays=EVERY_DAY, start=clock_time(20), end=clock_time(23)),),
        ),
    ),
    plans=(
        Plan(
            kind="one-key-alarm",
            steps=(
                PlanStep(id="lock", title=TITLE, action="lock", devices=("elm/lane",)),
                PlanStep(id="tell", title=TITLE, action="play", devices=("elm/speaker",)),
            ),
        ),
    ),
)


def says(
    name: str,
    prop: str,
    value: Value,
    at: Instant,
    quality: Quality = Quality.GOOD,
    cause: str = "",
) -> Observation:
    return Observation(
        device=f"elm/{name}",
        property=prop,
        value=value,
        quality=quality,
        cause=cause,
        source_time=at,
        receive_time=at,
    )
