"""Values that no point holds, and events on edges: from the description to what is reported."""

from itertools import pairwise
from pathlib import Path

import pytest

from protocols.commanding import carry_out
from protocols.descriptions import read_model
from protocols.interfaces import ConnectedDevice
from protocols.model import DeviceModel, Write
from protocols.reporting import Reporter
from tests.protocols.test_reporting import NOON, Clock, Kept
from twins.command import Command, CommandResult
from twins.documents import ConfigError
from twins.instant import seconds
from twins.observation import Quality

LOCKERS = """\
model: lockers
is: locker-bank
protocol: modbus
title: Lockers
source: a test
repeat: {n: 1..3}
properties:
  door{n:02}.closed: {at: "co:{n-1}"}
"""

OPEN = (False, Quality.GOOD, "")
SHUT = (True, Quality.GOOD, "")
UNREAD = (None, Quality.BAD, "no answer")


def model(tmp_path: Path, more: str) -> DeviceModel:
    file = tmp_path / "lockers.yaml"
    file.write_text(LOCKERS + more)
    return read_model(str(file))


def complaints(tmp_path: Path, more: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        model(tmp_path, more)
    return [
        str(problem).removeprefix(f"{tmp_path}/lockers.yaml:") for problem in caught.value.problems
    ]


def doors(*readings):
    return {f"door{number:02}.closed": reading for number, reading in enumerate(readings, 1)}


@pytest.mark.parametrize(
    ("how", "value"),
    [
        ('{list: "door{n:02}.closed", where: false}', [1, 3]),
        ('{count: "door{n:02}.closed", where: false}', 2),
        ('{any: "door{n:02}.closed", where: false}', True),
        ('{all: "door{n:02}.closed", where: false}', False),
        ("{not: door02.closed}", False),
    ],
)
def test_a_value_is_derived_from_the_doors_of_a_bank(tmp_path, how, value):
    derived = model(tmp_path, f"derived:\n  seen: {how}\n").derived["seen"]

    assert derived.reading_of(doors(OPEN, SHUT, OPEN)) == (value, Quality.GOOD, "")


def test_a_derived_value_stands_once_for_each_door_where_its_name_has_the_number(tmp_path):
    derived = model(tmp_path, 'derived:\n  door{n:02}.open: {not: "door{n:02}.closed"}\n').derived

    assert list(derived) == ["door01.open", "door02.open", "door03.open"]
    assert derived["door03.open"].reading_of(doors(SHUT, SHUT, OPEN)) == (True, Quality.GOOD, "")


def test_a_door_that_was_not_read_spoils_the_count_and_says_why(tmp_path):
    derived = model(tmp_path, 'derived:\n  n: {count: "door{n:02}.closed"}\n').derived["n"]

    assert derived.reading_of(doors(SHUT, UNREAD, SHUT)) == (None, Quality.BAD, "no answer")
    assert derived.reading_of(doors(SHUT, SHUT)) is None


def test_a_derived_value_is_never_stamped_older_than_the_one_before(tmp_path):
    """The engine would take it for late, and it is told once."""
    lockers = model(
        tmp_path, 'derived:\n  open_count: {count: "door{n:02}.closed", where: false}\n'
    )
    kept = Kept()
    device = ConnectedDevice(id="bank", model=lockers, lost_after=seconds(2))
    reporter = Reporter([device], kept, Clock())
    reporter.readings("bank", doors(SHUT, SHUT, SHUT))
    for door, stamp in (("door01.closed", NOON - 5), ("door02.closed", NOON - 9)):
        reporter.readings("bank", {door: OPEN}, {door: stamp})
    told = [one for batch in kept.batches for one in batch if one.property == "open_count"]
    assert [one.value for one in told] == [0, 1, 2]
    assert all(one.source_time <= later.source_time for one, later in pairwise(told))


def test_a_derived_property_of_the_capability_is_reported_with_what_changed(tmp_path):
    lockers = model(
        tmp_path, 'derived:\n  open_count: {count: "door{n:02}.closed", where: false}\n'
    )
    kept = Kept()
    report = Reporter(
        [ConnectedDevice(id="bank", model=lockers, lost_after=seconds(9))], kept, Clock()
    )

    before = dict.fromkeys(doors(SHUT, SHUT, SHUT), NOON - 8)
    report.readings("bank", doors(SHUT, SHUT, SHUT), before)
    report.readings("bank", {"door02.closed": OPEN}, {"door02.closed": NOON - 7})
    report.readings("bank", doors(SHUT, OPEN, SHUT))
    report.lost("bank", "silent")

    told = [[(one.property, one.value) for one in batch] for batch in kept.batches]
    assert told[0][-1] == ("open_count", 0)
    assert told[1] == [("door02.closed", False), ("open_count", 1)]
    assert {one.source_time for one in kept.batches[1]} == {NOON - 7}
    assert told[2][-1] == ("open_count", None)
    assert len(told) == 3


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ("derived:\n  seen: {where: false}\n", "10:3: a derived value has exactly one of"),
        ("derived:\n  seen: {any: door01.closed, all: door01.closed}\n", "`any`, `all`"),
        ("derived:\n  seen: {any: door09.closed}\n", "did you mean 'door03.closed'"),
        ("derived:\n  seen: {any: door01.closed, where: 3}\n", "is boolean, never 3"),
        ("derived:\n  door01.closed: {not: door02.closed}\n", "is a point already"),
        ("derived:\n  open_count: {any: door01.closed}\n", "open_count is integer, but `any`"),
        ('derived:\n  open_count: {list: "door{n:02}.closed"}\n', "`list` gives a list"),
        ('derived:\n  seen: {not: "door{n:02}.closed"}\n', "needs the same running number"),
        ("events:\n  opened: {when: door01.closd falls}\n", "did you mean 'door01.closed'"),
        ("events:\n  opened: {when: door01.closed, with: []}\n", "String should match"),
        ("events:\n  opened: {when: door01.closed falls, with: [x]}\n", "no property 'x'"),
        ("verify:\n  unlok: {door01.closed: false}\n", "did you mean 'unlock'"),
        ("verify:\n  unlock: {door9.closed: false}\n", "there is no point 'door9.closed'"),
    ],
)
def test_what_cannot_be_derived_is_refused_with_its_place(tmp_path, more, complaint):
    told = complaints(tmp_path, more)

    assert len(told) == 1
    assert complaint in told[0]


