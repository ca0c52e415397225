"""SimPy's environment in whole nanoseconds: simulated time is the same integer as all other time.

Events of one instant happen in the order in which they were scheduled.
"""

from collections.abc import Callable, Generator

import simpy

from twins.instant import Duration, Instant


class Timeline:
    """The simulated clock and what is going to happen on it.

    Played at full speed by `play_to` alone; a runner on the wire calls `next_event`, waits on its
    story clock, and then `play_to`, which also brings `now` up to date between two events.
    """

    def __init__(self, start: Instant) -> None:
        self.env = simpy.Environment(initial_time=start)

    @property
    def now(self) -> Instant:
        """Return the present simulated instant."""
        return int(self.env.now)

    def at(self, instant: Instant, do: Callable[[], object]) -> None:
        """Call `do` at an instant that is not past."""
        self.after(instant - self.now, do)

    def after(self, delay: Duration, do: Callable[[], object]) -> None:
        """Call `do` after a delay. A callback costs a third of a process (measured)."""

        def happen(_: simpy.Event) -> None:
            do()

        self.env.timeout(delay).callbacks.append(happen)

    def process(self, steps: Generator[simpy.Event, object, None]) -> None:
        """Start a process at the present instant."""
        self.env.process(steps)

    def wait(self, delay: Duration) -> simpy.Event:
        """Return the event to yield in a process that waits."""
        return self.env.timeout(delay)

    def next_event(self) -> Instant | None:
        """Return when something happens next, or None if nothing is going to happen."""
        instant = self.env.peek()
        return int(instant) if isinstance(instant, int) else None

    def play_to(self, instant: Instant) -> None:
        """Let everything happen that is due by `instant`, which then is the present."""
        env = self.env
        if instant > env.now:
            # `Environment.run(until)` leaves its own stop event behind in the schedule.
            mark = env.timeout(instant - self.now)
            while not mark.processed:
                env.step()
        while env.peek() <= instant:
            env.step()
