"""The narrow door between the pretended world and the platform that watches over it.

The same world plays behind it at full speed (`simulator.run`) and behind real sockets (the drill
runner): all that differs is who implements `Platform` and who calls `World`.
"""

from collections.abc import Mapping
from typing import Protocol, TypeAlias

from twins.observation import Value
from twins.records import Input

PersonInput: TypeAlias = Input
"""What people tell the platform at consoles, terminals and phones."""


class Platform(Protocol):
    """What the world can do to the platform, and see of it. Every call returns at once."""

    def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Change values on the device's side of the wire."""
        ...

    def answer(self, answer: PersonInput) -> None:
        """Hand over what a person did at a console or phone."""
        ...

    def alarms_of(self, incident: str) -> tuple[str, ...]:
        """Return the alarms of an open incident as a console shows them, or none."""
        ...
