"""One school of a region: the template's gate with this school's people, station and numbers."""

import math
from collections.abc import Collection, Iterable
from dataclasses import replace

from scenarios.compilation import compile_package
from scenarios.package import SchoolPackage
from scenarios.people import AuthorityDocument, JurisdictionDocument, ResponderDocument
from scenarios.region import Region, SchoolRow, StationRow, VolunteerRow
from twins.jurisdiction import Level
from twins.management.registers import Headcount
from twins.management.staffing import staffing_norms
from twins.school import Role


def school_of(region: Region, row: SchoolRow) -> SchoolPackage:
    """Return one school of a region: the template's gate with this school's people."""
    template = region.template.school
    kept = {
        name: one
        for name, one in template.responders.items()
        if one.role not in (Role.VOLUNTEER, Role.STATION)
    }
    theirs = {one.station for one in template.stations or ()}
    moved = {
        name: one.model_copy(update={"authority": row.station}) if one.authority in theirs else one
        for name, one in kept.items()
    }
    school = template.model_copy(
        update={
            "school": row.school,
            "title": {"en": row.title_en, "zh": row.title_zh},
            "kind": row.kind,
            "pupils": row.pupils,
            "synthetic": region.written.synthetic,
            "staff": {
                name: one.model_copy(update={"count": guards_for(row.pupils)})
                if one.role == "guard"
                else one
                for name, one in template.staff.items()
            },
            "responders": {**moved, **_station(region, row), **dict(_volunteers(region, row))},
            "stations": [JurisdictionDocument(station=row.station)],
            "authorities": _authorities(region, row, theirs),
        }
    )
    return compile_package(replace(region.template, school=school))


def guards_for(pupils: int) -> int:
    """Return the guards that a day school with one gate needs by the national norm."""
    return staffing_norms()["gb-t-29315-2022"].required(Headcount(pupils=pupils))


def _station(region: Region, row: SchoolRow) -> dict[str, ResponderDocument]:
    station = region.stations[row.station]
    document = ResponderDocument(
        id=f"{region.written.region}-{station.station}",
        role=Role.STATION,
        title={"en": station.title_en, "zh": station.title_zh},
        travel="car",
        authority=row.station,
        distance_m=round(_distance(row, station) * region.written.detour, 1),
    )
    return {station.station: document}


def _authorities(
    region: Region, row: SchoolRow, theirs: Collection[str]
) -> dict[str, AuthorityDocument]:
    """Return the school's own station under the authorities of the template."""
    tree = region.template.school.authorities or {}
    own = region.stations[row.station]
    part: dict[str, object] = {
        "level": Level.STATION,
        "title": {"en": own.title_en, "zh": own.title_zh},
    }
    above = next((one.above for name, one in tree.items() if name in theirs and one.above), None)
    if above is not None:
        part["above"] = above
    others = {name: one for name, one in tree.items() if name not in theirs}
    return {row.station: AuthorityDocument.model_validate(part), **others}


def _volunteers(region: Region, row: SchoolRow) -> Iterable[tuple[str, ResponderDocument]]:
    for one in region.volunteers:
        straight = _distance(row, one)
        if straight > region.written.reach_m:
            continue
        yield (
            one.volunteer,
            ResponderDocument.model_validate(
                {
                    "id": f"{region.written.region}-{one.volunteer}",
                    "role": "volunteer",
                    "class": one.volunteer_class,
                    "title": {"en": one.volunteer, "zh": one.volunteer},
                    "travel": one.travel,
                    "kit": one.kit.split(),
                    "hours": [part.strip() for part in one.hours.split(";") if part.strip()],
                    "distance_m": round(straight * region.written.detour, 1),
                }
            ),
        )


def _distance(one: SchoolRow, other: StationRow | VolunteerRow) -> float:
    return math.hypot(one.east_m - other.east_m, one.north_m - other.north_m)
