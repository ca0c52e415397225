"""The one way shells and drivers learn the time."""

from typing import Protocol

from twins.instant import Instant


class Clock(Protocol):
    """A source of `now`: the wall, a story that is skipped and sped up, or a virtual loop."""

    def now(self) -> Instant:
        """Return the present instant; it never goes back within one run."""
        ...

    async def sleep_until(self, instant: Instant) -> None:
        """Return at `instant` or just after it, also when the clock is made to jump there."""
        ...
