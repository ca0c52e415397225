"""An attack before the gate, from the first step to whoever ends it."""

from dataclasses import dataclass, field
from functools import partial

from simulator.day.crowd import Crowd
from simulator.day.posts import HeldPost
from simulator.day.scene import Scene
from simulator.devices.button import OneKeyAlarmButton
from twins.instant import Duration, Instant, seconds

PRESS: Duration = seconds(1.5)
"""How long somebody in fear holds the button (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """What somebody is going to do at the gate."""

    at: Duration
    """Since local midnight: when the attack begins."""
    loiters: Duration = seconds(60)
    """How long they stand there before it."""


@dataclass(slots=True)
class Attack:
    """One attack and what came of it; instants are None for what never was."""

    scene: Scene
    threat: Threat
    crowd: Crowd
    posts: tuple[HeldPost, ...]
    begins: Instant = field(init=False)
    pressed: Instant | None = None
    ended: Instant | None = None
    stopped: bool = False
    """Ended by somebody, not by the attacker."""
    exposed: int = 0
    """Pupils before the gate when it began."""

    def __post_init__(self) -> None:
        """Set the instant."""
        self.begins = self.scene.times.midnight + self.threat.at

    def live(self) -> None:
        """Put the attack on the timeline."""
        timeline, place = self.scene.timeline, self._place
        come = max(self.begins - self.threat.loiters, timeline.now)
        for camera in self.scene.world.cameras_at(place):
            timeline.at(come, partial(camera.watch, _nothing))
        timeline.at(self.begins, self._begin)

    @property
    def _place(self) -> str:
        return self.crowd.zone.zone if self.crowd.zone is not None else ""

    def _begin(self) -> None:
        scene, school = self.scene, self.scene.world.school.id
        scene.world.happened(
            "inject", "attack", do="draws-knife", who="attacker", where=self._place
        )
        self.exposed = self.crowd.zone.count if self.crowd.zone is not None else 0
        guard = any(post.manned for post in self.posts)
        if guard:
            self._end_after(scene.chance.delay(school, "guard.engages"))
        if scene.chance.fraction(school, "button") >= scene.chance.draw(school, "button.fails"):
            who = "guard.sees" if guard else "bystander.calls"
            scene.timeline.after(scene.chance.delay(school, who), self._press)
        scene.timeline.after(scene.chance.delay(school, "attack.lasts"), self._give_up)
        scene.timeline.after(scene.chance.delay(school, "teacher.calls-in"), self._move_in)

    def arrived(self) -> None:
        """Note that somebody capable has come."""
        self._end_after(self.scene.chance.delay(self.scene.world.school.id, "guard.engages"))

    def _press(self) -> None:
        devices = self.scene.world.devices.values()
        button = next((one for one in devices if isinstance(one, OneKeyAlarmButton)), None)
        if button is not None:
            self.pressed = self.scene.timeline.now
            self.scene.world.happened("inject", "press", do="press", device=button.id)
            button.press(PRESS)

    def _move_in(self) -> None:
        if self.crowd.zone is not None:
            self.crowd.zone.move_in()

    def _end_after(self, delay: Duration) -> None:
        self.scene.timeline.after(delay, self._stop)

    def _stop(self) -> None:
        if self.ended is None:
            self.ended, self.stopped = self.scene.timeline.now, True

    def _give_up(self) -> None:
        if self.ended is None:
            self.ended = self.scene.timeline.now


def _nothing() -> None:
    """Note nothing: the camera's contact is all that a loiterer sets off."""
