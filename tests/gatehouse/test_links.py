import shutil

import pytest

from gatehouse.links import compile_links
from scenarios.loader import load_school, shipped_schools
from twins.documents import ConfigError


@pytest.fixture
def school(tmp_path):
    folder = tmp_path / "demo-primary"
    shutil.copytree(shipped_schools()["demo-primary"], folder)
    return folder


def complaints(folder):
    with pytest.raises(ConfigError) as caught:
        compile_links(load_school(str(folder)))
    return [str(problem) for problem in caught.value.problems]


def append(folder, text):
    file = folder / "devices.yaml"
    file.write_text(file.read_text() + text)
    return len(file.read_text().splitlines())


def test_settings_of_a_link_that_has_no_device_are_told_with_their_place(school):
    last = append(school, "links:\n  modbus+tcp://10.36.1.20:502: {}\n")

    (problem,) = complaints(school)

    assert f"devices.yaml:{last}:3: no device is at modbus+tcp://10.36.1.20:502" in problem
    assert "did you mean 'modbus+tcp://10.36.1.2" in problem


def test_a_setting_that_the_protocol_does_not_know_is_told_with_its_place(school):
    last = append(school, "links:\n  coap://10.36.1.41:5683: {colour: red}\n")

    (problem,) = complaints(school)

    assert f"devices.yaml:{last}:" in problem
    assert "'colour' is not known here" in problem


def test_a_unit_stands_in_the_address_or_beside_it_and_never_in_both(school):
    file = school / "devices.yaml"
    old = "    at: modbus+tcp://10.36.1.22:502/3\n"
    file.write_text(file.read_text().replace(old, old + "    unit: 4\n"))

    (problem,) = complaints(school)

    assert "the unit stands in the address" in problem

    file.write_text(file.read_text().replace(old, old.replace("/3", "")))
    entry = load_school(str(school)).entry("demo-primary/booth-environment")
    assert (entry.url, entry.unit) == ("modbus+tcp://10.36.1.22:502", 4)


def test_a_serial_line_that_cannot_carry_its_devices_is_refused_at_the_first_of_them(school):
    file = school / "devices.yaml"
    line = "at: modbus+rtu:///dev/ttyUSB0"
    file.write_text(file.read_text().replace("at: modbus+tcp://10.36.1.21:502/1", line))

    (problem,) = complaints(school)

    assert "devices.yaml:7:" in problem
    assert "the line would be busy for" in problem
    assert "at 9600 baud" in problem

    append(school, "links:\n  modbus+rtu:///dev/ttyUSB0: {baud: 115200}\n")
    links = {link.url: link for link in compile_links(load_school(str(school)))}
    assert links["modbus+rtu:///dev/ttyUSB0"].settings.baud == 115200


def test_the_keys_of_a_coap_link_are_looked_for_beside_the_school_and_what_lacks_is_told(school):
    keys = school / "keys"
    keys.mkdir()
    (keys / "settings.json").write_text('{"sender-id_hex": "01", "recipient-id_hex": "02"}')
    last = append(school, "links:\n  coap://10.36.1.41:5683: {oscore: keys}\n")

    (problem,) = complaints(school)

    assert f"devices.yaml:{last}:" in problem
    assert "is no security context: secret missing" in problem
    (keys / "secret.json").write_text('{"secret_hex": "00112233445566778899aabbccddeeff"}')
    links = {link.url: link for link in compile_links(load_school(str(school)))}
    assert links["coap://10.36.1.41:5683"].settings.oscore == str(keys)


def test_how_an_opc_ua_link_is_protected_is_checked_and_told_with_its_place(school):
    last = append(
        school, "links:\n  opc.tcp://10.36.1.30:4840: {security: sign, trusted: [no.der]}\n"
    )

    problems = complaints(school)

    assert f"devices.yaml:{last}:" in problems[0]
    assert f"there is no {school / 'no.der'}" in problems[0]
