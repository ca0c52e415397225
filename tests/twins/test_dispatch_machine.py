"""Whatever people answer or do not: nobody is told twice, everybody is told or explained."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.twins.dispatch_schools import NOW, THREE, of, phased, press
from twins.dispatch_rules import DispatchPolicy
from twins.eligibility import objection
from twins.engine import Engine
from twins.incident import (
    Answer,
    HandleIncident,
    IncidentHandled,
    IncidentOpened,
    Notification,
    NotificationDelivered,
    RecipientAnswered,
    Verdict,
)
from twins.instant import seconds
from twins.mobilisation import (
    NotificationUndelivered,
    ResponderNotCalled,
    ResponderOverdue,
    UnitPassedOver,
    UnitReleased,
)
from twins.records import decode_record, encode_record
from twins.school import Role
from twins.state import decode_state, encode_state
from twins.summons import ON_ESCALATION

RESPONDERS = sorted({one.id for school in THREE for one in school.responders})
owns = st.sampled_from([one.id for one in THREE])
names = st.sampled_from(RESPONDERS)
gaps = st.sampled_from([0, 1, 5, 10, 60, 75, 200])


class Dispatch(RuleBasedStateMachine):
    """Drives three schools under one of the policies, beside an engine that is revived."""

    @initialize(policy=st.sampled_from(DispatchPolicy), wave=st.integers(1, 3))
    def begin(self, policy, wave):
        self.schools = [phased(one, policy=policy, wave=wave) for one in THREE]
        self.by_id = {one.id: one for one in self.schools}
        self.now = NOW
        self.engine = Engine(self.schools)
        self.other = Engine(self.schools)
        self.told: set[tuple[str, str]] = set()
        self.explained: dict[str, set[str]] = {}
        self.once: set[tuple[type, str, str]] = set()
        self.closed: set[str] = set()

    def receive(self, *inputs):
        outputs = self.engine.receive(inputs, self.now)
        said = [encode_record(one) for one in outputs]
        assert [encode_record(one) for one in self.other.receive(inputs, self.now)] == said
        for output in outputs:
            assert decode_record(*encode_record(output)) == output
            self.book(output)
        for opened in of(IncidentOpened, outputs):
            self.the_police_wait_for_nobody(opened.incident, outputs)

    def the_police_wait_for_nobody(self, incident, outputs):
        batch = {one.responder for one in of(Notification, outputs) if one.incident == incident.id}
        school = self.by_id[incident.school]
        seats = {one.id for one in school.responders if one.role in (Role.STATION, Role.GUARD)}
        hindered = {one for one in seats if one in incident.passed_over}
        assert seats - hindered <= batch
        assert set(incident.assignments) == batch & set(incident.assignments)

    def book(self, output):
        match output:
            case Notification():
                key = (output.incident, output.responder)
                assert key not in self.told, "nobody is told twice"
                assert output.incident not in self.closed, "nobody is called to a closed case"
                self.told.add(key)
            case ResponderNotCalled() | UnitPassedOver():
                key = (output.incident, output.responder)
                assert key not in self.told, "who is told is not passed over"
                self.explained.setdefault(output.incident, set()).add(output.responder)
            case NotificationUndelivered():
                key = (type(output), output.incident, output.responder)
                assert key not in self.once, "shown once"
                self.once.add(key)
            case UnitReleased() | ResponderOverdue():
                assert (output.incident, output.responder) in self.told
            case IncidentHandled():
                self.closed.add(output.incident)

    def case_of(self, own):
        """Return the school's open case, or one that was never opened."""
        open_ones = [one.id for one in self.engine.incidents.values() if one.school == own]
        return open_ones[0] if open_ones else f"{own}/incident/999"

    @rule(own=owns, name=st.sampled_from(["button", "button-2"]), value=st.booleans())
    def touch(self, own, name, value):
        self.receive(press(own, self.now, name, value=value))

    @rule(gap=gaps)
    def wait(self, gap):
        self.now += seconds(gap)
        self.receive()

    @rule(own=owns, name=names)
    def deliver(self, own, name):
        self.receive(NotificationDelivered(incident=self.case_of(own), responder=name))

    @rule(own=owns)
    def everybody_hears(self, own):
        incident = self.engine.incidents.get(self.case_of(own))
        for name in list(incident.assignments) if incident else ():
            self.receive(NotificationDelivered(incident=incident.id, responder=name))

    @rule(
        own=owns,
        name=names,
        answer=st.sampled_from(Answer),
        eta=st.sampled_from([None, 0, seconds(90)]),
    )
    def answer(self, own, name, answer, eta):
        incident = self.case_of(own)
        self.receive(RecipientAnswered(incident=incident, responder=name, answer=answer, eta=eta))

    @rule(own=owns, verdict=st.sampled_from(Verdict))
    def handle(self, own, verdict):
        incident = self.case_of(own)
        self.receive(HandleIncident(incident=incident, by="S", reason="over", verdict=verdict))

    @rule()
    def revive(self):
        self.other = Engine(self.schools, decode_state(encode_state(self.engine.state())))

    @invariant()
    def everybody_is_told_or_explained(self):
        """Or held back by a policy in waves: then enough are on their way, or the clock runs."""
        timers = self.engine.state().timers
        for incident in self.engine.incidents.values():
            school = self.by_id[incident.school]
            for one in school.responders:
                if one.role in ON_ESCALATION or one.id in incident.assignments:
                    continue
                explained = one.id in self.explained.get(incident.id, set())
                in_reserve = one.role is Role.UNIT or (
                    school.dispatch_policy is not DispatchPolicy.ALL_AT_ONCE
                    and one.role in (Role.VOLUNTEER, Role.NEIGHBOUR)
                )
                waits = self.places_are_held(incident, one) or f"mobilise|{incident.id}" in timers
                assert explained or (in_reserve and waits), (incident.id, one.id)

    def places_are_held(self, incident, one):
        units = one.role is Role.UNIT
        rules = self.by_id[incident.school].dispatch
        there = [
            other
            for other in incident.assignments.values()
            if other.arrived is not None
            and other.capable
            and other.released is None
            and (other.role is Role.UNIT) is units
            and other.role in (Role.UNIT, Role.VOLUNTEER, Role.NEIGHBOUR)
        ]
        return len(there) >= (rules.units if units else rules.wave)

    @invariant()
    def nobody_was_called_whom_the_rules_forbid_now(self):
        for incident in self.engine.incidents.values():
            school = self.by_id[incident.school]
            for one in school.responders:
                assignment = incident.assignments.get(one.id)
                if assignment is not None:
                    assert objection(school, one, assignment.notified) is None

    @invariant()
    def nobody_is_engaged_at_two_schools(self):
        where: dict[str, set[str]] = {}
        for incident in self.engine.incidents.values():
            for one in incident.assignments.values():
                if one.engaged:
                    where.setdefault(one.responder, set()).add(incident.school)
        assert all(len(schools) == 1 for schools in where.values()), where
        index = self.engine.state().engaged
        assert set(index) == set(where), "the index says what the assignments say"

    @invariant()
    def a_clock_runs_for_open_cases_only(self):
        for key in self.engine.state().timers:
            name, _, subject = key.partition("|")
            assert name != "mobilise" or subject in self.engine.incidents


Dispatch.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestDispatch = Dispatch.TestCase


def test_cars_are_named_alike_in_every_school():
    cars = [{one.id for one in school.responders if one.role is Role.UNIT} for school in THREE]
    assert cars == [{"car-1", "car-2"}] * 3
