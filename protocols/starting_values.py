"""The state that an emulator or a simulated device is in before anything happened."""

from protocols.model import DeviceModel
from twins.observation import Value


def starting_values(model: DeviceModel) -> dict[str, Value]:
    """Return a neutral starting value for every readable point, for emulators and simulations."""
    neutral: dict[str, Value] = {"boolean": False, "integer": 0, "number": 0.0, "string": ""}
    starts: dict[str, Value] = {}
    for name, point in model.points.items():
        start = neutral[point.value_type]
        if point.mapping:
            start = next(iter(point.mapping.values()))
        elif isinstance(start, int | float) and not isinstance(start, bool):
            low = point.minimum if point.minimum is not None else start
            high = point.maximum if point.maximum is not None else start
            start = type(start)(min(max(start, low), high))
        starts[name] = start
    return starts
