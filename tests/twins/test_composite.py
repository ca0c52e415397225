"""四个一, 五项功能, 三道防线 and the three axes: told by live points, never ticked."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twins.kit_school import HEALTHY, NOW, OAK, healthy, running, says, unplugged, without
from twins.capability import LOST_AFTER, PANIC_LOST_AFTER, Line, Protection, capabilities
from twins.composite import (
    FUNCTION_NEEDS,
    Function,
    FunctionEffective,
    FunctionLost,
    Why,
    five_functions,
    function_status,
    gatehouse_kit,
)
from twins.coverage import (
    attribute,
    axis_coverage,
    axis_of,
    catch_shares,
    caught_by,
    detections,
    line_coverage,
)
from twins.engine import Engine
from twins.instant import seconds
from twins.observation import Kind, Quality
from twins.records import decode_record, encode_record
from twins.rules.five_functions import HOLD
from twins.state import decode_state, encode_state


def effective(engine, school=OAK):
    return {one.function for one in five_functions(school, engine.state()) if one.effective}


def told(outputs, kind):
    return [one for one in outputs if isinstance(one, kind)]


@pytest.mark.requirement("R01")
def test_a_school_with_all_four_live_has_a_complete_and_effective_kit():
    kit = gatehouse_kit(OAK, running().state())
    assert kit.complete
    assert kit.effective
    assert len(kit.items) == 4


@pytest.mark.requirement("R01")
@pytest.mark.parametrize(
    ("gone", "named"),
    [
        ("detector", "walk-through-gate"),
        ("button", "one-key-alarm"),
        ("lockers", "locker-bank"),
        ("room", "reception-room"),
    ],
)
def test_a_school_with_three_of_four_is_incomplete_and_the_missing_item_is_named(gone, named):
    school = without(OAK, gone)
    kit = gatehouse_kit(school, running(school).state())
    assert not kit.complete
    assert not kit.effective
    assert kit.missing == (named,)


@pytest.mark.requirement("R01")
def test_a_kit_that_is_only_listed_is_complete_but_not_effective():
    kit = gatehouse_kit(OAK, Engine([OAK]).state())
    assert kit.complete
    assert not kit.effective
    assert {lack.why for item in kit.items for lack in item.lacks} == {Why.SILENT}


@pytest.mark.requirement("R06")
def test_with_everything_live_all_five_functions_work_and_each_is_said_once():
    engine = Engine([OAK])
    outputs = engine.receive(healthy(), NOW) + engine.receive(healthy(), NOW + 1)
    assert {one.function for one in told(outputs, FunctionEffective)} == set(Function)
    assert len(told(outputs, FunctionEffective)) == 5
    assert effective(engine) == set(Function)


@pytest.mark.requirement("R06")
def test_a_list_of_devices_alone_makes_no_function_work():
    assert effective(Engine([OAK])) == set()


@pytest.mark.requirement("R06")
def test_an_unplugged_gate_camera_ends_video_surveillance_and_person_warning_within_60_s():
    engine = running()
    unplugged_at = NOW + seconds(100)
    noticed = unplugged_at + LOST_AFTER
    outputs = engine.receive(unplugged("camera", noticed), noticed)
    assert effective(engine) == set(Function) - {
        Function.VIDEO_SURVEILLANCE,
        Function.PERSON_WARNING,
    }, "whoever asks is told at once"
    outputs += engine.advance(unplugged_at + seconds(60))
    lost = told(outputs, FunctionLost)
    assert {one.function for one in lost} == {
        Function.VIDEO_SURVEILLANCE,
        Function.PERSON_WARNING,
    }
    assert {lack.subject for one in lost for lack in one.lacks} == {"oak/camera"}


@pytest.mark.requirement("R06")
def test_a_camera_away_from_every_front_end_is_no_part_of_person_warning():
    engine = running()
    engine.receive(unplugged("yard-camera", NOW), NOW + 1)
    assert effective(engine) == set(Function) - {Function.VIDEO_SURVEILLANCE}


@pytest.mark.requirement("R06")
@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("button", Function.ONE_KEY_ALARM),
        ("presence", Function.OFF_POST_WARNING),
        ("speaker", Function.REMOTE_BROADCAST),
        ("yard-camera", Function.VIDEO_SURVEILLANCE),
        ("metro-face", Function.PERSON_WARNING),
    ],
)
def test_each_function_falls_with_its_device_and_comes_back_with_it(name, function):
    engine = running()
    bad = NOW + seconds(10)
    engine.receive(unplugged(name, bad), bad)
    (lost,) = told(engine.advance(bad + HOLD), FunctionLost)
    assert lost.function is function
    assert {lack.why for lack in lost.lacks} == {Why.UNTRUSTED}
    back = bad + seconds(100)
    said = [says(name, prop, value, back) for prop, value in HEALTHY[name].items()]
    (found,) = told(engine.receive(said, back), FunctionEffective)
    assert found.function is function


@pytest.mark.requirement("R06")
def test_one_missed_poll_is_no_lost_function():
    engine = running()
    outputs = engine.receive(unplugged("speaker", NOW), NOW + 1)
    back = NOW + HOLD - seconds(1)
    outputs += engine.receive([says("speaker", "playing", False, back)], back)
    outputs += engine.advance(NOW + seconds(600))
    assert not told(outputs, FunctionLost | FunctionEffective)
    assert engine.next_deadline() is None


@pytest.mark.requirement("R06")
def test_the_hold_and_the_slowest_freshness_together_stay_under_the_limit_of_60_s():
    assert max(LOST_AFTER, PANIC_LOST_AFTER) + HOLD <= seconds(60)


@pytest.mark.parametrize("guard_there", [True, False])
def test_a_guard_who_walks_away_loses_no_function_but_a_value_that_says_so_does(guard_there):
    engine = running()
    engine.receive([says("presence", "present", guard_there)], NOW + 1)
    assert Function.OFF_POST_WARNING in effective(engine)
    engine.receive([says("camera", "online", False)], NOW + 2)
    assert Function.VIDEO_SURVEILLANCE not in effective(engine)
    (lack,) = function_status(OAK, engine.state(), Function.VIDEO_SURVEILLANCE).lacks
    assert lack.why is Why.WRONG


def test_a_substituted_value_is_not_a_live_one():
    engine = Engine([OAK])
    substituted = [msgspec.structs.replace(one, kind=Kind.SUBSTITUTED) for one in healthy()]
    engine.receive(substituted, NOW)
    assert effective(engine) == set()


def test_a_post_without_roster_cannot_be_missed_and_a_call_without_station_reaches_nobody():
    engine = running()
    bare = replace(OAK, posts=(), responders=())
    state = engine.state()
    (lack,) = function_status(bare, state, Function.OFF_POST_WARNING).lacks
    assert (lack.subject, lack.why) == ("oak/presence", Why.NO_ROSTER)
    (lack,) = function_status(bare, state, Function.ONE_KEY_ALARM).lacks
    assert lack.why is Why.NO_STATION


def test_a_restart_in_the_middle_of_the_hold_tells_the_loss_all_the_same():
    engine = running()
    engine.receive(unplugged("speaker", NOW), NOW + 1)
    revived = Engine([OAK], decode_state(encode_state(engine.state())))
    outputs = revived.advance(NOW + seconds(40))
    assert outputs == engine.advance(NOW + seconds(40))
    (lost,) = told(outputs, FunctionLost)
    assert decode_record(*encode_record(lost)) == lost


@pytest.mark.requirement("R06")
@given(st.lists(st.tuples(st.sampled_from(sorted(HEALTHY)), st.booleans(), st.integers(0, 40))))
def test_once_the_wire_is_quiet_what_was_told_is_what_is_true(story):
    engine, now = Engine([OAK]), NOW
    outputs = engine.receive(healthy(), now)
    for name, plugged, gap in story:
        now += seconds(gap)
        said = [says(name, prop, value, now) for prop, value in HEALTHY[name].items()]
        outputs += engine.receive(said if plugged else unplugged(name, now), now)
    outputs += engine.advance(now + HOLD)
    believed = set()
    for one in told(outputs, FunctionEffective | FunctionLost):
        assert (one.function in believed) is isinstance(one, FunctionLost), "said once, not twice"
        believed ^= {one.function}
    assert believed == effective(engine)


def test_every_point_that_a_function_needs_exists():
    for needs in FUNCTION_NEEDS.values():
        for capability, points in needs.items():
            for point in points:
                assert point.property in capabilities()[capability].properties


@pytest.mark.requirement("R13", "R64")
def test_lines_and_axes_list_every_device_once_and_lose_share_with_a_dead_one():
    engine = running()
    before_lines, before_axes = (
        line_coverage(OAK, engine.state()),
        axis_coverage(OAK, engine.state()),
    )
    assert {one.share for one in (*before_lines.values(), *before_axes.values())} == {1.0}
    for coverage in (before_lines, before_axes):
        listed = sorted(name for one in coverage.values() for name in one.listed)
        assert listed == sorted(one.id for one in OAK.devices)
    engine.receive([says("metro-face", "online", None, NOW, Quality.BAD)], NOW + 1)
    lines = line_coverage(OAK, engine.state())
    assert lines[Line.REMOTE].share == 0.0
    assert lines[Line.REMOTE].dead == ("oak/metro-face",)
    assert lines[Line.GATE_FRONT].share == 1.0
    assert axis_coverage(OAK, engine.state())[Protection.TECHNICAL].share == pytest.approx(6 / 7)


@pytest.mark.requirement("R64")
def test_every_device_type_has_one_of_the_three_axes():
    axes = {name: known.protection for name, known in capabilities().items()}
    assert set(axes.values()) == set(Protection), "each axis has devices"
    for device in OAK.devices:
        assert axis_of(device) is axes[device.capability]


@pytest.mark.requirement("R13", "R15")
def test_each_detection_is_attributed_to_the_line_of_its_device():
    engine = running()
    outputs = engine.receive([says("button", "pressed", True)], NOW + 1)
    (found,) = detections(OAK, outputs)
    assert (found.line, found.device, found.kind) == (
        Line.GATE_FRONT, "oak/button", "one-key-alarm",
    )  # fmt: skip
    (alarm,) = engine.alarms.values()
    assert attribute(OAK, alarm) == found
    assert attribute(without(OAK, "button"), alarm) is None


@pytest.mark.requirement("R15")
def test_the_first_line_to_detect_caught_it_and_none_is_a_breach():
    engine = running()
    outputs = engine.receive([says("button", "pressed", True)], NOW + 1)
    (gate,) = detections(OAK, outputs)
    inner = replace(gate, line=Line.INNER, sensed=gate.sensed - 1)
    assert caught_by([gate, inner]) is Line.INNER
    assert caught_by([inner, replace(gate, sensed=inner.sensed)]) is Line.GATE_FRONT
    assert caught_by([]) is None
    shares = catch_shares([Line.REMOTE, Line.INNER, None, Line.INNER])
    assert shares == {Line.REMOTE: 0.25, Line.GATE_FRONT: 0.0, Line.INNER: 0.5, None: 0.25}
    assert sum(shares.values()) == 1
