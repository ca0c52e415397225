"""What each output of the engine is about: which part of the API has changed, and for which case.

Rules for this file: the table is the whole of `twins.records.Output`; a test walks that and fails
on a type that nobody has thought of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import TypeGuard

from twins import (
    alarm,
    alarm_service,
    announcement,
    broadcast,
    call,
    command,
    composite,
    duty,
    early_warning,
    fire_signal,
    guard_state,
    incident,
    lateness,
    locker,
    mobilisation,
    network_path,
    observation,
    occupancy,
    removed,
    sighting,
    video,
    visit,
)
from twins.records import Output


class Topic(StrEnum):
    """A part of the API that can be read again."""

    DEVICES = "devices"
    ALARMS = "alarms"
    INCIDENTS = "incidents"
    COMMANDS = "commands"
    WARNINGS = "warnings"
    CALLS = "calls"
    DUTY = "duty"
    VISITS = "visits"
    FUNCTIONS = "functions"
    RECORDS = "records"
    """Nothing but the record itself."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What a type of output is about."""

    topic: Topic
    subject: str = ""
    """Where it names the incident or warning that it belongs to; empty for none."""

    def subject_of(self, record: Output) -> str:
        """Return the id of the incident or warning that a record belongs to, if any."""
        return str(attrgetter(self.subject)(record)) if self.subject else ""


_T = Topic
_OF_A_CASE = Sort(_T.INCIDENTS, "incident")

OUTPUTS: Mapping[type, Sort] = {
    observation.PropertyChanged: Sort(_T.DEVICES),
    observation.DeviceLost: Sort(_T.DEVICES),
    observation.DeviceRestored: Sort(_T.DEVICES),
    lateness.LateObservation: Sort(_T.RECORDS),
    network_path.PathSwitched: Sort(_T.DEVICES),
    alarm.AlarmRaised: Sort(_T.ALARMS),
    alarm.AlarmRepeated: Sort(_T.ALARMS),
    alarm.AlarmChanged: Sort(_T.ALARMS),
    alarm.AlarmSeverityChanged: Sort(_T.ALARMS),
    alarm.AlarmLevelRaised: Sort(_T.ALARMS),
    alarm.InputRefused: Sort(_T.RECORDS),
    alarm_service.AlarmServiceChanged: Sort(_T.ALARMS),
    announcement.ButtonTestAnnounced: Sort(_T.ALARMS),
    announcement.ButtonTested: Sort(_T.ALARMS),
    announcement.ButtonTestEnded: Sort(_T.ALARMS),
    incident.IncidentOpened: Sort(_T.INCIDENTS, "incident.id"),
    incident.IncidentJoined: _OF_A_CASE,
    incident.HeldPlanIssued: _OF_A_CASE,
    incident.IncidentAcknowledged: _OF_A_CASE,
    incident.IncidentHandled: _OF_A_CASE,
    incident.Notification: _OF_A_CASE,
    incident.PlaceAdded: _OF_A_CASE,
    incident.AssignmentChanged: _OF_A_CASE,
    incident.IncidentLevelRaised: _OF_A_CASE,
    incident.EscalationRaised: _OF_A_CASE,
    incident.StepCompleted: _OF_A_CASE,
    incident.StepOverdue: _OF_A_CASE,
    incident.IncidentFlagged: _OF_A_CASE,
    incident.RepeatedUse: Sort(_T.RECORDS),
    mobilisation.ResponderNotCalled: _OF_A_CASE,
    mobilisation.UnitPassedOver: _OF_A_CASE,
    mobilisation.NotificationUndelivered: _OF_A_CASE,
    mobilisation.ResponderOverdue: _OF_A_CASE,
    mobilisation.UnitReleased: _OF_A_CASE,
    mobilisation.IncidentHandedOver: _OF_A_CASE,
    video.EventVideo: Sort(_T.INCIDENTS, "event"),
    command.Command: Sort(_T.COMMANDS),
    command.CommandEnded: Sort(_T.COMMANDS),
    command.CommandAudited: Sort(_T.COMMANDS),
    broadcast.BroadcastReported: Sort(_T.COMMANDS, "speech.incident"),
    composite.FunctionEffective: Sort(_T.FUNCTIONS),
    composite.FunctionLost: Sort(_T.FUNCTIONS),
    visit.VisitChanged: Sort(_T.VISITS),
    visit.VisitOverdue: Sort(_T.VISITS),
    visit.InspectionViolated: Sort(_T.VISITS),
    visit.FlowHeld: Sort(_T.VISITS),
    visit.FlowFreed: Sort(_T.VISITS),
    visit.VisitorSeated: Sort(_T.VISITS),
    visit.VisitorQueued: Sort(_T.VISITS),
    locker.LockerChanged: Sort(_T.VISITS),
    occupancy.PersonsCounted: Sort(_T.VISITS),
    occupancy.OccupancyDrifted: Sort(_T.VISITS),
    guard_state.GuardStateChanged: Sort(_T.DUTY),
    duty.PostCheckedIn: Sort(_T.DUTY),
    duty.CheckInMissed: Sort(_T.DUTY),
    duty.PatrolCompleted: Sort(_T.DUTY),
    duty.PatrolMissed: Sort(_T.DUTY),
    duty.PeakGapFound: Sort(_T.DUTY),
    early_warning.WarningOpened: Sort(_T.WARNINGS, "warning.id"),
    early_warning.WarningNotice: Sort(_T.WARNINGS, "warning"),
    early_warning.WarningReached: Sort(_T.WARNINGS, "warning"),
    early_warning.WarningChanged: Sort(_T.WARNINGS, "warning.id"),
    removed.RemovedFromConfiguration: Sort(_T.RECORDS),
    sighting.PersonSeen: Sort(_T.WARNINGS),
    sighting.EventSeen: Sort(_T.WARNINGS),
    sighting.HitDecided: Sort(_T.WARNINGS, "hit"),
    sighting.LeadTimeKnown: Sort(_T.WARNINGS, "first"),
    sighting.LookUpAudited: Sort(_T.RECORDS),
    sighting.RecordExpired: Sort(_T.WARNINGS),
    call.CallChanged: Sort(_T.CALLS),
    fire_signal.FireSignalHeld: _OF_A_CASE,
    fire_signal.FireSignalSettled: Sort(_T.INCIDENTS),
}
"""Type of output → what it is about."""

OUTPUT_NAMES: Mapping[str, type] = {kind.__name__: kind for kind in OUTPUTS}
"""Name in the log and in the event stream → type."""


def is_output(record: object) -> TypeGuard[Output]:
    """Return whether a record of the log is something that the engine told."""
    return type(record) in OUTPUTS


def topic_of(record: Output) -> Topic:
    """Return which part of the API a record has changed."""
    return OUTPUTS[type(record)].topic


def subject_of(record: Output) -> str:
    """Return the id of the incident or warning that a record belongs to, if any."""
    return OUTPUTS[type(record)].subject_of(record)
