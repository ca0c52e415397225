"""Bodies in blocks: whatever the sizes, what was sent is what arrives (RFC 7959)."""

import asyncio

import pytest
from aiocoap import Message
from aiocoap.numbers.codes import CHANGED, CONTENT, CONTINUE, NOT_FOUND, REQUEST_ENTITY_TOO_LARGE
from hypothesis import given
from hypothesis import strategies as st

from protocols.coap.blockwise import LONGEST_BODY, deliver, option_of, whole
from protocols.interfaces import MalformedError, RefusedError

BODIES = st.binary(min_size=1, max_size=5000)
EXPONENTS = st.integers(0, 6)


def content(body: bytes, number: int, exponent: int, etag: bytes = b"1") -> Message:
    size = 16 << exponent
    part = body[number * size : (number + 1) * size]
    message = Message(code=CONTENT, payload=part, etag=etag)
    message.opt.block2 = option_of((number, (number + 1) * size < len(body), exponent))
    return message


@given(BODIES, EXPONENTS, EXPONENTS)
def test_a_body_is_read_whole_whatever_blocks_the_device_has(body, exponent, later):
    """A device may go on with shorter blocks than it began with."""
    later = min(exponent, later)

    async def ask(block):
        number, _, asked = block
        return content(body, number << (asked - min(asked, later)), min(asked, later))

    assert asyncio.run(whole(content(body, 0, exponent), ask)).payload == body


@given(BODIES, EXPONENTS)
def test_a_body_arrives_in_the_blocks_that_the_device_takes(body, exponent):
    arrived = bytearray()
    sizes = []

    async def send(part, block):
        if block is None:
            if len(part) > 16 << exponent:
                refusal = Message(code=REQUEST_ENTITY_TOO_LARGE)
                refusal.opt.block1 = option_of((0, False, exponent))
                return refusal
            arrived.extend(part)
            return Message(code=CHANGED)
        option = option_of(block)
        assert option.start == len(arrived)
        arrived.extend(part)
        sizes.append(len(part))
        answer = Message(code=CONTINUE if option.more else CHANGED)
        answer.opt.block1 = option_of((option.block_number, option.more, exponent))
        return answer

    assert asyncio.run(deliver(body, send)).code is CHANGED
    assert bytes(arrived) == body
    assert all(size <= 16 << exponent for size in sizes[1:])


def test_a_body_that_is_refused_before_its_end_was_never_complete():
    async def send(part, block):
        return Message(code=NOT_FOUND)

    with pytest.raises(RefusedError, match=r"after 1024 of 3000 bytes: 4\.04"):
        asyncio.run(deliver(b"x" * 3000, send))


def test_a_body_without_end_is_given_up():
    async def ask(block):
        number, _, exponent = block
        message = Message(code=CONTENT, payload=b"x" * 1024, etag=b"1")
        message.opt.block2 = option_of((number, True, exponent))
        return message

    first = content(b"x" * 2048, 0, 6)
    with pytest.raises(MalformedError, match=f"longer than {LONGEST_BODY} bytes"):
        asyncio.run(whole(first, ask))


def test_a_body_that_never_stays_the_same_is_given_up():
    tags = iter(range(100))

    async def ask(block):
        return content(b"x" * 100, block[0] if block else 0, 0, bytes([next(tags)]))

    with pytest.raises(MalformedError, match="changed again and again"):
        asyncio.run(whole(content(b"x" * 100, 0, 0, b"first"), ask))
