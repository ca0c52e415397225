import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

from scenarios.alarm_kinds import ALARM_KINDS
from scenarios.check import check_package
from scenarios.loader import DOCUMENTS, load_school
from scenarios.models import shipped_models
from twins import rules
from twins.capability import Line
from twins.dispatch_rules import VolunteerClass
from twins.documents import ConfigError, Document, KeyPath
from twins.instant import seconds
from twins.school import Role

Edit = Callable[[str, str, str], None]
Complaints = Callable[[], list[str]]


def test_demo_school_is_synthetic_and_has_full_ids_everywhere() -> None:
    package = load_school("demo-primary")

    school = package.school
    assert package.synthetic
    assert all(device.simulated for device in school.devices)
    assert (school.id, school.zone, package.pupils) == ("demo-primary", "Asia/Shanghai", 1200)
    assert set(school.title) == {"en", "zh"}
    named = [*school.zones, *school.lanes, *school.posts, *school.devices, *school.responders]
    assert all(one.id.startswith("demo-primary/") for one in named)
    zones = {zone.id for zone in school.zones}
    assert {device.place for device in school.devices} <= zones
    assert package.device("demo-primary/gate-button").line is Line.GATE_FRONT


def test_demo_school_has_the_people_of_its_norm() -> None:
    package = load_school("demo-primary")

    roles = [responder.role for responder in package.school.responders]
    assert roles.count(Role.STATION) == 1
    assert roles.count(Role.VOLUNTEER) == 8
    volunteers = [one for one in package.school.responders if one.role is Role.VOLUNTEER]
    assert {one.travel for one in volunteers} == {"on foot", "e-bike", "car"}
    assert {bool(one.kit) for one in volunteers} == {True, False}
    assert {one.volunteer_class for one in volunteers} == set(VolunteerClass)
    assert [one.count for one in package.staff if one.role == "guard"] == [3]


def test_device_list_says_how_each_device_is_reached() -> None:
    package = load_school("demo-primary")

    button = package.entry("demo-primary/gate-button")
    assert (button.url, button.unit) == ("modbus+tcp://10.36.1.21:502", 1)
    assert button.wired == {"pressed": "di0", "press_count": "counter0"}
    assert button.capability == "one-key-alarm"
    climate = package.entry("demo-primary/booth-environment")
    assert (climate.model, climate.unit, climate.capability) == ("xy-md02", 3, "environment-sensor")
    lane = package.entry("demo-primary/lane-2")
    assert (lane.url, lane.unit) == ("opc.tcp://10.36.1.30:4840", None)
    assert lane.parameters == {"block": "Lane2"}


def test_one_key_plan_locks_closes_calls_and_sounds() -> None:
    plan, _staff_level = load_school("demo-primary").school.plans

    assert plan.kind == "one-key-alarm"
    assert [(step.action, step.devices) for step in plan.steps] == [
        ("lock", ("demo-primary/lane-1", "demo-primary/lane-2")),
        ("close", ("demo-primary/barrier",)),
        ("play", ("demo-primary/loudspeaker",)),
        ("sound", ("demo-primary/siren",)),
    ]


def test_post_windows_are_local_times_on_weekdays() -> None:
    (post,) = load_school("demo-primary").school.posts

    assert post.presence == "demo-primary/post-presence"
    (duty,) = post.duty
    assert duty.weekdays == frozenset(range(5))
    assert (duty.start, duty.end) == (seconds(7 * 3600), seconds(18 * 3600))
    assert len(post.peaks) == 2


def test_drawings_topology_and_works_are_read() -> None:
    package = load_school("demo-primary")

    assert "demo-primary/gate-button" not in package.as_found.devices
    assert package.design.devices["demo-primary/gate-button"] == (32.0, 2.0)
    assert len(package.design.zones["demo-primary/gatehouse"]) == 5
    (radio,) = [node for node in package.topology if node.id == "radio"]
    assert (radio.to, radio.power) == (("access-point",), "cells")
    assert {item.state for item in package.works} == {"accepted", "built", "bought"}


@pytest.mark.requirement("R53.SC")
@pytest.mark.parametrize("file", DOCUMENTS)
def test_a_missing_document_is_named(folder: Path, complaints: Complaints, file: str) -> None:
    (folder / file).unlink()

    assert complaints() == [f"{file}: is missing: {DOCUMENTS[file][1]}"]


