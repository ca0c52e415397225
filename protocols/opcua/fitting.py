"""Whether a point can be what it is described as on OPC UA. Light: read with every description."""

from protocols.dialect import MisfitError
from protocols.fields import parse_field
from protocols.model import Point


def fits(point: Point) -> None:
    """Raise MisfitError for a point that cannot be."""
    try:
        steps = parse_field(point.field)
    except ValueError as error:
        raise MisfitError("field", str(error)) from None
    if any(isinstance(step, int) and step < 0 for step in steps):
        raise MisfitError("field", f"{point.field!r}: elements are counted from 0")
    if point.field and point.command:
        raise MisfitError("field", "a member of a value cannot be written alone; write the whole")
