"""What a door, barrier or bollard is in, read off its switches."""

from collections.abc import Mapping
from enum import StrEnum

from twins.context import Context
from twins.observation import Quality, Value

SHUT: Mapping[str, str] = {"door": "closed", "barrier": "closed", "bollard": "raised"}
"""Capability → the property that is true while nobody gets past."""

OPPOSITE: Mapping[str, str] = {"barrier": "opened", "bollard": "lowered"}
"""Capability → the switch at the other end."""

OPENING: Mapping[str, str] = {
    "door": "unlock",
    "barrier": "open",
    "bollard": "lower",
    "lane": "release",
}
"""Capability → the action that lets somebody past."""


class DoorState(StrEnum):
    """Closed is not yet locked: the difference has cost lives."""

    OPEN = "open"
    CLOSED_NOT_LOCKED = "closed, not locked"
    LOCKED = "locked"
    UNKNOWN = "unknown"


def door_state(*, closed: Value, locked: Value) -> DoorState:
    """Return the state of a door from its contact and its bolt; None is not known.

    >>> door_state(closed=True, locked=False).value
    'closed, not locked'
    """
    if closed is False:
        return DoorState.OPEN
    if closed is not True or locked is None:
        return DoorState.UNKNOWN
    return DoorState.LOCKED if locked is True else DoorState.CLOSED_NOT_LOCKED


def reported(context: Context, device: str, name: str) -> Value:
    """Return a property that can be trusted, or None."""
    twin = context.state.twins.get(device)
    observation = None if twin is None else twin.properties.get(name)
    if observation is None or observation.quality is not Quality.GOOD:
        return None
    return observation.value


def shut(context: Context, device: str) -> bool | None:
    """Return whether a device keeps people out, or None if that is not known."""
    known = context.devices.get(device)
    if known is None:
        return None
    capability = known.capability
    name = "locked" if capability == "lane" else SHUT[capability]
    value = reported(context, device, name)
    return value if isinstance(value, bool) else None


def contradiction(context: Context, device: str) -> str:
    """Return what does not fit: switches with each other, or with what the device says or was told.

    A barrier between its ends contradicts nothing until it stays there for longer than its travel.
    """
    capability = context.devices[device].capability
    at_end = reported(context, device, SHUT[capability])
    if capability in OPPOSITE:
        other = reported(context, device, OPPOSITE[capability])
        if at_end is True and other is True:
            return "both limit switches are on"
        if at_end is False and other is False:
            return "it stands between its limit switches"
    says_up = reported(context, device, "commanded_up")
    if says_up is not None and at_end is not None and says_up is not at_end:
        return "its controller says up and it is down" if says_up else "it is up unasked"
    for name, value in context.state.orders.doubtful.get(device, {}).items():
        now = reported(context, device, name)
        if now is not None and now != value:
            return f"it was told {name} = {value} and shows {now}"
    return ""