def test_mistakes_in_all_files_are_told_at_once(
    folder: Path, edit: Edit, complaints: Complaints
) -> None:
    edit("school.yaml", "pupils: 1200", "pupil: 1200")
    edit("school.yaml", "device: lane-1", "device: lane-11")
    edit("devices.yaml", "place: gatehouse", "place: gatehose")
    edit("devices.yaml", "model: xy-md02", "model: xy-md20")
    edit("topology.yaml", "switch: bus-gateway", "switch: bus-gatway")
    edit("works.csv", "accepted", "acepted")
    (folder / "design.geojson").unlink()

    told = "\n".join(complaints())

    assert "school.yaml:7:1: 'pupil' is not known here; did you mean 'pupils'?" in told
    assert "school.yaml:2:1: 'pupils' is missing" in told
    assert "there is no device 'lane-11'; did you mean 'lane-1'?" in told
    assert "devices.yaml:8:5: there is no zone 'gatehose'; did you mean 'gatehouse'?" in told
    assert "there is no device model 'xy-md20'; did you mean 'xy-md02'?" in told
    assert "there is no switch 'bus-gatway'; did you mean 'bus-gateway'?" in told
    assert "works.csv:2:57: state: Input should be" in told
    assert "design.geojson: is missing" in told


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("devices.yaml", "is: one-key-alarm", "is: one-key-alrm",
         "there is no capability 'one-key-alrm'; did you mean 'one-key-alarm'?"),
        ("devices.yaml", "{pressed: di0, press_count", "{presed: di0, press_count",
         "one-key-alarm has no property 'presed'; did you mean 'pressed'?"),
        ("devices.yaml", "{pressed: di1}", "{pressed: di0}",
         "pressed: di0 of this module is wired to gate-button already"),
        ("devices.yaml", "{playing: do1}", "{playing: relay1}",
         "an I/O module has no point 'relay1'"),
        ("devices.yaml", "model: xy-md02", "model: xy-md02\n    is: siren",
         "is: xy-md02 is of the type environment-sensor; leave `is` out"),
        ("devices.yaml", "model: xy-md02", "model: xy-md02\n    wired: {alarm: di3}",
         "wired: xy-md02 is no I/O module"),
        ("devices.yaml", "coap://10.36.1.41:5683", "coap:10.36.1.41",
         "'coap:10.36.1.41' is no address: the host is missing; write for example coap://10.36.1.41"),
        ("devices.yaml", "coap://10.36.1.41:5683", "coap://button.local:5683",
         "a CoAP address needs a literal IP address"),
        ("devices.yaml", "opc.tcp://10.36.1.30:4840", "opc.tcp://10.36.1.30",
         "the port is missing or no number from 1 to 65535; write for example opc.tcp://"),
        ("school.yaml", "kind: one-key-alarm", "kind: one-key-alrm",
         "there is no kind of alarm 'one-key-alrm'; did you mean 'one-key-alarm'?"),
        ("school.yaml", "action: play", "action: plya",
         "loudspeaker (loudspeaker) has no action 'plya'; did you mean 'play'?"),
        ("school.yaml", "action: play,", "action: play, arguments: {loud: true},",
         "'play' takes no arguments"),
        ("school.yaml", "presence: post-presence", "presence: siren",
         "siren is a siren, not a guard-post-presence"),
        ("school.yaml", "device: barrier", "device: lockers",
         "lockers is a locker-bank, not a lane or a barrier"),
        ("school.yaml", "Mo-Fr 07:00-18:00", "Mo-Fr 18:00-07:00", "ends before it starts"),
        ("school.yaml", "Mo-Fr 07:00-18:00", "Mo-Fri 07:00-18:00", "'Fri' is no weekday"),
        ("school.yaml", "zone: Asia/Shanghai", "zone: Asia/Peking", "is no IANA time zone"),
        ("school.yaml", "school: demo-primary", "school: demo-prime", "both must be the same"),
        ("topology.yaml", "devices: [booth-environment]", "devices: [lockers]",
         "booth-environment is on no link of topology.yaml"),
        ("topology.yaml", "devices: [booth-environment]", "devices: [booth-environment, lockers]",
         "lockers is on more than one link of topology.yaml"),
        ("design.geojson", '"device": "lockers"', '"fixture": "lockers"',
         "lockers is not drawn in design.geojson"),
        ("design.geojson", "[30, 0], [35, 0]", "[35, 0]",
         "each ring of a polygon has 4 positions or more, the last as the first"),
        ("as_found.geojson", '"coordinates": [24, 0]', '"coordinates": [24, "0"]',
         "the coordinates are not those of a Point"),
        ("works.csv", "state,date", "state,day", "'day' is not known here"),
        ("works.csv", "2026-06-12", "June", "date: Input should be a valid date"),
        ("works.csv", ",lockers\n", ",lockres\n", "there is no device 'lockres'; did you mean"),
        ("works.csv", ",lockers\n", ",lane-1\n", "lane-1 is brought by lockers already"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(
    edit: Edit, complaints: Complaints, file: str, old: str, new: str, complaint: str
) -> None:
    edit(file, old, new)

    told = complaints()

    assert any(complaint in one for one in told), told
    assert all(one.split(": ")[0].count(":") == 2 for one in told), told


@pytest.mark.parametrize(
    "file", [*(file for file in DOCUMENTS if file != "works.csv"), "registers.yaml"]
)
@pytest.mark.parametrize("wrong", [None, [], {}, "x", 5, ["a"], {"a": [{"b": None}]}])
def test_values_of_a_wrong_shape_never_break_the_check(file: str, wrong: Any) -> None:
    documents = load_school("demo-primary").documents
    data, positions = documents[file].data, documents[file].positions

    for path in [path for path in positions if path and len(path) <= 4]:
        spoilt = Document(file, _with(data, path, wrong), positions)
        problems = list(check_package({**documents, file: spoilt}, shipped_models()))
        assert all(str(problem) for problem in problems)


def _with(data: Any, path: KeyPath, value: Any) -> Any:
    if not path:
        return value
    changed = dict(data) if isinstance(data, dict) else list(data)
    changed[path[0]] = _with(data[path[0]], path[1:], value)
    return changed


def test_a_model_beside_the_school_is_found(
    folder: Path, edit: Edit, complaints: Complaints
) -> None:
    (folder / "models").mkdir()
    (folder / "models" / "own-sensor.yaml").write_text(
        "model: own-sensor\nis: environment-sensor\n"
    )
    edit("devices.yaml", "model: xy-md02", "model: own-sensor")

    assert complaints() == []
    entry = load_school(folder).entry("demo-primary/booth-environment")
    assert entry.model_file == str(folder / "models" / "own-sensor.yaml")


def test_every_rule_gives_a_kind_of_alarm() -> None:
    modules = [import_module(f"twins.rules.{one.name}") for one in iter_modules(rules.__path__)]

    kinds = {module.KIND for module in modules if hasattr(module, "KIND")}
    kinds.update(kind for module in modules for kind in getattr(module, "KINDS", ()))

    assert kinds == set(ALARM_KINDS)


def test_an_unknown_school_is_told_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="did you mean 'demo-primary'"):
        load_school("demo-primry")


def test_a_table_cell_is_found_by_line_and_column(folder: Path, complaints: Complaints) -> None:
    works = (folder / "works.csv").read_text(encoding="utf-8").splitlines()
    works[5] = works[5].replace("built", "bilt")
    (folder / "works.csv").write_text("\n".join(works) + "\n", encoding="utf-8")

    (told,) = complaints()

    assert told.startswith(f"works.csv:6:{works[5].index('bilt') + 1}: state: ")


def test_a_row_with_a_cell_too_many_is_told(folder: Path, complaints: Complaints) -> None:
    with (folder / "works.csv").open("a", encoding="utf-8") as works:
        works.write("fence,street,Fence,围栏,built,2026-01-01,,soon\n")

    assert complaints() == ["works.csv:10:1: 8 cells where the header has 7"]


def test_a_copied_school_under_another_name_gets_other_ids(folder: Path, edit: Edit) -> None:
    edit("school.yaml", "school: demo-primary", "school: second-primary")
    shutil.move(folder, folder.parent / "second-primary")

    package = load_school(folder.parent / "second-primary")

    assert package.devices[0].id == "second-primary/gate-button"
    assert package.school.plans[0].steps[0].devices[0] == "second-primary/lane-1"
