"""Inputs and outputs of the engine by name, and their JSON: what a log row holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from twins import alarm, command, incident, observation


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAdvanced:
    """Input: the engine was asked what is due at this instant."""


Input: TypeAlias = (
    observation.Observation
    | command.RequestCommand
    | command.CommandEnded
    | alarm.AcknowledgeAlarm
    | alarm.ResetAlarm
    | incident.NotificationDelivered
    | incident.RecipientAnswered
    | incident.HandleIncident
)

Output: TypeAlias = (
    observation.PropertyChanged
    | observation.DeviceLost
    | observation.DeviceRestored
    | alarm.AlarmRaised
    | alarm.AlarmRepeated
    | alarm.AlarmChanged
    | alarm.InputRefused
    | incident.IncidentOpened
    | incident.IncidentJoined
    | incident.IncidentAcknowledged
    | incident.IncidentHandled
    | incident.Notification
    | incident.AssignmentChanged
    | command.Command
    | command.CommandEnded
)

RECORDS: Mapping[str, type] = {
    record.__name__: record
    for record in (
        TimeAdvanced,
        observation.Observation,
        observation.PropertyChanged,
        observation.DeviceLost,
        observation.DeviceRestored,
        command.RequestCommand,
        command.Command,
        command.CommandEnded,
        alarm.AcknowledgeAlarm,
        alarm.ResetAlarm,
        alarm.AlarmRaised,
        alarm.AlarmRepeated,
        alarm.AlarmChanged,
        alarm.InputRefused,
        incident.NotificationDelivered,
        incident.RecipientAnswered,
        incident.HandleIncident,
        incident.IncidentOpened,
        incident.IncidentJoined,
        incident.IncidentAcknowledged,
        incident.IncidentHandled,
        incident.Notification,
        incident.AssignmentChanged,
    )
}
"""Type name in a log → type."""


def encode_record(record: Input | Output | TimeAdvanced) -> tuple[str, bytes]:
    """Return a record's type name and its JSON; the same record always gives the same bytes."""
    return type(record).__name__, msgspec.json.encode(record)


def decode_record(name: str, body: bytes) -> Input | Output | TimeAdvanced:
    """Return the record; raises KeyError for an unknown name, msgspec errors for a bad body."""
    record: Input | Output | TimeAdvanced = msgspec.json.decode(body, type=RECORDS[name])
    return record
