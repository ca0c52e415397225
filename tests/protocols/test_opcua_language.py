"""What a description can name on OPC UA beside a node: paths, members, texts, methods."""

from dataclasses import replace

import pytest
from asyncua import ua
from asyncua.common.utils import Buffer
from hypothesis import given
from hypothesis import strategies as st

from protocols.descriptions import read_model
from protocols.interfaces import Link, RefusedError
from protocols.model import Point
from protocols.opcua.address import BrowsePath, parse_node
from protocols.opcua.codec import reading_of
from protocols.opcua.structures import Layout, Part, member_of
from tests.protocols.opcua_bench import command, connected, driving, emulating
from twins.command import CommandResult
from twins.documents import ConfigError
from twins.observation import Quality

DOOR = """
model: vendor-door
is: door
protocol: opcua
title: A door
source: Gatehouse's own, for these tests
namespaces: {v: "urn:vendor", w: "urn:vendor:more"}
"""

CABINET = """
model: vendor-ups
is: ups
protocol: opcua
title: An UPS whose state is one structure
source: Gatehouse's own, for these tests
namespaces: {v: "urn:vendor"}
properties:
  mains: {at: 'v:s=Ups', field: 'Input[1].Present'}
  charge: {at: 'v:s=Ups', field: Battery.Charge, as: f64}
  minutes_left: {at: 'v:s=Ups', field: Battery.Minutes, as: u16}
  battery_low: {at: 'v:s=Flags', field: '[2]'}
  replace: {at: 'v:s=Flags', field: '[0]'}
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / f"{text.split('model: ')[1].split()[0]}.yaml"
        file.write_text(text)
        return read_model(str(file))

    return write


def told_by(written, text):
    with pytest.raises(ConfigError) as caught:
        written(text)
    return [problem.message for problem in caught.value.problems]


async def test_a_node_is_found_by_its_path_and_read_back_by_it(written):
    model = written(DOOR + "properties:\n  closed: {at: 'v:/Gate/w:Door&/1/Closed'}\n"
                           "  locked: {at: 'v:/Gate/w:Door&/1/Locked'}\n")  # fmt: skip
    assert [one.name for one in model.points["closed"].address.steps] == [
        "Gate",
        "Door/1",
        "Closed",
    ]
    door = connected("door", model)
    async with emulating(door) as (emulator, link), driving(link) as (_, heard):
        await heard.until_value("door", "closed", False)
        await emulator.publish("door", {"closed": True})
        await heard.until_value("door", "closed", True)


async def test_a_path_that_leads_nowhere_makes_its_point_bad_and_no_other(written):
    model = written(DOOR + "properties:\n  closed: {at: 'v:/Gate/Closed'}\n"
                           "  fault: {at: 'v:/Gate/Fault'}\n")  # fmt: skip
    poorer = replace(model, points={"closed": model.points["closed"]})
    async with emulating(connected("door", poorer)) as (_, link):
        described = Link(url=link.url, devices=(connected("door", model),))
        async with driving(described) as (_, heard):
            bad = await heard.until_bad("door", "fault")
            assert bad.cause == "v:/Gate/Fault: no node is there (BadNoMatch)"
            await heard.until_value("door", "closed", False)


async def test_members_of_one_structure_and_of_one_array_are_points_of_their_own(written):
    ups = connected("ups", written(CABINET))
    async with emulating(ups) as (emulator, link), driving(link) as (_, heard):
        await heard.until_value("ups", "charge", 0.0)
        await emulator.publish("ups", {"mains": True, "charge": 87.5, "battery_low": True})
        await heard.until_value("ups", "mains", True)
        await heard.until_value("ups", "charge", 87.5)
        await heard.until_value("ups", "battery_low", True)
        assert heard.values("ups", "replace") == [False]
        assert heard.values("ups", "minutes_left") == [0]


async def test_a_structure_that_lacks_a_member_makes_that_point_bad_alone(written):
    model = written(CABINET)
    other = written(CABINET.replace("Battery.Minutes", "Battery.Rest"))
    async with emulating(connected("ups", other)) as (_, link):
        described = Link(url=link.url, devices=(connected("ups", model),))
        async with driving(described) as (_, heard):
            bad = await heard.until_bad("ups", "minutes_left")
            assert bad.cause == "the value has no Battery.Minutes"
            await heard.until_value("ups", "charge", 0.0)


async def test_a_localized_text_is_read_as_its_text_and_codes_of_an_enumeration_as_words(written):
    model = written("""
