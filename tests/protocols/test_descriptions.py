"""Device models: what is refused, where and how, and that nothing hides anything else."""

import re
from pathlib import Path

import pytest

from protocols.descriptions import library, read_model
from twins.capability import CapabilityDocument, capabilities
from twins.documents import ConfigError, read_yaml
from twins.instant import milliseconds

REPOSITORY = Path(__file__).parents[2]

YAML_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)

HEADS = {
    "modbus": "",
    "opcua": 'namespaces: {t: "urn:a"}\n',
    "coap": "",
}


def told(folder: Path, protocol: str, points: str, *, kind: str = "one-key-alarm") -> list[str]:
    """Return what is said of a model with these properties, one string per problem."""
    file = folder / "product.yaml"
    file.write_text(
        f"model: product\nis: {kind}\nprotocol: {protocol}\ntitle: Product\nsource: its manual\n"
        f"{HEADS[protocol]}properties:\n{points}"
    )
    try:
        read_model(str(file))
    except ConfigError as error:
        return [str(problem).removeprefix(f"{file}:") for problem in error.problems]
    return []


def button(more: str, at: str = "hr:0") -> str:
    return f"  pressed: {{at: '{at}', {more}}}\n"


def count(more: str, at: str = "hr:1", pressed: str = "di:0") -> str:
    return f"  pressed: {{at: '{pressed}'}}\n  press_count: {{at: '{at}', {more}}}\n"


NODE, PATH = "t:s=pressed", "/3347/0/5500"
COUNTER = {"at": "/3347/0/5501", "pressed": PATH}


