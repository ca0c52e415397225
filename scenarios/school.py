"""The documents of a school package as people write them (一校一方案). Manual: `docs/schools.md`.

References between them are checked in `check`; here each document is checked by itself.
"""

import datetime
import ipaddress
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, RootModel, model_validator

from scenarios.local_time import parse_bell
from scenarios.notation import OURS, Name, Strict, Windows, ZoneName
from scenarios.people import (
    AuthorityDocument,
    DispatchDocument,
    DutyDocument,
    EscalationStepDocument,
    JurisdictionDocument,
    PlanDocument,
    PostDocument,
    ResponderDocument,
)
from scenarios.watching import ButtonsDocument, WatchDocument
from scenarios.ways_in import InspectionDocument, LaneDocument, PremisesDocument, ZoneDocument
from twins.capability import BilingualTitles, Line
from twins.dispatch_rules import DispatchPolicy
from twins.school import HelpLevel


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"{text!r} is no IANA time zone; write for example Asia/Shanghai"
        ) from None
    return text


def _bell(text: str) -> str:
    parse_bell(text)
    return text


def _address(text: str) -> str:
    split_address(text)
    return text


class BellDocument(Strict):
    """A bell."""

    title: BilingualTitles
    at: Annotated[str, AfterValidator(_bell)]


class StaffDocument(Strict):
    """People who work at the school, by duty and never by name."""

    title: BilingualTitles
    role: Name
    count: int = Field(default=1, ge=1)
    at: ZoneName
    hours: Windows = Field(default_factory=list)


class SchoolDocument(Strict):
    """`school.yaml`: what is called as a field of `twins.school.School` is that field."""

    school: Name
    title: BilingualTitles
    synthetic: bool = False
    zone: Annotated[str, AfterValidator(_zone)]
    kind: Literal["kindergarten", "primary", "middle", "secondary", "vocational"]
    setting: Literal["town", "rural"] = "town"
    private: bool = False
    boarding: bool = False
    pupils: int = Field(ge=1)
    zones: dict[Name, ZoneDocument] = Field(min_length=1)
    lanes: dict[Name, LaneDocument] = Field(default_factory=dict)
    posts: dict[Name, PostDocument] = Field(default_factory=dict)
    bells: dict[Name, BellDocument] = Field(default_factory=dict)
    staff: dict[Name, StaffDocument] = Field(default_factory=dict)
    responders: dict[Name, ResponderDocument] = Field(default_factory=dict)
    plans: list[PlanDocument] = Field(default_factory=list)
    premises: PremisesDocument = OURS
    inspection: InspectionDocument = OURS
    duty: DutyDocument | None = OURS
    escalation: list[EscalationStepDocument] = OURS
    dispatch_policy: DispatchPolicy = OURS
    dispatch: DispatchDocument = OURS
    stations: list[JurisdictionDocument] = OURS
    authorities: dict[Name, AuthorityDocument] = OURS
    watch: WatchDocument = OURS
    buttons: ButtonsDocument = OURS


class DeviceDocument(Strict):
    """One device of `devices.yaml`."""

    model: Name
    capability: str | None = Field(default=None, alias="is")
    wired: dict[str, str] = Field(default_factory=dict)
    parameters: dict[str, str | int] = Field(default_factory=dict, alias="with")
    at: Annotated[str, AfterValidator(_address)]
    unit: int | None = Field(default=None, ge=0, le=255)
    """Modbus: where the address does not end in it."""
    place: str
    title: BilingualTitles
    line: Line | None = None
    simulated: bool = False
    help_level: HelpLevel = HelpLevel.POLICE

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if self.unit is not None and split_address(self.at)[1] is not None:
            raise ValueError(f"the unit stands in the address {self.at!r} already")
        return self


class DevicesDocument(Strict):
    """`devices.yaml`: the list of front-end devices (前端设备清单)."""

    links: dict[str, dict[str, str | int | float | bool | list[str]]] = Field(default_factory=dict)
    """Address without a unit → settings; what they may be is the protocol's word."""
    devices: dict[Name, DeviceDocument] = Field(min_length=1)


