"""D07: mains and network are lost during an alarm; it arrives once, late, with its own time."""

import pytest

from tests.twins.ash import Story, of, says
from twins.alarm import AlarmRaised, AlarmRepeated, Severity
from twins.call import CallChanged, CallState, OfferCall
from twins.incident import IncidentOpened, Notification
from twins.instant import seconds
from twins.network_path import PathSwitched
from twins.observation import PropertyChanged


def ready() -> Story:
    story = Story()
    story.see("ups", mains=True, battery_low=False, minutes_left=30.0, replace=False)
    story.see("link", up=True, path="primary")
    story.see("button", pressed=False)
    return story


@pytest.mark.parametrize(
    ("name", "prop", "wrong", "kind", "severity"),
    [
        ("ups", "mains", False, "mains-lost", Severity.WARNING),
        ("ups", "battery_low", True, "battery-low", Severity.WARNING),
        ("ups", "replace", True, "battery-worn", Severity.OBSERVATION),
        ("panel", "fault", True, "fire-panel-fault", Severity.WARNING),
        ("panel", "disabled", True, "fire-panel-disabled", Severity.WARNING),
        ("panel", "pre_alarm", True, "fire-pre-alarm", Severity.WARNING),
    ],
)
def test_a_condition_stands_while_its_point_says_so(name, prop, wrong, kind, severity):
    story = Story()
    (raised,) = of(AlarmRaised, story.see(name, **{prop: wrong}))
    assert (raised.alarm.kind, raised.alarm.severity) == (kind, severity)
    story.lose(name, prop)
    assert kind in story.standing, "a lost point changes nothing"
    assert not of(AlarmRepeated, story.see(name, **{prop: wrong})), "the same condition"
    story.see(name, **{prop: not wrong})
    assert kind not in story.standing


def test_a_path_that_is_replaced_in_time_is_recorded_with_the_time_that_it_took():
    story = ready()
    story.at(20)
    story.see("link", up=False)
    story.at(33)
    (switched,) = of(PathSwitched, story.see("link", path="secondary", up=True))
    assert (switched.previous, switched.path) == ("primary", "secondary")
    assert (switched.took, switched.in_time) == (seconds(13), True)
    assert story.standing == {"second-path": "link"}


def test_the_order_in_which_a_link_tells_of_its_recovery_does_not_matter():
    story = ready()
    story.at(20)
    story.see("link", up=False)
    story.at(33)
    (switched,) = of(PathSwitched, story.see("link", up=True, path="secondary"))
    assert switched.took == seconds(13)


def test_a_path_that_is_not_replaced_in_time_is_a_warning_until_it_is():
    story = ready()
    story.at(20)
    story.see("link", up=False)
    assert not of(AlarmRaised, story.wait(19))
    (raised,) = of(AlarmRaised, story.wait(1))
    assert (raised.alarm.kind, raised.alarm.sensed) == (
        "path-not-switched",
        story.start + seconds(20),
    )
    story.wait(5)
    (switched,) = of(PathSwitched, story.see("link", path="secondary", up=True))
    assert (switched.took, switched.in_time) == (seconds(25), False)
    assert "path-not-switched" not in story.standing


def test_a_link_without_any_path_is_lost_and_told_when_it_is_back():
    story = ready()
    story.see("link", path="none")
    assert story.standing == {"path-lost": "link"}
    story.see("link", path="secondary")
    story.see("link", path="primary")
    assert not story.standing


def test_a_switch_long_after_a_loss_that_healed_itself_took_no_time():
    story = ready()
    story.see("link", up=False)
    story.wait(5)
    story.see("link", up=True)
    story.wait(3600)
    (switched,) = of(PathSwitched, story.see("link", path="secondary"))
    assert switched.took == 0


def test_a_device_that_flaps_while_down_keeps_the_time_of_its_first_loss():
    story = ready()
    story.see("link", up=False)
    story.wait(5)
    story.lose("link", "up")
    story.see("link", up=False)
    story.wait(5)
    (switched,) = of(PathSwitched, story.see("link", path="secondary"))
    assert switched.took == seconds(10)


