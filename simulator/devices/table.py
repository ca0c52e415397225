"""Device type → simulated behaviour. A new behaviour is a file and a line here."""

from collections.abc import Mapping

from protocols.model import DeviceModel
from simulator.devices.barrier import TravellingBarrier
from simulator.devices.button import OneKeyAlarmButton
from simulator.devices.camera import WatchingCamera
from simulator.devices.closure import LockedDoor, RaisedBollard
from simulator.devices.device import SimulatedDevice, Surroundings
from simulator.devices.environment import WanderingEnvironment
from simulator.devices.front_end import EventFrontEnd, FaceFrontEnd
from simulator.devices.in_order import (
    ChargedSupply,
    FullCabinet,
    IdleIntercom,
    OnlineTerminal,
    QuietLink,
)
from simulator.devices.lane import HeardLoudspeaker, WatchedLane
from simulator.devices.locker import LockerBank
from simulator.devices.presence import MannedPost
from simulator.devices.stacklight import OneLampAtATime
from twins.capability import capabilities
from twins.school import Device

BEHAVIOURS: Mapping[str, type[SimulatedDevice]] = {
    "barrier": TravellingBarrier,
    "bollard": RaisedBollard,
    "camera": WatchingCamera,
    "door": LockedDoor,
    "energy-meter": SimulatedDevice,
    "environment-sensor": WanderingEnvironment,
    "event-recognition-front-end": EventFrontEnd,
    "face-recognition-front-end": FaceFrontEnd,
    "fire-alarm-panel": SimulatedDevice,
    "guard-console": OnlineTerminal,
    "guard-post-presence": MannedPost,
    "head-count": SimulatedDevice,
    "intercom": IdleIntercom,
    "lane": WatchedLane,
    "locker-bank": LockerBank,
    "loudspeaker": HeardLoudspeaker,
    "network-link": QuietLink,
    "one-key-alarm": OneKeyAlarmButton,
    "people-counter": SimulatedDevice,
    "reception-room": SimulatedDevice,
    "remote-io": SimulatedDevice,
    "signal-source": SimulatedDevice,
    "siren": SimulatedDevice,
    "stacklight": OneLampAtATime,
    "tool-cabinet": FullCabinet,
    "ups": ChargedSupply,
    "visitor-terminal": OnlineTerminal,
    "walk-through-gate": SimulatedDevice,
}
"""Capability → behaviour; `SimulatedDevice` itself holds levels and nothing more."""


def simulated(
    device: Device, model: DeviceModel | None, surroundings: Surroundings
) -> SimulatedDevice:
    """Return the simulated form of a school's device."""
    capability = capabilities()[device.capability]
    return BEHAVIOURS[device.capability](device.id, capability, model, surroundings)
