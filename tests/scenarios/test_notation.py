import re
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel

from scenarios.compilation import frame_of
from scenarios.loader import load_school
from scenarios.notation import Written, parts_of
from scenarios.registers import RegistersDocument
from scenarios.school import DeviceDocument, SchoolDocument
from twins.documents import read_yaml
from twins.instant import iso, seconds
from twins.management.registers import EvidencePoint, Headcount, Registers
from twins.management.rule_books import FOUR_SYSTEMS
from twins.school import Device, HelpLevel, School
from twins.window import Window

EVERYTHING = Path(__file__).parent / "everything"

WRITTEN_AS_TEXT = (Window, EvidencePoint)
"""`Mo-Fr 07:20-08:10`, `guard-post-presence.present`."""

WRITTEN_ELSEWHERE = {
    (School, "id"): "school, in school.yaml",
    (School, "devices"): "devices.yaml",
    (Headcount, "pupils"): "pupils, in school.yaml",
    (Headcount, "boarding"): "boarding, in school.yaml",
}

Edit = Callable[[str, str, str], None]
Complaints = Callable[[], list[str]]


@pytest.mark.parametrize(
    ("core", "document"), [(School, SchoolDocument), (Registers, RegistersDocument)]
)
def test_every_field_of_the_core_can_be_written(core: type, document: type) -> None:
    assert sorted(unwritable(core, document)) == []


def test_every_field_of_a_device_can_be_written() -> None:
    as_called = {"id": "the key", "capability": "is"}
    known = {info.alias or name for name, info in DeviceDocument.model_fields.items()}

    missing = {one.name for one in fields(Device)} - known - set(as_called)

    assert not missing


def test_a_field_that_cannot_be_written_is_noticed() -> None:
    class Poor(Written):
        makes = Registers

    assert "Registers.training" in set(unwritable(Registers, Poor))


def test_every_field_that_can_be_written_stands_in_the_manual() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "schools.md").read_text(encoding="utf-8")
    names = set(names_in(SchoolDocument)) | set(names_in(RegistersDocument))

    assert not {name for name in names if not re.search(rf"\b{name}\b", manual)}


def test_everything_that_is_written_arrives() -> None:
    written = read_yaml(str(EVERYTHING / "school.yaml"), SchoolDocument)
    kept = read_yaml(str(EVERYTHING / "registers.yaml"), RegistersDocument)
    frame = frame_of(written)
    known = {one.name for one in fields(School)}
    parts = {name: part for name, part in parts_of(written, frame).items() if name in known}
    school = School(id="everything", **parts)
    registers = kept.made(frame)

    told: set[tuple[type, str]] = set()
    for root in (school, registers):
        for one in objects_in(root):
            told.update((type(one), name) for name in departures(one))

    wanted = {pair for root in (School, Registers) for pair in fields_below(root)}
    missing = wanted - told - set(WRITTEN_ELSEWHERE) - {(School, "zone")}
    assert {f"{one.__name__}.{name}" for one, name in missing} == set()


def test_names_and_local_times_become_what_the_core_calls_them() -> None:
    written = read_yaml(str(EVERYTHING / "school.yaml"), SchoolDocument)
    parts = parts_of(written, frame_of(written))

    (car,) = parts["responders"]
    assert car.id == "car-7"  # the id that several schools list it by
    assert parts["escalation"][0].responders == ("car-7",)
    assert iso(car.kit_expires["spray"]) == "2027-02-28T16:00:00.000Z"
    assert iso(car.expires) == "2028-01-01T04:30:00.000Z"
    assert parts["stations"][0].station == car.authority == "east"
    assert parts["premises"].closures[0].device == "everything/door"
    assert parts["premises"].entrances[0].id == "everything/main"
    assert parts["posts"][0].check_in == seconds(900)
    assert parts["inspection"].checks[0].id == "who"


def test_the_demo_school_is_planned_and_its_people_keep_books() -> None:
    package = load_school("demo-primary")

    assert package.school.duty is not None
    assert package.school.premises.entrances[0].detector == "demo-primary/walk-through-gate"
    assert package.registers.headcount.pupils == package.pupils == 1200
    books = {book.id: book for book in package.registers.rule_books}
    (duty,) = [book for book in FOUR_SYSTEMS if book.id == "duty"]
    assert (books["duty"].rules, books["duty"].owner) == (duty.rules, "head")


def test_a_school_without_registers_keeps_nothing(folder: Path) -> None:
    (folder / "registers.yaml").unlink()

    registers = load_school(folder).registers

    assert (registers.headcount.pupils, registers.headcount.guards) == (1200, ())
    assert registers.rule_books == ()


