"""From a device list to links: every device with its compiled model, grouped by endpoint."""

from collections.abc import Iterator, Mapping

from protocols.descriptions import read_model
from protocols.dialect import LinkSettings
from protocols.dialects import DIALECTS, SCHEMES
from protocols.interfaces import ConnectedDevice, Link
from protocols.model import DeviceModel
from scenarios.package import DeviceEntry, SchoolPackage
from twins.capability import capabilities
from twins.documents import ConfigError, Problem, did_you_mean, validated_part

DEFAULT_UNIT = 1
"""Modbus unit of a device whose address names none (usual for a device with its own IP)."""


def compile_models(package: SchoolPackage) -> Mapping[str, DeviceModel]:
    """Return the compiled model of every device by id; raises ConfigError with every problem."""
    models: dict[str, DeviceModel] = {}
    problems: list[Problem] = []
    for entry in package.devices:
        try:
            model = read_model(entry.model_file, entry.parameters)
        except ConfigError as error:
            problems.extend(error.problems)
            continue
        complaints = _wrong(package, entry, model)
        problems.extend(complaints)
        if not complaints:
            models[entry.id] = _seen_as(entry, model)
    if problems:
        raise ConfigError(problems)
    return models


def compile_links(
    package: SchoolPackage, models: Mapping[str, DeviceModel] | None = None
) -> tuple[Link, ...]:
    """Return one link per endpoint, in the order of the device list; raises ConfigError."""
    compiled = compile_models(package) if models is None else models
    settings = _settings(package)
    devices: dict[str, list[ConnectedDevice]] = {}
    for entry in package.devices:
        model = compiled[entry.id]
        devices.setdefault(entry.url, []).append(
            ConnectedDevice(
                id=entry.id,
                model=model,
                unit=DEFAULT_UNIT if entry.unit is None else entry.unit,
                lost_after=model.capability.lost_after,
            )
        )
    links = tuple(
        Link(url=url, devices=tuple(behind), settings=settings[url])
        for url, behind in devices.items()
    )
    problems = [problem for link in links for problem in _overloaded(package, link)]
    if problems:
        raise ConfigError(problems)
    return links


def _overloaded(package: SchoolPackage, link: Link) -> Iterator[Problem]:
    """Yield what of a link its line cannot carry, at the first device of it."""
    overload = DIALECTS[SCHEMES[link.scheme]].overload
    message = overload(link) if overload is not None else ""
    if message:
        place = ("devices", package.entry(link.devices[0].id).name, "at")
        yield package.problem("devices.yaml", place, f"{link.url}: {message}")


def _settings(package: SchoolPackage) -> Mapping[str, LinkSettings]:
    """Return every link's settings, checked by its protocol; raises ConfigError."""
    problems: list[Problem] = []
    urls = list(dict.fromkeys(entry.url for entry in package.devices))
    for url in package.links:
        if url not in urls:
            message = f"no device is at {url}{did_you_mean(url, urls)}"
            problems.append(package.problem("devices.yaml", ("links", url), message))
    found: dict[str, LinkSettings] = {}
    for url in urls:
        dialect = DIALECTS[SCHEMES[url.partition("://")[0]]]
        try:
            found[url] = validated_part(
                package.documents["devices.yaml"],
                ("links", url),
                dialect.settings,
                {"scheme": url.partition("://")[0], "folder": package.folder},
            )
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return found


def _seen_as(entry: DeviceEntry, model: DeviceModel) -> DeviceModel:
    if not entry.wired:
        return model
    return model.wired(capabilities()[entry.capability], entry.wired)


def _wrong(package: SchoolPackage, entry: DeviceEntry, model: DeviceModel) -> list[Problem]:
    """Return what of an entry does not fit its model."""
    name = entry.name
    found: list[tuple[tuple[str, ...], str]] = []
    scheme = entry.url.partition("://")[0]
    if SCHEMES.get(scheme) != model.protocol:
        found.append((("at",), f"{model.name} speaks {model.protocol}, not {scheme}://"))
    for prop, channel in entry.wired.items():
        point = model.points.get(channel)
        spec = capabilities()[entry.capability].properties.get(prop)
        if point is None:
            hint = did_you_mean(channel, list(model.points))
            found.append((("wired", prop), f"{model.name} has no point {channel!r}{hint}"))
        elif spec is not None and (spec.type == "boolean") != (point.value_type == "boolean"):
            message = f"{prop} is {spec.type}, but {channel} is {point.value_type}"
            found.append((("wired", prop), message))
        elif spec is not None and spec.write and not point.writable:
            message = f"{prop} must be written, but {channel} is read only"
            found.append((("wired", prop), message))
    return [
        package.problem("devices.yaml", ("devices", name, *path), f"{name}: {message}")
        for path, message in found
    ]
