"""Visits and commands under any order of inputs: nobody gets in early, every command ends once."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.twins.oak import NINE, OAK, of, register, says
from twins.alarm import InputRefused
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.engine import Engine
from twins.inspection import FIVE_CHECKS
from twins.instant import seconds
from twins.records import encode_record
from twins.state import decode_state, encode_state
from twins.visit import (
    AdmitVisit,
    CheckDone,
    ClearDetector,
    HostAnswered,
    IdentityChecked,
    InspectionResult,
    LeaveVisit,
    StartInspection,
    TurnAwayVisit,
    VisitState,
)

NAMES = st.sampled_from(["v1", "v2", "v3"])
YES = st.booleans()
CHECKS = [check.id for check in FIVE_CHECKS]


class Facts:
    """What really happened to one visitor, kept by the test on its own."""

    def __init__(self) -> None:
        self.identified = self.confirmed = self.clean = False
        self.clear: set[str] = set()

    @property
    def complete(self) -> bool:
        return self.identified and self.confirmed and self.clean and self.clear == set(CHECKS)


class Recorded(RuleBasedStateMachine):
    """An engine whose inputs are written down; at the end they are played again."""

    def __init__(self) -> None:
        super().__init__()
        self.engine, self.now = Engine([OAK]), NINE
        self.log: list[tuple[tuple, int, list]] = []
        self.snapshot: tuple[int, bytes] = (0, encode_state(self.engine.state()))

    def take(self, *inputs):
        outputs = self.engine.receive(inputs, self.now)
        self.log.append((inputs, self.now, [encode_record(one) for one in outputs]))
        return outputs

    @rule()
    def keep_a_snapshot(self):
        self.snapshot = (len(self.log), encode_state(self.engine.state()))

    def teardown(self):
        """The same inputs give the same outputs, from the start and from the snapshot."""
        for start, engine in (
            (0, Engine([OAK])),
            (self.snapshot[0], Engine([OAK], decode_state(self.snapshot[1]))),
        ):
            for inputs, now, told in self.log[start:]:
                assert [encode_record(one) for one in engine.receive(inputs, now)] == told


class Visits(Recorded):
    """Three visitors, one detector, one lane."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: dict[str, Facts] = {}
        self.ended: set[str] = set()
        self.admitted: set[str] = set()
        self.keys = 0
        self.releases: Counter[str] = Counter()
        self.take(says("detector", "alarm", False, self.now))
        self.alarm = False

    def open(self, name: str) -> Facts | None:
        return None if name in self.ended else self.facts.get(name)

    @rule(name=NAMES)
    def register(self, name):
        refused = of(InputRefused, self.take(register(name)))
        assert bool(refused) == (name in self.facts)
        self.facts.setdefault(name, Facts())

    @rule(name=NAMES, genuine=YES)
    def identify(self, name, genuine):
        self.take(IdentityChecked(visit=name, genuine=genuine, by="Guard A"))
        if facts := self.open(name):
            facts.identified = genuine

    @rule(name=NAMES)
    def host_confirms(self, name):
        self.take(HostAnswered(visit=name, confirmed=True, by="teacher-3"))
        if facts := self.open(name):
            facts.confirmed = True

    @rule(name=NAMES, left_out=st.sampled_from([*CHECKS, ""]))
    def check(self, name, left_out):
        for check in CHECKS:
            self.take(CheckDone(visit=name, check=check, clear=check != left_out, by="Guard A"))
        if facts := self.open(name):
            facts.clear = set(CHECKS) - {left_out}

    @rule(name=NAMES)
    def does_all_but_be_admitted(self, name):
        self.register(name)
        self.identify(name, genuine=True)
        self.host_confirms(name)
        self.check(name, "")
        self.goes_through_the_detector(name)
        self.result(name, passed=True)

    @rule(name=NAMES)
    def goes_through_the_detector(self, name):
        self.take(StartInspection(visit=name, detector="oak/detector", by="Guard A"))

    @rule(name=NAMES, passed=YES)
    def result(self, name, passed):
        was_at = self.engine.state().gate.at_detector.get("oak/detector")
        outputs = self.take(InspectionResult(visit=name, passed=passed, by="Guard A"))
        booked = bool(outputs) and not of(InputRefused, outputs)
        if booked and passed:
            assert was_at == name, "only who went through the detector has passed"
            assert not self.alarm
        if booked and (facts := self.open(name)):
            facts.clean = passed

    @rule(alarm=YES)
    def detector(self, alarm):
        at = self.engine.state().gate.at_detector.get("oak/detector")
        self.take(says("detector", "alarm", alarm, self.now))
        if alarm and not self.alarm and at and (facts := self.open(at)):
            facts.clean = False
        self.alarm = alarm

    @rule()
    def clear(self):
        self.take(ClearDetector(detector="oak/detector", by="Guard A", reason="a belt"))

    @rule(name=NAMES)
    def admit(self, name):
        before = self.engine.state().gate
        refused = of(InputRefused, self.take(AdmitVisit(visit=name, lane="oak/lane", by="A")))
        facts = self.open(name)
        if not refused:
            assert facts is not None
            assert facts.complete
            assert not before.holds
            self.admitted.add(name)
        elif facts is not None and facts.complete and name not in self.admitted:
            assert before.holds, "refused for no reason"

    @rule(name=NAMES, away=YES)
    def ends(self, name, away):
        if away:
            outputs = self.take(TurnAwayVisit(visit=name, by="Guard A", reason="unwanted"))
        else:
            outputs = self.take(LeaveVisit(visit=name, by="Guard A"))
        if not of(InputRefused, outputs):
            self.ended.add(name)

    @rule()
    def release(self):
        self.keys += 1
        outputs = self.take(
            RequestCommand(
                id=f"k{self.keys}",
                device="oak/lane",
                action="release",
                requested_by="Guard A",
                reason="visitor",
                not_after=self.now + seconds(3),
            )
        )
        if of(Command, outputs):
            self.releases["given"] += 1
            ended = CommandEnded(
                command=f"k{self.keys}", device="oak/lane", result=CommandResult.CONFIRMED
            )
            self.take(ended)

    @rule(gap=st.integers(0, 400))
    def wait(self, gap):
        self.now += seconds(gap)
        self.take()

    @invariant()
    def no_lane_is_released_more_often_than_admitted_visitors_come_and_go(self):
        gone = len(self.admitted & self.ended)
        assert self.releases["given"] <= len(self.admitted) + gone

    @invariant()
    def who_is_admitted_was_admitted_with_every_step(self):
        visits = self.engine.state().gate.visits
        inside = {name for name, one in visits.items() if one.state is VisitState.ADMITTED}
        assert inside == self.admitted - self.ended

    @invariant()
    def whatever_waits_waits_for_something_that_exists(self):
        state = self.engine.state()
        for key in state.timers:
            name, _, subject = key.partition("|")
            assert name != "visit" or subject in state.gate.visits
        for room in state.gate.rooms.values():
            assert {*room.seated, *(one.visit for one in room.queue)} <= set(state.gate.visits)