model: vendor-intercom
is: intercom
protocol: opcua
title: An intercom
source: Gatehouse's own, for these tests
namespaces: {v: "urn:vendor"}
properties:
  online: {at: 'v:s=Online'}
  call: {at: 'v:s=State', as: s32, map: {0: idle, 1: calling, 2: talking}}
  peer: {at: 'v:s=Peer', as: localized}
""")
    async with (
        emulating(connected("intercom", model)) as (emulator, link),
        driving(link) as (_, heard),
    ):
        await heard.until_value("intercom", "call", "idle")
        await emulator.publish("intercom", {"peer": "门卫室", "call": "talking"})
        await heard.until_value("intercom", "peer", "门卫室")
        await heard.until_value("intercom", "call", "talking")


LOCKERS = """
model: vendor-lockers
is: locker-bank
protocol: opcua
title: Lockers that are unlocked by a method
source: Gatehouse's own, for these tests
repeat: {n: 1..3}
namespaces: {v: "urn:vendor"}
properties:
  "door{n:02}.closed": {at: 'v:s=Door{n}'}
calls:
  unlock: {at: 'v:s=Bank.Unlock', on: 'v:/Hall/Bank', with: {door: {as: u16}, seconds: {as: f32, value: 3}}}
"""


async def test_an_action_calls_a_method_once_with_its_arguments(written):
    told = []

    async def obey(device, values):
        told.append((device, dict(values)))
        return {"door02.closed": False}

    bank = connected("bank", written(LOCKERS))
    async with emulating(bank, on_write=obey) as (emulator, link):
        await emulator.publish("bank", {f"door0{n}.closed": True for n in (1, 2, 3)})
        async with driving(link) as (driver, heard):
            await heard.until_value("bank", "door02.closed", True)
            ordered = command("bank", "unlock", **{"door02.closed": False})
            ended = await driver.execute(replace(ordered, arguments={"door": 2}))
            assert (ended.result, ended.reason) == (CommandResult.CONFIRMED, "")
            assert told == [("bank", {"unlock": True, "unlock.door": 2, "unlock.seconds": 3.0})]


async def test_a_method_that_refuses_or_is_not_there_is_a_refusal(written):
    async def refuse(_device, _values):
        raise RefusedError("the bank is in service")

    model = written(LOCKERS)
    asked = command("bank", "unlock", within=60, **{"door02.closed": False})
    ordered = replace(asked, arguments={"door": 2})
    async with (
        emulating(connected("bank", model), on_write=refuse) as (_, link),
        driving(link) as (driver, heard),
    ):
        await heard.until_value("bank", "door01.closed", False)
        ended = await driver.execute(ordered)
        assert (ended.result, ended.reason) == (CommandResult.REFUSED, "BadInvalidState")
        too_big = await driver.execute(replace(ordered, arguments={"door": 70_000}))
        assert (too_big.result, too_big.reason) == (CommandResult.REFUSED, "70000 does not fit u16")
        without = await driver.execute(replace(ordered, arguments={}))
        assert without.reason == "the argument 'door' is missing"
    async with emulating(connected("bank", replace(model, calls={}))) as (_, link):
        described = Link(url=link.url, devices=(connected("bank", model),))
        async with driving(described) as (driver, heard):
            await heard.until_value("bank", "door01.closed", False)
            ended = await driver.execute(ordered)
            assert ended.result is CommandResult.REFUSED
            assert ended.reason == "v:s=Bank.Unlock: there is no such node on the server"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("closed: {at: 'v:/Gate/x:Door'}", "'x' is not under `namespaces`"),
        ("closed: {at: 'v:/Gate//Door'}", "begins with no name"),
        ("closed: {at: 'v:/Gate/a:b:c'}", "begins with no name"),
        ("closed: {at: 'v:s=Door', field: 'a..b'}", "is no field"),
        ("closed: {at: 'v:s=Door', field: '[-1]'}", "counted from 0"),
    ],
)
def test_an_address_that_cannot_be_is_told(written, line, message):
    (told,) = told_by(written, f"{DOOR}properties:\n  {line}\n")
    assert message in told


@pytest.mark.parametrize(
    ("calls", "message"),
    [
        ("unlok: {at: 'v:s=M', on: 'v:s=O'}", "door has no action 'unlok'; did you mean 'unlock'"),
        ("unlock: {at: 'v:s=M', on: 'y:s=O'}", "'y' is not under `namespaces`"),
        ("unlock: {at: 'v:s=M', on: 'v:s=O', with: {who: {as: string}}}", "give it a `value`"),
    ],
)
def test_a_call_that_cannot_be_is_told(written, calls, message):
    text = f"{DOOR}properties:\n  closed: {{at: 'v:s=Door'}}\ncalls:\n  {calls}\n"
    (told,) = told_by(written, text)
    assert message in told


def test_who_has_no_methods_says_so(written):
    text = LOCKERS.replace("opcua", "loopback").replace("namespaces", "parameters")
    assert "loopback has no methods" in " ".join(told_by(written, text))


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=8)


def escaped(name):
    return "".join(f"&{one}" if one in "&/:" else one for one in name)


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_every_browse_name_can_be_written_in_a_path(names):
    path = parse_node("v:/" + "/".join(escaped(name) for name in names) + "/End")
    assert isinstance(path, BrowsePath)
    assert [step.name for step in path.steps] == [*names, "End"]


LEAVES = st.sampled_from([ua.VariantType.Double, ua.VariantType.UInt16, ua.VariantType.String])
LAYOUTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(st.tuples(inner, st.booleans()), min_size=1, max_size=3).map(
        lambda parts: Layout(
            parts=tuple(
                Part(name=f"m{number}", holds=holds, array=array)
                for number, (holds, array) in enumerate(parts)
            )
        )
    ),
    max_leaves=6,
)
VALUES = {ua.VariantType.Double: 1.5, ua.VariantType.UInt16: 7, ua.VariantType.String: "门"}


def filled(holds):
    if isinstance(holds, Layout):
        return {
            part.name: [filled(part.holds)] * 2 if part.array else filled(part.holds)
            for part in holds.parts
        }
    return ua.Variant(VALUES[holds], holds)


@given(LAYOUTS.filter(lambda one: isinstance(one, Layout)))
def test_every_structure_comes_back_as_it_went(layout):
    content = filled(layout)
    data = Buffer(layout.written(content))
    assert layout.read(data) == content
    assert not len(data)


@given(LAYOUTS.filter(lambda one: isinstance(one, Layout)), st.binary(max_size=40))
def test_garbage_in_a_structure_is_a_bad_reading_or_fits_to_the_byte(layout, body):
    encoding = ua.NodeId("e", 2)
    held = ua.ExtensionObject(TypeId=encoding, Body=body)
    data = ua.DataValue(ua.Variant(held, ua.VariantType.ExtensionObject))
    point = Point(
        name="p", at="v:s=P", address=None, value_type="number", wire_type="f64", field="m0"
    )
    value, quality, cause = reading_of(point, data, {encoding: layout})
    assert quality is Quality.GOOD or (value is None and cause)


def test_a_structure_of_unknown_layout_is_bad_with_the_reason():
    value = ua.ExtensionObject(TypeId=ua.NodeId("e", 2), Body=b"\x01")
    with pytest.raises(ValueError, match="nothing tells what this structure holds"):
        member_of(value, ua.VariantType.ExtensionObject, ("a",), {})


def test_a_bank_may_be_the_elements_of_one_array(written):
    model = written(LOCKERS.replace("{at: 'v:s=Door{n}'}", "{at: 'v:s=Doors', field: '[{n-1}]'}"))
    assert [point.field for point in model.points.values()] == ["[0]", "[1]", "[2]"]
