"""What a case means for who works at the gate: they leave everything, and later open it again."""

from collections.abc import Sequence

from simulator.day.crowd import Crowd
from simulator.day.desk import Desk
from simulator.day.scene import Scene
from simulator.devices.lane import WatchedLane
from twins.early_warning import WarningNotice
from twins.incident import IncidentHandled, IncidentOpened, Notification
from twins.instant import Instant, seconds
from twins.records import Output
from twins.school import Role

UNDONE = {"siren": "silence", "loudspeaker": "stop"}
"""Device type → what ends what the plan set going."""


class Sequels:
    """Hears the outputs that are about one school."""

    def __init__(self, scene: Scene, desk: Desk, crowd: Crowd) -> None:
        self._scene = scene
        self._desk = desk
        self._crowd = crowd
        self._open: set[str] = set()
        self.notices = 0
        """How often the school told the seat at the station of something."""

    def heard(self, outputs: Sequence[Output], _now: Instant) -> None:
        """Take the guards from their visitors while a case is open; then open the gate again."""
        school = self._scene.package.school.id
        for output in outputs:
            match output:
                case Notification() | WarningNotice():
                    told = output.school == school and output.role is Role.STATION
                    self.notices += told
                case IncidentOpened(incident=incident) if incident.school == school:
                    self._open.add(incident.id)
                    self._desk.alarm()
                case IncidentHandled(case=case) if case.school == school:
                    self._open.discard(output.incident)
                    if not self._open:
                        self._desk.calm()
                        wait = self._scene.chance.delay(school, "guard.reopens")
                        self._scene.timeline.after(wait, self._reopen)

    def _reopen(self) -> None:
        """Release the lanes: until then who comes stands outside."""
        if self._open:
            return
        self._crowd.welcome()
        for device in self._scene.world.devices.values():
            capability = device.capability.name
            if isinstance(device, WatchedLane) and device.locked:
                self._undo(device.id, "release")
            elif capability in UNDONE and UNDONE[capability] in device.capability.actions:
                self._undo(device.id, UNDONE[capability])

    def _undo(self, device: str, action: str) -> None:
        self._scene.ask(device, action, "the case is closed", patience=seconds(10))
