"""`gatehouse probe`: ask an address what is there, and propose the beginning of a description."""

import re
from urllib.parse import urlsplit

from protocols.coap.probing import probe_coap
from protocols.dialects import DIALECTS, SCHEMES
from protocols.interfaces import DriverError, Link
from protocols.modbus.probing import probe_modbus
from protocols.opcua.probing import probe_opcua
from protocols.probing import Probed, ProbedPoint
from scenarios.school import split_address
from twins.documents import ConfigError, Problem

UNIT = 1
"""Modbus unit where the address names none."""


async def probe(url: str, up_to: int) -> Probed:
    """Ask what answers at an address; raises ConfigError where nobody does."""
    try:
        endpoint, unit = split_address(url)
    except ValueError as error:
        raise ConfigError([Problem(file=url, message=str(error))]) from None
    protocol = SCHEMES.get(endpoint.partition("://")[0], "")
    try:
        match protocol:
            case "modbus":
                return await probe_modbus(endpoint, UNIT if unit is None else unit, up_to)
            case "opcua":
                return await probe_opcua(Link(url=endpoint, devices=()))
            case "coap":
                parts = urlsplit(endpoint)
                assert parts.hostname is not None, "checked"
                assert parts.port is not None, "checked"
                return await probe_coap(parts.hostname, parts.port)
            case _:
                message = f"is no address of {', '.join(DIALECTS)}"
                raise ConfigError([Problem(file=url, message=message)])
    except DriverError as error:
        raise ConfigError([Problem(file=url, message=str(error))]) from None


def stub(url: str, found: Probed) -> str:
    """Return the beginning of a description: what the device says, to be named by who knows it."""
    protocol = SCHEMES[url.partition("://")[0]]
    vendor, product = found.identity.get("vendor", ""), found.identity.get("product", "")
    title = " ".join(part for part in (vendor, product) if part) or "?"
    lines = [
        f"model: {_name(title)}",
        "is: ?            # a device type: gatehouse check names the nearest one",
        f"protocol: {protocol}",
        f"title: {_quoted(title)}",
        f"source: probed at {url}; its manual says more",
    ]
    if found.namespaces:
        lines.append("namespaces:")
        lines += [f"  {alias}: {_quoted(uri)}" for alias, uri in found.namespaces.items()]
    lines.append("properties:      # give each point that matters a property of the device type")
    lines += [f"  # ?: {_point(one)}" for one in found.points if one.kind]
    return "\n".join(lines) + "\n"


def rows(found: Probed) -> list[list[str]]:
    """Return a row per point, indented as the device's own tree is."""
    return [
        ["  " * one.depth + (one.name or one.at), one.at, one.kind, one.value, _marks(one)]
        for one in found.points
    ]


def _point(one: ProbedPoint) -> str:
    observe = ", observe: true" if one.observable and one.at.startswith("/") else ""
    return f"{{at: {_quoted(one.at)}{observe}}}   # {one.name or one.kind}: {one.value}"


def _marks(one: ProbedPoint) -> str:
    marks = (("write", one.writable), ("observe", one.observable))
    return ", ".join(name for name, given in marks if given)


def _name(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "product"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
