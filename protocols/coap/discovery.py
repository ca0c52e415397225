"""What a CoAP host says it has (RFC 6690): `.well-known/core`, read into a tree; never a write."""

from protocols.coap.address import ResourcePath
from protocols.coap.answers import said
from protocols.coap.endpoint import Endpoint
from protocols.coap.formats import LINK_FORMAT
from protocols.coap.links import ResourceTree, parse_links, tree_of
from protocols.coap.protection import Protection
from protocols.coap.tuning import Reading
from protocols.interfaces import MalformedError

DIRECTORY = ResourcePath((".well-known", "core"))


async def discover(host: str, port: int, protection: Protection | None = None) -> ResourceTree:
    """Return the resources of a host; raises DriverError where it does not answer with any.

    The tree's root stands for the host; `protocols.coap.links` says what its parts are.
    """
    endpoint = Endpoint(host, port, protection)
    try:
        async with endpoint.turns.turn():
            answer = await endpoint.get(DIRECTORY, Reading())
        if not answer.code.is_successful():
            raise MalformedError(f"{DIRECTORY}: {said(answer)}")
        if answer.opt.content_format not in (LINK_FORMAT, None):
            raise MalformedError(f"{DIRECTORY} is in format {answer.opt.content_format:d}")
        return tree_of(parse_links(answer.payload))
    finally:
        await endpoint.close()
