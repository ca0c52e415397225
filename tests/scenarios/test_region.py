"""A region: what stands in its tables, what is told of mistakes, and what a school of it is."""

import csv
import shutil
from pathlib import Path

import pytest

from scenarios.region import KEYS, Region, load_region, shipped_regions
from scenarios.regional_school import guards_for, school_of
from scenarios.synthesis import ORGANISATIONS, SCHOOLS, SHOPS, VOLUNTEERS, synthesise
from twins.documents import ConfigError
from twins.oversight import schools_under
from twins.school import Role
from twins.streams import Streams


@pytest.fixture(scope="module")
def pingxiang() -> Region:
    return load_region("pingxiang")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "pingxiang"
    shutil.copytree(shipped_regions()["pingxiang"], copied)
    return copied


def complaints(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_region(folder)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_pingxiang_has_the_published_figures_and_says_that_it_is_synthetic(
    pingxiang: Region,
) -> None:
    assert len(pingxiang.schools) == SCHOOLS == 276
    assert len(pingxiang.volunteers) == VOLUNTEERS == 2318
    assert len(pingxiang.shops) == SHOPS == 269
    assert len(pingxiang.organisations) == ORGANISATIONS == 12
    assert pingxiang.written.synthetic
    assert "synthetic" in pingxiang.schools[0].title_en


def test_the_tables_are_what_the_synthesis_makes() -> None:
    """Who changes a table by hand changes the synthesis."""
    for file, rows in synthesise().items():
        with (shipped_regions()["pingxiang"] / file).open(encoding="utf-8", newline="") as written:
            assert list(csv.reader(written)) == rows


def test_the_order_of_rows_changes_nothing(pingxiang: Region, folder: Path) -> None:
    for file in KEYS:
        header, *rows = (folder / file).read_text(encoding="utf-8").splitlines()
        Streams(5).stream(file).shuffle(rows)
        (folder / file).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    shuffled = load_region(folder)
    assert shuffled.schools == pingxiang.schools
    row = pingxiang.schools[17]
    assert school_of(shuffled, row).school == school_of(pingxiang, row).school


def test_a_school_has_the_templates_gate_and_its_own_people(pingxiang: Region) -> None:
    row = next(one for one in pingxiang.schools if one.pupils >= 1000)
    package = school_of(pingxiang, row)
    school = package.school
    assert (school.id, package.pupils) == (row.school, row.pupils)
    assert {one.id for one in school.devices} >= {f"{row.school}/gate-button"}
    assert [one.count for one in package.staff if one.role == "guard"] == [guards_for(row.pupils)]
    stations = [one for one in school.responders if one.role is Role.STATION]
    assert [one.id for one in stations] == [f"pingxiang-{row.station}"]
    volunteers = [one for one in school.responders if one.role is Role.VOLUNTEER]
    reach = pingxiang.written.reach_m * pingxiang.written.detour
    assert volunteers
    assert all(0 <= one.distance_m <= reach for one in volunteers)


@pytest.mark.requirement("R85.TW-levels")
def test_each_station_sees_its_own_schools_and_the_city_all_of_them(pingxiang: Region) -> None:
    rows = pingxiang.schools[:40]
    schools = [school_of(pingxiang, row).school for row in rows]
    for station in pingxiang.stations:
        own = tuple(row.school for row in rows if row.station == station)
        assert schools_under(schools, station, 0) == own
    assert schools_under(schools, "city", 0) == tuple(row.school for row in rows)
    for school, row in zip(schools, rows, strict=True):
        seats = [one for one in school.responders if one.role in (Role.STATION, Role.NEXT_SEAT)]
        assert {one.authority for one in seats} == {row.station}


def test_neighbouring_schools_share_volunteers_by_one_id(pingxiang: Region) -> None:
    known: dict[str, int] = {}
    for row in pingxiang.schools[:80]:
        for one in school_of(pingxiang, row).school.responders:
            if one.role is Role.VOLUNTEER:
                known[one.id] = known.get(one.id, 0) + 1
    assert max(known.values()) > 1


def test_all_mistakes_of_all_tables_are_told_at_once(folder: Path) -> None:
    def edit(file: str, old: str, new: str) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    edit("schools.csv", "school-002", "school-001")
    edit("volunteers.csv", "shop-003", "shop-930")
    edit("stations.csv", "station-04", "Station 04")
    edit("region.yaml", "reach_m: 500", "reach: 500")
    told = complaints(folder)
    assert any(one.startswith("schools.csv:3:1: 'school-001' stands here twice") for one in told)
    assert any(one.startswith("volunteers.csv:4:") and "no 'shop-930'" in one for one in told)
    assert any(one.startswith("stations.csv:5:1") for one in told)
    assert any("did you mean 'reach_m'" in one for one in told)


def test_an_unknown_region_is_told_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="did you mean 'pingxiang'"):
        load_region("pinxiang")
