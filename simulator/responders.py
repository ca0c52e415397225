"""Those who are told of an incident: consoles, volunteers by class, the station and its car.

Each draws from streams of their own, so nobody's answer depends on who else is told. What people
do here is simulated, and every name they sign with says so.
"""

from collections.abc import Callable

from simulator.chance import Chance
from simulator.port import PersonInput, Platform
from simulator.reactions import React, Reaction, mood, reacts
from simulator.timeline import Timeline
from twins.alarm import AcknowledgeAlarm, ResetAlarm
from twins.early_warning import WarningDelivered, WarningNotice
from twins.incident import (
    Answer,
    HandleIncident,
    Notification,
    NotificationDelivered,
    RecipientAnswered,
)
from twins.instant import Instant
from twins.school import Responder

POLICE = "police (simulated)"
"""Whose hand stands under what the simulated police do at the console."""

Arrived = Callable[[Responder, str], None]
"""Takes who arrived, and for which incident."""

Adjust = Callable[[Responder, Reaction, str, Instant], Reaction]
"""(who, what they would do, of which incident, now) → what they do on such a day."""


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
        self.adjust: Adjust = lambda responder, reaction, incident, now: reaction  # noqa: ARG005  likewise
        self.open: dict[str, None] = {}
        """Incidents that somebody was told of and that nobody has closed."""
        self._responders = {one.id: one for one in responders}
        self._timeline = timeline
        self._chance = chance
        self._platform = platform
        self._reacts: dict[str, React] = {}
        self._moods: dict[str, float] = {}

    def notified(self, notification: Notification) -> None:
        """Let a notice go to its recipient, who then does what they do this time."""
        responder = self._responders[notification.responder]
        incident = notification.incident
        self.open.setdefault(incident)
        if incident not in self._moods:
            self._moods[incident] = mood(incident, self._chance)
        react = self._reacts.get(responder.id)
        if react is None:
            react = self._reacts[responder.id] = reacts(responder, self._chance)
        reaction = react(responder.distance_m, self._moods[incident])
        delivered, answer, answered, arrives, secures = self.adjust(
            responder, reaction, incident, self._timeline.now
        )
        notice = NotificationDelivered(incident=incident, responder=responder.id)
        self._timeline.after(delivered, lambda: self._say(notice, incident))
        if answer is not None:
            said = RecipientAnswered(incident=incident, responder=responder.id, answer=answer)
            self._timeline.after(answered, lambda: self._say(said, incident))
        if arrives is not None:
            self._timeline.after(arrives, lambda: self._arrive(responder, incident))
        if secures is not None:
            self._timeline.after(secures, lambda: self._handle(incident))

    def warned(self, notice: WarningNotice) -> None:
        """Let a warning reach a console."""
        delivered = self._chance.delay(notice.responder, "console.delivery")
        told = WarningDelivered(warning=notice.warning, responder=notice.responder)
        self._timeline.after(delivered, lambda: self._platform.answer(told))

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
        del self.open[incident], self._moods[incident]
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
