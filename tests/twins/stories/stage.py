"""A stage for drills told by hand: inputs at their seconds, and what was told when.

Second 0 is the drill's own. Devices are heard a little after what they saw, so every limit is
measured from the cause and over a wire, in virtual time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tests.twins.removals import without
from twins.alarm import Alarm, AlarmChanged, AlarmRaised
from twins.command import Command, CommandEnded, CommandResult, RequestCommand
from twins.coverage import caught_by, detections
from twins.engine import Engine
from twins.incident import (
    Answer,
    AssignmentChanged,
    HandleIncident,
    IncidentAcknowledged,
    IncidentHandled,
    IncidentOpened,
    Notification,
    NotificationDelivered,
    RecipientAnswered,
    Verdict,
)
from twins.instant import Instant, in_seconds, milliseconds, seconds
from twins.observation import Observation, Quality, Value
from twins.records import Input, Output, decode_record, encode_record
from twins.school import School
from twins.state import decode_state, encode_state

T = TypeVar("T")
Record = tuple[str, bytes]

WIRE = milliseconds(250)
"""From a contact to the engine: the longest poll interval of the panic class."""

OPENING = frozenset({"release", "open", "unlock", "lower"})
"""Actions that let somebody through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one device says."""

    device: str
    happened: float | None
    quality: Quality
    values: dict[str, Value]


def sees(
    device: str,
    *,
    happened: float | None = None,
    quality: Quality = Quality.GOOD,
    **values: Value,
) -> Sight:
    """Say what a device reports; `happened` is the second by its own clock, else the story's."""
    return Sight(device=device, happened=happened, quality=quality, values=values)


