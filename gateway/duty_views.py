"""Posts, patrols, visits, functions and channels as the API says them."""

from collections.abc import Container, Iterator, Sequence

from gateway.naming import has_channel, iso_or_none, named, school_of, titles_of
from gateway.runtime import Gateway
from gateway.shapes import Named
from gateway.watch_shapes import (
    DutyView,
    FunctionView,
    GapView,
    HolderView,
    InsideView,
    LackView,
    MissedView,
    PatrolView,
    PostView,
    RoleView,
    VisitsView,
    VisitView,
)
from twins.composite import FUNCTION_TITLES, five_functions
from twins.duty import DUTY_ROLE_TITLES, Patrol, PatrolMissed
from twins.duty_gaps import ANYBODY, week_gaps
from twins.guard_state import GuardState
from twins.instant import Instant, iso, seconds
from twins.roster import held_within, holds, next_interval, silence_due
from twins.school import Post, Role, School
from twins.visit import REACHED, Visit

SOON = seconds(86_400)
"""Gaps of peaks within so long are shown (ours: a day is enough to find somebody)."""


def duty_view(gateway: Gateway, schools: Sequence[School]) -> DutyView:
    """Return every post and patrol of these schools, and what was missed lately, newest first."""
    now = gateway.clock.now()
    return DutyView(
        posts=[_post(gateway, school, post, now) for school in schools for post in school.posts],
        patrols=[
            _patrol(gateway, school, patrol, now)
            for school in schools
            for patrol in (school.duty.patrols if school.duty else ())
        ],
        missed=list(_missed(gateway, {school.id for school in schools})),
    )


def visits_view(gateway: Gateway) -> VisitsView:
    """Return the visits that have not ended, newest first, and how many persons are inside."""
    newest = sorted(gateway.view.visits.values(), key=lambda visit: visit.since, reverse=True)
    return VisitsView(
        visits=[_visit(gateway, visit) for visit in newest],
        inside=[
            InsideView(school=school, persons=persons)
            for school, persons in gateway.view.occupancy.items()
        ],
    )


def function_views(gateway: Gateway, schools: Sequence[School]) -> list[FunctionView]:
    """Return the five functions of these schools, as live points tell."""
    return [
        FunctionView(
            school=school.id,
            function=status.function,
            title=FUNCTION_TITLES[status.function],
            effective=status.effective,
            lacks=[
                LackView(subject=one.subject, why=one.why, property=one.property)
                for one in status.lacks
            ],
        )
        for school in schools
        for status in five_functions(school, gateway.view.memory)
    ]


def role_views(gateway: Gateway) -> list[RoleView]:
    """Return every role that some school lists, and whether notices can be brought to it."""
    people: dict[Role, dict[str, Named]] = {}
    for school in gateway.schools:
        for one in school.responders:
            people.setdefault(one.role, {})[one.id] = Named(id=one.id, title=one.title)
    return [
        RoleView(role=role, channel=has_channel(gateway, role), people=list(people[role].values()))
        for role in Role
        if role in people
    ]


def _post(gateway: Gateway, school: School, post: Post, now: Instant) -> PostView:
    memory = gateway.view.memory
    since = memory.duty.checked.get(post.id)
    silence = None if since is None else silence_due(post, school.zone, since)
    return PostView(
        id=post.id,
        school=school.id,
        title=post.title,
        held=bool(held_within(post, school.zone, (now, now + 1))),
        peak=holds(post.peaks, school.zone, now),
        states=list(memory.duty.guards.get(post.id, (GuardState.UNKNOWN,))),
        rostered=[
            HolderView(person=one.person, role=one.role, role_title=DUTY_ROLE_TITLES[one.role])
            for one in (school.duty.assignments if school.duty else ())
            if one.post == post.id and holds(one.windows, school.zone, now)
        ],
        away_since=iso_or_none(memory.away.get(post.id)),
        check_in_since=iso_or_none(since),
        check_in_due=iso_or_none(silence[0] if silence else None),
        gaps=[
            GapView(
                begin=iso(gap.begin),
                end=iso(gap.end),
                missing=[DUTY_ROLE_TITLES[role] for role in gap.missing]
                if gap.missing != ANYBODY
                else [],
            )
            for gap in week_gaps(school, now)
            if gap.post == post.id and gap.begin < now + SOON
        ],
    )


def _patrol(gateway: Gateway, school: School, patrol: Patrol, now: Instant) -> PatrolView:
    window = next_interval(patrol.windows, school.zone, now)
    return PatrolView(
        id=patrol.id,
        school=school.id,
        title=patrol.title,
        kind=patrol.kind,
        done=iso_or_none(gateway.view.memory.duty.patrolled.get(patrol.id)),
        window=[iso(one) for one in window] if window else [],
    )


def _missed(gateway: Gateway, schools: Container[str]) -> Iterator[MissedView]:
    for at, record in reversed(gateway.history.missed):
        if record.school not in schools:
            continue
        is_patrol = isinstance(record, PatrolMissed)
        subject = record.patrol if isinstance(record, PatrolMissed) else record.post
        yield MissedView(
            at=iso(at),
            subject=subject,
            title=named(titles_of(school_of(gateway, record.school)), subject).title,
            what="patrol" if is_patrol else "check-in",
        )


def _visit(gateway: Gateway, visit: Visit) -> VisitView:
    school = school_of(gateway, visit.school)
    reached = next((step for step, state in REACHED.items() if state is visit.state), None)
    following = school.inspection.after(reached) if school and reached else None
    return VisitView(
        id=visit.id,
        school=visit.school,
        visitor=visit.visitor,
        purpose=visit.purpose,
        host=visit.host,
        party=visit.party,
        vehicle=visit.vehicle,
        state=visit.state,
        since=iso(visit.since),
        next=following.step if following else None,
        next_title=following.title if following else None,
        held=visit.held,
        violations=list(visit.violations),
    )
