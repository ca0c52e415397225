"""Announced tests of one-key alarms: a press in the window is evidence, not a call for help (R62).

Rules for this file: a test ends by itself, is never longer than the school allows, and covers of
each button one press, made and received inside its window. A button that is pressed again, or
several times at once, or is still held when the window ends, calls for help: whoever tests a button
presses it once and lets go. When in doubt a press is real.
"""

from dataclasses import dataclass

from twins.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedTest:
    """A window in which the first press of each of some buttons is a test."""

    id: str
    subject: str
    """A button, or a school for all of its buttons."""
    school: str
    start: Instant
    until: Instant
    """The first instant at which a press is real again."""
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceTest:
    """Input: a person announces a test of a button or of all buttons of a school."""

    subject: str
    start: Instant
    until: Instant
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTest:
    """Input: a person ends an announced test before its time."""

    test: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonTestAnnounced:
    """Output: a test is announced; whoever watches the buttons should know."""

    test: AnnouncedTest


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonTested:
    """Output: a button was pressed once under an announced test and works. Evidence, no alarm."""

    test: str
    device: str
    sensed: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonTestEnded:
    """Output: presses are real again; `untested` buttons were announced and not pressed."""

    test: str
    tested: tuple[str, ...]
    untested: tuple[str, ...]
    by: str = ""
    """Who ended it early; empty when its time was up."""
