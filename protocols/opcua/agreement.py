"""What a server made of what was asked of a subscription, to be kept and printed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedItem:
    """How the server watches one point; it may differ from what was asked."""

    device: str
    point: str
    sample_ms: float
    queue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What the server made of what was asked: its revised intervals are what counts."""

    publish_ms: float
    keepalive: int
    """Publishing intervals without news until it says that it lives."""
    lifetime: int
    items: tuple[AgreedItem, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """Return the agreement for people, one line for the subscription and one per point."""
        alive = self.publish_ms * self.keepalive
        return (
            f"published every {self.publish_ms:g} ms, alive every {alive:g} ms",
            *(
                f"{item.device}.{item.point}: sampled every {item.sample_ms:g} ms, "
                f"queue of {item.queue}"
                for item in self.items
            ),
        )
