"""The device side of a Modbus TCP link: pymodbus's server over the memory of our devices."""

import asyncio
import socket
from collections.abc import Mapping

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from protocols.interfaces import ConnectedDevice, Link, OnWrite, RefusedError
from protocols.modbus.address import Table
from protocols.modbus.codec import Cells, decode, encode, register_of, width
from protocols.model import Point
from twins.observation import Value

TABLE_OF_FUNCTION: Mapping[int, Table] = {
    1: Table.COIL, 2: Table.DISCRETE_INPUT, 3: Table.HOLDING_REGISTER, 4: Table.INPUT_REGISTER,
    5: Table.COIL, 6: Table.HOLDING_REGISTER, 15: Table.COIL, 16: Table.HOLDING_REGISTER,
}  # fmt: skip
"""Function code → the table it works on (Modbus Application Protocol V1.1b3 §6)."""

WRITE_SINGLE_COIL = 5


class ModbusEmulator:
    """Implements `protocols.interfaces.Emulator` for every unit of a link."""

    def __init__(self, link: Link, on_write: OnWrite) -> None:
        self._link = link
        self._host, self._port = link.address
        self._memory = Memory(link.devices, on_write)
        self._server: ModbusTcpServer | None = None

    async def start(self) -> str:
        """Listen and return the URL with the real port."""
        if not self._port:
            self._port = _free_port(self._host)
        await self._listen()
        return f"{self._link.scheme}://{self._host}:{self._port}"

    async def stop(self) -> None:
        """Stop listening and end every connection."""
        server, self._server = self._server, None
        if server is not None:
            for handler in tuple(server.active_connections.values()):
                handler.close()
            await server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus gives no types here
            await asyncio.sleep(0)  # transports close in the next round of the loop

    async def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Put values into the device's registers."""
        self._memory.publish(device, values)

    async def cut(self) -> None:
        """Go dead: connections end, new ones are refused; the registers are kept."""
        await self.stop()

    async def restore(self) -> None:
        """Listen on the same port again."""
        if self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        # The server wants a data store of its own kind; ours takes its place before it listens.
        idle = SimDevice(id=1, simdata=[SimData(0, values=0, datatype=DataType.REGISTERS)])
        server = ModbusTcpServer(
            idle, address=(self._host, self._port), ignore_missing_devices=True
        )
        server.context = self._memory  # type: ignore[assignment]  # same two coroutines
        await server.serve_forever(background=True)
        self._server = server


class Memory:
    """The tables of every unit; addresses without a point do not exist."""

    def __init__(self, devices: tuple[ConnectedDevice, ...], on_write: OnWrite) -> None:
        self._devices = {device.id: device for device in devices}
        self._on_write = on_write
        self._cells: dict[tuple[int, Table, int], int | bool] = {}
        self._spare_outputs: set[tuple[int, Table, int]] = set()
        """Writable cells of I/O modules, also those to which no device is wired."""
        for device in devices:
            for point in (*device.model.module.values(), *_points(device)):
                register = register_of(point)
                for offset in range(register.offset, register.offset + width(point)):
                    empty: int | bool = False if register.table.of_bits else 0
                    self._cells[device.unit, register.table, offset] = empty
                    if point.writable:
                        self._spare_outputs.add((device.unit, register.table, offset))

    def device_ids(self) -> list[int]:
        """Return the units, as pymodbus's server asks for them."""
        return sorted({device.unit for device in self._devices.values()})

    def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Encode values into their cells; raises ValueError for what a point cannot carry."""
        model = self._devices[device].model
        unit = self._devices[device].unit
        for name, value in values.items():
            point = model.points.get(name) or model.command_points[name]
            if value is None:
                continue
            register = register_of(point)
            span = range(register.offset, register.offset + width(point))
            current = [self._cells[unit, register.table, offset] for offset in span]
            cells = encode(point, point.raw_of(value), current)
            for offset, cell in zip(span, cells, strict=True):
                self._cells[unit, register.table, offset] = cell

    async def async_getValues(  # noqa: N802  pymodbus's name
        self, device_id: int, func_code: int, address: int, count: int = 1
    ) -> list[int] | list[bool] | ExcCodes:
        """Return cells, or exception 2 where one of them does not exist."""
        table = TABLE_OF_FUNCTION.get(func_code)
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
        table = TABLE_OF_FUNCTION.get(func_code)
        if table is None:
            return ExcCodes.ILLEGAL_FUNCTION
        if func_code == WRITE_SINGLE_COIL:
            values = values[:1]  # the library hands over a whole byte of bits
        span = range(address, address + len(values))
        written, taken = self._written(device_id, table, address, values)
        spare = [offset for offset in span if offset not in taken]
        if any((device_id, table, offset) not in self._spare_outputs for offset in spare):
            return ExcCodes.ILLEGAL_ADDRESS
        try:
            for device, named in written.items():
                self.publish(device, await self._on_write(device, named))
        except RefusedError:
            return ExcCodes.DEVICE_FAILURE
        except ValueError:
            return ExcCodes.ILLEGAL_VALUE
        for offset in spare:
            self._cells[device_id, table, offset] = values[offset - address]
        return None

    def _written(
        self, unit: int, table: Table, address: int, values: Cells
    ) -> tuple[dict[str, dict[str, Value]], set[int]]:
        """Return device → point → value of a write, and the cells that these points take."""
        end = address + len(values)
        found: dict[str, dict[str, Value]] = {}
        taken: set[int] = set()
        for device in self._devices.values():
            if device.unit != unit:
                continue
            for point in _points(device):
                register = register_of(point)
                start, stop = register.offset, register.offset + width(point)
                inside = register.table is table and address <= start and stop <= end
                if not inside or not (point.writable or point.command):
                    continue
                raw = decode(point, values[start - address : stop - address])
                found.setdefault(device.id, {})[point.name] = point.value_of(raw)[0]
                taken.update(range(start, stop))
        return found, taken


def _points(device: ConnectedDevice) -> list[Point]:
    return [*device.model.points.values(), *device.model.command_points.values()]


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
