"""From checked documents to the school package: full ids, windows and instants."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from pathlib import Path

from scenarios.drawing import DrawingDocument
from scenarios.local_time import parse_bell
from scenarios.models import capability_of_model
from scenarios.notation import Frame, parts_of
from scenarios.package import (
    Bell,
    DeviceEntry,
    Drawing,
    SchoolPackage,
    Staff,
    TopologyNode,
    WorkItem,
)
from scenarios.registers import RegistersDocument
from scenarios.school import (
    DeviceDocument,
    DevicesDocument,
    SchoolDocument,
    TopologyDocument,
    WorksDocument,
    split_address,
)
from twins.capability import capabilities
from twins.documents import Document
from twins.management.registers import Registers
from twins.school import Device, School


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDocuments:
    """The files of a school package, each right by itself and all in agreement."""

    folder: Path
    models: Mapping[str, str]
    """Device model → file."""
    written: Mapping[str, Document]
    """File name → the document as written, for complaints with a place."""
    school: SchoolDocument
    devices: DevicesDocument
    as_found: DrawingDocument
    design: DrawingDocument
    topology: TopologyDocument
    works: WorksDocument
    registers: RegistersDocument


def compile_package(checked: CheckedDocuments) -> SchoolPackage:
    """Return the package."""
    written = checked.school
    own = written.school
    entries = tuple(
        _entry(own, name, device, checked.models, synthetic=written.synthetic)
        for name, device in checked.devices.devices.items()
    )
    return SchoolPackage(
        folder=checked.folder,
        school=_school(written, checked.devices, entries),
        kind=written.kind,
        pupils=written.pupils,
        synthetic=written.synthetic,
        devices=entries,
        links=checked.devices.links,
        bells=_bells(written),
        staff=_staff(written),
        as_found=_drawing(own, checked.as_found),
        design=_drawing(own, checked.design),
        topology=_topology(own, checked.topology),
        works=_works(own, checked.works),
        registers=_registers(written, checked.registers),
        documents=checked.written,
    )


def _entry(
    own: str, name: str, device: DeviceDocument, models: Mapping[str, str], *, synthetic: bool
) -> DeviceEntry:
    url, unit = split_address(device.at)
    return DeviceEntry(
        id=f"{own}/{name}",
        name=name,
        model=device.model,
        model_file=models[device.model],
        capability=device.capability or capability_of_model(models[device.model]),
        wired=device.wired,
        parameters=device.parameters,
        url=url,
        unit=device.unit if unit is None else unit,
        place=f"{own}/{device.place}",
        title=device.title,
        simulated=device.simulated or synthetic,
    )


def _school(
    written: SchoolDocument, devices: DevicesDocument, entries: tuple[DeviceEntry, ...]
) -> School:
    """Return the engine's school: every field of it that was written, as it was written."""
    known = {one.name for one in dataclass_fields(School)}
    parts = parts_of(written, frame_of(written))
    return School(
        id=written.school,
        devices=tuple(_device(entry, devices.devices[entry.name]) for entry in entries),
        **{name: part for name, part in parts.items() if name in known},
    )


def frame_of(written: SchoolDocument) -> Frame:
    """Return what names and local times of a school are read by."""
    shared = {name: one.id for name, one in written.responders.items() if one.id}
    return Frame(school=written.school, zone=written.zone, shared=shared)


def _registers(written: SchoolDocument, kept: RegistersDocument) -> Registers:
    registers: Registers = kept.made(frame_of(written))
    headcount = replace(registers.headcount, pupils=written.pupils, boarding=written.boarding)
    return replace(registers, headcount=headcount)


def _device(entry: DeviceEntry, written: DeviceDocument) -> Device:
    return Device(
        id=entry.id,
        capability=entry.capability,
        title=entry.title,
        place=entry.place,
        line=written.line or capabilities()[entry.capability].line,
        simulated=entry.simulated,
        help_level=written.help_level,
    )


def _bells(written: SchoolDocument) -> tuple[Bell, ...]:
    bells = []
    for name, bell in written.bells.items():
        weekdays, at = parse_bell(bell.at)
        bells.append(
            Bell(id=f"{written.school}/{name}", title=bell.title, weekdays=weekdays, at=at)
        )
    return tuple(bells)


def _staff(written: SchoolDocument) -> tuple[Staff, ...]:
    return tuple(
        Staff(
            id=f"{written.school}/{name}",
            title=one.title,
            role=one.role,
            count=one.count,
            place=f"{written.school}/{one.at}",
            hours=tuple(one.hours),
        )
        for name, one in written.staff.items()
    )


def _drawing(own: str, written: DrawingDocument) -> Drawing:
    zones: dict[str, tuple[tuple[float, float], ...]] = {}
    devices: dict[str, tuple[float, float]] = {}
    for feature in written.features:
        mark, shape = feature.properties, feature.geometry
        if mark.zone and not mark.device:
            zones[f"{own}/{mark.zone}"] = shape.ring
        elif mark.device:
            devices[f"{own}/{mark.device}"] = shape.point
    return Drawing(coordinates_in=written.coordinates_in, zones=zones, devices=devices)


def _topology(own: str, written: TopologyDocument) -> tuple[TopologyNode, ...]:
    nodes: list[TopologyNode] = []
    for name, source in written.power.items():
        nodes.append(
            TopologyNode(
                id=name,
                kind="power",
                title=source.title,
                power=source.source or "",
                lasts=source.minutes is not None,
            )
        )
    for name, uplink in written.uplinks.items():
        nodes.append(TopologyNode(id=name, kind="uplink", title=uplink.title, power=uplink.power))
    for name, switch in written.switches.items():
        to = tuple(switch.to)
        nodes.append(
            TopologyNode(id=name, kind="switch", title=switch.title, to=to, power=switch.power)
        )
    for name, link in written.links.items():
        devices = tuple(f"{own}/{device}" for device in link.devices)
        nodes.append(
            TopologyNode(
                id=name,
                kind="link",
                title=link.title,
                to=(link.switch,),
                power=link.power,
                devices=devices,
            )
        )
    return tuple(nodes)


def _works(own: str, written: WorksDocument) -> tuple[WorkItem, ...]:
    return tuple(
        WorkItem(
            id=row.item,
            title={"en": row.title_en, "zh": row.title_zh},
            place=f"{own}/{row.zone}",
            state=row.state,
            day=row.date,
            devices=tuple(f"{own}/{name}" for name in row.devices.split()),
        )
        for row in written.root
    )
