"""What every simulated device does: hold its values, take on what is written, publish changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

from protocols.model import DeviceModel
from simulator.chance import Chance
from simulator.timeline import Timeline
from twins.capability import Capability, PropertySpec, expected_state
from twins.observation import Value

Publish = Callable[[str, Mapping[str, Value]], None]
"""Takes a device and its changed values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a device lives in."""

    timeline: Timeline
    chance: Chance
    publish: Publish


class SimulatedDevice:
    """One device by its capability alone: a written value is taken, an action's effect is at once.

    `model` names the properties that the product really has and how it is commanded; None gives
    it every property of the capability. Device types that take their time override `take`.
    """

    START: ClassVar[Mapping[str, Value]] = {}
    """Values at the start; a property that is not named starts false, 0 or empty."""

    def __init__(
        self,
        device: str,
        capability: Capability,
        model: DeviceModel | None,
        surroundings: Surroundings,
    ) -> None:
        self.id = device
        self.capability = capability
        self.model = model
        self.timeline = surroundings.timeline
        self.chance = surroundings.chance
        self._publish = surroundings.publish
        names = capability.properties if model is None else model.points
        self.values: dict[str, Value] = {
            name: self.start_value(name, capability.properties[name]) for name in names
        }
        self._commanded: dict[str, Value] = {}

    def start_value(self, name: str, spec: PropertySpec) -> Value:
        """Return what a property is at the start."""
        if name in self.START:
            return self.START[name]
        lowest = 0 if spec.minimum is None else max(spec.minimum, 0)
        of_type: dict[str, Value] = {
            "boolean": False,
            "integer": int(lowest),
            "number": float(lowest),
            "string": "",
        }
        return of_type[spec.type]

    def live(self) -> None:
        """Begin whatever the device does by itself."""

    def written(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Take a write of properties or command points; return what the device becomes at once."""
        wanted = {name: value for name, value in values.items() if name in self.values}
        commands = {name: value for name, value in values.items() if name not in self.values}
        if commands:
            self._commanded.update(commands)
            wanted.update(self._effect_of(commands))
        before = dict(self.values)
        self.values.update(self.take(wanted))
        return {
            name: value
            for name, value in self.values.items()
            if name in values or before[name] != value
        }

    def take(self, wanted: Mapping[str, Value]) -> Mapping[str, Value]:
        """Return what the device becomes at once when `wanted` is asked of it."""
        return wanted

    def change(self, **values: Value) -> None:
        """Take on values by itself and publish those that differ and that the device has."""
        self.change_values(values)

    def change_values(self, values: Mapping[str, Value]) -> None:
        """Like `change`, for names that are no Python names."""
        changed = {
            name: value
            for name, value in values.items()
            if name in self.values and self.values[name] != value
        }
        if changed:
            self.values.update(changed)
            self._publish(self.id, changed)

    def _effect_of(self, commands: Mapping[str, Value]) -> dict[str, Value]:
        """Return what the actions set that these command points complete.

        The points of one action may be written one by one, so earlier writes count too.
        """
        effect: dict[str, Value] = {}
        for writes, state in self._actions():
            complete = all(self._commanded.get(name) == value for name, value in writes.items())
            if complete and any(name in commands for name in writes):
                effect.update({name: v for name, v in state.items() if name in self.values})
        return effect

    def _actions(self) -> list[tuple[dict[str, Value], dict[str, Value]]]:
        """Return (what is written, what it sets) for each action and each of its arguments."""
        found = []
        for name, writes in (self.model.actions if self.model else {}).items():
            spec = self.capability.actions[name]
            ranges = [
                range(int(argument.minimum or 0), int(argument.maximum or 0) + 1)
                for argument in spec.arguments.values()
            ]
            for values in product(*ranges):
                arguments = dict(zip(spec.arguments, values, strict=True))
                filled = {point.format_map(arguments): value for point, value in writes.items()}
                found.append((filled, expected_state(spec, arguments)))
        return found
