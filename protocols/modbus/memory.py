"""The tables of emulated devices: what a client reads there, and what becomes of its writes."""

from collections.abc import Iterator, Mapping

from pymodbus.constants import ExcCodes

from protocols.interfaces import ConnectedDevice, OnWrite, RefusedError
from protocols.modbus.address import Table
from protocols.modbus.codec import decode, encode, register_of, width
from protocols.model import Point
from twins.observation import Quality, Value

TABLE_OF_FUNCTION: Mapping[int, Table] = {
    1: Table.COIL, 2: Table.DISCRETE_INPUT, 3: Table.HOLDING_REGISTER, 4: Table.INPUT_REGISTER,
    5: Table.COIL, 6: Table.HOLDING_REGISTER, 15: Table.COIL, 16: Table.HOLDING_REGISTER,
}  # fmt: skip
"""Function code → the table it works on (Modbus Application Protocol V1.1b3 §6)."""


class Memory:
    """The tables of every unit; addresses without a point do not exist."""

    def __init__(self, devices: tuple[ConnectedDevice, ...], on_write: OnWrite) -> None:
        self._devices = {device.id: device for device in devices}
        self.units = {device.unit for device in devices}
        self._on_write = on_write
        self._cells: dict[tuple[int, Table, int], int | bool] = {}
        self._outputs: set[tuple[int, Table, int]] = set()
        """Writable cells, also those of an I/O module to which no device is wired."""
        for device in devices:
            for point in (*device.model.module.values(), *_points(device)):
                table = register_of(point).table
                for offset in _span(point):
                    self._cells[device.unit, table, offset] = False if table.of_bits else 0
                    if point.writable:
                        self._outputs.add((device.unit, table, offset))

    def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Encode values into their cells; raises ValueError for what a point cannot carry."""
        model = self._devices[device].model
        unit = self._devices[device].unit
        for name, value in values.items():
            point = model.points.get(name) or model.command_points[name]
            if value is None:
                continue
            table = register_of(point).table
            current = [self._cells[unit, table, offset] for offset in _span(point)]
            cells = encode(point, point.raw_of(value), current)
            for offset, cell in zip(_span(point), cells, strict=True):
                self._cells[unit, table, offset] = cell

    async def async_getValues(  # noqa: N802  pymodbus's name
        self, device_id: int, func_code: int, address: int, count: int = 1
    ) -> list[int] | list[bool] | ExcCodes:
        """Return cells, or exception 2 where one of them does not exist."""
        table = self._table(device_id, func_code)
        if table is None:
            return ExcCodes.ILLEGAL_FUNCTION
        found = [
            self._cells.get((device_id, table, offset))
            for offset in range(address, address + count)
        ]
        if any(cell is None for cell in found):
            return ExcCodes.ILLEGAL_ADDRESS
        return found  # type: ignore[return-value]  # None was sorted out above

    async def async_setValues(  # noqa: N802  pymodbus's name
        self, device_id: int, func_code: int, address: int, values: list[int] | list[bool]
    ) -> ExcCodes | None:
        """Take a write: the device behind the points says what becomes of it."""
        table = self._table(device_id, func_code)
        if table is None:
            return ExcCodes.ILLEGAL_FUNCTION
        written = dict(enumerate(values, start=address))
        points = [*self._written(device_id, table, written)]
        taken = {offset for _, point in points for offset in _span(point)}
        spare = written.keys() - taken
        if any((device_id, table, offset) not in self._outputs for offset in spare):
            return ExcCodes.ILLEGAL_ADDRESS
        try:
            for device, named in self._values(points, written).items():
                self.publish(device, await self._on_write(device, named))
        except RefusedError:
            return ExcCodes.DEVICE_FAILURE
        except ValueError:
            return ExcCodes.ILLEGAL_VALUE
        for offset in spare:
            self._cells[device_id, table, offset] = written[offset]
        return None

    def _table(self, unit: int, function: int) -> Table | None:
        """Return the table of a function."""
        assert unit in self.units, "nobody asks a unit that is not there"
        return TABLE_OF_FUNCTION.get(function)

    def _written(
        self, unit: int, table: Table, written: Mapping[int, int | bool]
    ) -> Iterator[tuple[ConnectedDevice, Point]]:
        """Return the points that a write touches and that take one."""
        for device in self._devices.values():
            if device.unit != unit:
                continue
            for point in _points(device):
                here = register_of(point).table is table and (point.writable or point.command)
                if here and any(offset in written for offset in _span(point)):
                    yield device, point

    def _values(
        self, points: list[tuple[ConnectedDevice, Point]], written: Mapping[int, int | bool]
    ) -> dict[str, dict[str, Value]]:
        """Return device → point → value after a write; raises ValueError for what is none.

        Of a value of several registers a client may write one: the others keep what they hold.
        """
        found: dict[str, dict[str, Value]] = {}
        for device, point in points:
            table = register_of(point).table
            cells = [
                written.get(offset, self._cells[device.unit, table, offset])
                for offset in _span(point)
            ]
            value, quality, cause = point.value_of(decode(point, cells))
            if quality is not Quality.GOOD:
                raise ValueError(cause)
            found.setdefault(device.id, {})[point.name] = value
        return found


def _points(device: ConnectedDevice) -> list[Point]:
    return [*device.model.points.values(), *device.model.command_points.values()]


def _span(point: Point) -> range:
    """Return the addresses of a point's cells."""
    start = register_of(point).offset
    return range(start, start + width(point))
