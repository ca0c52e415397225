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

    def child(self, *name: str | int) -> "Streams":
        """Return the streams of a part, as one replication, unlike those of any other part."""
        return Streams(_key(self.seed, *name))

    def stream(self, *name: str | int) -> Stream:
        """Return a fresh generator for (entity, purpose, …); a name gives the same numbers."""
        return random.Random(_key(self.seed, *name))


def _key(*name: str | int) -> int:
    text = "\x1f".join(str(part) for part in name)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
