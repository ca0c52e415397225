"""One quantity of the pretended world: its law, its unit, and where the number is from."""

from dataclasses import dataclass

from simulator.laws import Law


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One quantity of the world."""

    law: Law
    unit: str
    meaning: str
    source: str

    @property
    def assumed(self) -> bool:
        """Return whether the number is a guess."""
        return self.source.startswith("assumed")
