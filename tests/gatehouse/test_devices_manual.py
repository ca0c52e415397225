"""docs/devices.md, walked by its own words: from a manual page to values of a live device."""

import asyncio
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gatehouse.cli import app
from gatehouse.emulation import Emulation
from gatehouse.links import compile_links
from gateway.clock import WallClock
from protocols.dialects import SCHEMES
from protocols.registry import PROTOCOLS
from scenarios.loader import load_school
from tests.contract.bench import Recorder
from twins.streams import Streams

MANUAL = Path(__file__).parent.parent.parent / "docs" / "devices.md"
SECTION = (
    MANUAL.read_text(encoding="utf-8")
    .partition("## From a manual page to live values")[2]
    .partition("\n## ")[0]
)


def block(language: str, start: str) -> str:
    """Return the block of the section that begins so."""
    (found,) = [
        text
        for kind, text in re.findall(r"```(\w+)\n(.*?)```", SECTION, re.DOTALL)
        if kind == language and text.lstrip().startswith(start)
    ]
    return found


def run(line: str) -> str:
    """Run a line of the manual as it stands there."""
    words = line.removeprefix("uv run gatehouse ").split("#")[0].split()
    done = CliRunner().invoke(app, [*words, "--lang", "en"])
    assert done.exit_code == 0, f"{line}\n{done.output}"
    return done.output


@pytest.fixture
def walked(tmp_path, monkeypatch):
    """A folder in which everything was done that the section says."""
    monkeypatch.chdir(tmp_path)
    begin, mkdir, device = block("sh", "uv run gatehouse new").splitlines()
    run(begin)
    Path(mkdir.removeprefix("mkdir ")).mkdir()
    run(device)
    Path("my-school/models/sdm230.yaml").write_text(block("yaml", "model: sdm230"))
    Path("example.json").write_text(block("json", '{"raw"'))
    return tmp_path


def test_the_file_of_the_manual_says_what_the_manual_page_prints(walked):
    check, explain, decode = block("sh", "uv run gatehouse check").splitlines()
    assert "sdm230: device model, energy-meter, 5 points over modbus" in run(check)
    assert "30001" in run(explain)
    assert "1 of 1 as expected" in run(decode)


async def test_its_values_are_live_once_it_stands_in_the_school(walked):
    school = walked / "my-school"
    devices, topology, design = (
        school / one for one in ("devices.yaml", "topology.yaml", "design.geojson")
    )
    devices.write_text(devices.read_text() + block("yaml", "meter:"))
    topology.write_text(
        topology.read_text().replace("[gate-button, siren]", "[gate-button, siren, meter]")
    )
    point = block("json", '{"type": "Feature"')
    design.write_text(design.read_text().replace('"features": [', f'"features": [\n{point}'))
    run("uv run gatehouse check my-school")
    links = compile_links(load_school(str(school)))
    device = "my-school/meter"

    async def obey(_device, values):
        return values

    (link,) = [one for one in links if any(behind.id == device for behind in one.devices)]
    async with Emulation([link], obey, fixed_ports=False) as emulation:
        (local,) = emulation.links
        sink = Recorder()
        make_driver = PROTOCOLS[SCHEMES[local.scheme]].make_driver
        driver = make_driver(local, sink, WallClock(), Streams(1))
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(driver.run())
            await emulation.publish(device, {"voltage_l1": 230.25, "power": 412.5})
            await sink.until(lambda: sink.shows(device, {"voltage_l1": 230.25, "power": 412.5}))
            task.cancel()
