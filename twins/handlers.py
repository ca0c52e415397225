"""Which input is handled where. A new input is a line here and in `records.py`."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from twins import (
    announcing,
    broadcasting,
    call,
    call_booking,
    checklist,
    duty_booking,
    early_warning,
    escalation,
    fire_deciding,
    fire_signal,
    inspecting,
    intercom_calls,
    locker,
    locker_use,
    mobilising,
    occupancy,
    person_records,
    quieting,
    roll_call,
    sighting,
    visit,
    visiting,
    warning,
)
from twins.alarm import AcknowledgeAlarm, LowerSeverity, ResetAlarm
from twins.alarm_service import ReturnToService, ShelveAlarm, TakeOutOfService, UnshelveAlarm
from twins.alarming import acknowledge_alarm, lower_severity, reset_alarm
from twins.announcement import AnnounceTest, EndTest
from twins.command import CommandEnded, RequestCommand
from twins.commanding import book_end, request_command
from twins.context import Context
from twins.dispatch import book_answer, book_delivery, handle_incident
from twins.duty import CheckIn, PatrolDone
from twins.incident import (
    CompleteStep,
    HandleIncident,
    NotificationDelivered,
    RaiseHelpLevel,
    RecipientAnswered,
)
from twins.instant import Instant
from twins.levels import raise_help_level

Handler: TypeAlias = Callable[[Context, Any, Instant], None]
"""Books one input: writes the state and appends outputs."""

HANDLERS: Mapping[type, Handler] = {
    RequestCommand: request_command,
    CommandEnded: book_end,
    AcknowledgeAlarm: acknowledge_alarm,
    ResetAlarm: reset_alarm,
    LowerSeverity: lower_severity,
    ShelveAlarm: quieting.change_service,
    UnshelveAlarm: quieting.change_service,
    TakeOutOfService: quieting.change_service,
    ReturnToService: quieting.change_service,
    AnnounceTest: announcing.announce_test,
    EndTest: announcing.end_test,
    NotificationDelivered: book_delivery,
    RecipientAnswered: book_answer,
    HandleIncident: handle_incident,
    RaiseHelpLevel: raise_help_level,
    CompleteStep: checklist.complete_step,
    visit.RegisterVisit: visiting.register_visit,
    visit.IdentityChecked: visiting.check_identity,
    visit.HostAnswered: visiting.answer_host,
    visit.CheckDone: visiting.book_check,
    visit.StartInspection: inspecting.start_inspection,
    visit.InspectionResult: inspecting.book_inspection,
    visit.ClearDetector: inspecting.clear_detector,
    visit.AdmitVisit: visiting.admit_visit,
    visit.LeaveVisit: visiting.leave,
    visit.TurnAwayVisit: visiting.turn_away,
    visit.ReportBypass: inspecting.report_bypass,
    visit.SendToReception: visiting.send_to_reception,
    locker.AssignLocker: locker_use.assign_locker,
    locker.FreeLocker: locker_use.free_locker,
    occupancy.CountPersons: roll_call.count_persons,
    early_warning.WarningDelivered: warning.book_warning_delivery,
    sighting.DecideHit: person_records.decide_hit,
    sighting.LookUp: person_records.look_up,
    call.OfferCall: intercom_calls.offer_call,
    call.AnswerCall: intercom_calls.answer_call,
    call.EndCall: intercom_calls.end_call,
    fire_signal.DecideFireSignal: fire_deciding.decide_fire_signal,
    CheckIn: duty_booking.check_in,
    PatrolDone: duty_booking.patrol_done,
}
"""Input type → handler: every type of `records.Input` but `Observation`, which the engine takes."""

TimerHandler: TypeAlias = Callable[[Context, str, Instant], None]
"""Does what is due for a subject."""

TIMER_HANDLERS: Mapping[str, TimerHandler] = {
    announcing.TIMER: announcing.due,
    broadcasting.TIMER: broadcasting.due,
    call_booking.TIMER: call_booking.due,
    checklist.TIMER: checklist.due,
    escalation.TIMER: escalation.due,
    mobilising.TIMER: mobilising.reconsider,
    quieting.TIMER: quieting.due,
}
"""Timer name → who does what is due; the timers of rules stand in `rules/table.py`."""
