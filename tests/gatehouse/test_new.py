"""What `gatehouse new` writes is right at once."""

import pytest
from typer.testing import CliRunner

from gatehouse.cli import app
from gatehouse.links import compile_links
from gatehouse.starting import PROTOCOLS, new_device
from protocols.descriptions import read_model
from scenarios.loader import load_school
from twins.capability import capabilities


def run(*arguments):
    return CliRunner().invoke(app, [*[str(one) for one in arguments], "--lang", "en"])


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("device_type", sorted(capabilities()))
def test_a_new_model_of_every_device_type_and_protocol_is_right(device_type, protocol, tmp_path):
    model = read_model(str(new_device("my-device", device_type, protocol, tmp_path)))
    assert model.capability.name == device_type
    assert model.protocol == protocol
    needed = {n for n, spec in model.capability.properties.items() if not spec.optional}
    assert needed <= set(model.points)


@pytest.mark.parametrize("device_type", ["ups", "door", "environment-sensor"])
def test_every_commented_line_of_a_new_model_is_right_as_well(device_type, tmp_path):
    file = new_device("my-device", device_type, "modbus", tmp_path)
    lines = file.read_text().splitlines()
    file.write_text(
        "\n".join(line.replace("  # ", "  ", 1) for line in lines if "# action" not in line)
    )
    model = read_model(str(file))
    assert set(model.points) == set(model.capability.properties)


def test_a_new_device_passes_check_and_explain(tmp_path):
    made = run("new", "device", "my-ups", "--is", "ups", "--protocol", "modbus", "--in", tmp_path)
    assert made.exit_code == 0, made.output
    file = tmp_path / "my-ups.yaml"
    assert run("check", file).exit_code == 0
    assert run("explain", file).exit_code == 0


def test_a_new_school_passes_check_and_its_devices_can_be_linked(tmp_path):
    made = run("new", "school", "elm-primary", "--in", tmp_path)
    assert made.exit_code == 0, made.output
    school = tmp_path / "elm-primary"
    checked = run("check", school)
    assert checked.exit_code == 0, checked.output
    assert "elm-primary: school with 3 devices on 2 links" in checked.output
    assert len(compile_links(load_school(str(school)))) == 2


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("device", "My Device", "--is", "ups"), "small letters, digits and dashes"),
        (("device", "x", "--is", "usp"), "did you mean 'ups'?"),
        (("school", "../x"), "small letters, digits and dashes"),
    ],
)
def test_what_cannot_begin_is_refused(arguments, complaint, tmp_path):
    refused = run("new", *arguments, "--in", tmp_path)
    assert refused.exit_code == 2
    assert complaint in refused.output


def test_nothing_is_written_over(tmp_path):
    for kind in (("device", "x", "--is", "ups"), ("school", "x")):
        assert run("new", *kind, "--in", tmp_path).exit_code == 0
        again = run("new", *kind, "--in", tmp_path)
        assert again.exit_code == 2
        assert "is there already" in again.output
