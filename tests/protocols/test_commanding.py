"""How a command ends, for every way in which writing and reading back can go; in virtual time."""

from dataclasses import replace

import pytest

from protocols.commanding import carry_out
from protocols.descriptions import read_model
from protocols.interfaces import (
    ConnectedDevice,
    LinkLostError,
    MalformedError,
    NoAnswerError,
    RefusedError,
)
from tests.contract.bench import MODELS
from tests.virtual_time import LoopClock, in_virtual_time
from twins.command import Command, CommandResult
from twins.instant import seconds

MODEL = replace(
    read_model(str(MODELS / "loopback-siren.yaml")),
    actions={"sound": {"sounding": True}, "silence": {"sounding": False, "{what}": False}},
)
DEVICE = ConnectedDevice(id="siren", model=MODEL, lost_after=seconds(10))


def command(action: str = "sound", *, within: int = seconds(3), **arguments) -> Command:
    return Command(
        id="c1",
        device="siren",
        action=action,
        arguments=arguments,
        expects={"sounding": action == "sound"},
        not_after=within,
        requested_by="test",
        reason="test",
    )


def carried_out(wanted: Command, *, writes=(), reads=()):
    """Carry a command out on a device that answers writes and reads in this order.

    An exception is raised, anything else returned; the last read is repeated for ever.
    """
    sent, remaining = [], list(reads)

    async def put(write):
        sent.append((write.point.name, write.value))
        answer = writes[len(sent) - 1] if len(sent) <= len(writes) else None
        if answer is not None:
            raise answer

    async def read(_names):
        answer = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        if isinstance(answer, Exception):
            raise answer
        return {"sounding": answer}

    async def story():
        clock = LoopClock()
        outcome = await carry_out(wanted, DEVICE, clock, put=put, read=read)
        assert clock.now() <= max(0, wanted.not_after) + seconds(1)
        return outcome

    outcome = in_virtual_time(story())
    return outcome.result, outcome.reason, sent


def test_written_and_read_back_is_confirmed():
    result, reason, sent = carried_out(command(), reads=[True])
    assert (result, reason) == (CommandResult.CONFIRMED, "")
    assert sent == [("sounding", True)]


def test_a_device_on_its_way_is_waited_for():
    result, _, sent = carried_out(command(), reads=[False, False, NoAnswerError("lost"), True])
    assert result is CommandResult.CONFIRMED
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (RefusedError("no"), CommandResult.REFUSED),
        (LinkLostError("no"), CommandResult.NOT_EXECUTED),
    ],
)
def test_a_first_write_that_did_nothing_ends_it_without_reading(answer, result):
    assert carried_out(command(), writes=[answer])[:2] == (result, "no")


@pytest.mark.parametrize("doubt", [NoAnswerError("no answer"), MalformedError("an odd answer")])
def test_doubt_is_resolved_by_the_device_s_state_and_by_nothing_else(doubt):
    assert carried_out(command(), writes=[doubt], reads=[True])[0] is CommandResult.CONFIRMED
    result, reason, sent = carried_out(command(), writes=[doubt], reads=[False])
    assert result is CommandResult.UNKNOWN
    assert reason == f"{doubt}, but sounding is False"
    assert len(sent) == 1, "never written again"


def test_an_accepted_command_that_shows_no_effect_is_unknown():
    result, reason, _ = carried_out(command(), reads=[False])
    assert (result, reason) == (CommandResult.UNKNOWN, "accepted, but sounding is False")


def test_without_a_read_back_nothing_is_confirmed():
    result, reason, _ = carried_out(command(), reads=[NoAnswerError("no answer")])
    assert (result, reason) == (CommandResult.UNKNOWN, "no read-back: no answer")
    proofless = replace(command(), expects={})
    assert carried_out(proofless, reads=[True])[0] is CommandResult.UNKNOWN


@pytest.mark.parametrize("answer", [RefusedError("no"), LinkLostError("no"), NoAnswerError("no")])
def test_half_a_command_is_unknown(answer):
    model = replace(
        MODEL,
        actions={"silence": {"sounding": False, "again": False}},
        command_points={"again": replace(MODEL.points["sounding"], name="again")},
    )
    device = replace(DEVICE, model=model)
    sent = []

    async def put(write):
        sent.append(write.point.name)
        if len(sent) == (1 if isinstance(answer, NoAnswerError) else 2):
            raise answer

    async def read(_names):
        pytest.fail("half a command cannot be proven")

    async def story():
        return await carry_out(command("silence"), device, LoopClock(), put=put, read=read)

    outcome = in_virtual_time(story())
    assert outcome.result is CommandResult.UNKNOWN
    assert "no" in outcome.reason


def test_past_its_time_nothing_is_written():
    result, reason, sent = carried_out(command(within=-1))
    assert (result, reason, sent) == (CommandResult.NOT_EXECUTED, "it is past its time", [])


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (command("explode"), "siren has no action 'explode'"),
        (command("silence"), "the argument 'what' is missing"),
        (command("silence", what="nothing"), "loopback-siren has no way to silence"),
    ],
)
def test_what_the_description_has_no_way_to_do_is_refused_unsent(wanted, reason):
    assert carried_out(wanted) == (CommandResult.REFUSED, reason, [])
