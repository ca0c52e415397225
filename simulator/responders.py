"""Those who are told of an incident: consoles, volunteers by class, the station and its car.

Each draws from streams of their own, so nobody's answer depends on who else is told. What people
do here is simulated, and every name they sign with says so.
"""

from collections.abc import Callable

from simulator.chance import Chance
from simulator.port import PersonInput, Platform
from simulator.timeline import Timeline
from twins.alarm import AcknowledgeAlarm, ResetAlarm
from twins.incident import (
    Answer,
    HandleIncident,
    Notification,
    NotificationDelivered,
    RecipientAnswered,
)
from twins.instant import Duration, seconds
from twins.school import Responder, Role

POLICE = "police (simulated)"
"""Whose hand stands under what the simulated police do at the console."""

Arrived = Callable[[Responder, str], None]
"""Takes who arrived, and for which incident."""


class Responders:
    """Everybody of a school who can be told, and the cases that are going on.

    `arrived` is called whenever somebody reaches the gate, `handled` once a case is closed.
    """

    def __init__(
        self, responders: tuple[Responder, ...], *, timeline: Timeline, chance: Chance,
        platform: Platform,
    ) -> None:  # fmt: skip
        self.arrived: Arrived = lambda responder, incident: None  # noqa: ARG005  set by the world
        self.handled: Callable[[str], None] = lambda incident: None  # noqa: ARG005  likewise
        self.open: dict[str, None] = {}
        """Incidents that somebody was told of and that nobody has closed."""
        self._responders = {one.id: one for one in responders}
        self._timeline = timeline
        self._chance = chance
        self._platform = platform

    def notified(self, notification: Notification) -> None:
        """Let a notice go to its recipient."""
        responder = self._responders[notification.responder]
        incident = notification.incident
        self.open.setdefault(incident)
        phone = responder.role is Role.VOLUNTEER
        way = "volunteer.delivery" if phone else "console.delivery"

        def deliver() -> None:
            self._say(NotificationDelivered(incident=incident, responder=responder.id), incident)
            self._reached(responder, incident)

        self._timeline.after(self._chance.delay(responder.id, way), deliver)

    def _reached(self, responder: Responder, incident: str) -> None:
        match responder.role:
            case Role.GUARD:
                self._guard(responder, incident)
            case Role.VOLUNTEER:
                self._volunteer(responder, incident)
            case Role.STATION:
                self._station(responder, incident)

    def _guard(self, responder: Responder, incident: str) -> None:
        delay = self._chance.delay(responder.id, "guard.acknowledges")
        self._answer_after(delay, responder, incident, Answer.ACKNOWLEDGED)

    def _volunteer(self, responder: Responder, incident: str) -> None:
        mind = self._chance.fraction(responder.id, "volunteer.mind")
        accepts = self._chance.draw(responder.id, "volunteer.accepts")
        silent = self._chance.draw(responder.id, "volunteer.silent")
        reaction = self._chance.delay(responder.id, "volunteer.reaction")
        if mind < accepts:
            self._answer_after(reaction, responder, incident, Answer.ACCEPTED)
            turnout = self._chance.delay(responder.id, "volunteer.turnout")
            ready = reaction + turnout + self._travel(responder)
            self._timeline.after(ready, lambda: self._arrive(responder, incident))
        elif mind >= accepts + silent:
            self._answer_after(reaction, responder, incident, Answer.DECLINED)

    def _station(self, responder: Responder, incident: str) -> None:
        delay = self._chance.delay(responder.id, "station.acknowledges")
        self._answer_after(delay, responder, incident, Answer.ACKNOWLEDGED)
        rolling = delay + self._chance.delay(responder.id, "police.turnout")
        there = rolling + self._travel(responder)
        secured = there + self._chance.delay(responder.id, "police.secures")
        self._timeline.after(there, lambda: self._arrive(responder, incident))
        self._timeline.after(secured, lambda: self._handle(incident))

    def _travel(self, responder: Responder) -> Duration:
        speed = self._chance.draw(responder.id, f"travel.{responder.travel}")
        return seconds(responder.distance_m / speed)

    def _answer_after(
        self, delay: Duration, responder: Responder, incident: str, answer: Answer
    ) -> None:
        said = RecipientAnswered(incident=incident, responder=responder.id, answer=answer)
        self._timeline.after(delay, lambda: self._say(said, incident))

    def _arrive(self, responder: Responder, incident: str) -> None:
        if incident not in self.open:
            return  # the case was closed while they were on their way; they turn back
        self.arrived(responder, incident)
        said = RecipientAnswered(incident=incident, responder=responder.id, answer=Answer.ARRIVED)
        self._say(said, incident)

    def _handle(self, incident: str) -> None:
        if incident not in self.open:
            return
        alarms = self._platform.alarms_of(incident)
        del self.open[incident]
        self.handled(incident)
        reason = "offender held, place made safe (simulated)"
        for alarm in alarms:
            self._platform.answer(AcknowledgeAlarm(alarm=alarm, by=POLICE))
        self._platform.answer(HandleIncident(incident=incident, by=POLICE, reason=reason))
        for alarm in alarms:
            self._platform.answer(ResetAlarm(alarm=alarm, by=POLICE, reason=reason))

    def _say(self, said: PersonInput, incident: str) -> None:
        """Hand it to the platform unless the case is closed: nobody answers then any more."""
        if incident in self.open:
            self._platform.answer(said)
