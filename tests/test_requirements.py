"""docs/requirements.md says what the tests prove, no more and no less."""

from pathlib import Path

import pytest

from tests.requirements_doc import (
    PAGE,
    Part,
    Proof,
    Requirements,
    Row,
    page,
    proofs,
    requirements,
    status,
    strays,
)

TITLE = {"en": "x", "zh": "x"}


def test_the_page_is_what_the_data_and_the_tests_say():
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(requirements(), proofs()), "run: uv run python -m tests.requirements_doc"


def test_all_ninety_rows_are_listed():
    assert list(requirements().rows) == [f"R{number:02}" for number in range(1, 91)]


def test_every_mark_names_a_part_that_exists():
    assert strays(requirements(), proofs()) == []


def test_twins_parts_belong_to_one_issue_and_no_issue_is_invented():
    for row in requirements().rows.values():
        for name, part in row.parts.items():
            assert part.issue in (2, 3, 4, 5) or isinstance(part.issue, str)
            if name.startswith("TW"):
                assert part.issue == 4


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ({"TW": True}, "done"),
        ({"TW": True, "GW": True}, "done"),
        ({"TW": True, "GW": False}, "partly"),
        ({"TW": False, "GW": True}, "partly"),
        ({"TW": False}, "open"),
    ],
)
def test_a_row_is_done_only_when_every_part_is_proved(parts, state):
    assert status(parts) == state


MARKED = """
import pytest

pytestmark = pytest.mark.requirement("R01")

@pytest.mark.requirement("R02", "R03.GW")
async def test_one(): ...

class TestIt:
    @pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.requirement("R04"))])
    def test_two(self, x): ...

@pytest.mark.requirement("R05")
def no_test(): ...
"""


def test_marks_are_found_on_tests_parameters_and_modules_and_nowhere_else(tmp_path: Path):
    (tmp_path / "test_marked.py").write_text(MARKED)
    found = proofs(tmp_path)
    one, two = (Proof(file="test_marked.py", test=f"test_{name}") for name in ("one", "two"))
    assert found == {
        "R01.TW": [one, two],
        "R02.TW": [one],
        "R03.GW": [one],
        "R04.TW": [two],
    }


def test_the_page_shows_each_part_with_its_tests_and_a_stray_mark_is_named():
    data = Requirements(
        rows={
            "R01": Row(
                title=TITLE,
                parts={
                    "TW": Part(proof="It is seen.", issue=4),
                    "PL": Part(proof="It is drawn.", issue="planning"),
                },
            )
        }
    )
    tests = {
        "R01.TW": [Proof(file="tests/test_a.py", test="test_it_is_seen")],
        "R99.TW": [Proof(file="tests/test_a.py", test="test_nothing")],
    }
    shown = page(data, tests)
    assert "1 rows: 0 done, 1 partly, 0 open." in shown
    assert "- **TW** (issue 4): It is seen.\n  - `tests/test_a.py`: it is seen\n" in shown
    assert "- **PL** (planning): It is drawn.\n" in shown
    assert strays(data, tests) == ["R99.TW: tests/test_a.py::test_nothing"]
