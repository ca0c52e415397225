"""Those who stand at the gate when an attacker comes: how likely they hold him off (R45, R81)."""

from datetime import date

from scenarios.package import SchoolPackage
from simulator.chance import Chance
from simulator.day.posts import HeldPost
from simulator.day.timetable import Timetable
from twins.duty import DutyRole
from twins.instant import Instant
from twins.management.registers import Training
from twins.window import Window

HELPERS = {"auxiliary": "auxiliary.holds", "post-volunteer": "post-volunteer.holds"}
"""Duty at the post besides the guard's → its parameter."""


class Holders:
    """Everybody at the gate of one school on one day."""

    def __init__(
        self, package: SchoolPackage, times: Timetable, posts: tuple[HeldPost, ...], chance: Chance
    ) -> None:
        self._package = package
        self._times = times
        self._posts = posts
        self._chance = chance

    def held(self, now: Instant) -> bool:
        """Return whether anybody stands there."""
        return bool(self._chances(now))

    def attention(self, now: Instant) -> float:
        """Return how much of what a trained person would notice is noticed there, 0 to 1."""
        if any(self._helpers(now)):
            return 1.0
        if not any(post.manned for post in self._posts):
            return 0.0
        low = self._chance.draw(self._package.school.id, "guard.attention-untrained")
        return low + (1.0 - low) * self._level(now)

    def hold(self, now: Instant) -> bool:
        """Return whether those who are there hold an attacker off: each of them may."""
        luck = self._chance.fraction(self._package.school.id, "held off")
        fails = 1.0
        for chance in self._chances(now):
            fails *= 1.0 - chance
        return luck < 1.0 - fails

    def hold_alone(self) -> bool:
        """Return whether another guard holds him off, of whose training nothing is assumed."""
        school = self._package.school.id
        chance = self._chance.draw(school, "guard.holds-untrained")
        return self._chance.fraction(school, "held off by another") < chance

    def teacher(self, now: Instant) -> bool:
        """Return whether a teacher is on duty at the gate."""
        return any(
            one.role == "teacher" and self._on(one.hours, now) for one in self._package.staff
        )

    def training(self, person: str, now: Instant) -> float:
        """Return the share of the trainings that a guard holds and that have not expired."""
        valid = {
            one.training
            for one in self._package.registers.training
            if one.person == person and one.passed <= now < one.expires
        }
        return len(valid) / len(Training)

    def _chances(self, now: Instant) -> list[float]:
        found = [self._guard(now)] if any(post.manned for post in self._posts) else []
        return [*found, *self._helpers(now)]

    def _helpers(self, now: Instant) -> list[float]:
        found: list[float] = []
        for one in self._package.staff:
            if one.role in HELPERS and self._on(one.hours, now):
                holds = self._chance.draw(self._package.school.id, HELPERS[one.role])
                found += [holds] * one.count
        return found

    def _guard(self, now: Instant) -> float:
        """Return how likely the guard on duty holds him off."""
        low, high = (
            self._chance.draw(self._package.school.id, f"guard.holds-{level}")
            for level in ("untrained", "trained")
        )
        return low + (high - low) * self._level(now)

    def _level(self, now: Instant) -> float:
        """Return the training of the guard on duty; without a roster, none."""
        school = self._package.school
        duty = school.duty.assignments if school.duty is not None else ()
        levels = [
            self.training(one.person, now)
            for one in duty
            if one.role is DutyRole.GUARD and self._on(one.windows, now)
        ]
        return max(levels, default=0.0)

    def _on(self, windows: tuple[Window, ...], now: Instant) -> bool:
        day: date = self._times.day
        since = now - self._times.midnight
        return not windows or any(
            day.weekday() in one.weekdays and one.start <= since < one.end for one in windows
        )
