"""A school with eyes and voices: front ends, cameras, loudspeaker, intercom, console, UPS, link."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from tests.twins.schools import MONDAY_0700, TITLE
from twins.capability import Line
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.engine import Engine
from twins.instant import Instant, seconds
from twins.observation import Observation, Quality, Value
from twins.records import Input, Output, decode_record, encode_record
from twins.school import Device, Plan, PlanStep, Responder, Role, School
from twins.state import decode_state, encode_state
from twins.watch import BroadcastPost, BroadcastRules, CameraView, VideoRules, WatchRules

T = TypeVar("T")

NEVER_ON_A_WARNING = Plan(
    kind="person-warning",
    steps=(PlanStep(id="lock", title=TITLE, action="lock", devices=("ash/lane",)),),
)
"""A plan that somebody wrote although a score alone must lock nothing."""


def device(name: str, capability: str, place: str = "gate", line: Line = Line.GATE_FRONT) -> Device:
    return Device(id=f"ash/{name}", capability=capability, title=TITLE, place=place, line=line)


ASH = School(
    id="ash",
    title=TITLE,
    zone="Asia/Shanghai",
    devices=(
        device("metro-face", "face-recognition-front-end", "metro exit", Line.REMOTE),
        device("stop-face", "face-recognition-front-end", "bus stop", Line.REMOTE),
        device("gate-face", "face-recognition-front-end"),
        device("events", "event-recognition-front-end"),
        device("metro-camera", "camera", "metro exit", Line.REMOTE),
        device("gate-camera-1", "camera"),
        device("gate-camera-2", "camera", "gatehouse"),
        device("yard-camera", "camera", "yard", Line.INNER),
        device("button", "one-key-alarm"),
        device("dormitory-button", "one-key-alarm", "dormitory", Line.INNER),
        device("lane", "lane"),
        device("speaker", "loudspeaker"),
        device("intercom", "intercom"),
        device("panel", "fire-alarm-panel", "dormitory", Line.INNER),
        device("console", "guard-console", "gatehouse"),
        device("ups", "ups", "gatehouse"),
        device("link", "network-link", "gatehouse"),
    ),
    responders=(
        Responder(id="ash/station", role=Role.STATION, title=TITLE),
        Responder(id="ash/guard", role=Role.GUARD, title=TITLE),
        Responder(id="ash/car", role=Role.UNIT, title=TITLE, distance_m=900),
        Responder(id="ash/head", role=Role.HEAD, title=TITLE),
        Responder(id="ash/shop", role=Role.VOLUNTEER, title=TITLE, kit=("shield",)),
    ),
    plans=(
        Plan(
            kind="one-key-alarm",
            steps=(PlanStep(id="lock", title=TITLE, action="lock", devices=("ash/lane",)),),
        ),
        Plan(
            kind="fire-alarm",
            steps=(PlanStep(id="open", title=TITLE, action="release", devices=("ash/lane",)),),
        ),
        NEVER_ON_A_WARNING,
    ),
    watch=WatchRules(
        video=VideoRules(
            views=(
                CameraView(camera="ash/gate-camera-1", places=("gate",)),
                CameraView(camera="ash/metro-camera", places=("metro exit",)),
                CameraView(camera="ash/gate-camera-2", places=("gatehouse", "gate")),
                CameraView(camera="ash/yard-camera", places=("yard", "dormitory", "gate")),
            )
        ),
        broadcast=BroadcastRules(
            posts=(
                BroadcastPost(id="gatehouse", title=TITLE, console="ash/console"),
                BroadcastPost(id="station", title=TITLE),
            )
        ),
    ),
)


def of(kind: type[T], outputs: Sequence[Output]) -> list[T]:
    return [one for one in outputs if isinstance(one, kind)]


def says(
    name: str,
    prop: str,
    value: Value,
    at: Instant,
    received: Instant | None = None,
    quality: Quality = Quality.GOOD,
) -> Observation:
    return Observation(
        device=f"ash/{name}",
        property=prop,
        value=value,
        quality=quality,
        cause="" if quality is Quality.GOOD else "no answer",
        source_time=at,
        receive_time=at if received is None else received,
    )


class Story:
    """An engine with a clock that a test turns by hand.

    Beside it goes a second engine that is revived from a snapshot before every single step and has
    to say the same, and every record has to survive the log.
    """

    def __init__(self, school: School = ASH, now: Instant = MONDAY_0700) -> None:
        self.school = school
        self.engine = Engine([school])
        self.start = self.now = now
        self.keys = 0
        self.told: list[Output] = []

    def take(self, *inputs: Input) -> list[Output]:
        revived = Engine([self.school], decode_state(encode_state(self.engine.state())))
        outputs = self.engine.receive(inputs, self.now)
        logged = [encode_record(one) for one in outputs]
        assert [encode_record(one) for one in revived.receive(inputs, self.now)] == logged
        assert [decode_record(*one) for one in logged] == outputs
        self.told += outputs
        return outputs

    def see(self, name: str, **values: Value) -> list[Output]:
        return self.take(*(says(name, prop, value, self.now) for prop, value in values.items()))

    def lose(self, name: str, *properties: str) -> list[Output]:
        return self.take(
            *(says(name, one, None, self.now, quality=Quality.BAD) for one in properties)
        )

    def wait(self, span: float) -> list[Output]:
        """Let time pass; each deadline is met at its instant, as the shells do."""
        until, out = self.now + seconds(span), []
        while (due := self.engine.next_deadline()) is not None and due <= until:
            self.now = max(due, self.now)
            out += self.take()
        self.now = until
        return out + self.take()

    def at(self, second: float) -> list[Output]:
        """Go on to so many seconds after the beginning of the story."""
        return self.wait((self.start + seconds(second) - self.now) / seconds(1))

    def ask(self, name: str, action: str, **changes: object) -> list[Output]:
        self.keys += 1
        request = RequestCommand(
            id=f"key-{self.keys}",
            device=f"ash/{name}",
            action=action,
            requested_by="Operator A",
            reason="test",
            not_after=self.now + seconds(5),
        )
        return self.take(replace(request, **changes))

    def end(self, command: Command, result: CommandResult, reason: str = "") -> list[Output]:
        ended = CommandEnded(
            command=command.id, device=command.device, result=result, reason=reason
        )
        return self.take(ended)

    @property
    def memory(self):
        return self.engine.state().watch

    @property
    def standing(self) -> dict[str, str]:
        """Return kind → device of the standing alarms."""
        return {one.kind: one.device.removeprefix("ash/") for one in self.engine.alarms.values()}
