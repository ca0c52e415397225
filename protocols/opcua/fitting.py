"""Whether a point can be what it is described as on OPC UA. Light: read with every description."""

from collections.abc import Mapping

from protocols.dialect import MisfitError
from protocols.fields import parse_field
from protocols.model import Point, Raw, WireType
from twins.documents import did_you_mean

CONDITION_FIELDS: Mapping[str, tuple[int, tuple[str, ...], WireType, Raw]] = {
    "ActiveState": (2915, ("ActiveState", "Id"), "bool", False),
    "AckedState": (2881, ("AckedState", "Id"), "bool", True),
    "ConfirmedState": (2881, ("ConfirmedState", "Id"), "bool", True),
    "EnabledState": (2782, ("EnabledState", "Id"), "bool", True),
    "Severity": (2041, ("Severity",), "u16", 0),
    "Message": (2041, ("Message",), "localized", ""),
}
"""What a point may show of a condition: the type that has it, its path there, how it is carried,
and what it is while the condition does not stand (OPC 10000-9 §5.5.2, §5.7.2, §5.8.2)."""


def fits(point: Point) -> None:
    """Raise MisfitError for a point that cannot be."""
    if point.condition is not None:
        _fits_condition(point)
        return
    try:
        steps = parse_field(point.field)
    except ValueError as error:
        raise MisfitError("field", str(error)) from None
    if any(isinstance(step, int) and step < 0 for step in steps):
        raise MisfitError("field", f"{point.field!r}: elements are counted from 0")
    if point.field and point.command:
        raise MisfitError("field", "a member of a value cannot be written alone; write the whole")


def _fits_condition(point: Point) -> None:
    name = point.field or "ActiveState"
    if name not in CONDITION_FIELDS:
        hint = did_you_mean(name, list(CONDITION_FIELDS))
        raise MisfitError("field", f"a condition has no {name!r}{hint}")
    wire_type = CONDITION_FIELDS[name][2]
    if point.wire_type != wire_type:
        raise MisfitError("as", f"{name} is {wire_type}, not {point.wire_type}")
    if point.command:
        raise MisfitError("condition", "a condition is told by the server and never written")
