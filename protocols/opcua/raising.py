"""Conditions of an emulated server: raised as events, and told again to who asks for a refresh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncua import ua
from asyncua.common.ua_utils import value_to_datavalue
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes

from protocols.model import Raw
from protocols.opcua.codec import variant_of
from protocols.opcua.conditions import (
    REFRESH,
    REFRESH_END,
    REFRESH_START,
    SERVER,
    field_of,
    resting,
)
from protocols.opcua.core_server import CoreServer
from protocols.opcua.fitting import CONDITION_FIELDS
from protocols.opcua.nodes import Target, standard_id

ALARM_TYPE = standard_id(ObjectIds.AlarmConditionType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event as asyncua's server wants it."""

    values: Mapping[tuple[str, ...], ua.Variant]
    """Path of browse names → value; the empty path is the condition's id."""
    emitting_node: ua.NodeId = SERVER

    def to_event_fields(self, clauses: Sequence[ua.SimpleAttributeOperand]) -> list[ua.Variant]:
        """Return what a subscription selects."""
        return [self._field(clause) for clause in clauses]

    def _field(self, clause: ua.SimpleAttributeOperand) -> ua.Variant:
        path = tuple(one.Name or "" for one in clause.BrowsePath)
        if not path and clause.AttributeId != AttributeIds.NodeId:
            return ua.Variant(None)
        return self.values.get(path, ua.Variant(None))


@dataclass(slots=True)
class Condition:
    """One condition: where it stands, and its state by field."""

    id: ua.NodeId
    source: ua.NodeId
    name: str
    raws: dict[str, Raw]
    at: datetime

    @property
    def retained(self) -> bool:
        """Return whether anybody should still see it (OPC 10000-9 §5.5.2)."""
        return bool(self.raws["ActiveState"]) or not self.raws["AckedState"]

    def event(self) -> Event:
        """Return its state as an event."""
        values = {
            path: variant_of(self.raws[name], wire_type)
            for name, (_, path, wire_type, _) in CONDITION_FIELDS.items()
        }
        values[("Retain",)] = ua.Variant(self.retained, ua.VariantType.Boolean)
        return Event(
            values={
                **values,
                (): ua.Variant(self.id, ua.VariantType.NodeId),
                ("EventType",): ua.Variant(ALARM_TYPE, ua.VariantType.NodeId),
                ("SourceNode",): ua.Variant(self.source, ua.VariantType.NodeId),
                ("ConditionName",): ua.Variant(self.name, ua.VariantType.String),
                ("Time",): ua.Variant(self.at, ua.VariantType.DateTime),
            }
        )


class Alarms:
    """All conditions that points of an emulated server show."""

    def __init__(self, core: CoreServer, targets: Sequence[Target]) -> None:
        self._core = core
        self._of: dict[tuple[str, str], Condition] = {}
        known: dict[tuple[ua.NodeId, str], Condition] = {}
        for target in targets:
            if target.point.condition is None:
                continue
            place = target.node, target.point.condition
            self._of[target.key] = known.setdefault(place, _quiet(*place))
        if known:
            core.isession.add_method_callback(REFRESH, self._refresh)

    async def show(self, target: Target, raw: Raw) -> None:
        """Change a condition and tell every client."""
        condition = self._of[target.key]
        condition.raws[field_of(target.point)] = raw
        condition.at = _now()
        await self._core.subscription_service.trigger_event(condition.event())

    async def _refresh(
        self, _parent: ua.NodeId, subscription: ua.Variant | None = None
    ) -> ua.StatusCode:
        number = subscription.Value if subscription is not None else 0
        known = self._core.subscription_service.subscriptions.get(number)
        if known is None:
            return ua.StatusCode(ua.UInt32(StatusCodes.BadSubscriptionIdInvalid))
        standing = {id(one): one for one in self._of.values() if one.retained}
        for event in (
            _mark(REFRESH_START),
            *(one.event() for one in standing.values()),
            _mark(REFRESH_END),
        ):
            await known.monitored_item_srv.trigger_event(event)
        return ua.StatusCode()


def _quiet(node: ua.NodeId, name: str) -> Condition:
    """Return a condition that does not stand; without a name the node is itself the condition."""
    own = node if not name else ua.NodeId(
        ua.String(f"{node.Identifier!s}.{name}"), ua.Int16(node.NamespaceIndex)
    )  # fmt: skip
    raws = {field: resting(field) for field in CONDITION_FIELDS}
    return Condition(own, node, name or str(node.Identifier), raws, _now())


def _mark(kind: ua.NodeId) -> Event:
    return Event(values={("EventType",): ua.Variant(kind, ua.VariantType.NodeId)})


def _now() -> datetime:
    """Return asyncua's time, as it stamps values with."""
    stamp = value_to_datavalue(0).SourceTimestamp
    assert stamp is not None, "asyncua stamps what it stores"
    return stamp
