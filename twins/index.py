"""Indices over the memory, so that no decision looks at other schools or at long ago.

Rules for this file: an index is worked out from the memory and is no part of a snapshot. Each has
one place that writes it, beside the write to the memory.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from twins.incident import Incident
from twins.sighting import EventRecord, Outcome, PersonHit
from twins.watch_memory import WatchMemory


class Groups:
    """Ids by what they belong to, oldest first."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, None]] = {}

    def add(self, group: str, one: str) -> None:
        """Put an id into a group, last."""
        self._groups.setdefault(group, {})[one] = None

    def remove(self, group: str, one: str) -> None:
        """Take an id out of a group, if it is there."""
        found = self._groups.get(group)
        if found is not None:
            found.pop(one, None)
            if not found:
                del self._groups[group]

    def of(self, group: str) -> Collection[str]:
        """Return the ids of a group."""
        return self._groups.get(group, {}).keys()

    def newest(self, group: str) -> Iterator[str]:
        """Return the ids of a group, newest first."""
        return reversed(self._groups.get(group, {}))


class Cases:
    """Open cases by school and by alarm; `incidents` is the memory."""

    def __init__(self, incidents: Mapping[str, Incident]) -> None:
        self._incidents = incidents
        self._by_school = Groups()
        self._by_alarm: dict[str, str] = {}
        self._turn: dict[str, int] = {}
        self._next = 0
        for incident in incidents.values():
            self.opened(incident)

    def opened(self, incident: Incident) -> None:
        """Note a new case."""
        self._by_school.add(incident.school, incident.id)
        self._turn[incident.id] = self._next
        self._next += 1
        for alarm in incident.alarms:
            self.joined(incident.id, alarm)

    def joined(self, incident: str, alarm: str) -> None:
        """Note that an alarm belongs to a case."""
        self._by_alarm[alarm] = incident

    def closed(self, incident: Incident) -> None:
        """Note that a case is over."""
        self._by_school.remove(incident.school, incident.id)
        del self._turn[incident.id]
        for alarm in incident.alarms:
            if self._by_alarm.get(alarm) == incident.id:
                del self._by_alarm[alarm]

    def at(self, *schools: str) -> list[Incident]:
        """Return the open cases of these schools, oldest first."""
        found = [one for school in dict.fromkeys(schools) for one in self._by_school.of(school)]
        if len(schools) > 1:
            found.sort(key=self._turn.__getitem__)
        return [self._incidents[one] for one in found]

    def with_alarm(self, alarm: str) -> Incident | None:
        """Return the open case that an alarm belongs to, or None."""
        return self._incidents.get(self._by_alarm.get(alarm, ""))


class Records:
    """Records of front ends and warnings by device, and pushed ones by what they are of."""

    def __init__(self, watch: WatchMemory) -> None:
        self._watch: Final = watch
        self.at = Groups()
        """Device → ids of its records and warnings."""
        self.pushed = Groups()
        """`device|subject or event` → pushed records."""
        self.ways = Groups()
        """`school|subject` → pushed hits."""
        self.undecided = Groups()
        """Device → pushed hits on which nobody has decided."""
        for hit in watch.hits.values():
            self.keep(hit)
        for event in watch.events.values():
            self.keep(event)
        for warning in watch.warnings.values():
            self.at.add(warning.device, warning.id)

    def keep(self, record: PersonHit | EventRecord) -> None:
        """Note a new record."""
        self.at.add(record.device, record.id)
        if record.outcome is Outcome.PUSHED:
            self.pushed.add(_of(record), record.id)
            if isinstance(record, PersonHit):
                self.ways.add(f"{record.school}|{record.subject}", record.id)
                if record.verdict is None:
                    self.undecided.add(record.device, record.id)

    def forget(self, record: PersonHit | EventRecord) -> None:
        """Note that a record has left."""
        self.at.remove(record.device, record.id)
        self.pushed.remove(_of(record), record.id)
        if isinstance(record, PersonHit):
            self.ways.remove(f"{record.school}|{record.subject}", record.id)
            self.undecided.remove(record.device, record.id)


def _of(record: PersonHit | EventRecord) -> str:
    of = record.subject if isinstance(record, PersonHit) else record.event
    return f"{record.device}|{of}"
