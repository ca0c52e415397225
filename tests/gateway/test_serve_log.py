"""What a person who runs a gateway sees of it on the terminal."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.loader import shipped_schools


@pytest.fixture
def dark_school(tmp_path: Path) -> Path:
    """A shipped school with its devices moved to loopback addresses where nobody answers."""
    folder = tmp_path / "demo-primary"
    folder.mkdir()
    for file in shipped_schools()["demo-primary"].iterdir():
        text = file.read_text(encoding="utf-8").replace("10.36.", "127.36.")
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def serving(dark_school: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    arguments = ["serve", str(dark_school), "--port", "0", "--log", str(tmp_path / "log.sqlite")]
    command = [sys.executable, "-m", "gatehouse", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.terminate()


def test_serve_says_which_device_is_lost_and_why(serving):
    line = next((line for line in serving.stderr if "driver.lost" in line), "")
    assert "info" in line
    assert "link=" in line
    assert "reason=" in line
    assert "\x1b" not in line, "no colours where no person looks on"