class Commands(Recorded):
    """Requests, outcomes, read-backs and time in any order."""

    KEYS = st.sampled_from([f"k{number}" for number in range(8)])
    LEVELS = st.sampled_from([True, False, None])

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()
        self.given: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()

    def take(self, *inputs):
        outputs = super().take(*inputs)
        self.given.update(one.id for one in of(Command, outputs))
        self.ends.update(one.command for one in of(CommandEnded, outputs))
        return outputs

    @rule(
        key=KEYS,
        what=st.sampled_from(
            [
                ("lane", "lock"),
                ("lane", "release"),
                ("bollard", "raise"),
                ("bollard", "lower"),
                ("sluice-a", "unlock"),
                ("sluice-b", "unlock"),
                ("speaker", "play"),
            ]
        ),
        limit=st.integers(-1, 10),
    )
    def ask(self, key, what, limit):
        self.take(
            RequestCommand(
                id=key,
                device=f"oak/{what[0]}",
                action=what[1],
                requested_by="Guard A",
                reason="test",
                not_after=self.now + seconds(limit),
            )
        )
        self.asked.add(key)

    @rule(key=KEYS, result=st.sampled_from(CommandResult))
    def end(self, key, result):
        command = self.engine.commands.get(key)
        device = command.device if command else "oak/lane"
        self.take(CommandEnded(command=key, device=device, result=result))

    @rule(
        point=st.sampled_from(
            [
                ("lane", "locked"),
                ("bollard", "raised"),
                ("bollard", "lowered"),
                ("sluice-a", "closed"),
                ("sluice-b", "closed"),
                ("speaker", "playing"),
            ]
        ),
        value=YES,
    )
    def read(self, point, value):
        self.take(says(*point, value, self.now))

    @rule(gap=st.integers(0, 15))
    def wait(self, gap):
        self.now += seconds(gap)
        self.take()

    @invariant()
    def no_command_is_given_twice_or_ends_twice(self):
        assert all(count == 1 for count in self.given.values())
        assert all(count == 1 for count in self.ends.values())

    @invariant()
    def drift_stands_only_where_the_device_differs_from_what_was_confirmed(self):
        state = self.engine.state()
        for key in state.standing:
            kind, _, device = key.partition("|")
            if kind == "drift":
                desired = state.orders.desired[device]
                shown = state.twins[device].properties
                assert any(shown[name].value != value for name, value in desired.items())

    @invariant()
    def never_are_both_gates_of_the_sluice_being_opened(self):
        opening = [one.device for one in self.engine.commands.values() if one.action == "unlock"]
        assert len(set(opening)) <= 1

    def teardown(self):
        self.now += seconds(60)
        self.take()
        assert not self.engine.commands, "every command ends"
        assert set(self.ends) == self.asked
        assert not self.engine.state().orders.asked
        super().teardown()


TestVisits = Visits.TestCase
TestVisits.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestCommands = Commands.TestCase
TestCommands.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
