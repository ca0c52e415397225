"""遠程廣播 (R09): who may speak, who spoke when, and whether anybody could hear it."""

from dataclasses import replace

import pytest

from tests.twins.ash import ASH, Story, of
from twins.alarm import AcknowledgeAlarm, ResetAlarm
from twins.broadcast import BroadcastReported, SpeechOutcome
from twins.command import Command, CommandEnded, CommandResult
from twins.instant import seconds
from twins.school import Plan, PlanStep


def ready() -> Story:
    story = Story()
    story.see("console", online=True)
    story.see("speaker", playing=False)
    return story


def speak(story: Story, post: str = "station", **changes):
    return story.ask("speaker", "play", post=post, **changes)


def report(outputs):
    (reported,) = of(BroadcastReported, outputs)
    return reported


@pytest.mark.requirement("R09")
def test_a_broadcast_from_an_authorised_post_ends_acknowledged_with_who_spoke_when():
    story = ready()
    asked = story.now
    (command,) = of(Command, speak(story, incident="ash/incident/1"))
    story.wait(2)
    reported = report(story.end(command, CommandResult.CONFIRMED))
    assert reported.outcome is SpeechOutcome.ACKNOWLEDGED
    speech = reported.speech
    assert (speech.by, speech.post, speech.asked) == ("Operator A", "station", asked)
    assert reported.at - speech.asked <= seconds(3)
    assert not story.memory.speeches


@pytest.mark.requirement("R09")
@pytest.mark.parametrize("post", ["", "canteen"])
@pytest.mark.parametrize("action", ["play", "say", "play-clip", "stop"])
def test_a_post_that_is_not_authorised_is_refused_and_who_tried_is_kept(post, action):
    story = ready()
    arguments = {"say": {"text": "go out"}, "play-clip": {"clip": "song"}}.get(action, {})
    outputs = story.ask("speaker", action, post=post, arguments=arguments)
    assert not of(Command, outputs)
    reported = report(outputs)
    assert reported.outcome is SpeechOutcome.REFUSED
    assert "may not broadcast" in reported.reason
    assert (reported.speech.by, reported.speech.post) == ("Operator A", post)


@pytest.mark.requirement("R09")
def test_what_was_said_is_kept_as_text_or_as_clip():
    story = ready()
    (say,) = of(
        Command,
        story.ask("speaker", "say", post="station", arguments={"text": "Return {now}"}),
    )
    assert say.expects == {"text": "Return {now}", "playing": True}
    (clip,) = of(
        Command,
        story.ask("speaker", "play-clip", post="station", arguments={"clip": "lockdown"}),
    )
    said = report(story.end(say, CommandResult.CONFIRMED)).speech
    played = report(story.end(clip, CommandResult.CONFIRMED)).speech
    assert (said.text, said.clip) == ("Return {now}", "")
    assert (played.text, played.clip) == ("", "lockdown")


@pytest.mark.requirement("R09")
def test_d01_b_a_speaker_that_gives_no_read_back_is_told_as_failed_after_three_seconds():
    story = ready()
    (command,) = of(Command, speak(story))
    reported = report(story.wait(3))
    assert reported.outcome is SpeechOutcome.FAILED
    assert reported.at - reported.speech.asked == seconds(3)
    assert not of(BroadcastReported, story.wait(60)), "told once"
    assert [one.command for one in of(CommandEnded, story.told)] == [command.id], "and it ended"
    assert story.engine.commands == {}


def test_a_read_back_after_the_failure_was_told_still_counts():
    story = ready()
    (command,) = of(Command, speak(story))
    story.wait(4)
    reported = report(story.end(command, CommandResult.CONFIRMED))
    assert (reported.outcome, reported.reason) == (SpeechOutcome.ACKNOWLEDGED, "late")


@pytest.mark.parametrize("result", [CommandResult.NOT_EXECUTED, CommandResult.UNKNOWN])
def test_a_broadcast_that_did_not_come_about_is_told_as_failed_with_the_reason(result):
    story = ready()
    (command,) = of(Command, speak(story))
    reported = report(story.end(command, result, "the link is lost"))
    assert (reported.outcome, reported.reason) == (SpeechOutcome.FAILED, "the link is lost")


def test_a_loudspeaker_that_refuses_is_told_as_refused():
    story = ready()
    (command,) = of(Command, story.ask("speaker", "say", post="station", arguments={"text": "x"}))
    assert report(story.end(command, CommandResult.REFUSED)).outcome is SpeechOutcome.REFUSED


def test_a_plan_speaks_without_a_post_and_is_kept_as_the_plan():
    step = PlanStep(id="call", title={}, action="play", devices=("ash/speaker",))
    story = Story(replace(ASH, plans=(Plan(kind="one-key-alarm", steps=(step,)),)))
    (command,) = of(Command, story.see("button", pressed=True))
    reported = report(story.end(command, CommandResult.CONFIRMED))
    assert (reported.speech.by, reported.outcome) == ("plan", SpeechOutcome.ACKNOWLEDGED)


def test_d10_the_gatehouse_may_speak_again_only_after_its_lost_console_was_reset():
    story = ready()
    assert of(Command, speak(story, "gatehouse"))
    story.see("console", online=False)
    assert "was lost" in report(speak(story, "gatehouse")).reason
    story.see("console", online=True)
    assert not of(Command, speak(story, "gatehouse")), "plugging it in again is not enough"
    assert of(Command, speak(story, "station")), "the others speak on"
    (alarm,) = story.engine.alarms.values()
    story.take(AcknowledgeAlarm(alarm=alarm.id, by="Station"))
    story.take(ResetAlarm(alarm=alarm.id, by="Station", reason="checked on the spot"))
    assert of(Command, speak(story, "gatehouse"))


def test_a_school_that_has_not_said_who_may_speak_lets_commands_through():
    watch = replace(ASH.watch, broadcast=replace(ASH.watch.broadcast, posts=None))
    story = Story(replace(ASH, watch=watch))
    assert of(Command, speak(story, ""))
