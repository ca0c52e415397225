"""An attack through the three lines, step by step, until somebody ends it or it is done."""

from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate

from simulator.analysis.easi import LostCall
from simulator.day.crowd import Crowd
from simulator.day.holders import Holders
from simulator.day.rounds import Rounds
from simulator.day.scene import Scene
from simulator.day.threats import ELEMENTS, Element, Met, Sensor, Threat, path_of
from simulator.devices.button import OneKeyAlarmButton
from simulator.devices.camera import WatchingCamera
from twins.capability import Line
from twins.instant import Duration, Instant, seconds

PRESS: Duration = seconds(1.5)
"""How long somebody in fear holds the button (assumed)."""

ATTACKS = ("attacks the queue", "attacks inside")
"""Elements in which pupils are hurt."""


@dataclass(slots=True)
class Attack:
    """One attack and what came of it; instants are None for what never was."""

    scene: Scene
    threat: Threat
    crowd: Crowd
    holders: Holders
    rounds: Rounds
    begins: Instant = field(init=False)
    """When the attacker is through the remote line."""
    path: tuple[str, ...] = field(init=False)
    starts: tuple[Instant, ...] = field(init=False)
    """When each step begins, if nobody stops him; one more for the end of the last."""
    attention: float | None = None
    """Of those at the gate when he came, 0 where nobody stood there; None if he never came."""
    noticed: Line | None = None
    """The line at which he was first noticed."""
    calls_lost: int = 0
    called: Instant | None = None
    """When that was noticed which led to the press."""
    pressed: Instant | None = None
    responded: Instant | None = None
    """When somebody who was called was ready to hold him."""
    reached: Line | None = None
    """The innermost line that he came to."""
    harms: Instant | None = None
    """When he first came to where pupils are hurt."""
    ended: Instant | None = None
    stopped_at: Line | None = None
    """Where somebody ended it; None where it ended by itself."""
    exposed: int = 0
    """Pupils before the gate when he came."""
    _given_up: bool = False
    _held: bool = False

    def __post_init__(self) -> None:
        """Draw how long each step takes."""
        self.begins = self.scene.times.midnight + self.threat.at
        devices = self.scene.world.school.devices
        self.path = path_of(self.threat.kind, frozenset(one.capability for one in devices))
        delays = [self._delay(f"{name}: delay", ELEMENTS[name].delay) for name in self.path]
        outside = sum(
            delay
            for name, delay in zip(self.path, delays, strict=True)
            if ELEMENTS[name].line is Line.REMOTE
        )
        self.starts = tuple(accumulate(delays, initial=self.begins - outside))

    def live(self) -> None:
        """Put the attack on the timeline."""
        timeline = self.scene.timeline
        for place, name in enumerate(self.path):
            timeline.at(max(self.starts[place], timeline.now), partial(self._step, place, name))
        timeline.at(self.starts[-1], self._done)

    def arrived(self) -> None:
        """Note that somebody capable who was called has come."""
        if self.responded is None:
            engages = self._delay("engages", "guard.engages")
            self.responded = self.scene.timeline.now + engages
            self.scene.timeline.after(engages, self._stop)

    def _step(self, place: int, name: str) -> None:
        if self.ended is not None or self._held:
            return
        element, begins, ends = ELEMENTS[name], self.starts[place], self.starts[place + 1]
        self.reached = element.line
        if self.scene.timeline.now >= self.begins:
            self._come_to_the_gate(name)
        sensed = ends - round(element.sensed.ahead * (ends - begins))
        if self._luck(f"{name}: sensor") < self._detection(element):
            self.scene.timeline.at(
                max(sensed, self.scene.timeline.now), partial(self._notice, name, element)
            )
        elif element.met is Met.ALWAYS:
            self._meet()
        if name in ATTACKS:
            self.harms = self.scene.timeline.now
            self._frighten()

    def _come_to_the_gate(self, name: str) -> None:
        """Tell of the beginning once: from here on the gap counts."""
        if self.scene.timeline.now == self.begins:
            zone = self.crowd.zone
            self.attention = self.holders.attention(self.begins)
            self.exposed = zone.count if zone is not None else 0
            where = zone.zone if zone is not None else ""
            self.scene.world.happened(
                "inject", "attack", do="draws-knife", who="attacker", where=where
            )
        self.scene.world.happened("step", "attacker", does=name)

    def _detection(self, element: Element) -> float:
        school = self.scene.world.school.id
        detection = self.scene.chance.draw(school, element.detection)
        now = self.scene.timeline.now
        if element.sensor in (Sensor.CAMERA, Sensor.POST):
            detection *= self.holders.attention(now)
        if element.sensor is Sensor.CAMERA:
            return detection * self.scene.chance.draw(school, "warning.heeded")
        return detection

    def _notice(self, name: str, element: Element) -> None:
        """Let a sensor speak: somebody goes to the button, and the post stands in the way."""
        if self.ended is not None:
            return
        if self.noticed is None:
            self.noticed = element.line
        self.scene.world.happened("seen", "attacker", does=name, by=element.sensor.value)
        if element.sensor is Sensor.CAMERA:
            for camera in self._cameras():
                camera.watch(_nothing)
        self._call(
            "guard.sees" if self.holders.held(self.scene.timeline.now) else "bystander.calls"
        )
        if element.met is not Met.NEVER:
            self._meet()

    def _cameras(self) -> tuple[WatchingCamera, ...]:
        zone = self.crowd.zone
        return self.scene.world.cameras_at(zone.zone) if zone is not None else ()

    def _call(self, who: str) -> None:
        """Have somebody press, unless somebody did or every call is lost for good."""
        if self.called is not None or self._given_up:
            return
        school = self.scene.world.school.id
        if self._luck("button") < self.scene.chance.draw(school, "button.fails"):
            self.calls_lost += 1
            self._given_up = self.threat.lost_call is LostCall.FOR_GOOD
            return
        self.called = self.scene.timeline.now
        self.scene.timeline.after(self._delay("calls", who), self._press)

    def _press(self) -> None:
        devices = self.scene.world.devices.values()
        button = next((one for one in devices if isinstance(one, OneKeyAlarmButton)), None)
        if button is not None:
            self.pressed = self.scene.timeline.now
            self.scene.world.happened("inject", "press", do="press", device=button.id)
            button.press(PRESS)
            for delay in self.rounds.backup():
                self.scene.timeline.after(delay, self._help)

    def _help(self) -> None:
        """Have another guard of the school come to the attacker."""
        if self.ended is None and not self._held and self.holders.hold_alone():
            self._held = True
            self.scene.timeline.after(self._delay("helped", "guard.engages"), self._stop)

    def _meet(self) -> None:
        """Let those at the post try to hold him off; once held he does not get further."""
        if not self._held and self.holders.hold(self.scene.timeline.now):
            self._held = True
            self.scene.timeline.after(self._delay("held", "guard.engages"), self._stop)

    def _frighten(self) -> None:
        """Have a teacher call the pupils away from him."""
        near = self.holders.teacher(self.scene.timeline.now)
        who = "teacher.calls-in" if near else "teacher.calls-in-far"
        self.scene.timeline.after(self._delay("calls in", who), self._move_in)

    def _move_in(self) -> None:
        if self.crowd.zone is not None:
            self.crowd.zone.move_in()
        self.crowd.yard.call_in(self.scene.timeline.now)

    def _stop(self) -> None:
        if self.ended is None:
            self.ended, self.stopped_at = self.scene.timeline.now, self.reached

    def _done(self) -> None:
        if self.ended is None and not self._held:
            self.ended = self.scene.timeline.now

    def _luck(self, purpose: str) -> float:
        return self.scene.chance.fraction(self.scene.world.school.id, f"threat {purpose}")

    def _delay(self, purpose: str, parameter: str) -> Duration:
        """Draw by the purpose's own stream: two steps of one law do not share numbers."""
        return self.scene.chance.delay(f"{self.scene.world.school.id} {purpose}", parameter)


def _nothing() -> None:
    """Note nothing: the camera's contact is all that a loiterer sets off."""
