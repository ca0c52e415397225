"""What the engine holds to whatever comes: any order, any loss, any number of commands."""

import re
from collections import Counter, OrderedDict
from itertools import chain

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twins.any_input import POINTS, SCHOOLS, VALUES, meant, observations, stories
from tests.twins.ash import ASH
from tests.twins.oak import NINE, OAK, of
from tests.twins.schools import MONDAY_0700
from twins import commanding
from twins.alarm import AlarmRaised, AlarmState, InputRefused
from twins.call import CallChanged
from twins.capability import capabilities
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.early_warning import WarningOpened
from twins.engine import Engine
from twins.incident import IncidentOpened
from twins.instant import milliseconds, seconds
from twins.observation import Observation, Quality
from twins.records import encode_record
from twins.sighting import EventSeen, PersonSeen
from twins.state import encode_state


def begun(story):
    """An engine some way into a story, and the time there."""
    engine, now = Engine(SCHOOLS), MONDAY_0700
    for wishes, gap in story:
        now += seconds(gap)
        engine.receive([meant(one, engine.state(), now) for one in wishes], now)
    return engine, now


@settings(max_examples=60, deadline=None)
@given(stories.map(lambda one: one[:8]), st.lists(observations(), max_size=12), st.randoms())
def test_what_several_schools_say_in_one_instant_gives_the_same_in_any_order(story, said, order):
    """Of one school the order is kept; nobody of it is called to another, so they are independent."""
    engine, now = begun(story)
    by_school: dict[str, list[Observation]] = {}
    for one in said:
        heard = meant(one, engine.state(), now)
        by_school.setdefault(heard.device.partition("/")[0], []).append(heard)
    turns = [own for own, told in by_school.items() for _ in told]
    order.shuffle(turns)
    rest = {own: iter(told) for own, told in by_school.items()}
    results = []
    for inputs in (list(chain(*by_school.values())), [next(rest[own]) for own in turns]):
        one = Engine(SCHOOLS, engine.state())
        told = Counter(encode_record(output) for output in one.receive(inputs, now))
        later = Counter(encode_record(output) for output in one.advance(now + seconds(400)))
        results.append((told, later, one.state()))
    assert results[0] == results[1]


FIRST_DECIDES = {"fire-alarm-panel", "network-link", "camera"}
APART = sorted({one.capability for one, _ in POINTS if one in ASH.devices} - FIRST_DECIDES)
"""Where a fire signal meets an attack, a call a link that fails, or a warning a camera that goes
dark, the first one decides."""


def is_ash(device, capability):
    return device in ASH.devices and device.capability == capability


@st.composite
def one_of_each(draw):
    """One observation of each of some devices that share no kind of alarm."""
    chosen = draw(st.lists(st.sampled_from(APART), min_size=2, max_size=6, unique=True))
    points = [
        draw(st.sampled_from([point for point in POINTS if is_ash(point[0], capability)]))
        for capability in chosen
    ]
    said = []
    for device, name in points:
        spec = capabilities()[device.capability].properties[name]
        value = draw(st.sampled_from(spec.enum) if spec.enum else VALUES[spec.type])
        at = MONDAY_0700
        said.append(
            Observation(
                device=device.id, property=name, value=value, source_time=at, receive_time=at
            )
        )
    return said


def named_by_cause(engine, outputs):
    """Return state and outputs with every number given in turn replaced by what it was given for."""
    names: dict[str, str] = {}
    for one in outputs:
        match one:
            case AlarmRaised(alarm=alarm):
                names[alarm.id] = f"alarm of {alarm.kind} {alarm.device}"
            case IncidentOpened(incident=incident):
                names[incident.id] = f"case of {incident.kind}"
            case PersonSeen(hit=record) | EventSeen(event=record):
                names[record.id] = f"record of {record.device}"
            case CallChanged(call=call):
                names[call.id] = f"call of {call.device}"
            case WarningOpened(warning=warning):
                names.setdefault(warning.id, f"warning of {warning.kind} {warning.device}")
            case Command():
                names[one.id] = f"command to {one.device} {one.action}"

    def named(body: bytes) -> str:
        text = re.sub(r"ash/[a-z]+/\d+", lambda found: names[found[0]], body.decode())
        return repr(_sorted(msgspec.json.decode(text)))

    told = Counter(named(msgspec.json.encode(one)) for one in outputs)
    return told, named(encode_state(engine.state()))


