"""The README's own lines: programs of other makers against `gatehouse emulate`."""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
NEEDED = {"mbpoll": "mbpoll", "coap-client-notls": "libcoap3-bin"}

pytestmark = pytest.mark.interop


def readme_line(word: str) -> str:
    """The README's line that uses this program, without its comment and without `uv run`."""
    (line,) = re.findall(rf"^(?:uv run )?({word} .*?)(?: +#.*)?$", README, re.MULTILINE)
    return line


@pytest.fixture(scope="module")
def emulated():
    for program, package in NEEDED.items():
        assert shutil.which(program), f"{program} is missing: install {package}"
    command = [sys.executable, "-m", "gatehouse", "emulate", "demo-primary", "--lang", "en"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if "Ctrl-C" in line:
                break
        yield process
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0


def said_by(line: str) -> str:
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": path},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_mbpoll_reads_twelve_inputs(emulated):
    said = said_by(readme_line("mbpoll"))
    assert len(re.findall(r"^\[\d+\]:\s+[01]$", said, re.MULTILINE)) == 12


def test_mbpoll_sounds_the_siren_and_reads_it_back(emulated):
    line = "mbpoll -m tcp -p 15020 -a 1 -0 -r 16 -t 0 -1 127.0.0.1"
    said_by(f"{line} 1")
    assert re.search(r"^\[16\]:\s+1$", said_by(line), re.MULTILINE)
    said_by(f"{line} 0")


def test_mbpoll_writes_an_output_to_which_nothing_is_wired(emulated):
    line = "mbpoll -m tcp -p 15020 -a 1 -0 -r 21 -t 0 -1 127.0.0.1"
    said_by(f"{line} 1")
    assert re.search(r"^\[21\]:\s+1$", said_by(line), re.MULTILINE)


def test_mbpoll_is_refused_an_input_and_an_address_that_is_not_there(emulated):
    with pytest.raises(AssertionError, match="Illegal data address"):
        said_by("mbpoll -m tcp -p 15020 -a 1 -0 -r 3 -t 0 -1 127.0.0.1 1")
    with pytest.raises(AssertionError, match="Illegal data address"):
        said_by("mbpoll -m tcp -p 15020 -a 1 -0 -r 99 -t 0 -1 127.0.0.1")


def test_mbpoll_reads_the_climate_behind_the_gateway(emulated):
    said = said_by("mbpoll -m tcp -p 15021 -a 3 -0 -r 1 -c 2 -t 3 -1 127.0.0.1")
    assert len(re.findall(r"^\[[12]\]:\s+\d+$", said, re.MULTILINE)) == 2


def test_libcoap_reads_the_push_button(emulated):
    assert said_by(readme_line("coap-client-notls")).strip() == "0"


def test_an_opc_ua_client_reads_the_barrier(emulated):
    assert "True" in said_by(readme_line("uaread"))
