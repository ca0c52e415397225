"""Alarms and conditions (OPC 10000-9): what a server tells of them, as readings of points.

A condition is told of by events alone. So the state is asked for at each connection, each time
something was missed and from time to time (ConditionRefresh, §5.5.7); what is not told of then
stands no longer. Events are sorted here and not by the server: servers differ in what they sort by.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds

from protocols.model import Point, Raw
from protocols.opcua.codec import Stamped, reading_of, stamp_of
from protocols.opcua.fitting import CONDITION_FIELDS
from protocols.opcua.nodes import Target, standard_id
from twins.observation import Quality

SERVER = standard_id(ObjectIds.Server)
CONDITION_TYPE = standard_id(ObjectIds.ConditionType)
REFRESH = standard_id(ObjectIds.ConditionType_ConditionRefresh)
REFRESH_START = standard_id(ObjectIds.RefreshStartEventType)
REFRESH_END = standard_id(ObjectIds.RefreshEndEventType)
LOST_EVENTS = frozenset(
    (
        standard_id(ObjectIds.RefreshRequiredEventType),
        standard_id(ObjectIds.EventQueueOverflowEventType),
    )
)
"""Events by which a server says that others were lost."""

QUEUE = 1000
"""Events that the server is asked to keep between two publishes (assumed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """One value that every event is asked for."""

    type: int
    path: tuple[str, ...]
    attribute: AttributeIds = AttributeIds.Value


SELECTED: Mapping[str, Selected] = {
    "EventType": Selected(type=ObjectIds.BaseEventType, path=("EventType",)),
    "SourceNode": Selected(type=ObjectIds.BaseEventType, path=("SourceNode",)),
    "Time": Selected(type=ObjectIds.BaseEventType, path=("Time",)),
    "ConditionId": Selected(type=ObjectIds.ConditionType, path=(), attribute=AttributeIds.NodeId),
    "ConditionName": Selected(type=ObjectIds.ConditionType, path=("ConditionName",)),
    "BranchId": Selected(type=ObjectIds.ConditionType, path=("BranchId",)),
    **{
        name: Selected(type=number, path=path)
        for name, (number, path, _, _) in CONDITION_FIELDS.items()
    },
}
"""Name → what is selected (OPC 10000-9 §5.5.2, §5.7.2, §5.8.2)."""


def events_request(handle: int) -> ua.MonitoredItemCreateRequest:
    """Return the request to be told of every event of the server."""
    asked = ua.MonitoredItemCreateRequest()
    asked.ItemToMonitor.NodeId = SERVER
    asked.ItemToMonitor.AttributeId = AttributeIds.EventNotifier
    asked.MonitoringMode = ua.MonitoringMode.Reporting
    asked.RequestedParameters.ClientHandle = ua.IntegerId(handle)
    asked.RequestedParameters.SamplingInterval = ua.Duration(0)
    asked.RequestedParameters.QueueSize = ua.Counter(QUEUE)
    asked.RequestedParameters.DiscardOldest = True
    asked.RequestedParameters.Filter = ua.EventFilter(
        SelectClauses=[_operand(one) for one in SELECTED.values()]
    )
    return asked


def refresh_request(subscription: int) -> ua.CallMethodRequest:
    """Return the call that has the server tell of every condition that stands."""
    return ua.CallMethodRequest(
        ObjectId=CONDITION_TYPE,
        MethodId=REFRESH,
        InputArguments=[ua.Variant(subscription, ua.VariantType.UInt32)],
    )


class Conditions:
    """The points of a session that are told by events."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._targets = tuple(targets)
        self._told: set[tuple[str, str]] | None = None
        self.events_lost = False

    @property
    def targets(self) -> Sequence[Target]:
        """Return the points that events tell of."""
        return self._targets

    def take(self, fields: Sequence[ua.Variant]) -> Iterator[tuple[str, str, Stamped]]:
        """Take one event and yield what it says of points."""
        event = dict(zip(SELECTED, fields, strict=False))
        kind = _value(event, "EventType")
        if kind in LOST_EVENTS:
            self.events_lost = True
        elif kind == REFRESH_START:
            self._told = set()
        elif kind == REFRESH_END:
            yield from self._refreshed()
        elif _is_now(event):
            for target in self._targets:
                if _is_about(target, event):
                    if self._told is not None:
                        self._told.add(target.key)
                    yield target.device, target.point.name, _reading(target.point, event)

    def failed(self, cause: str) -> Iterator[tuple[str, str, Stamped]]:
        """Yield every point as bad."""
        for target in self._targets:
            yield target.device, target.point.name, ((None, Quality.BAD, cause), None)

    def _refreshed(self) -> Iterator[tuple[str, str, Stamped]]:
        told, self._told = self._told or set(), None
        for target in self._targets:
            if target.key not in told:
                raw = resting(field_of(target.point))
                yield target.device, target.point.name, (target.point.value_of(raw), None)


def field_of(point: Point) -> str:
    """Return which part of a condition a point shows."""
    return point.field or "ActiveState"


def _operand(one: Selected) -> ua.SimpleAttributeOperand:
    return ua.SimpleAttributeOperand(
        TypeDefinitionId=standard_id(one.type),
        BrowsePath=[ua.QualifiedName(name, ua.UInt16(0)) for name in one.path],
        AttributeId=ua.IntegerId(one.attribute),
    )


def _value(event: Mapping[str, ua.Variant], name: str) -> object:
    return event[name].Value if name in event else None


def _is_now(event: Mapping[str, ua.Variant]) -> bool:
    """Return whether an event tells the state of now; branches tell of earlier ones (§5.5.2)."""
    branch = _value(event, "BranchId")
    return not isinstance(branch, ua.NodeId) or branch.is_null()


def _is_about(target: Target, event: Mapping[str, ua.Variant]) -> bool:
    if not target.point.condition:
        return _value(event, "ConditionId") == target.node
    return (
        _value(event, "SourceNode") == target.node
        and _value(event, "ConditionName") == target.point.condition
    )


def _reading(point: Point, event: Mapping[str, ua.Variant]) -> Stamped:
    name = field_of(point)
    at = _value(event, "Time")
    found = event.get(name)
    if found is None or found.Value is None:
        return (None, Quality.BAD, f"the condition has no {name}"), None
    data = ua.DataValue(found, SourceTimestamp=at)  # type: ignore[arg-type]  # the server's word
    return reading_of(point, data), stamp_of(data)


def resting(field: str) -> Raw:
    """Return what a field is while its condition does not stand."""
    return CONDITION_FIELDS[field][3]