def _sorted(body):
    """Return JSON with its keys in order; who is engaged in which cases is a set as well."""
    if isinstance(body, dict):
        return {key: _sorted(body[key]) for key in sorted(body)}
    return sorted(map(_sorted, body), key=repr) if isinstance(body, list) else body


@settings(max_examples=60, deadline=None)
@given(one_of_each(), st.randoms())
def test_independent_devices_of_one_school_may_speak_in_any_order(said, order):
    shuffled = list(said)
    order.shuffle(shuffled)
    results = []
    for inputs in (said, shuffled):
        engine = Engine([ASH])
        outputs = engine.receive(inputs, MONDAY_0700)
        results.append(named_by_cause(engine, outputs))
    assert results[0] == results[1]


TRUTH = [
    ("oak/button", "pressed"),
    ("oak/lane", "locked"),
    ("oak/gate", "closed"),
    ("oak/gate", "locked"),
    ("oak/detector", "alarm"),
    ("ash/gate-camera-1", "loitering"),
    ("ash/ups", "mains"),
    ("ash/link", "up"),
]
skews = st.sampled_from([0, 0, 0, 7, -7, 600, -600, 86_400]).map(seconds)
"""How wrong the clock of a device is, all day long."""
changes = st.lists(
    st.tuples(
        st.sampled_from(TRUTH),
        st.booleans(),
        st.integers(1, 8000).map(milliseconds),  # after the change before
        st.integers(0, 9000).map(milliseconds),  # on the way
        st.sampled_from(["lost", "once", "once", "once", "twice", "bad"]),
    ),
    max_size=30,
)


def said_of(point, value, source, received, quality=Quality.GOOD):
    return Observation(
        device=point[0],
        property=point[1],
        value=value,
        quality=quality,
        cause="" if quality is Quality.GOOD else "no answer",
        source_time=source,
        receive_time=received,
    )


@settings(max_examples=150, deadline=None)
@given(changes, st.fixed_dictionaries({point[0]: skews for point in TRUTH}))
def test_beliefs_equal_the_truth_once_the_wire_is_quiet(story, skewed):
    engine, now = Engine([OAK, ASH]), MONDAY_0700
    truth = dict.fromkeys(TRUTH, False)
    arrivals = []
    for point, value, gap, delay, fate in story:
        now += gap
        truth[point] = value
        stamp = now + skewed[point[0]]
        if fate == "bad":
            arrivals.append(said_of(point, None, stamp, now + delay, Quality.BAD))
        elif fate != "lost":
            arrivals.append(said_of(point, value, stamp, now + delay))
        if fate == "twice":
            arrivals.append(said_of(point, value, stamp, now + delay + milliseconds(700)))
    arrivals.sort(key=lambda one: one.receive_time)
    for one in arrivals:
        engine.receive([one], one.receive_time)
    now = max([now, *(one.receive_time for one in arrivals)]) + seconds(1)
    read = [said_of(point, value, now + skewed[point[0]], now) for point, value in truth.items()]
    engine.receive(read, now)
    for (device, name), value in truth.items():
        twin = engine.twins[device]
        assert twin.properties[name].value is value
        assert twin.properties[name].quality is Quality.GOOD
        assert not twin.lost
    active = {(one.kind, one.device) for one in engine.alarms.values() if one.active}
    for kind, point, alarming in (
        ("one-key-alarm", TRUTH[0], True),
        ("detector-alarm", TRUTH[4], True),
        ("loitering", TRUTH[5], True),
    ):
        assert ((kind, point[0]) in active) is (truth[point] is alarming), kind
    assert not any(kind == "device-lost" for kind, _ in active)
    pressed = [one for one in arrivals if one.device == "oak/button" and one.value is True]
    latched = [one for one in engine.alarms.values() if one.kind == "one-key-alarm"]
    assert bool(latched) is bool(pressed or truth[TRUTH[0]])
    assert all(one.active or one.state is AlarmState.CLEARED_UNACKNOWLEDGED for one in latched)