class Story:
    """An engine, its log, and a clock that the story turns; time-outs in between fire on time."""

    def __init__(self, *schools: School, zero: Instant) -> None:
        self.schools = schools
        self.zero = zero
        self.engine = Engine(schools)
        self.now: Instant | None = None
        self.log: list[tuple[Instant, list[Record], list[Record]]] = []
        self.snapshots: list[bytes] = []
        self._told: list[tuple[float, Output]] = []

    def at(self, second: float, *said: Sight | Input) -> list[Output]:
        """Let time pass until a second of the drill, then take what is said."""
        happens = self.zero + seconds(second)
        now = happens + (WIRE if any(isinstance(one, Sight) for one in said) else 0)
        assert self.now is None or now >= self.now, "a story is told in its order"
        while self.now is not None and (due := self.engine.next_deadline()) is not None:
            if due >= now:
                break
            self._take([], max(due, self.now))
        inputs: list[Input] = []
        for one in said:
            if isinstance(one, Sight):
                inputs += self._observations(one, happens, now)
            else:
                inputs.append(one)
        return self._take(inputs, now)

    def ask(
        self,
        second: float,
        device: str,
        action: str,
        *,
        by: str = "Guard A",
        post: str = "",
        **arguments: Value,
    ) -> list[Output]:
        """Ask for a command as a person does."""
        request = RequestCommand(
            id=f"key-{len(self.log)}",
            device=self.name(device),
            action=action,
            arguments=arguments,
            requested_by=by,
            reason="as the story goes",
            not_after=self.zero + seconds(second + 5),
            post=post,
        )
        return self.at(second, request)

    def confirms(self, device: str, **values: Value) -> list[Sight | Input]:
        """Return that a device shows what its standing commands asked for, and their ends."""
        ended = [
            CommandEnded(command=one.id, device=one.device, result=CommandResult.CONFIRMED)
            for one in self.engine.commands.values()
            if one.device == self.name(device)
        ]
        assert ended, f"nothing was asked of {device}"
        return [sees(device, **values), *ended]

    def name(self, own: str) -> str:
        """Return a full id; names without a school belong to the first one."""
        known = {one.id for school in self.schools for one in school.responders}
        return own if "/" in own or own in known else f"{self.schools[0].id}/{own}"

    def case(self, number: int = 1, school: str = "") -> str:
        return f"{school or self.schools[0].id}/incident/{number}"

    def reaches(self, *responders: str, case: str = "") -> list[Input]:
        return [
            NotificationDelivered(incident=case or self.case(), responder=self.name(one))
            for one in responders
        ]

    def answers(self, responder: str, answer: Answer, case: str = "") -> RecipientAnswered:
        return RecipientAnswered(
            incident=case or self.case(), responder=self.name(responder), answer=answer
        )

    def closes(
        self, case: str = "", verdict: Verdict = Verdict.REAL, reason: str = "person detained"
    ) -> HandleIncident:
        incident = case or self.case()
        return HandleIncident(incident=incident, by="Officer 7", reason=reason, verdict=verdict)

    def told(
        self, kind: type[T], where: Callable[[T], bool] | None = None
    ) -> list[tuple[float, T]]:
        """Return (second, output) of a kind, in order."""
        return [
            (second, one)
            for second, one in self._told
            if isinstance(one, kind) and (where is None or where(one))
        ]

    def raised(self) -> list[tuple[float, str]]:
        """Return (second, kind) of every alarm that was raised."""
        return [(second, one.alarm.kind) for second, one in self.told(AlarmRaised)]

    def orders(self) -> list[tuple[float, str, str]]:
        """Return (second, device without its school, action) of every command that was given."""
        return [
            (second, one.device.partition("/")[2], one.action) for second, one in self.told(Command)
        ]

    def opened_ways(self) -> list[tuple[float, str, str]]:
        return [one for one in self.orders() if one[2] in OPENING]

    def notified(self, case: str = "") -> dict[str, float]:
        """Return responder → second of the one notice about a case; nobody is told twice."""
        wanted = case or self.case()
        notices = self.told(Notification, lambda one: one.incident == wanted)
        names = [one.responder for _, one in notices]
        assert len(names) == len(set(names)), "somebody was told twice"
        return {one.responder: second for second, one in notices}

    def four_timestamps(self, case: str = "") -> tuple[float, float, float, float]:
        """Return when a closed case was sensed, warned of, acknowledged and handled."""
        wanted = case or self.case()
        (opened,) = [
            one.incident for _, one in self.told(IncidentOpened) if one.incident.id == wanted
        ]
        warned = min(
            one.assignment.delivered
            for _, one in self.told(AssignmentChanged, lambda one: one.incident == wanted)
            if one.assignment.delivered is not None
        )
        ((known, _),) = self.told(IncidentAcknowledged, lambda one: one.incident == wanted)
        ((closed, _),) = self.told(IncidentHandled, lambda one: one.incident == wanted)
        return self.second(opened.sensed), self.second(warned), known, closed

    def ended_alarms(self) -> list[Alarm]:
        """Return the alarms that are over, in the order in which they ended."""
        return [one.ended for _, one in self.told(AlarmChanged) if one.ended is not None]

    def stamps(self, one: Alarm) -> tuple[float | None, ...]:
        """Return when the cause of an alarm was sensed and told, and who dealt with it when."""
        instants = (one.sensed, one.raised, one.acknowledged, one.handled)
        return tuple(None if at is None else self.second(at) for at in instants)

    def second(self, instant: Instant) -> float:
        return in_seconds(instant - self.zero)

    def first_line(self, school: School | None = None) -> str | None:
        """Return the line of defence that detected first."""
        return caught_by(detections(school or self.schools[0], [one for _, one in self._told]))

    def replays(self) -> None:
        """Check that the log gives the same outputs again, from its start and from any snapshot."""
        whole = [told for _, _, told in self.log]
        assert _play(Engine(self.schools), self.log) == whole
        for done, snapshot in enumerate(self.snapshots, start=1):
            revived = Engine(self.schools, decode_state(snapshot))
            assert _play(revived, self.log[done:]) == whole[done:]

    def survives_removals(self) -> None:
        """Check that any snapshot goes on without any school, device or responder.

        Each is taken out at another point of the story; the alarms of all others stand.
        """
        things = [
            one.id
            for school in self.schools
            for one in (school, *school.devices, *school.responders)
        ]
        for turn, name in enumerate(dict.fromkeys(things)):
            done = turn * 7 % len(self.log)
            left = without(self.schools, name)
            before = decode_state(self.snapshots[done])
            revived = Engine(left, decode_state(self.snapshots[done]))
            kept = {device.id for school in left for device in school.devices}
            for alarm in before.alarms.values():
                assert alarm.device not in kept or revived.alarms[alarm.id] == alarm
            _play(revived, self.log[done + 1 :])

    def _observations(self, one: Sight, happens: Instant, now: Instant) -> list[Observation]:
        seen = happens if one.happened is None else self.zero + seconds(one.happened)
        return [
            Observation(
                device=self.name(one.device),
                property=name,
                value=value,
                quality=one.quality,
                cause="" if one.quality is Quality.GOOD else "no answer",
                source_time=seen,
                receive_time=now,
            )
            for name, value in one.values.items()
        ]

    def _take(self, inputs: list[Input], now: Instant) -> list[Output]:
        self.now = now
        outputs = self.engine.receive(inputs, now)
        self.log.append((now, [*map(encode_record, inputs)], [*map(encode_record, outputs)]))
        self.snapshots.append(encode_state(self.engine.state()))
        self._told += [(self.second(now), one) for one in outputs]
        return outputs


def _play(
    engine: Engine, log: Sequence[tuple[Instant, list[Record], list[Record]]]
) -> list[list[Record]]:
    return [
        [*map(encode_record, engine.receive([decode_record(*one) for one in inputs], now))]
        for now, inputs, _ in log
    ]
