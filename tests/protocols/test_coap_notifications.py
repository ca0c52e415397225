"""Notifications read from their datagrams: the same as aiocoap reads, or left to it."""

from aiocoap import Message
from aiocoap.error import UnparsableMessage
from aiocoap.numbers.codes import CHANGED, CONTENT, NOT_FOUND
from aiocoap.numbers.types import ACK, CON, NON
from hypothesis import given
from hypothesis import strategies as st

from protocols.coap.notifications import notification_in

TOKENS = st.binary(max_size=8)
ETAGS = st.binary(min_size=1, max_size=8)


def datagram(
    payload: bytes = b"1", mtype: object = CON, code: object = CONTENT, **options: object
) -> bytes:
    message = Message(code=code, payload=payload)
    message.mtype, message.mid = mtype, 7
    message.token = options.pop("token", b"t")
    for name, value in options.items():
        if value is not None:
            setattr(message.opt, name, value)
    return message.encode()


@given(
    token=TOKENS,
    payload=st.binary(max_size=60),
    mtype=st.sampled_from([CON, NON]),
    observe=st.integers(0, 2**24 - 1),
    content_format=st.none() | st.integers(0, 65535),
    max_age=st.none() | st.integers(0, 2**32 - 1),
    etag=st.none() | ETAGS,
)
def test_a_notification_is_read_as_aiocoap_reads_it(
    *, token, payload, mtype, observe, content_format, max_age, etag
):
    data = datagram(
        payload, mtype, token=token, observe=observe, content_format=content_format,
        max_age=max_age, etag=etag,
    )  # fmt: skip
    read = notification_in(data)
    assert read is not None
    assert (read.token, read.payload, read.number) == (token, payload, observe)
    assert (read.content_format, read.max_age, read.etag) == (content_format, max_age, etag)
    assert read.confirmable is (mtype is CON)


@given(st.binary(max_size=40))
def test_whatever_is_taken_from_any_bytes_aiocoap_reads_the_same(data):
    read = notification_in(data)
    if read is None:
        return
    try:
        message = Message.decode(data)
    except UnparsableMessage:
        raise AssertionError(f"{data.hex()} is no message and was taken for one") from None
    assert (message.code, message.token, message.payload) == (CONTENT, read.token, read.payload)
    assert (message.opt.observe or 0) == read.number
    assert message.opt.etag == read.etag


def test_all_else_is_left_to_aiocoap():
    for data in (
        b"",
        b"\x40",
        datagram(mtype=ACK, observe=3),
        datagram(code=NOT_FOUND, observe=3),
        datagram(code=CHANGED, observe=3),
        datagram(),
        datagram(observe=3, location_path=("x",)),
        datagram(observe=3, block2=(0, True, 6)),
        datagram(observe=3, oscore=b"\x01\x02"),
        datagram(observe=3)[:-1],
        b"\x4f\x45\x00\x07" + bytes(15) + b"\x61\x03",
    ):
        assert notification_in(data) is None
