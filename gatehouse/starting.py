"""`gatehouse new`: a school or a device model to begin with, right from the start."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from protocols.exchange.draft import scalar
from twins.capability import Capability, PropertySpec, capabilities
from twins.documents import ConfigError, Problem, did_you_mean

SCHOOL_FILES = (
    "school.yaml", "devices.yaml", "topology.yaml", "works.csv", "as_found.geojson",
    "design.geojson",
)  # fmt: skip

PROTOCOLS = ("modbus", "opcua", "coap")

_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def new_school(name: str, folder: Path) -> Path:
    """Write a school package into `folder`/`name` and return it; raises ConfigError."""
    _require_name(name)
    school = folder / name
    if school.exists():
        raise ConfigError([Problem(file=str(school), message="is there already")])
    stubs = files("gatehouse").joinpath("stubs", "school")
    try:
        school.mkdir(parents=True)
        for file in SCHOOL_FILES:
            text = stubs.joinpath(file).read_text(encoding="utf-8").replace("{name}", name)
            (school / file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError([Problem(file=str(school), message=f"{error.strerror}")]) from None
    return school


def new_device(name: str, device_type: str, protocol: str, folder: Path) -> Path:
    """Write a device model into `folder` and return its file; raises ConfigError."""
    _require_name(name)
    known = capabilities()
    if device_type not in known:
        hint = did_you_mean(device_type, list(known))
        message = f"{device_type!r} is no device type{hint}; there are {', '.join(sorted(known))}"
        raise ConfigError([Problem(file=name, message=message)])
    file = folder / f"{name}.yaml"
    if file.exists():
        raise ConfigError([Problem(file=str(file), message="is there already")])
    try:
        file.write_text(device_stub(name, known[device_type], protocol), encoding="utf-8")
    except OSError as error:
        raise ConfigError([Problem(file=str(file), message=f"{error.strerror}")]) from None
    return file


def device_stub(name: str, capability: Capability, protocol: str) -> str:
    """Return a model that has what its device type needs, and the rest as comments."""
    names = list(capability.properties)
    needed = [one for one in names if not capability.properties[one].optional]
    needed = needed or names[:1]
    title = f"{capability.title['en']} ({capability.title['zh']})"
    lines = [
        f"# {title}. Put the addresses of the manual in place of these (docs/devices.md), then:",
        f"# gatehouse check {name}.yaml; gatehouse explain {name}.yaml",
        f"model: {name}",
        f"is: {capability.name}",
        f"protocol: {protocol}",
        "title: Maker and product",
        "source: Which manual, version and page says so",
    ]
    if protocol == "opcua":
        lines.append('namespaces: {plc: "urn:maker:product"} # its URI; the index may change')
    lines.append("properties:")
    place = _PLACES[protocol]
    for number, one in enumerate(names):
        spec = capability.properties[one]
        mark = "" if one in needed else "# "
        lines.append(f"  {mark}{scalar(one)}: {{{place(number, one, spec)}}} # {_meaning(spec)}")
        if len(lines) > LONGEST:
            lines.append("  # … and so on: a bank is written once, with `repeat: {n: 1..48}`")
            break
    lines += [f"# action {action}: {spec.title['en']}; says what is written, see docs/devices.md"
              for action, spec in capability.actions.items()]  # fmt: skip
    return "\n".join(lines) + "\n"


LONGEST = 30
"""Lines of a stub before a bank is cut short."""


def _register(number: int, name: str, spec: PropertySpec) -> str:  # noqa: ARG001  one signature
    if spec.type == "boolean":
        return f'at: "{"co" if spec.write else "di"}:{number}"'
    table = "hr" if spec.write else "ir"
    kinds = {
        "integer": "as: u16",
        "number": "as: s16, scale: 0.1",
        "string": "as: string, length: 8",
    }
    return f'at: "{table}:{16 * number}", {kinds[spec.type]}'


def _node(number: int, name: str, spec: PropertySpec) -> str:  # noqa: ARG001
    kinds = {"boolean": "bool", "integer": "u32", "number": "f64", "string": "string"}
    return f'at: "plc:s={name}", as: {kinds[spec.type]}'


def _resource(number: int, name: str, spec: PropertySpec) -> str:
    kinds = {"boolean": "bool", "integer": "u32", "number": "f64", "string": "string"}
    observe = ", observe: true" if number == 0 else ""
    return f'at: "/{name.replace(".", "/")}", as: {kinds[spec.type]}{observe}'


_PLACES: Mapping[str, Callable[[int, str, PropertySpec], str]] = {
    "modbus": _register,
    "opcua": _node,
    "coap": _resource,
}
"""Protocol → an address for the n-th property, to be replaced."""


def _meaning(spec: PropertySpec) -> str:
    unit = f", {spec.unit}" if spec.unit else ""
    return f"{spec.title['en']}{unit}{'' if spec.optional else '; needed'}"


def _require_name(name: str) -> None:
    if not name or set(name) - _NAME or name.startswith("-"):
        message = f"{name!r}: a name has small letters, digits and dashes"
        raise ConfigError([Problem(file=name or "new", message=message)])
