"""Which registers are read together, and how a refused block is taken apart."""

from hypothesis import given
from hypothesis import strategies as st

from protocols.interfaces import ConnectedDevice
from protocols.modbus.address import parse_register
from protocols.modbus.plan import (
    HOLE_BITS,
    HOLE_REGISTERS,
    halves,
    plan,
)
from protocols.modbus.quirks import MAX_BITS, MAX_REGISTERS
from protocols.model import DeviceModel, Point
from twins.capability import capabilities
from twins.instant import milliseconds, seconds


def point(at, wire_type="u16", poll=seconds(1), **more) -> Point:
    return Point(
        name=f"{at} {wire_type}",
        at=at,
        address=parse_register(at),
        value_type="integer",
        wire_type=wire_type,
        poll=poll,
        **more,
    )


def device(*points, name="one", unit=1, lost_after=seconds(10)) -> ConnectedDevice:
    model = DeviceModel(
        name="any",
        capability=capabilities()["remote-io"],
        protocol="modbus",
        title="Any",
        source="made up",
        points={point.name: point for point in points},
    )
    return ConnectedDevice(id=name, model=model, unit=unit, lost_after=lost_after)


def spans(blocks):
    return [(block.unit, block.table.value, block.start, block.end) for block in blocks]


def test_neighbours_are_read_by_one_request():
    blocks = plan([device(point("hr:0"), point("hr:1", "u32"), point("hr:3", "f32"))])
    assert spans(blocks) == [(1, "hr", 0, 5)]


def test_a_small_hole_is_read_along_and_a_larger_one_is_not():
    joined = plan([device(point("hr:0"), point(f"hr:{1 + HOLE_REGISTERS}"))])
    apart = plan([device(point("hr:0"), point(f"hr:{2 + HOLE_REGISTERS}"))])
    assert (len(joined), len(apart)) == (1, 2)
    joined = plan([device(point("co:0", "bool"), point(f"co:{1 + HOLE_BITS}", "bool"))])
    apart = plan([device(point("co:0", "bool"), point(f"co:{2 + HOLE_BITS}", "bool"))])
    assert (len(joined), len(apart)) == (1, 2)


def test_a_block_ends_where_one_request_ends():
    registers = plan([device(*(point(f"ir:{n}") for n in range(300)))])
    assert [block.count for block in registers] == [125, 125, 50]
    bits = plan([device(*(point(f"di:{n}", "bool") for n in range(2001)))])
    assert [block.count for block in bits] == [2000, 1]


def test_a_value_of_two_registers_is_never_torn_apart():
    singles = [point(f"hr:{n}") for n in range(124)]
    blocks = plan([device(*singles, point("hr:124", "u32"))])
    assert spans(blocks) == [(1, "hr", 0, 124), (1, "hr", 124, 126)]


def test_units_tables_and_intervals_are_never_mixed():
    fast = point("hr:2", poll=milliseconds(50))
    first = device(point("hr:0"), point("hr:1"), fast, point("ir:0"), name="first")
    second = device(point("hr:0"), name="second", unit=2)
    assert spans(plan([first, second])) == [
        (1, "hr", 2, 3),
        (1, "hr", 0, 2),
        (1, "ir", 0, 1),
        (2, "hr", 0, 1),
    ]


def test_two_devices_wired_to_one_module_share_its_request():
    button = device(point("co:0", "bool"), name="button")
    siren = device(point("co:16", "bool"), name="siren")
    (block,) = plan([button, siren])
    assert block.devices == ("button", "siren")
    assert block.points_of("siren") == ("co:16 bool",)
    assert str(block) == "unit 1 co:0-16, 2 points"


def test_a_device_is_read_often_enough_to_notice_its_loss():
    slow = device(point("hr:0", poll=seconds(60)), point("hr:1", poll=seconds(90)))
    assert sorted(block.poll for block in plan([slow])) == [seconds(10) // 3, seconds(90)]


def test_a_refused_block_is_halved_down_to_the_point():
    (block,) = plan([device(*(point(f"hr:{n}") for n in range(5)))])
    leaves = []
    parts = [block]
    while parts:
        part = parts.pop(0)
        if (two := halves(part)) is None:
            leaves.append(part)
        else:
            parts.extend(two)
    assert sorted(spans(leaves)) == [(1, "hr", n, n + 1) for n in range(5)]


def test_halves_leave_out_the_hole_between_them():
    (block,) = plan([device(point("hr:0"), point("hr:5"))])
    assert [spans([half]) for half in halves(block)] == [[(1, "hr", 0, 1)], [(1, "hr", 5, 6)]]


def test_overlapping_values_too_long_for_one_request_are_read_by_two():
    texts = [point(f"hr:{n}", "string", length=100) for n in (0, 60)]
    assert spans(plan([device(*texts)])) == [(1, "hr", 0, 100), (1, "hr", 60, 160)]


def test_points_that_share_a_register_stay_together():
    low, high = point("hr:0", bits=(0, 3)), point("hr:0", "s16", bits=(4, 7))
    (block,) = plan([device(low, high)])
    assert len(block.items) == 2
    assert halves(block) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["co", "di", "ir", "hr"]),
            st.integers(0, 400),
            st.sampled_from(["u16", "u32", "f64"]),
            st.sampled_from([milliseconds(50), seconds(1)]),
        ),
        min_size=1,
        max_size=60,
        unique_by=lambda one: one[:3],
    )
)
def test_every_point_is_read_once_whole_and_within_what_one_request_can_carry(chosen):
    points = [
        point(f"{table}:{offset}", "bool" if table in ("co", "di") else wire_type, poll)
        for table, offset, wire_type, poll in chosen
    ]
    one = device(*points)
    blocks = plan([one])
    read = [item.point.name for block in blocks for item in block.items]
    assert sorted(read) == sorted(one.model.points)
    for block in blocks:
        assert block.count <= (MAX_BITS if block.table.of_bits else MAX_REGISTERS)
        assert all(block.start <= item.start < item.end <= block.end for item in block.items)
