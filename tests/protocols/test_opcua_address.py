from uuid import UUID

import pytest

from protocols.opcua.address import Node, parse_node


def test_a_string_node_keeps_its_quotes():
    assert parse_node('s7:s="Gate"."Closed"') == Node(
        namespace_alias="s7", identifier_kind="s", identifier='"Gate"."Closed"'
    )


@pytest.mark.parametrize(
    ("text", "kind", "identifier"),
    [
        ("plc:i=1234", "i", 1234),
        ("plc:s=a:b=c; d", "s", "a:b=c; d"),
        ("plc:b=AQID", "b", b"\x01\x02\x03"),
        (
            "plc:g=09087e75-8e5e-499b-954f-f2a9603db28a",
            "g",
            UUID("09087e75-8e5e-499b-954f-f2a9603db28a"),
        ),
    ],
)
def test_all_four_kinds_of_identifier_are_read(text, kind, identifier):
    node = parse_node(text)
    assert (node.identifier_kind, node.identifier) == (kind, identifier)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("co:3", "names no node"),
        ("s=Gate", "names no node"),
        ("ns=3;s=Gate", "names no node"),
        ("plc:x=3", "names no node"),
        ("ns:s=Gate", "alias instead of an index"),
        ("plc:s=", "is empty"),
        ("plc:i=-1", "whole number"),
        ("plc:i=4294967296", "whole number"),
        ("plc:g=12", "no GUID"),
        ("plc:b=*", "no base64"),
    ],
)
def test_what_is_no_node_is_refused_with_a_sentence(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_node(text)
