"""`gatehouse emulate` with a serial line: a pseudo-terminal that any client can open."""

from gatehouse.emulation import Emulation
from protocols.interfaces import Link
from protocols.modbus.address import Table
from protocols.modbus.connection import Connection
from protocols.modbus.requests import cells_of, check_read, read_request
from tests.contract.bench import obey
from tests.protocols.modbus_device import siren


async def test_a_serial_line_is_offered_as_a_file_beside_links_on_ports():
    asked = (
        Link(url="modbus+rtu:///dev/ttyUSB0", devices=(siren(),)),
        Link(url="modbus+rtu:///dev/ttyUSB1", devices=(siren(),)),
        Link(url="modbus+tcp://10.36.1.21:502", devices=(siren(),)),
    )
    async with Emulation(asked, obey, fixed_ports=False) as emulation:
        lines = [link.url for link in emulation.links]
        assert all(line.startswith("modbus+rtu:///dev/") for line in lines[:2])
        assert len(set(lines)) == 3
        assert lines[2].startswith("modbus+tcp://127.0.0.1:")
        request = read_request(1, Table.COIL, 0, 1)
        for line in lines:
            connection = Connection(line)
            await connection.open()
            async with connection.turn():
                answer = check_read(request, await connection.exchange(request))
            assert cells_of(request, answer) == (False,)
            connection.close()
