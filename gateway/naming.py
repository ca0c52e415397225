"""What people call the ids in the engine's records, and its instants as text."""

from collections.abc import Iterator

from gateway.runtime import Gateway
from gateway.shapes import Named
from twins.capability import Titles
from twins.instant import Instant, iso
from twins.school import Role, School


def school_of(gateway: Gateway, school_id: str) -> School | None:
    """Return a school of this gateway."""
    return next((school for school in gateway.schools if school.id == school_id), None)


def titles_of(school: School | None) -> dict[str, Titles]:
    """Return id → title of everything that stands at a school."""
    return dict(_titled(school)) if school else {}


def _titled(school: School) -> Iterator[tuple[str, Titles]]:
    yield from ((one.id, one.title) for one in school.zones)
    yield from ((one.id, one.title) for one in school.devices)
    yield from ((one.id, one.title) for one in school.responders)
    yield from ((one.id, one.title) for one in school.posts)
    yield from ((one.id, one.title) for one in (school.duty.patrols if school.duty else ()))


def named(titles: dict[str, Titles], name: str) -> Named:
    """Return an id with its title, or with itself where it has none."""
    return Named(id=name, title=titles.get(name, untitled(name)))


def place_title(school: School | None, place: str) -> Titles:
    """Return the title of a place, or its id where it has none."""
    zones = school.zones if school else ()
    return next((zone.title for zone in zones if zone.id == place), untitled(place))


def untitled(name: str) -> Titles:
    """Return an id as a title."""
    return {"en": name, "zh": name}


def has_channel(gateway: Gateway, role: Role) -> bool:
    """Return whether a notice can be brought to this role at all."""
    return role in gateway.channels.by_role


def iso_or_none(instant: Instant | None) -> str | None:
    """Return an instant as ISO 8601, or None."""
    return None if instant is None else iso(instant)