@pytest.mark.parametrize(
    ("protocol", "points", "complaint"),
    [
        ("modbus", count("min: 5, max: 2"), "the least value 5 is above the greatest 2"),
        ("modbus", count("max: -1"), "the least value 0 is above the greatest -1"),
        ("modbus", button("bits: 20"), "bit 20 lies outside the 16 bits of a u16"),
        ("modbus", button("bits: 6-4"), "6-4 counts backwards"),
        ("modbus", button("bits: 3, as: f32"), "a f32 has no single bits"),
        ("modbus", button("bits: x"), "'x' is neither a bit (3) nor a field (4-6)"),
        ("modbus", button("observe: true"), "`observe` says nothing on modbus"),
        ("modbus", button("follows: pressed"), "`follows` says nothing on modbus"),
        ("modbus", button("deadband: 2"), "a boolean has no `deadband`"),
        ("modbus", button("max: 2"), "a boolean has no `max`"),
        ("modbus", count("as: u32", at="co:3"), "a table of bits holds no u32"),
        ("modbus", count("scale: 0"), "a scale of 0 loses every value"),
        ("opcua", button("as: bcd16", at=NODE), "opcua has no type 'bcd16'"),
        ("opcua", button("bits: 3", at=NODE), "`bits` says nothing on opcua"),
        ("opcua", button("words: little", at=NODE), "`words` says nothing on opcua"),
        ("opcua", button("as: bool", at="u:s=a"), "'u' is not under `namespaces`"),
        ("coap", button("bytes: little", at=PATH), "`bytes` says nothing on coap"),
        ("coap", count("follows: presed", **COUNTER), "there is no property 'presed'; did you"),
        ("coap", count("follows: pressed", **COUNTER), "pressed has no `observe`"),
        ("coap", button("as: u8", at="ipso:3347/0/5500"), "Digital Input State) is a boolean"),
        ("coap", button("as: bool", at="ipso:3347/0/5599"), "5599 is no IPSO resource we know"),
        ("coap", button("as: bool", at="ipso:3347/0/5505"), "5505 (Digital Input Counter Reset)"),
        ("coap", button("as: bool", at="POST /press"), "pressed is only read; leave POST out"),
        ("coap", button("format: text, field: a", at=PATH), "plain text has no fields"),
        ("coap", button("format: jsn", at=PATH), "format"),
        ("coap", button("field: a..b", at=PATH), "'a..b' is no field"),
        ("coap", button("format: octets, field: x", at=PATH), "the number of its first byte"),
        ("coap", count("format: octets, as: bcd16", **COUNTER), "bytes are not read as bcd16"),
        ("coap", button("format: lwm2m+tlv", at="/pressed"), "finds resources by their number"),
        ("coap", button("format: link-format", at="/.well-known/core"), "says which link"),
        ("modbus", button("format: json"), "`format` says nothing on modbus"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_at_its_key(tmp_path, protocol, points, complaint):
    (problem,) = told(tmp_path, protocol, points)
    assert complaint in problem
    line, column, _ = problem.split(":", 2)
    assert int(line) > 6
    assert int(column) > 3


def test_every_whole_model_in_the_manual_is_one(tmp_path):
    manual = (REPOSITORY / "docs" / "devices.md").read_text(encoding="utf-8")
    models = [block for block in YAML_BLOCK.findall(manual) if block.startswith("model: ")]
    assert len(models) >= 3
    for number, block in enumerate(models):
        file = tmp_path / f"{number}.yaml"
        file.write_text(block, encoding="utf-8")
        read_model(str(file))


def test_an_argument_that_an_action_does_not_have_is_refused(tmp_path):
    file = tmp_path / "speaker.yaml"
    file.write_text(
        "model: speaker\nis: loudspeaker\nprotocol: coap\ntitle: Speaker\nsource: its manual\n"
        "properties:\n  playing: {at: /playing}\n"
        "writes:\n  announce: {at: POST /say, as: string}\n"
        'actions:\n  say: {announce: "{test}"}\n'
    )
    with pytest.raises(ConfigError) as caught:
        read_model(str(file))
    (problem,) = caught.value.problems
    assert (problem.line, problem.message) == (
        11, "say has no argument 'test'; did you mean 'text'?",
    )  # fmt: skip


def test_a_message_keeps_its_quotes(tmp_path):
    (problem,) = told(tmp_path, "modbus", button("as: bool", at="xx:0"))
    assert "'xx:0' is no Modbus address" in problem


def test_a_wrong_name_hides_no_wrong_address_and_no_other_mistake(tmp_path):
    points = (
        "  presed: {at: 'xx:0'}\n"
        "  press_count: {at: 'hr:70000', min: 5, max: 2, observe: true}\n"
        "  battery: {at: 'hr:9', scale: 0}\n"
    )
    everything = "\n".join(told(tmp_path, "modbus", points))
    for complaint in (
        "one-key-alarm has no property 'presed'; did you mean 'pressed'?",
        "'xx:0' is no Modbus address",
        "ends at 65535",
        "the least value 5 is above the greatest 2",
        "`observe` says nothing on modbus",
        "a scale of 0 loses every value",
        "one-key-alarm needs pressed",
    ):
        assert complaint in everything


def test_a_mistake_in_a_bank_is_told_once(tmp_path):
    points = '  "door{n:02}.closed": {at: "di:{n}", observe: true}\nrepeat: {n: 1..12}\n'
    (problem,) = told(tmp_path, "modbus", points, kind="locker-bank")
    assert "`observe` says nothing on modbus" in problem


def test_an_action_writes_what_is_described(tmp_path):
    points = "  sounding: {at: 'co:0'}\nactions: {sound: {soundng: true}}\n"
    (problem,) = told(tmp_path, "modbus", points, kind="siren")
    assert "there is no point 'soundng'; did you mean 'sounding'?" in problem


def test_a_panic_point_is_read_every_50_ms_even_where_more_is_asked(tmp_path):
    assert told(tmp_path, "modbus", button("as: bool, poll: 2s", at="di:0")) == []
    model = read_model(str(tmp_path / "product.yaml"))
    assert model.points["pressed"].poll == milliseconds(50)


@pytest.mark.parametrize("name", library())
def test_every_shipped_model_is_right(name):
    assert read_model(library()[name]).points


def test_the_manual_lists_every_device_type_with_its_properties_and_actions():
    manual = (REPOSITORY / "docs" / "devices.md").read_text(encoding="utf-8")
    section = manual.partition("## Device types")[2].partition("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    _, _, *rows = [[listed(cell) for cell in cells] for cells in lines]
    types = [
        read_yaml(str(file), CapabilityDocument)
        for file in sorted((REPOSITORY / "twins" / "capabilities").glob("*.yaml"))
    ]
    assert {one.capability for one in types} == set(capabilities())
    assert rows == [
        [
            [one.capability],
            [name for name, spec in one.properties.items() if not spec.optional],
            [name for name, spec in one.properties.items() if spec.optional],
            list(one.actions),
        ]
        for one in types
    ]


def listed(cell: str) -> list[str]:
    """Return the words of a cell; a dash is none."""
    return [word.strip(" `") for word in cell.split(",") if word.strip() != "–"]


def test_every_point_of_a_bank_may_have_its_own_bit_and_its_own_printed_number(tmp_path):
    points = '  "di{n}": {at: "hr:300", bits: "{n-1}", printed: "{n+40300}"}\nrepeat: {n: 1..3}\n'
    assert told(tmp_path, "modbus", points, kind="remote-io") == []
    model = read_model(str(tmp_path / "product.yaml"))
    assert [model.points[f"di{n}"].bits for n in (1, 2, 3)] == [(0, 0), (1, 1), (2, 2)]
    assert [model.points[f"di{n}"].printed for n in (1, 2, 3)] == ["40301", "40302", "40303"]
    wrong = points.replace("{n-1}", "{m-1}")
    (problem,) = told(tmp_path, "modbus", wrong, kind="remote-io")
    assert "'{m-1}' is neither a bit (3) nor a field (4-6)" in problem
