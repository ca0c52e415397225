"""Named random streams: a new name shifts nobody else's numbers."""

import hashlib
import random
from dataclasses import dataclass

Stream = random.Random


@dataclass(frozen=True, slots=True)
class Streams:
    """Random generators keyed by name under one root seed.

    The generator of a name depends on the seed and the name alone: not on the order in which
    streams are made, on other names, on the process or on PYTHONHASHSEED.
    """

    seed: int

    def stream(self, *name: str | int) -> Stream:
        """Return a fresh generator for (entity, purpose, …); a name gives the same numbers."""
        key = "\x1f".join(str(part) for part in (self.seed, *name))
        return random.Random(int.from_bytes(hashlib.sha256(key.encode()).digest()[:16], "big"))
