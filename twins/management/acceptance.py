"""安装到位、对接到位、应用到位 (R60): three stages per device, each from evidence, none ticked."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from twins.alarm import AlarmRaised
from twins.announcement import ButtonTested
from twins.command import CommandEnded, CommandResult
from twins.composite import Lack, device_lacks
from twins.instant import Instant
from twins.management.registers import Registers
from twins.observation import PropertyChanged, Quality
from twins.records import Output
from twins.school import School
from twins.state import EngineState


class Stage(IntEnum):
    """How far a device has come; a stage needs the one before it."""

    LISTED = 0
    """On the list, never heard of."""
    INSTALLED = 1
    """安装到位: it has answered."""
    CONNECTED = 2
    """对接到位: its twin has everything that every such device has, fresh and good."""
    IN_USE = 3
    """应用到位: it was really used in a drill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAcceptance:
    """The stage of a device and what keeps it from the next."""

    device: str
    stage: Stage
    lacks: tuple[Lack, ...] = ()
    """What is missing to be connected."""
    drills: tuple[str, ...] = ()
    """The drills that used it."""


def acceptance(
    school: School, state: EngineState, registers: Registers, now: Instant
) -> tuple[DeviceAcceptance, ...]:
    """Return the stage of every listed device, in the order of the list."""
    found = []
    for device in school.devices:
        twin = state.twins.get(device.id)
        lacks = device_lacks(device, state)
        drills = tuple(
            report.drill
            for report in registers.drills
            if device.id in report.devices and report.at <= now
        )
        if twin is None or not twin.properties:
            stage = Stage.LISTED
        elif lacks:
            stage = Stage.INSTALLED
        else:
            stage = Stage.IN_USE if drills else Stage.CONNECTED
        found.append(DeviceAcceptance(device=device.id, stage=stage, lacks=lacks, drills=drills))
    return tuple(found)


def devices_used(school: School, outputs: Iterable[Output]) -> frozenset[str]:
    """Return which devices a drill really used: they told something, raised, or did as asked."""
    listed = {device.id for device in school.devices}
    used = set()
    for output in outputs:
        match output:
            case PropertyChanged(quality=Quality.GOOD):
                used.add(output.device)
            case AlarmRaised():
                used.add(output.alarm.device)
            case ButtonTested():
                used.add(output.device)
            case CommandEnded(result=CommandResult.CONFIRMED):
                used.add(output.device)
            case _:
                pass
    return frozenset(used & listed)
