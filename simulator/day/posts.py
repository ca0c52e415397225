"""Guards hold their posts in duty hours, and leave them now and then outside the peaks."""

from collections.abc import Iterable
from functools import partial

from simulator.day.scene import GUARD_ID, Scene
from simulator.devices.presence import MannedPost
from twins.duty import CheckIn
from twins.instant import Instant, seconds
from twins.school import Post
from twins.window import Window

HOUR_S = 3600.0


class HeldPost:
    """One post and whether its guard is there."""

    def __init__(self, scene: Scene, post: Post) -> None:
        self._scene = scene
        self._post = post
        device = scene.world.devices.get(post.presence)
        self._sensor = device if isinstance(device, MannedPost) else None
        self.manned = False
        self._left: Instant = 0

    def live(self) -> None:
        """Come on duty and go off by the roster; leave in between by chance."""
        self._be(there=False)
        for begin, end in self._spans(self._post.duty):
            self._scene.timeline.at(max(begin, self._scene.timeline.now), self._on)
            self._scene.timeline.at(max(end, self._scene.timeline.now), self._off)
            self._scene.poisson(
                self._post.id,
                "absences",
                per_second=self._scene.chance.draw(self._post.id, "guard.absences") / HOUR_S,
                span=(begin, end),
                do=self._leave,
            )
            if self._post.check_in is not None:
                self._scene.timeline.at(
                    max(begin, self._scene.timeline.now), partial(self._check_in, end)
                )

    def _check_in(self, end: Instant) -> None:
        """Report at the terminal now and then, as long as the duty lasts."""
        timeline = self._scene.timeline
        if timeline.now >= end:
            return
        if self.manned:
            self._scene.say(CheckIn(post=self._post.id, by=GUARD_ID))
        wait = 60 * self._scene.chance.draw(self._post.id, "guard.checks-in")
        timeline.after(seconds(wait), partial(self._check_in, end))

    def _on(self) -> None:
        self._be(there=True)

    def _off(self) -> None:
        self._be(there=False)

    def _leave(self) -> None:
        now = self._scene.timeline.now
        kept = (*self._post.peaks, *self._post.breaks)
        if not self.manned or any(begin <= now < end for begin, end in self._spans(kept)):
            return
        self._be(there=False)
        away = self._scene.chance.delay(self._post.id, "guard.absence")
        self._left = now
        self._scene.timeline.after(away, self._return)

    def _return(self) -> None:
        now = self._scene.timeline.now
        if not any(begin <= now < end for begin, end in self._spans(self._post.duty)):
            return
        self._be(there=True)
        self._scene.tally.absences.append(now - self._left)
        self._scene.tally.absent.append((self._left, now))

    def _be(self, *, there: bool) -> None:
        self.manned = there
        if self._sensor is not None:
            self._sensor.change(present=there)

    def _spans(self, windows: Iterable[Window]) -> list[tuple[Instant, Instant]]:
        """Return today's windows as instants."""
        day, midnight = self._scene.times.day.weekday(), self._scene.times.midnight
        return [
            (midnight + one.start, midnight + one.end) for one in windows if day in one.weekdays
        ]
