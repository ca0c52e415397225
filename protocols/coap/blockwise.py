"""Bodies longer than a datagram (RFC 7959), block by block; how one is sent is handed in."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiocoap import Message
from aiocoap.numbers.codes import CONTENT, CONTINUE, REQUEST_ENTITY_TOO_LARGE
from aiocoap.optiontypes import BlockOption

from protocols.coap.answers import said
from protocols.interfaces import MalformedError, RefusedError

Block: TypeAlias = tuple[int, bool, int]
"""Number, whether more follow, size exponent (RFC 7959 §2.2)."""

LARGEST_BLOCK = 6
"""Size exponent of 1024 bytes, the most that a block over UDP has."""

SMALLEST_BLOCK_BYTES = 16

LONGEST_BODY = 64 * 1024
"""Bytes that are put together; no device described here has a value as long (assumed)."""

RESTARTS = 2
"""How often a body that changed while it was read is begun anew."""

AskBlock: TypeAlias = Callable[[Block | None], Awaitable[Message]]
"""Asks for one block of a resource; None asks for its beginning."""

SendBlock: TypeAlias = Callable[[bytes, Block | None], Awaitable[Message]]
"""Sends one block of a body; None says that it is the whole."""


class _ChangedError(Exception):
    """The resource changed between two of its blocks."""


def unfinished(message: Message) -> bool:
    """Return whether more blocks follow this answer."""
    block = message.opt.block2
    return block is not None and bool(block.more)


async def whole(first: Message, ask: AskBlock) -> Message:
    """Return an answer with all of its blocks; raises MalformedError for blocks that do not fit."""
    for _ in range(RESTARTS + 1):
        try:
            return await _assembled(first, ask)
        except _ChangedError:
            first = await ask(None)
    raise MalformedError("the value changed again and again while it was read")


async def _assembled(first: Message, ask: AskBlock) -> Message:
    if not unfinished(first):
        return first
    if first.opt.block2.block_number != 0:
        raise MalformedError(f"block {first.opt.block2.block_number} came first")
    exponent = first.opt.block2.size_exponent
    body = bytearray(first.payload)
    last = first
    while unfinished(last):
        size = SMALLEST_BLOCK_BYTES << exponent
        if not last.payload or len(body) % size:
            raise MalformedError(f"a block of {len(last.payload)} bytes is not full")
        last = await ask((len(body) // size, False, exponent))
        _check_next(last, first, len(body))
        exponent = min(exponent, last.opt.block2.size_exponent)
        body += last.payload
        if len(body) > LONGEST_BODY:
            raise MalformedError(f"the value is longer than {LONGEST_BODY} bytes")
    return first.copy(payload=bytes(body), block2=None)


def _check_next(block: Message, first: Message, begun: int) -> None:
    if block.code is not CONTENT:
        raise MalformedError(f"in the middle of the value: {said(block)}")
    option = block.opt.block2
    if option is None or option.start != begun:
        raise MalformedError("a block came that was not asked")
    if block.opt.etag != first.opt.etag:
        raise _ChangedError


async def deliver(body: bytes, send: SendBlock) -> Message:
    """Send a body, in blocks where it is long or the device asks for shorter ones; return the end.

    Raises RefusedError where a block before the last is not taken: the body was never complete.
    """
    exponent = LARGEST_BLOCK
    in_blocks = len(body) > SMALLEST_BLOCK_BYTES << LARGEST_BLOCK
    begun = 0
    while True:
        size = SMALLEST_BLOCK_BYTES << exponent
        more = in_blocks and begun + size < len(body)
        part = body[begun : begun + size] if in_blocks else body
        answer = await send(part, (begun // size, more, exponent) if in_blocks else None)
        option = answer.opt.block1
        shorter = option is not None and option.size_exponent < exponent
        if answer.code is REQUEST_ENTITY_TOO_LARGE and begun == 0 and shorter:
            exponent, in_blocks = option.size_exponent, True
            continue
        if not more:
            return answer
        if answer.code is not CONTINUE:
            raise RefusedError(f"after {begun + len(part)} of {len(body)} bytes: {said(answer)}")
        begun += len(part)
        if shorter:
            exponent = option.size_exponent


def option_of(block: Block) -> BlockOption.BlockwiseTuple:
    """Return a block as aiocoap writes it."""
    return BlockOption.BlockwiseTuple(*block)