@pytest.mark.parametrize(
    ("edge", "before", "after", "happened"),
    [
        ("falls", SHUT, OPEN, True),
        ("rises", SHUT, OPEN, False),
        ("changes", SHUT, OPEN, True),
        ("rises", OPEN, SHUT, True),
        ("rises", None, SHUT, False),
        ("rises", UNREAD, SHUT, False),
        ("changes", SHUT, SHUT, False),
    ],
)
def test_an_event_happens_on_its_edge_and_never_on_a_first_reading(
    tmp_path, edge, before, after, happened
):
    (event,) = model(
        tmp_path, f"events:\n  opened: {{when: door01.closed {edge}, with: [door02.closed]}}\n"
    ).events

    assert event.told == ("door02.closed",)
    assert event.happened(before, after) is happened


async def test_a_product_says_itself_what_proves_a_command(tmp_path):
    lockers = model(tmp_path, "verify:\n  unlock: {'door{door:02}.closed': true}\n")
    device = ConnectedDevice(id="bank", model=lockers, lost_after=seconds(9))
    state = {"door02.closed": True}
    writes: list[Write] = []

    async def put(write: Write) -> None:
        writes.append(write)

    async def read(names):
        return {name: state[name] for name in names}

    command = Command(
        id="c", device="bank", action="unlock", arguments={"door": 2},
        expects={"door02.closed": False}, not_after=NOON + seconds(1),
        requested_by="guard", reason="a visitor",
    )  # fmt: skip
    writable = ConnectedDevice(id="bank", model=_unlocking(tmp_path), lost_after=seconds(9))
    outcome = await carry_out(command, writable, Clock(), put=put, read=read)

    assert outcome.result is CommandResult.CONFIRMED
    assert [write.point.name for write in writes] == ["unlock02"]
    assert device.model.proof_of("unlock", {"door": 3}, {}) == {"door03.closed": True}


def _unlocking(tmp_path: Path) -> DeviceModel:
    return model(
        tmp_path,
        'writes:\n  unlock{n:02}: {at: "co:{n-1}", as: bool}\n'
        "actions:\n  unlock: {'unlock{door:02}': true}\n"
        "verify:\n  unlock: {'door{door:02}.closed': true}\n",
    )
