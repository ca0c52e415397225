"""kill -9 in the middle of a drill: the alarm still stands, latched, and the incident goes on."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from scenarios.loader import shipped_schools

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def started(*arguments):
    """A command of ours in a process of its own; it is gone when the block ends."""
    command = [sys.executable, "-u", "-m", "gatehouse", *map(str, arguments), "--lang", "en"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line_with(process, words):
    for line in process.stdout:
        if words in line:
            return line.strip()
    raise AssertionError(f"it ended without saying {words!r}")


def asked(url, body=None):
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


@pytest.fixture
def unplugged_school(tmp_path):
    """The demo school with addresses on this machine where nothing answers."""
    folder = tmp_path / "demo-primary"
    folder.mkdir()
    for file in shipped_schools()["demo-primary"].iterdir():
        text = file.read_text(encoding="utf-8")
        (folder / file.name).write_text(re.sub(r"//10\.36\.1\.(\d+):\d+", r"//127.0.0.1:\1", text))
    assert "//10." not in (folder / "devices.yaml").read_text()
    return folder


@pytest.mark.parametrize("moment", ["incident-opened", "command-issued", "notified", "answered"])
def test_the_alarm_stands_and_the_incident_goes_on(moment, tmp_path, unplugged_school):
    log = tmp_path / "demo.sqlite"
    with started("demo", "--log", log) as demo:
        line_with(demo, moment)
        demo.send_signal(signal.SIGKILL)

    with started("serve", unplugged_school, "--log", log, "--port", 0) as gateway:
        the_incident_goes_on(line_with(gateway, "Live page:").split()[-1])
        gateway.send_signal(signal.SIGINT)
        assert gateway.wait(timeout=30) == 0

    with started("replay", log) as replayed:
        assert line_with(replayed, "the same")
        assert replayed.wait(timeout=30) == 0


def the_incident_goes_on(url):
    alarms = asked(f"{url}/api/alarms?standing=true")
    pressed = [one for one in alarms if one["device"] == "demo-primary/gate-button"]
    assert len([one for one in pressed if one["kind"] == "one-key-alarm"]) == 1, "it stands once"
    (incident,) = [one for one in asked(f"{url}/api/incidents") if one["open"]]
    assert incident["sensed"]
    path = f"{url}/api/incidents/{incident['id']}"
    asked(f"{path}/answers", {"responder": "demo-primary/station", "answer": "acknowledged"})
    asked(f"{path}/handle", {"by": "Officer on duty", "reason": "the school is safe"})
    (incident,) = asked(f"{url}/api/incidents")
    assert incident["acknowledged"]
    assert not incident["open"]
    alarms = asked(f"{url}/api/alarms?standing=true")
    assert [one for one in alarms if one["kind"] == "one-key-alarm"], "latched all the same"
