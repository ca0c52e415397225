"""Taking something out of a configuration."""

from collections.abc import Sequence
from dataclasses import replace

from twins.school import School


def without(schools: Sequence[School], name: str) -> list[School]:
    """Return the schools without one of them, a device or a responder; all else still names it."""

    def keeps(things):
        return tuple(one for one in things if one.id != name)

    return [
        replace(one, devices=keeps(one.devices), responders=keeps(one.responders))
        for one in keeps(schools)
    ]
