"""How descriptions write Modbus addresses."""

import pytest

from protocols.modbus.address import Register, Table, parse_register


@pytest.mark.parametrize(
    ("text", "register"),
    [
        ("co:2", Register(Table.COIL, 2)),
        ("di:0", Register(Table.DISCRETE_INPUT, 0)),
        ("ir:7", Register(Table.INPUT_REGISTER, 7)),
        ("hr:65535", Register(Table.HOLDING_REGISTER, 65535)),
        ("hr:0x103", Register(Table.HOLDING_REGISTER, 259)),
    ],
)
def test_an_address_is_a_table_and_a_number_counted_from_0(text, register):
    assert parse_register(text) == register
    assert parse_register(str(register)) == register


@pytest.mark.parametrize(
    "text", ["", "2", "40001", "co", "co:", "coil:2", "CO:2", "co:-1", "co: 2", "hr:1.5", "hr:٣"]
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="for example co:2"):
        parse_register(text)


def test_a_number_that_no_frame_can_carry_is_refused():
    with pytest.raises(ValueError, match="ends at 65535"):
        parse_register("hr:65536")


def test_only_coils_and_holding_registers_are_writable():
    assert [table for table in Table if table.writable] == [Table.COIL, Table.HOLDING_REGISTER]
    assert [table for table in Table if table.of_bits] == [Table.COIL, Table.DISCRETE_INPUT]
