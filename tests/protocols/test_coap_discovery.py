"""What a CoAP host says it has, read into a tree."""

import pytest
from aiocoap import Message
from aiocoap.numbers.codes import CONTENT
from aiocoap.numbers.types import ACK
from hypothesis import given
from hypothesis import strategies as st

from protocols.coap.discovery import discover
from protocols.coap.emulator import CoapEmulator
from protocols.coap.links import ResourceLink, parse_links, tree_of
from protocols.interfaces import DriverError, Link, MalformedError
from tests.contract.bench import obey
from tests.protocols.coap_device import button, scripted

OF_THE_STUDY = (
    b'</3347/0/5500>;rt="oma.lwm2m.ext";obs;ct=0,</3347/0/5501>;ct=0,</3302/0/5500>;obs;ct=0'
)


def test_links_are_a_tree_of_objects_instances_and_resources():
    tree = tree_of(parse_links(OF_THE_STUDY))
    assert list(tree.branches) == ["3347", "3302"]
    button_object = tree.branches["3347"].branches["0"]
    assert button_object.link is None, "only what is below it was named"
    pressed = button_object.branches["5500"].link
    assert (pressed.observable, pressed.content_formats) == (True, (0,))
    assert not button_object.branches["5501"].link.observable


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ('</a>;title="a, b; c>";ct="0 50"', {"title": "a, b; c>", "ct": "0 50"}),
        (r'</a>;title="say \"now\""', {"title": 'say "now"'}),
        ("</a> ; obs ; rt=x", {"obs": "", "rt": "x"}),
        ("</a>;rt=first;rt=second", {"rt": "first"}),
        ("</a>", {}),
    ],
)
def test_attributes_are_read_quoted_bare_and_without_a_value(text, attributes):
    (link,) = parse_links(text.encode())
    assert link.attributes == attributes


def test_no_links_are_an_empty_tree():
    assert parse_links(b"") == ()
    assert tree_of(()).branches == {}


def test_a_host_that_says_too_much_is_read_in_time_and_never_too_deep():
    wide = b",".join(b"</%d/%d>;obs" % (number, number) for number in range(4000))
    assert len(tree_of(parse_links(wide)).branches) == 4000
    deep = b"<" + b"/a" * 20_000 + b">"
    (target,) = tree_of(parse_links(deep)).branches
    assert len(target) == 40_000
    with pytest.raises(MalformedError):
        parse_links(b"<>," * 5000)


PARTS = st.text("abc019._-", min_size=1, max_size=4)


@given(st.lists(st.lists(PARTS, min_size=1, max_size=4), unique_by=tuple, max_size=12))
def test_every_link_has_its_place_in_the_tree(paths):
    tree = tree_of(ResourceLink(target="/" + "/".join(path)) for path in paths)
    for path in paths:
        branch = tree
        for part in path:
            branch = branch.branches[part]
        assert branch.link.target == "/" + "/".join(path)


async def test_the_emulator_says_what_it_has_however_much_that_is():
    emulator = CoapEmulator(Link(url="coap://127.0.0.1:0", devices=(button(),)), obey)
    port = int((await emulator.start()).rpartition(":")[2])
    try:
        tree = await discover("127.0.0.1", port)
    finally:
        await emulator.stop()
    assert set(tree.branches["3347"].branches["0"].branches) == {"5500", "5501"}


async def test_a_host_that_says_it_in_blocks_is_read_whole():
    body = b",".join(b"</s/%d>;obs" % number for number in range(300))

    def behave(device, request):
        number = request.opt.block2.block_number if request.opt.block2 else 0
        part = body[number * 64 : number * 64 + 64]
        more = (number + 1) * 64 < len(body)
        content = Message(code=CONTENT, payload=part)
        device.send(content, to=request, mtype=ACK, content_format=40, block2=(number, more, 2))

    async with scripted(behave) as (_, port):
        tree = await discover("127.0.0.1", port)
    assert len(tree.branches["s"].branches) == 300


async def test_a_host_that_has_no_directory_or_is_not_there_is_told_so():
    def behave(device, request):
        content = Message(code=CONTENT, payload=b"<html>")
        device.send(content, to=request, mtype=ACK, content_format=0)

    async with scripted(behave) as (_, port):
        with pytest.raises(MalformedError, match="is in format 0"):
            await discover("127.0.0.1", port)
    with pytest.raises(DriverError):
        await discover("127.0.0.1", port)
