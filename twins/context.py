"""What one call of the engine works on: the schools, the memory, and the outputs so far."""

from collections.abc import Sequence

from twins.index import Cases, Groups, Records
from twins.instant import Instant
from twins.records import Output
from twins.school import Device, School
from twins.state import EngineState, TwinState
from twins.timers import TimerQueue


class Context:
    """The schools by id and the engine's state, with timers and serial numbers.

    `out` collects the outputs of the call in progress, in the order in which they were decided.
    """

    def __init__(self, schools: Sequence[School], state: EngineState) -> None:
        self.schools = {school.id: school for school in schools}
        self.devices: dict[str, Device] = {}
        self.school_of: dict[str, School] = {}
        for school in schools:
            for device in school.devices:
                self.devices[device.id] = device
                self.school_of[device.id] = school
                state.twins.setdefault(device.id, TwinState())
        self.helpers: dict[str, dict[str, None]] = {}
        """School → its people who may be called to a neighbouring school."""
        for one in (one for school in schools for one in school.responders if one.home):
            self.helpers.setdefault(one.home, {})[one.id] = None
        self.listing: dict[str, dict[str, None]] = {}
        """Responder → the schools that list them."""
        for school in schools:
            for one in school.responders:
                self.listing.setdefault(one.id, {})[school.id] = None
        self.state = state
        self.index()
        self.out: list[Output] = []
        self.timers = TimerQueue(state.timers)

    def index(self) -> None:
        """Work the indices out from the memory."""
        self.cases = Cases(self.state.incidents)
        self.records = Records(self.state.watch)
        self.tests = Groups()
        """School → its announced tests."""
        for test in self.state.tests.values():
            self.tests.add(test.school, test.id)
        self.visits = Groups()
        """School → its visits that have not ended."""
        for visit in self.state.gate.visits.values():
            self.visits.add(visit.school, visit.id)
        self.under_way = Groups()
        """Device → commands whose end is not known."""
        for command in self.state.commands.values():
            self.under_way.add(command.device, command.id)

    def set_timer(self, name: str, subject: str, due: Instant) -> None:
        """Ask for the timer `name` of `subject` at `due`; a running one is replaced."""
        self.timers.set(name, subject, due)

    def cancel_timer(self, name: str, subject: str) -> None:
        """Forget a timer, if it runs."""
        self.timers.cancel(name, subject)

    def number(self, school: str, sort: str) -> str:
        """Return the next id of a sort of thing in a school, as `elm/incident/3`."""
        key = f"{school}/{sort}"
        serial = self.state.serials.get(key, 0) + 1
        self.state.serials[key] = serial
        return f"{key}/{serial}"
