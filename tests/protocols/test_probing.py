"""Probing: what can be read is found whatever holes a device has, and nothing is ever written."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from protocols.coap.probing import shown
from protocols.modbus.address import Table
from protocols.modbus.probing import readable


@given(st.sets(st.integers(min_value=0, max_value=70)), st.integers(min_value=1, max_value=71))
def test_every_cell_that_can_be_read_is_found_and_no_other(forbidden, count):
    asked = []

    async def read(table, start, size):
        asked.append(size)
        cells = range(start, start + size)
        return None if forbidden & set(cells) else tuple(cells)

    pieces = asyncio.run(readable(read, Table.HOLDING_REGISTER, 0, count))

    found = [cell for start, cells in pieces for cell in cells]
    assert found == [cell for cell in range(count) if cell not in forbidden]
    assert all(start == cells[0] for start, cells in pieces)
    assert len(asked) <= 2 * count


def test_a_payload_is_shown_as_text_only_where_it_is_text():
    assert shown(b"21.5") == "21.5"
    assert shown(b"\x00\xff") == "00 ff"
    assert shown(b"a\nb") == "61 0a 62"
    assert shown(b"x" * 60).endswith(" …")
