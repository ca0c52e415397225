"""Probe a CoAP host: what its `.well-known/core` names, and what can be read of it."""

from protocols.coap.address import parse_path
from protocols.coap.endpoint import Endpoint
from protocols.coap.formats import named
from protocols.coap.links import ResourceLink, parse_links
from protocols.coap.tuning import Once
from protocols.interfaces import DriverError, MalformedError
from protocols.probing import Probed, ProbedPoint

WELL_KNOWN = "/.well-known/core"

MOST_READ = 64
"""Resources that are read; the others are named only."""

SHOWN = 48
"""Characters of a payload that are told."""


async def probe_coap(host: str, port: int) -> Probed:
    """Ask a host what it has and read it once; raises DriverError where nobody answers."""
    endpoint = Endpoint(host, port)
    found = Probed()
    try:
        links = parse_links(await _get(endpoint, WELL_KNOWN))
        for number, link in enumerate(sorted(links, key=lambda one: one.target)):
            if link.target == WELL_KNOWN:
                continue
            found.points.append(await _point(endpoint, link, read=number < MOST_READ))
        if len(links) > MOST_READ:
            found.notes.append(f"the first {MOST_READ} of {len(links)} resources were read")
    finally:
        await endpoint.close()
    return found


async def _point(endpoint: Endpoint, link: ResourceLink, *, read: bool) -> ProbedPoint:
    value = kind = ""
    if read:
        try:
            payload, kind = await _read(endpoint, link.target)
            value = shown(payload)
        except (DriverError, ValueError) as error:
            value = f"({error})"
    return ProbedPoint(
        at=link.target,
        name=link.attributes.get("title", "") or link.attributes.get("rt", ""),
        kind=kind or ", ".join(named(one) for one in link.content_formats),
        value=value,
        observable=link.observable,
    )


def shown(payload: bytes) -> str:
    """Return a payload for people: as text where it is text, else in hex."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = payload.hex(" ")
    if not text.isprintable():
        text = payload.hex(" ")
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"


async def _get(endpoint: Endpoint, path: str) -> bytes:
    return (await _read(endpoint, path))[0]


async def _read(endpoint: Endpoint, path: str) -> tuple[bytes, str]:
    """Return a resource's payload and its content format for people."""
    async with endpoint.turns.turn():
        answer = await endpoint.get(parse_path(path), Once())
    if not answer.code.is_successful():
        raise MalformedError(str(answer.code))
    number = answer.opt.content_format
    return bytes(answer.payload), "" if number is None else named(int(number))
