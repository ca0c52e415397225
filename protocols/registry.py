"""Every protocol we speak: one line each. A new one is a folder and a line here."""

from collections.abc import Mapping

from protocols.coap.driver import CoapDriver
from protocols.coap.emulator import CoapEmulator
from protocols.interfaces import ProtocolEntry
from protocols.loopback.driver import LoopbackDriver
from protocols.loopback.emulator import LoopbackEmulator
from protocols.modbus.driver import ModbusDriver
from protocols.modbus.emulator import ModbusEmulator
from protocols.opcua.driver import OpcuaDriver
from protocols.opcua.emulator import OpcuaEmulator

PROTOCOLS: Mapping[str, ProtocolEntry] = {
    "modbus": ProtocolEntry(
        name="modbus",
        make_driver=ModbusDriver,
        make_emulator=ModbusEmulator,
    ),
    "opcua": ProtocolEntry(
        name="opcua",
        make_driver=OpcuaDriver,
        make_emulator=OpcuaEmulator,
    ),
    "coap": ProtocolEntry(
        name="coap",
        make_driver=CoapDriver,
        make_emulator=CoapEmulator,
    ),
    "loopback": ProtocolEntry(
        name="loopback",
        make_driver=LoopbackDriver,
        make_emulator=LoopbackEmulator,
    ),
}
