"""Inputs and outputs of the engine by name, and their JSON: what a log row holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, get_args

import msgspec

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAdvanced:
    """Input: the engine was asked what is due at this instant."""


Input: TypeAlias = (
    observation.Observation
    | command.RequestCommand
    | command.CommandEnded
    | alarm.AcknowledgeAlarm
    | alarm.ResetAlarm
    | alarm.LowerSeverity
    | alarm_service.ShelveAlarm
    | alarm_service.UnshelveAlarm
    | alarm_service.TakeOutOfService
    | alarm_service.ReturnToService
    | announcement.AnnounceTest
    | announcement.EndTest
    | incident.NotificationDelivered
    | incident.RecipientAnswered
    | incident.HandleIncident
    | incident.RaiseHelpLevel
    | incident.CompleteStep
    | visit.RegisterVisit
    | visit.IdentityChecked
    | visit.HostAnswered
    | visit.CheckDone
    | visit.StartInspection
    | visit.InspectionResult
    | visit.ClearDetector
    | visit.AdmitVisit
    | visit.LeaveVisit
    | visit.TurnAwayVisit
    | visit.ReportBypass
    | visit.SendToReception
    | locker.AssignLocker
    | locker.FreeLocker
    | occupancy.CountPersons
    | duty.CheckIn
    | duty.PatrolDone
    | early_warning.WarningDelivered
    | sighting.DecideHit
    | sighting.LookUp
    | call.OfferCall
    | call.AnswerCall
    | call.EndCall
    | fire_signal.DecideFireSignal
)

Output: TypeAlias = (
    observation.PropertyChanged
    | observation.DeviceLost
    | observation.DeviceRestored
    | alarm.AlarmRaised
    | alarm.AlarmRepeated
    | alarm.AlarmChanged
    | alarm.AlarmSeverityChanged
    | alarm.AlarmLevelRaised
    | alarm.InputRefused
    | alarm_service.AlarmServiceChanged
    | announcement.ButtonTestAnnounced
    | announcement.ButtonTested
    | announcement.ButtonTestEnded
    | incident.IncidentOpened
    | incident.IncidentJoined
    | incident.HeldPlanIssued
    | incident.PlaceAdded
    | incident.IncidentAcknowledged
    | incident.IncidentHandled
    | incident.Notification
    | incident.AssignmentChanged
    | incident.IncidentLevelRaised
    | incident.EscalationRaised
    | incident.StepCompleted
    | incident.StepOverdue
    | incident.IncidentFlagged
    | incident.RepeatedUse
    | command.Command
    | command.CommandEnded
    | composite.FunctionEffective
    | composite.FunctionLost
    | visit.VisitChanged
    | visit.VisitOverdue
    | visit.InspectionViolated
    | visit.FlowHeld
    | visit.FlowFreed
    | visit.VisitorSeated
    | visit.VisitorQueued
    | locker.LockerChanged
    | occupancy.PersonsCounted
    | occupancy.OccupancyDrifted
    | command.CommandAudited
    | guard_state.GuardStateChanged
    | duty.PostCheckedIn
    | duty.CheckInMissed
    | duty.PatrolCompleted
    | duty.PatrolMissed
    | duty.PeakGapFound
    | mobilisation.ResponderNotCalled
    | mobilisation.UnitPassedOver
    | mobilisation.NotificationUndelivered
    | mobilisation.ResponderOverdue
    | mobilisation.UnitReleased
    | mobilisation.IncidentHandedOver
    | lateness.LateObservation
    | early_warning.WarningOpened
    | early_warning.WarningNotice
    | early_warning.WarningReached
    | early_warning.WarningChanged
    | sighting.PersonSeen
    | sighting.EventSeen
    | sighting.HitDecided
    | sighting.LeadTimeKnown
    | sighting.LookUpAudited
    | sighting.RecordExpired
    | broadcast.BroadcastReported
    | call.CallChanged
    | fire_signal.FireSignalHeld
    | fire_signal.FireSignalSettled
    | network_path.PathSwitched
    | video.EventVideo
    | removed.RemovedFromConfiguration
)

RECORDS: Mapping[str, type] = {
    kind.__name__: kind for kind in (*get_args(Input), *get_args(Output), TimeAdvanced)
}
"""Type name in a log → type."""


def encode_record(record: Input | Output | TimeAdvanced) -> tuple[str, bytes]:
    """Return a record's type name and its JSON; the same record always gives the same bytes."""
    return type(record).__name__, msgspec.json.encode(record)


def decode_record(name: str, body: bytes) -> Input | Output | TimeAdvanced:
    """Return the record; raises KeyError for an unknown name, msgspec errors for a bad body."""
    record: Input | Output | TimeAdvanced = msgspec.json.decode(body, type=RECORDS[name])
    return record
