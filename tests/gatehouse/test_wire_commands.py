"""Reading, writing and probing real sockets from the command line: the emulated demo school."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gatehouse.answering import who_answers
from gatehouse.cli import app
from gatehouse.emulating import LivingDevices
from gatehouse.emulation import Emulation
from gatehouse.links import compile_links, compile_models
from scenarios.loader import load_school
from twins.instant import seconds

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def urls():
    """Emulate the demo school; return a URL per device name."""
    command = [sys.executable, "-u", "-m", "gatehouse", "emulate", "demo-primary",
               "--ports", "free", "--lang", "en"]  # fmt: skip
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as emulation:
        found, url = {}, ""
        assert emulation.stdout is not None
        for line in emulation.stdout:
            if "Ctrl-C" in line:
                break
            if head := re.match(r"(\S+://\S+) answers as", line):
                url = head[1]
            elif words := line.split():
                found[words[0]] = url
        yield found
        emulation.terminate()


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(app, [*arguments, "--lang", "en"])


def points_of(result):
    """Return the points of a JSON answer; what is logged stands before it here."""
    return json.loads(result.output[result.output.index("{\n") :])["points"]


def lines(result):
    return [line.split() for line in result.output.splitlines()]


def test_every_point_is_read_with_its_quality(run, urls):
    result = run("read", "xy-md02", "--at", urls["booth-environment"], "--unit", "3", "--json")

    assert result.exit_code == 0, result.output
    points = points_of(result)
    assert points["temperature"]["value"] == pytest.approx(22, abs=10)
    assert {one["quality"] for one in points.values()} == {"good"}


def test_a_unit_that_does_not_answer_is_bad_with_its_cause_and_ends_with_1(run, urls):
    result = run("read", "xy-md02", "--at", urls["booth-environment"], "--unit", "9")

    assert result.exit_code == 1
    temperature = next(line for line in lines(result) if line[:1] == ["temperature"])
    assert temperature[1:3] == ["–", "bad"]
    assert len(temperature) > 4


def test_an_action_is_confirmed_only_after_it_was_seen(run, urls):
    at = ("--at", urls["lockers"])
    assert run("write", "siemens-s7-1500-lockers", *at, "unlock=3", "--yes").exit_code == 0

    points = points_of(run("read", "siemens-s7-1500-lockers", *at, "--json"))
    assert points["door03.closed"]["value"] is False
    assert points["door04.closed"]["value"] is True


def test_a_point_is_written_by_hand_and_read_back(run, urls):
    at = ("--at", urls["siren"], "--unit", "1")
    result = run("write", "advantech-adam-6050", *at, "do5=on", "--yes")

    assert result.exit_code == 0, result.output
    assert "confirmed" in result.output
    points = points_of(run("read", "advantech-adam-6050", *at, "--json"))
    assert points["do5"]["value"] is True


def test_nothing_is_written_without_a_yes(urls):
    at = ("--at", urls["siren"], "--unit", "1")
    arguments = ["write", "advantech-adam-6050", *at, "do4=on", "--lang", "en"]
    result = CliRunner().invoke(app, arguments, input="n\n")

    assert result.exit_code == 1
    assert "Nothing was written" in result.output
    read = ["read", "advantech-adam-6050", *at, "--json"]
    assert points_of(CliRunner().invoke(app, read))["do4"]["value"] is False


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("read", "xy-md02"), "say where it is"),
        (("read", "demo-primary/sirn"), "did you mean 'siren'"),
        (("read", "xy-md02", "--at", "coap://10.0.0.1:5683"), "speaks modbus, not coap://"),
        (("read", "xy-md2", "--at", "modbus+tcp://10.0.0.1:502"), "did you mean 'xy-md02'"),
        (("write", "advantech-adam-6050", "--at", "modbus+tcp://10.0.0.1:502", "do9=on"),
         "did you mean 'do"),
        (("probe", "modbus+tcp://127.0.0.1:1"), "cannot connect"),
        (("probe", "ftp://127.0.0.1:1"), "is no address"),
    ],
)  # fmt: skip
def test_wrong_input_is_told_and_ends_with_2(run, arguments, told):
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert told in result.output


def test_probing_modbus_finds_the_stretches_and_their_values(run, urls):
    result = run("probe", f"{urls['booth-environment']}/3")

    assert result.exit_code == 0, result.output
    assert "ir:1-2" in result.output
    assert "hr:259-260" in result.output


def test_probing_opc_ua_shows_the_tree_and_coap_its_resources(run, urls):
    tree = run("probe", urls["barrier"]).output
    assert 's="Barrier1"."Closed"' in tree
    assert "http://www.siemens.com/simatic-s7-opcua" in tree

    resources = run("probe", urls["wireless-button"]).output
    assert "/3347/0/5500" in resources
    assert "observe" in resources


def test_a_probe_proposes_the_beginning_of_a_description(run, urls):
    text = run("probe", urls["wireless-button"], "--yaml").output

    assert "protocol: coap" in text
    assert "{at: '/3347/0/5500', observe: true}" in text


async def test_the_device_list_is_held_against_what_answers():
    package = load_school("demo-primary")
    models = compile_models(package)
    living = LivingDevices(package, models)
    links = compile_links(package, models)
    async with Emulation(links, living.written, fixed_ports=False) as emulation:
        gone = emulation.emulator_of("demo-primary/booth-environment")
        await gone.cut()
        found = {one.device: one for one in await who_answers(emulation.links, seconds(8))}

    assert set(found) == {entry.id for entry in package.devices}
    silent = {name for name, one in found.items() if len(one.bad) == one.points}
    assert silent == {"demo-primary/booth-environment"}
    assert not found["demo-primary/lockers"].bad
