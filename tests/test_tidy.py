"""The house rules that a program can check."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("gatehouse", "gateway", "simulator", "protocols", "scenarios", "twins")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
BANNED_NAMES = {"utils", "helpers", "common", "manager", "misc"}
MAY_CATCH_EVERYTHING = {"gateway/supervisor.py", "gateway/api.py"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_short_named_for_its_job_and_says_what_it_holds(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert path.stem not in BANNED_NAMES
    assert ast.get_docstring(ast.parse(text)), "a module opens with what it holds"
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", text)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_functions_are_short_and_nothing_is_swallowed(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 45, f"{node.name} is too long"
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            if caught in ("everything", "Exception", "BaseException"):
                assert name(path) in MAY_CATCH_EVERYTHING
            assert [ast.unparse(line) for line in node.body] != ["pass"], "swallowed"


def test_the_changelog_knows_the_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest
    assert newest[1] in ("Unreleased", project["version"])


def test_no_lock_file_is_kept_and_no_host_of_a_registry_is_named():
    for path in ROOT.rglob("*.toml"):
        if ".venv" not in path.parts:
            assert "pypi.org" not in path.read_text(encoding="utf-8")
    assert "uv.lock" in (ROOT / ".gitignore").read_text()


def test_every_decision_has_a_number_of_its_own_and_says_it():
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == list(range(1, len(decisions) + 1))
    for number, path in zip(numbers, decisions, strict=True):
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. ")


def test_contributing_fits_on_a_hundred_lines():
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) <= 100