def test_d07_the_alarm_of_a_school_without_mains_and_network_arrives_once_with_its_own_time():
    story = ready()
    start = story.start

    # 0 s: mains off. +20 s: the switch is off, so the primary path is down.
    mains = story.see("ups", mains=False)
    assert [one.alarm.kind for one in of(AlarmRaised, mains)] == ["mains-lost"]
    story.at(20)
    story.see("link", up=False)
    story.at(36)
    (switched,) = of(PathSwitched, story.see("link", path="secondary", up=True))
    assert switched.in_time
    assert switched.took <= seconds(20)

    # +60 s: pressed. The weak path brings the release first, then the press, then both again;
    # the button's clock is 7 s slow against the console's.
    slow = seconds(7)
    pressed, released = start + seconds(60) - slow, start + seconds(62) - slow
    story.at(95)
    story.take(says("button", "pressed", False, released, story.now))
    story.at(104)
    late = story.take(says("button", "pressed", True, pressed, story.now))
    (raised,) = of(AlarmRaised, late)
    assert raised.alarm.sensed == pressed, "its original time"
    assert raised.alarm.received - raised.alarm.sensed == seconds(51), "and how long it took"
    assert len(of(IncidentOpened, late)) == 1
    told = {one.responder for one in of(Notification, late)}
    assert {"ash/station", "ash/guard", "ash/car", "ash/shop"} <= told

    # +600 s: everything is back, and the button's buffer is brought once more.
    story.at(600)
    story.see("ups", mains=True)
    story.see("link", path="primary", up=True)
    story.lose("button", "pressed")
    again = story.take(
        says("button", "pressed", True, pressed, story.now),
        says("button", "pressed", False, released, story.now),
    )
    assert not of(AlarmRaised, again)
    assert not of(AlarmRepeated, again)
    assert not of(Notification, again)
    one_key = [one for one in story.engine.alarms.values() if one.kind == "one-key-alarm"]
    assert [one.count for one in one_key] == [1], "none lost, none twice"
    assert "mains-lost" not in story.standing

    # Readers order by source time and get the story as it was.
    facts = [
        (one.alarm.sensed, one.alarm.kind)
        for one in of(AlarmRaised, story.told)
        if one.alarm.kind in ("mains-lost", "one-key-alarm", "second-path")
    ]
    assert [kind for _, kind in facts] == ["mains-lost", "second-path", "one-key-alarm"]
    assert facts == sorted(facts)


def test_d07_alarms_that_arrive_in_the_wrong_order_are_put_right_by_their_source_time():
    story = ready()
    story.at(100)
    story.take(says("dormitory-button", "pressed", True, story.start + seconds(70), story.now))
    story.take(says("button", "pressed", True, story.start + seconds(60), story.now))
    raised = [one.alarm for one in of(AlarmRaised, story.told)]
    assert [one.device for one in raised] == ["ash/dormitory-button", "ash/button"], "as they came"
    in_order = sorted(raised, key=lambda one: one.sensed)
    assert [one.device for one in in_order] == ["ash/button", "ash/dormitory-button"]
    assert len(of(IncidentOpened, story.told)) == 1
    changes = [one for one in of(PropertyChanged, story.told) if one.property == "pressed"]
    stamps = [one.source_time - story.start for one in changes if one.value is True]
    assert stamps == [seconds(70), seconds(60)], "each keeps its own"


@pytest.mark.requirement("R19")
@pytest.mark.parametrize(
    ("said", "works"),
    [
        ([{"up": False}], False),
        ([{"up": False}, {"path": "secondary"}], True),
        ([{"path": "secondary"}, {"up": False}], False),
        ([{"path": "none"}], False),
        ([{"path": "none"}, {"up": True}], True),
        ([{"up": True, "path": "none"}], False),
        ([{"up": False, "path": "secondary"}], False),
    ],
    ids=str,
)
def test_a_link_is_believed_in_what_it_said_last_and_in_doubt_it_is_down(said, works):
    story = ready()
    story.see("intercom", online=True, call="idle")
    for values in said:
        story.wait(1)
        story.see("link", **values)
    story.wait(1)
    outputs = story.take(OfferCall(device="ash/intercom", by="Guard A", peer="station"))
    states = [one.call.state for one in of(CallChanged, outputs)]
    assert (CallState.FAILED not in states) is works
