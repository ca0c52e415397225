import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.loader import load_school, school_folder
from scenarios.models import shipped_models
from twins.documents import ConfigError

Edit = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demo school that a test may spoil."""
    copy = tmp_path / "demo-primary"
    shutil.copytree(school_folder("demo-primary"), copy)
    return copy


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace a text that stands in a file of the copy."""

    def replace(file: str, old: str, new: str) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{old!r} does not stand in {file}"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace


@pytest.fixture
def complaints(folder: Path) -> Callable[[], list[str]]:
    """Load the copy and return what is wrong with it, without the folder's path."""

    def load() -> list[str]:
        try:
            load_school(folder, shipped_models())
        except ConfigError as error:
            return [str(problem).removeprefix(f"{folder}/") for problem in error.problems]
        return []

    return load