def test_a_button_may_call_the_schools_own_people(folder: Path, edit: Edit) -> None:
    edit(
        "devices.yaml", "model: ipso-push-button", "model: ipso-push-button\n    help_level: staff"
    )

    button = load_school(folder).device("demo-primary/wireless-button")

    assert button.help_level is HelpLevel.STAFF


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("school.yaml", "check_in: 15min", "check_inn: 15min",
         "'check_inn' is not known here; did you mean 'check_in'?"),
        ("school.yaml", "grace: 10s", "grace: 10", "grace: 10 is no duration"),
        ("school.yaml", "stuck_after: 60s", "stuck_after: 0s", "must be longer than nothing"),
        ("school.yaml", "needs: [police or auxiliary", "needs: [police or auxilary",
         "there is no duty role 'auxilary'; did you mean 'auxiliary'?"),
        ("school.yaml", "post: gate-post", "post: gate-pst",
         "there is no post 'gate-pst'; did you mean 'gate-post'?"),
        ("school.yaml", "person: guard-1", "person: Guard One",
         "people are written by duty, as guard-1, never by name"),
        ("school.yaml", "places: [gate-camera]", "places: [siren]",
         "there is no camera or zone 'siren'"),
        ("school.yaml", "responders: [centre-110]", "responders: [center-110]",
         "there is no responder 'center-110'; did you mean 'centre-110'?"),
        ("school.yaml", "{after: 60s, responders: [centre-110]}", "{after: 60s}",
         "the step tells nobody"),
        ("school.yaml", "role: next seat, authority: east", "role: next seat, authority: est",
         "there is no authority 'est'; did you mean 'east'?"),
        ("school.yaml", "above: city}", "above: sity}",
         "there is no authority 'sity'; did you mean 'city'?"),
        ("school.yaml", "above: city}", "above: east}",
         "above: east is a station, which does not stand over a district"),
        ("school.yaml", "{station: east,", "{station: district,",
         "'district' is no station among the authorities"),
        ("school.yaml", "{station: east,", "{station: west,",
         "'west' is no station among the authorities"),
        ("school.yaml", "kit_expires: {spray: 2026-06-30}", "kit_expires: {shield: 2026-06-30}",
         "kit_expires names shield, which kit does not"),
        ("school.yaml", "kit_expires: {spray: 2026-06-30}", "kit_expires: {spray: soon}",
         "soon is no date; write for example 2027-03-01"),
        ("school.yaml", "two_way: [lane-1, lane-2]", "two_way: [lane-1, siren]",
         "siren is a siren, not a lane or a barrier"),
        ("school.yaml", "detector: walk-through-gate", "detector: gate-camera",
         "gate-camera is a camera, not a walk-through-gate"),
        ("school.yaml", "evacuation_kinds: [fire-alarm]", "evacuation_kinds: [fire-alrm]",
         "there is no kind of alarm 'fire-alrm'; did you mean 'fire-alarm'?"),
        ("school.yaml", "knife: 0.6", "knive: 0.6",
         "there is no class of events 'knive'; did you mean 'knife'?"),
        ("school.yaml", "threshold: 0.85", "threshold: 85", "less than or equal to 1"),
        ("school.yaml", "dispatch_policy: all at once", "dispatch_policy: all", "all at once"),
        ("registers.yaml", "gb-t-29315-2022", "gb-t-29315-2021",
         "there is no staffing norm 'gb-t-29315-2021'; did you mean 'gb-t-29315-2022'?"),
        ("registers.yaml", "person: guard-3", "person: guard-4",
         "there is no guard 'guard-4'; did you mean 'guard-3'?"),
        ("registers.yaml", "environment-sensor.temperature", "environment-sensor.temperatur",
         "has no property 'temperatur'; did you mean 'temperature'?"),
        ("registers.yaml", "  duty:  ", "  dutty:  ", "needs a title; did you mean 'duty'?"),
        ("registers.yaml", "signed_by: head, ", "", "write both signed_by and signed, or neither"),
        ("registers.yaml", "satisfied: 58", "satisfied: 62", "62 of 61 cannot be satisfied"),
    ],
)  # fmt: skip
def test_a_mistake_in_what_is_written_is_told_with_its_place(
    edit: Edit, complaints: Complaints, file: str, old: str, new: str, complaint: str
) -> None:
    edit(file, old, new)

    told = complaints()

    assert any(complaint in one for one in told), told
    assert all(one.split(": ")[0].count(":") == 2 for one in told), told


def unwritable(core: type, document: Any) -> Iterator[str]:
    """Yield every field of a core type, and of what it holds, that no document can write."""
    hints = get_type_hints(core)
    for one in fields(core):
        info = document.model_fields.get(one.name)
        is_key = issubclass(document, Written) and one.name == document.key
        if info is None:
            if not is_key and (core, one.name) not in WRITTEN_ELSEWHERE:
                yield f"{core.__name__}.{one.name}"
            continue
        for held in parts_in(hints[one.name]):
            if is_dataclass(held) and held not in WRITTEN_AS_TEXT:
                makers = [part for part in parts_in(info.annotation) if makes(part) is held]
                if not makers:
                    yield f"{core.__name__}.{one.name}"
                for maker in makers:
                    yield from unwritable(held, maker)


def makes(part: Any) -> Any:
    is_written = isinstance(part, type) and issubclass(part, Written)
    return part.makes if is_written else None


def names_in(document: type[BaseModel]) -> Iterator[str]:
    for name, info in document.model_fields.items():
        yield info.alias or name
        for part in parts_in(info.annotation):
            if issubclass(part, BaseModel):
                yield from names_in(part)


def parts_in(annotation: Any) -> Iterator[Any]:
    """Yield the plain types in a type expression."""
    inner = get_args(annotation)
    if inner and not isinstance(inner[0], str):
        for part in inner:
            yield from parts_in(part)
    elif isinstance(annotation, type) and annotation is not NoneType:
        yield annotation


def fields_below(core: type) -> Iterator[tuple[type, str]]:
    hints = get_type_hints(core)
    for one in fields(core):
        yield core, one.name
        for held in parts_in(hints[one.name]):
            if is_dataclass(held) and held not in WRITTEN_AS_TEXT and held is not Device:
                yield from fields_below(held)  # type: ignore[arg-type]


def objects_in(value: Any) -> Iterator[Any]:
    if is_dataclass(value) and not isinstance(value, type):
        yield value
        for one in fields(value):
            yield from objects_in(getattr(value, one.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from objects_in(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from objects_in(part)


def departures(value: Any) -> Iterator[str]:
    """Yield the fields that do not hold their default."""
    for one in fields(value):
        ours = one.default_factory() if one.default_factory is not MISSING else one.default
        if getattr(value, one.name) != ours:
            yield one.name
