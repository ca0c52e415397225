"""Every model of the library decodes what its device answers, and sends what its manual asks."""

from pathlib import Path

import pytest

from gatehouse.decoding import decode_case
from protocols.descriptions import library, read_model
from protocols.recorded import read_case

CASES = Path(__file__).parent / "cases"


def case_of(name: str) -> str:
    return str(CASES / f"{name}.json")


@pytest.mark.parametrize("name", library())
def test_a_model_decodes_and_encodes_as_its_case_says(name):
    decoding = decode_case(read_model(library()[name]), case_of(name))
    assert decoding.differences == ()
    assert decoding.checked


@pytest.mark.parametrize("name", library())
def test_a_case_says_what_every_kind_of_point_should_read(name):
    model = read_model(library()[name])
    case = read_case(case_of(name))
    said = {expected.point for expected in case.expected}
    kinds = {name.translate(str.maketrans("", "", "0123456789")) for name in said}
    for point in model.points:
        assert point.translate(str.maketrans("", "", "0123456789")) in kinds, point


@pytest.mark.parametrize("name", library())
def test_a_model_says_where_its_facts_come_from(name):
    assert len(read_model(library()[name]).source) > 40


def test_every_case_belongs_to_a_model():
    assert {file.stem for file in CASES.glob("*.json")} == set(library())


def test_the_manual_lists_every_model_with_its_device_type():
    manual = (CASES.parent.parent.parent / "docs" / "devices.md").read_text(encoding="utf-8")
    section = manual.partition("## Shipped models")[2]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    listed = [(row[0].strip(), row[1].strip()) for row in rows[2:]]
    models = [read_model(file) for file in library().values()]
    assert sorted(listed) == sorted((model.name, model.capability.name) for model in models)
