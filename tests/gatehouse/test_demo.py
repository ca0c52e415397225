"""The main job: `gatehouse demo`, as the README gives it."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_demo_plays_its_drill_stops_by_itself_and_writes_what_it_measured(tmp_path):
    file = tmp_path / "demo.json"
    command = [sys.executable, "-m", "gatehouse", "demo", "--for", "30", "--json", str(file)]
    done = subprocess.run(
        [*command, "--lang", "en"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Live page: http://127.0.0.1:" in done.stdout
    measured = json.loads(file.read_text(encoding="utf-8"))
    assert measured["schools"] == ["demo-primary"]
    assert measured["devices"] == {
        "modbus": {"total": 7, "good": 7},
        "coap": {"total": 2, "good": 2},
        "opcua": {"total": 4, "good": 4},
    }
    assert list(measured["incident"]) == ["sensed", "warned", "acknowledged", "handled"]
    assert sorted(measured["incident"].values()) == list(measured["incident"].values())
    assert len(measured["expected"]) == 16
    for one in measured["expected"]:
        assert set(one) == {"id", "limit_s", "measured_s", "passed"}
        assert one["passed"], one
    assert [path.name for path in tmp_path.iterdir()] == ["demo.json"], "it leaves nothing behind"


def test_a_result_that_cannot_be_written_is_told_before_the_demo_begins(tmp_path):
    command = [sys.executable, "-m", "gatehouse", "demo", "--json", str(tmp_path / "no" / "x.json")]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
