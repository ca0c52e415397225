"""A person counts who is inside; the counters start from there."""

from twins.carrying_out import carry_out
from twins.context import Context
from twins.instant import Instant
from twins.occupancy import CountPersons, OccupancyDrifted, PersonsCounted
from twins.rules.passage_count import judge
from twins.visit_booking import refuse


def count_persons(context: Context, request: CountPersons, now: Instant) -> None:
    """Book a count, say how far off the counters were, and go on from it."""
    school = context.schools.get(request.school)
    if school is None or not any(one.counters or one.lanes for one in school.premises.entrances):
        refuse(context, request.school, "there is no such school, or nothing counts there")
        return
    if request.persons < 0 or not request.by.strip():
        refuse(context, request.school, "a count needs a number from 0 and a name")
        return
    occupancy = context.state.gate.occupancy
    believed, occupancy[school.id] = occupancy.get(school.id, 0), request.persons
    context.out.append(
        PersonsCounted(school=school.id, persons=request.persons, believed=believed, by=request.by)
    )
    if abs(believed - request.persons) > school.premises.occupancy.tolerance:
        reason = f"{request.persons} were counted"
        context.out.append(OccupancyDrifted(school=school.id, occupancy=believed, reason=reason))
    carry_out(context, judge(context, school, now), now)
