import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from scenarios.drill import DEEDS, MEASURES, drill_schema_text
from scenarios.drill_loader import (
    drill_file,
    load_drill,
    load_drill_with_school,
    shipped_drills,
)
from scenarios.story import EVENT_KINDS
from twins.documents import ConfigError
from twins.instant import milliseconds, seconds

Complaints = Callable[..., list[str]]


@pytest.fixture
def spoilt(tmp_path: Path) -> Complaints:
    """Load D01 with one text replaced and return what is wrong, without the file's name."""

    def load(old: str, new: str) -> list[str]:
        text = drill_file("d01").read_text(encoding="utf-8")
        assert old in text
        file = tmp_path / "spoilt.yaml"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        try:
            load_drill_with_school(file)
        except ConfigError as error:
            return [str(problem).removeprefix(f"{file}:") for problem in error.problems]
        return []

    return load


@pytest.mark.parametrize("name", shipped_drills())
def test_every_shipped_drill_fits_its_school(name: str) -> None:
    drill, package = load_drill_with_school(name)

    assert drill.id == name
    assert drill.school == package.school.id
    assert drill == load_drill(name)


def test_d01_injects_come_in_order_with_full_ids() -> None:
    drill = load_drill("D01")

    assert [(one.id, one.at) for one in drill.injects] == [
        ("loiterer", seconds(-120)),
        ("knife", 0),
        ("shield", seconds(4)),
        ("press", seconds(4)),
        ("second-press", seconds(9)),
        ("pupils-in", seconds(15)),
    ]
    press = drill.injects[3]
    assert (press.device, press.lasts) == ("demo-primary/gate-button", milliseconds(100))
    assert drill.injects[1].where == "demo-primary/lane-1"
    assert sum(people.count for people in drill.population if people.role == "pupil") == 1200


def test_d01_limits_are_those_of_the_time_budget() -> None:
    limits = {one.id: one.within for one in load_drill("d01").expected if one.within}

    assert limits == {
        "alarm": seconds(2),
        "second-alarm": seconds(3),
        "lane-1-locked": seconds(3),
        "lane-2-locked": seconds(3),
        "broadcast": seconds(5),
        "barrier-closed": seconds(10),
        "volunteers-told": seconds(3),
        "station-told": seconds(2),
        "station-acknowledges": seconds(30),
        "first-volunteer": seconds(180),
        "police": seconds(300),
    }


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("population:", "populaton:", "'populaton' is not known here; did you mean 'population'?"),
        ("do: draws-knife", "do: draw-knife",
         "'draw-knife' is no deed; did you mean 'draws-knife'?"),
        ("device: gate-button, for: 100ms", "device: gate-button",
         "'press' needs for"),
        ("device: gate-button, for: 100ms", "device: gate-buton, for: 100ms",
         "device: there is no device 'gate-buton'; did you mean 'gate-button'?"),
        ("who: guard-b", "who: guard-d",
         "who: there is no person or role in the population 'guard-d'; did you mean 'guard-"),
        ("where: lane-1}", "where: lane-9}",
         "where: there is no zone or lane 'lane-9'; did you mean 'lane-"),
        ("role: pupil, at: street", "role: pupil, at: steet",
         "at: there is no zone 'steet'; did you mean 'street'?"),
        ("id: second-press", "id: press", "'press' stands here twice; give each its own id"),
        ("id: alarm", "id: loiterer-seen", "'loiterer-seen' stands here twice"),
        ("after: second-press", "after: second-pres",
         "after: there is no inject 'second-pres'; did you mean 'second-press'?"),
        ("event: police-arrived", "event: police-arived",
         "'police-arived' is no event; did you mean 'police-arrived'?"),
        ("result: confirmed", "result: confrimed",
         "result: there is no result 'confrimed'; did you mean 'confirmed'?"),
        ("responder: station}", "responders: station}",
         "notified has no 'responders'; did you mean 'responder'?"),
        ("when: {event: pupils-safe}", "when: {count: 3}", "'event' is missing"),
        ("after: press\n    within: 10s", "within: 10s",
         "within: needs `after`, the event it counts from"),
        ("within: 10s", "within: 10 sec", "within: '10 sec' is no duration"),
        ("within: 10s", "within: -10s", "within: '-10s' must be longer than nothing"),
        ("never: true", "never: true\n    count: 0", "count: does not go with `never`"),
        ("count: {min: 4}", "count: {min: 4, max: 3}", "count: min is more than max"),
        ("start: Mo 07:40", "start: Monday 07:40", "start: 'Monday 07:40' is no start"),
        ("school: demo-primary", "school: demo-primry",
         "school: there is no such school folder and no school of this name; did you mean"),
        ("[exposure,", "[exposures,", "'exposures' is no measure; did you mean 'exposure'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(
    spoilt: Complaints, old: str, new: str, complaint: str
) -> None:
    told = spoilt(old, new)

    assert any(complaint in one for one in told), told
    assert all(one.split(":")[0].isdigit() and one.split(":")[1].isdigit() for one in told), told


def test_an_unknown_drill_is_told_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="no such drill; did you mean 'd01'"):
        load_drill("d011")


def test_a_drill_beside_its_school_uses_that_school(tmp_path: Path, folder: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = drill_file("d01").read_text(encoding="utf-8")
    file.write_text(text.replace("drill: d01", "drill: mine"), encoding="utf-8")

    _, package = load_drill_with_school(file)

    assert package.folder == folder


def test_the_schema_for_editors_is_that_of_the_loader() -> None:
    """Write it anew with `python -c` and `drill_schema_text`, as docs/drills.md says."""
    kept = files("scenarios").joinpath("drill.schema.json").read_text(encoding="utf-8")

    assert kept == drill_schema_text()
    described = json.loads(kept)
    assert set(described["properties"]["injects"]["items"]) == {"$ref"}
    assert DEEDS.keys() == set(described["$defs"]["InjectDocument"]["properties"]["do"]["enum"])


def test_the_manual_names_every_deed_event_and_measure() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "drills.md").read_text(encoding="utf-8")

    for event, kind in EVENT_KINDS.items():
        names = ", ".join(f"`{name}`" for name in (kind.subject, *kind.details))
        assert f"| `{event}` | {names} |" in manual
    for deed, needs in DEEDS.items():
        assert f"| `{deed}` | {', '.join(f'`{key}`' for key in needs)} |" in manual
    for measure, meaning in MEASURES.items():
        assert f"| `{measure}` | {meaning} |" in manual
