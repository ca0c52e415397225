"""Whatever people and buttons do: no alarm is lost, none goes without a reset, any snapshot replays."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.twins.schools import MONDAY_0700, device, says
from tests.twins.test_button_tests_and_misuse import STAFF_ROOM
from twins.alarm import AcknowledgeAlarm, AlarmChanged, AlarmRaised, AlarmRepeated, ResetAlarm
from twins.alarm_service import ReturnToService, ShelveAlarm, TakeOutOfService, UnshelveAlarm
from twins.announcement import AnnounceTest, ButtonTested, ButtonTestEnded, EndTest
from twins.engine import Engine
from twins.incident import (
    Answer,
    HandleIncident,
    IncidentOpened,
    Notification,
    NotificationDelivered,
    PlaceAdded,
    RaiseHelpLevel,
    RecipientAnswered,
)
from twins.instant import seconds
from twins.records import decode_record, encode_record
from twins.school import HelpLevel
from twins.state import decode_state, encode_state

BUTTONS = ("button", "button-2", "staff-button", "far-button")
SCHOOL = replace(
    STAFF_ROOM,
    devices=(
        *STAFF_ROOM.devices,
        replace(device("far-button", "one-key-alarm"), place="dormitory"),
    ),
)
BY = {"by": "Guard A", "reason": "checked"}
buttons = st.sampled_from(BUTTONS)
serials = st.integers(1, 6)
gaps = st.sampled_from([0, 1, 2, 5, 29, 61, 400])


class AlarmsAndIncidents(RuleBasedStateMachine):
    """Drives one engine, keeps the truth beside it, and a second engine that is revived now and then."""

    @initialize()
    def begin(self):
        self.now = MONDAY_0700
        self.stamps = 0
        self.engine = Engine([SCHOOL])
        self.other = Engine([SCHOOL])
        self.closed = dict.fromkeys(BUTTONS, False)
        self.pressed = dict.fromkeys(BUTTONS, 0)
        self.counted = dict.fromkeys(BUTTONS, 0)
        self.kinds: dict[str, str] = {}
        self.devices: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.reset: set[str] = set()
        self.raised: set[str] = set()
        self.testing: set[str] = set()
        self.told: set[tuple[str, str]] = set()
        self.places: dict[str, str] = {}
        self.place_told: set[tuple[str, str, str]] = set()

    def receive(self, *inputs):
        stuck = {one.device for one in self.engine.alarms.values() if one.kind == "button-stuck"}
        outputs = self.engine.receive(inputs, self.now)
        assert [encode_record(one) for one in self.other.receive(inputs, self.now)] == [
            encode_record(one) for one in outputs
        ], "a revived engine says the same"
        for output in outputs:
            assert decode_record(*encode_record(output)) == output
            self.book(output)
        self.everybody_is_called(outputs, stuck)

    def everybody_is_called(self, outputs, stuck):
        """A press that is believed is in an open case as soon as it is counted, and all know where.

        Also after a case was closed, acknowledged or joined from elsewhere: each has the notice of
        the place, the station too where the case is one for the police.
        """
        pressed = {one.alarm.id for one in outputs if isinstance(one, AlarmRaised)}
        pressed |= {one.alarm for one in outputs if isinstance(one, AlarmRepeated)}
        in_cases = {one for case in self.engine.incidents.values() for one in case.alarms}
        for alarm in pressed - in_cases:
            assert self.kinds[alarm] == "button-stuck" or self.devices[alarm] in stuck
        for case in self.engine.incidents.values():
            for alarm in pressed & set(case.alarms):
                where = self.places[alarm]
                police = case.level is HelpLevel.POLICE
                assert not police or (case.id, "elm/station", where) in self.place_told
                for one in case.assignments:
                    assert (case.id, one, where) in self.place_told

    def book(self, output):
        match output:
            case AlarmRaised(alarm=alarm):
                assert alarm.id not in self.raised, "an id is given once"
                self.raised.add(alarm.id)
                self.kinds[alarm.id], self.devices[alarm.id] = alarm.kind, alarm.device
                self.places[alarm.id] = alarm.place
                self.counts[alarm.id] = alarm.count
                self.count(alarm.id, alarm.count)
            case AlarmRepeated():
                self.count(output.alarm, output.count - self.counts[output.alarm])
                self.counts[output.alarm] = output.count
            case ButtonTested():
                name = output.device.removeprefix("elm/")
                self.counted[name] += 1
                self.testing.add(name)
            case ButtonTestEnded():
                for name in self.testing:
                    self.pressed[name] += self.closed[name]  # still held: it calls for help now
                self.testing.clear()
            case AlarmChanged(state="normal"):
                if self.kinds[output.alarm] == "one-key-alarm":
                    assert output.event == "reset"
                    assert output.by
                    assert output.reason
                    assert output.alarm in self.reset, "nobody asked for it"
                self.raised.discard(output.alarm)
            case Notification() | PlaceAdded():
                self.book_told(output)
            case IncidentOpened(incident=incident) if incident.level is HelpLevel.POLICE:
                assert incident.assignments

    def book_told(self, output):
        if isinstance(output, Notification):
            key = (output.incident, output.responder)
            assert key not in self.told, "nobody is told twice"
            self.told.add(key)
            for place in (output.place, *output.other_places):
                self.place_told.add((*key, place))
            return
        for one in output.responders:
            assert (output.incident, one) in self.told, "of the first place first"
            key = (output.incident, one, output.place)
            assert key not in self.place_told, "nobody is told twice"
            self.place_told.add(key)

    def count(self, alarm, more):
        if self.kinds[alarm] == "one-key-alarm":
            self.counted[self.devices[alarm].removeprefix("elm/")] += more

    def one_of(self, standing, serial):
        """Return one that stands, or an id that was never given."""
        ids = sorted(standing)
        return ids[serial % len(ids)] if ids else "elm/nothing/1"

    @rule(name=buttons, delivered_late=st.booleans())
    def press(self, name, delivered_late):
        self.stamps += 1  # two presses never have one stamp: one stamp is one press brought twice
        at = self.now - seconds(3) + self.stamps if delivered_late else self.now
        if not self.closed[name]:
            self.pressed[name] += 1
            self.closed[name] = True
        self.receive(says(name, "pressed", True, at))

    @rule(name=buttons, times=st.integers(1, 12))
    def press_again_and_again(self, name, times):
        for _ in range(times):
            self.release(name)
            self.now += seconds(1)
            self.press(name, delivered_late=False)

    @rule(name=buttons)
    def release(self, name):
        self.closed[name] = False
        self.testing.discard(name)
        self.receive(says(name, "pressed", False, self.now))

    @rule(gap=gaps)
    def wait(self, gap):
        self.now += seconds(gap)
        self.receive()

    @rule(serial=serials)
    def acknowledge(self, serial):
        self.receive(AcknowledgeAlarm(alarm=self.one_of(self.engine.alarms, serial), by="Guard A"))

    @rule(serial=serials)
    def reset_alarm(self, serial):
        alarm = self.one_of(self.engine.alarms, serial)
        self.reset.add(alarm)
        self.receive(ResetAlarm(alarm=alarm, **BY))
        self.reset.discard(alarm)

    @rule(serial=serials, responder=st.sampled_from(["station", "console", "nurse"]))
    def answer(self, serial, responder):
        incident = self.one_of(self.engine.incidents, serial)
        person = {"incident": incident, "responder": f"elm/{responder}"}
        self.receive(
            NotificationDelivered(**person),
            RecipientAnswered(**person, answer=Answer.ACKNOWLEDGED),
        )

    @rule(serial=serials)
    def handle(self, serial):
        self.receive(HandleIncident(incident=self.one_of(self.engine.incidents, serial), **BY))

    @rule(serial=serials)
    def raise_level(self, serial):
        self.receive(RaiseHelpLevel(incident=self.one_of(self.engine.incidents, serial), **BY))

    @rule(
        kind=st.sampled_from(["one-key-alarm", "button-stuck"]),
        name=buttons,
        sort=st.sampled_from([ShelveAlarm, UnshelveAlarm, TakeOutOfService, ReturnToService]),
    )
    def quiet(self, kind, name, sort):
        until = {"until": self.now + seconds(30)} if sort is ShelveAlarm else {}
        self.receive(sort(kind=kind, device=f"elm/{name}", **until, **BY))

    @rule(subject=st.sampled_from(["elm", "elm/button"]), ahead=st.integers(0, 20))
    def announce(self, subject, ahead):
        start = self.now + seconds(ahead)
        self.receive(AnnounceTest(subject=subject, start=start, until=start + seconds(60), **BY))

    @rule(serial=serials)
    def end_test(self, serial):
        self.receive(EndTest(test=f"elm/test/{serial}", by="Guard A"))

    @rule()
    def revive(self):
        self.other = Engine([SCHOOL], decode_state(encode_state(self.engine.state())))

    @invariant()
    def no_press_is_lost(self):
        assert self.counted == self.pressed

    @invariant()
    def every_alarm_stands_until_it_ended(self):
        assert set(self.engine.alarms) == self.raised
        assert len(self.engine.state().standing) == len(self.raised)

    @invariant()
    def a_button_is_always_in_service(self):
        for alarm in self.engine.alarms.values():
            assert alarm.kind != "one-key-alarm" or alarm.service == "in service"

    @invariant()
    def no_police_level_case_has_only_the_school_in_it(self):
        for incident in self.engine.incidents.values():
            if incident.level is HelpLevel.POLICE:
                assert "elm/station" in incident.assignments


AlarmsAndIncidents.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None
)
TestAlarmsAndIncidents = AlarmsAndIncidents.TestCase