class PowerDocument(Strict):
    """A source of power."""

    title: BilingualTitles
    kind: Literal["mains", "ups", "battery", "generator"]
    source: str | None = Field(default=None, alias="from")
    minutes: float | None = Field(default=None, gt=0)


class UplinkDocument(Strict):
    """A way out of the school."""

    title: BilingualTitles
    kind: Literal["fibre", "copper", "cellular"]
    power: str


class SwitchDocument(Strict):
    """A switch, router or access point, and where its traffic goes: uplinks or other switches."""

    title: BilingualTitles
    power: str
    to: list[str] = Field(min_length=1)


class LinkDocument(Strict):
    """A cable or radio link from devices to a switch."""

    title: BilingualTitles
    devices: list[str] = Field(min_length=1)
    switch: str
    power: str
    medium: Literal["ethernet", "rs-485", "radio"] = "ethernet"


class TopologyDocument(Strict):
    """`topology.yaml`: the network of the devices (设备网络拓扑图)."""

    power: dict[Name, PowerDocument]
    uplinks: dict[Name, UplinkDocument]
    switches: dict[Name, SwitchDocument]
    links: dict[Name, LinkDocument]


class WorkDocument(Strict):
    """One row of `works.csv`."""

    item: Name
    title_en: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    zone: str
    state: Literal["designed", "bought", "built", "accepted"]
    date: datetime.date
    devices: str = ""
    """Names of the devices that it brings, with a blank between them."""


class WorksDocument(RootModel[list[WorkDocument]]):
    """`works.csv`: the list of construction items (设施改造清单)."""


EXAMPLES: Mapping[str, str] = {
    "modbus+tcp": "modbus+tcp://10.36.1.21:502/1",
    "modbus+tls": "modbus+tls://10.36.1.21:802/1",
    "modbus+rtu+tcp": "modbus+rtu+tcp://10.36.1.22:4001/1",
    "modbus+rtu": "modbus+rtu:///dev/ttyUSB0",
    "opc.tcp": "opc.tcp://10.36.1.30:4840",
    "coap": "coap://10.36.1.41:5683",
    "coaps": "coaps://10.36.1.41:5684",
}
"""Scheme → how an address of it is written."""

SERIAL = "modbus+rtu"
"""The scheme whose address is a file of this machine, not a host."""


def split_address(text: str) -> tuple[str, int | None]:
    """Return a device's endpoint and, where the path is a number, its unit there.

    Raises ValueError that says what is missing, with an example of the same scheme.

    >>> split_address("modbus+tcp://10.36.1.21:502/1")
    ('modbus+tcp://10.36.1.21:502', 1)
    """
    parts = urlsplit(text)
    _complain_about(text, parts)
    unit = parts.path.removeprefix("/")
    if parts.scheme == SERIAL or not unit.isdigit():
        return text, None
    return f"{parts.scheme}://{parts.netloc}", int(unit)


def _complain_about(text: str, parts: SplitResult) -> None:
    """Raise ValueError where an address lacks a part or holds one that nobody could dial."""
    example = EXAMPLES.get(parts.scheme, EXAMPLES["modbus+tcp"])
    wrong = ""
    if parts.scheme not in EXAMPLES:
        wrong = f"is no address; one begins with {', '.join(f'{name}://' for name in EXAMPLES)}"
    elif parts.scheme == SERIAL:
        wrong = "" if parts.path and not parts.netloc else "names no serial port"
    elif not parts.hostname:
        wrong = "is no address: the host is missing"
    elif not _port_of(parts):
        wrong = "is no address: the port is missing or no number from 1 to 65535"
    elif parts.scheme in ("coap", "coaps") and not _is_literal(parts.hostname):
        wrong = "names its host; a CoAP address needs a literal IP address, which no look-up delays"
    if wrong:
        raise ValueError(f"{text!r} {wrong}; write for example {example}")


def _port_of(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return None


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