def asked(key: str, now: int, action: str = "lock") -> RequestCommand:
    return RequestCommand(
        id=key,
        device="oak/lane",
        action=action,
        requested_by="Guard A",
        reason="test",
        not_after=now + seconds(3),
    )


def ended(key: str) -> CommandEnded:
    return CommandEnded(command=key, device="oak/lane", result=CommandResult.CONFIRMED)


def given_and_ended(engine, key, now) -> bool:
    """Ask for a command and end it; return whether it was given."""
    outputs = engine.receive([asked(key, now)], now)
    if not of(Command, outputs):
        return False
    assert [one.command for one in of(CommandEnded, engine.receive([ended(key)], now))] == [key]
    return True


def test_more_commands_than_keys_are_kept_leave_no_more_behind_and_are_given_once():
    engine, most = Engine([OAK]), commanding.KEYS_KEPT
    for number in range(most):
        assert given_and_ended(engine, f"key-{number:06}", NINE)
    size = len(encode_state(engine.state()))
    for number in range(most):
        engine.receive([asked(f"no-{number:06}", NINE, action="dance")], NINE)
    refused = len(encode_state(engine.state()))
    for number in range(most, most + 2000):
        assert given_and_ended(engine, f"key-{number:06}", NINE)
        engine.receive([asked(f"no-{number:06}", NINE, action="dance")], NINE)
    state = engine.state()
    assert len(state.ended_commands) == len(state.refused_commands) == most
    assert not state.orders.asked
    assert not state.commands
    assert len(encode_state(state)) < refused + 2000 < 2 * size + 2000
    for number in range(2000, most + 2000, 97):
        assert not given_and_ended(engine, f"key-{number:06}", NINE), "within the window"
    assert given_and_ended(engine, "key-000000", NINE), "forgotten, as stated"


wishes = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "refused", "end", "wait"]),
        st.integers(0, 11),
        st.integers(0, 5),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(wishes)
def test_a_key_is_given_once_as_long_as_it_is_kept_and_every_command_ends(story):
    kept = commanding.KEYS_KEPT
    commanding.KEYS_KEPT = 4
    try:
        plays_commands(story, most=4)
    finally:
        commanding.KEYS_KEPT = kept


def plays_commands(story, most):
    """Compare the engine with the plainest model of a window of keys."""
    engine, now = Engine([OAK]), NINE
    under_way: set[str] = set()
    windows: dict[bool, OrderedDict[str, None]] = {True: OrderedDict(), False: OrderedDict()}
    for wish, number, wait in story:
        key = f"k{number}"
        known = key in under_way or any(key in one for one in windows.values())
        inputs = []
        if wish == "wait":
            now += seconds(wait)
        elif wish == "end":
            inputs = [ended(key)]
        else:
            inputs = [asked(key, now, "lock" if wish == "ask" else "dance")]
        outputs = engine.receive(inputs, now)
        if inputs and known and wish != "end":
            assert of(InputRefused, outputs)
        for one in of(Command, outputs):
            assert one.id == key
            assert not known, "no command is given twice"
            under_way.add(key)
        for one in of(CommandEnded, outputs):
            window = windows[one.command in under_way]
            under_way.discard(one.command)
            window[one.command] = None
            while len(window) > most:
                window.popitem(last=False)
        assert set(engine.commands) == under_way
        state = engine.state()
        assert list(state.ended_commands) == list(windows[True])
        assert list(state.refused_commands) == list(windows[False])
    engine.advance(now + seconds(60))
    assert not engine.commands, "every command ends"
