"""Reading a recognition front end: its number changes last, the other properties stand then."""

from twins.context import Context
from twins.counter import steps
from twins.observation import Observation, PropertyChanged, Quality, Value


def counted(context: Context, event: PropertyChanged) -> int:
    """Return how many sightings the device counts since it was last read; the first is 0.

    A device first seen has a past; a number that went back has restarted and counts from 0.
    """
    counts, count = context.state.watch.counts, int(event.value or 0)
    before, counts[event.device] = counts.get(event.device), count
    return 0 if before is None else steps(before, count)


def said(context: Context, device: str, name: str) -> Observation | None:
    """Return what a device last said of a property, however far it may be trusted."""
    return context.state.twins[device].properties.get(name)


def trusted(context: Context, device: str, name: str) -> Value:
    """Return a property's value if it may be trusted, else None."""
    seen = said(context, device, name)
    return seen.value if seen is not None and seen.quality is Quality.GOOD else None


def trusted_share(context: Context, device: str, name: str) -> float | None:
    """Return a trusted number from 0 to 1, else None."""
    value = trusted(context, device, name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 1 else None
