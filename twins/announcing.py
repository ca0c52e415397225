"""Announcing tests of one-key alarms and ending them; what a test is stands in `announcement`."""

from twins.alarm import InputRefused
from twins.announced import has_worked
from twins.announcement import (
    AnnouncedTest,
    AnnounceTest,
    ButtonTestAnnounced,
    ButtonTestEnded,
    EndTest,
)
from twins.carrying_out import carry_out
from twins.context import Context
from twins.instant import Instant, in_seconds
from twins.rules.one_key_alarm import held_past
from twins.school import School

TIMER = "announced-test"

CAPABILITY = "one-key-alarm"

MOST_TESTS = 100
"""Tests that may be announced at a school at once (ours: each button once a quarter for years)."""


def announce_test(context: Context, request: AnnounceTest, now: Instant) -> None:
    """Announce a test, or refuse it with the reason."""
    school = _school(context, request.subject)
    reason = _objection(school, request, now) or _chained(context, school, request, now)
    if school is None or reason:
        context.out.append(InputRefused(subject=request.subject, reason=reason))
        return
    test = AnnouncedTest(
        id=context.number(school.id, "test"),
        subject=request.subject,
        school=school.id,
        start=max(request.start, now),
        until=request.until,
        by=request.by,
        reason=request.reason,
    )
    context.state.tests[test.id] = test
    context.tests.add(school.id, test.id)
    context.set_timer(TIMER, test.id, test.until)
    context.out.append(ButtonTestAnnounced(test=test))


def end_test(context: Context, request: EndTest, now: Instant) -> None:
    """End a test before its time."""
    if request.test not in context.state.tests:
        refused = InputRefused(subject=request.test, reason="no such test is announced")
        context.out.append(refused)
    elif not request.by.strip():
        context.out.append(InputRefused(subject=request.test, reason="a name is needed"))
    else:
        context.cancel_timer(TIMER, request.test)
        _end(context, request.test, request.by, now)


def due(context: Context, test: str, now: Instant) -> None:
    """End a test whose time is up."""
    _end(context, test, "", now)


def _school(context: Context, subject: str) -> School | None:
    """Return the school of a button or of itself."""
    device = context.devices.get(subject)
    if device is None:
        return context.schools.get(subject)
    return context.school_of[subject] if device.capability == CAPABILITY else None


def _objection(school: School | None, request: AnnounceTest, now: Instant) -> str:
    """Return why a test cannot be announced, or nothing."""
    if school is None:
        return "there is no such school or one-key alarm"
    if not (request.by.strip() and request.reason.strip()):
        return "a test needs a name and a reason"
    start = max(request.start, now)
    if request.until <= start:
        return "the test would be over already"
    longest = school.buttons.longest_test
    if request.until - start > longest:
        return f"a test lasts at most {in_seconds(longest):g} s: it would disarm the button"
    return ""


def _chained(context: Context, school: School | None, request: AnnounceTest, now: Instant) -> str:
    """Return why a test so close to another would keep a button disarmed, or nothing."""
    if school is None:
        return ""
    if len(context.tests.of(school.id)) >= MOST_TESTS:
        return f"{MOST_TESTS} tests are announced there already"
    rest, start = school.buttons.longest_test, max(request.start, now)
    windows = [
        (one.start, one.until)
        for one in (context.state.tests[name] for name in context.tests.of(school.id))
        if _shared(school, one.subject, request.subject)
    ]
    windows += [
        (over, over)
        for subject, over in context.state.tests_over.items()
        if _shared(school, subject, request.subject)
    ]
    if any(start < end + rest and request.until + rest > begin for begin, end in windows):
        return f"less than {in_seconds(rest):g} s from another test of it: it would stay disarmed"
    return ""


def _shared(school: School, one: str, other: str) -> bool:
    """Return whether two tests concern a common button."""
    return one == other or school.id in (one, other)


def _end(context: Context, test_id: str, by: str, now: Instant) -> None:
    test = context.state.tests.pop(test_id)
    context.tests.remove(test.school, test.id)
    context.state.tests_over[test.subject] = min(test.until, context.state.latest)
    school = context.schools[test.school]
    buttons = [one.id for one in school.devices if one.capability == CAPABILITY]
    announced = [one for one in buttons if test.subject in (one, school.id)]
    worked = {one for one in announced if has_worked(context, one, test)}
    ended = ButtonTestEnded(
        test=test.id,
        tested=tuple(one for one in announced if one in worked),
        untested=tuple(one for one in announced if one not in worked),
        by=by,
    )
    context.out.append(ended)
    for one in announced:
        carry_out(context, held_past(context, one, now), now)
