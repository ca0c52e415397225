"""Which announced test a press may belong to (R62); announcing and ending stand in `announcing`."""

from twins.announcement import AnnouncedTest
from twins.context import Context
from twins.instant import Instant


def covering(context: Context, device: str, sensed: Instant, now: Instant) -> AnnouncedTest | None:
    """Return the test that a press may belong to, or None for a real one.

    It must have been made and received inside the window. While the school has an open incident
    nothing there is a test.
    """
    school = context.school_of[device].id
    for test in (context.state.tests[one] for one in context.tests.of(school)):
        in_window = test.start <= sensed < test.until and test.start <= now < test.until
        if in_window and test.subject in (device, school):
            return None if context.cases.at(school) else test
    return None


def has_worked(context: Context, device: str, test: AnnouncedTest) -> bool:
    """Return whether a button was pressed in this test already: it is tested, once."""
    return context.state.tested.get(device, test.start - 1) >= test.start
