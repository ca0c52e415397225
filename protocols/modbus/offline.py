"""Recorded registers → readings, and writes → frames, without a device."""

from collections.abc import Mapping

from protocols.modbus.address import Table
from protocols.modbus.codec import Cells, reading_of, register_of, width
from protocols.modbus.codec import encode as cells_for
from protocols.modbus.framing import Frame, Framing, RtuFraming, TcpFraming
from protocols.modbus.quirks import habits_of
from protocols.modbus.writing import writes_of
from protocols.model import DeviceModel, Point, Write
from protocols.recorded import Circumstances, Decoded, Recorded, RecordedTables, Request, decoded

FRAMINGS: Mapping[str, Framing] = {"tcp": TcpFraming(), "rtu": RtuFraming()}

TRANSACTION = 1
"""Transaction number of a TCP frame that is only shown."""


def decode(model: DeviceModel, recorded: Recorded) -> Mapping[str, Decoded]:
    """Return a reading of every point whose cells were recorded, all of them."""
    held = _cells(recorded)
    found = {}
    for name, point in model.points.items():
        cells = _held(held, point)
        if cells is not None:
            found[name] = decoded(point, reading_of(point, cells))
    return found


def encode(model: DeviceModel, write: Write, circumstances: Circumstances) -> Request:
    """Return the frame of a write, several one after the other where the device wants it so.

    Raises ValueError for what cannot be written.
    """
    point = write.point
    held = None
    if point.bits is not None:
        held = _held(_cells(circumstances.now), point) if circumstances.now else None
        if held is None:
            raise ValueError(
                f"{point.name} is a part of {point.at}, whose other bits must stay as they are: "
                "what the register holds must be known"
            )
    cells = cells_for(point, point.raw_of(write.value), held)
    requests = writes_of(circumstances.unit, point, cells, habits_of(model.quirks))
    terms: dict[str, str | int] = {"pdu": " ".join(request.pdu.hex() for request in requests)}
    framing = FRAMINGS.get(circumstances.frame)
    if framing is not None:
        frames = [Frame(TRANSACTION, one.unit, one.pdu) for one in requests]
        terms[circumstances.frame] = " ".join(framing.encode(frame).hex() for frame in frames)
    if circumstances.frame != "pdu":
        terms["unit"] = circumstances.unit
    return Request(point=point, value=write.value, terms=terms)


def _cells(recorded: Recorded) -> Mapping[Table, Mapping[int, int]]:
    """Return table → address → what it held."""
    tables = recorded.modbus
    if tables is None:
        units = [one.modbus for one in recorded.devices if one.unit == recorded.unit]
        tables = units[0] if units else RecordedTables()
    held: dict[Table, dict[int, int]] = {table: {} for table in Table}
    for table, bits in (
        (Table.COIL, tables.coils),
        (Table.DISCRETE_INPUT, tables.discrete_inputs),
    ):
        for run in bits:
            held[table].update(enumerate(run.bits, run.pdu_start))
    for table, words in (
        (Table.INPUT_REGISTER, tables.input_registers),
        (Table.HOLDING_REGISTER, tables.holding_registers),
    ):
        for block in words:
            numbers = (int(word, 16) for word in block.words_hex)
            held[table].update(enumerate(numbers, block.pdu_start))
    return held


def _held(held: Mapping[Table, Mapping[int, int]], point: Point) -> Cells | None:
    register = register_of(point)
    span = range(register.offset, register.offset + width(point))
    table = held[register.table]
    if any(address not in table for address in span):
        return None
    return [table[address] for address in span]
