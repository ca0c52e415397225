"""The words of a W3C Thing Description 1.1 and of its bindings, as tables.

Binding terms are those of the W3C Modbus and CoAP bindings and of OPC 10101; what they cannot say
stands in terms of our own, `gh:`.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from protocols.model import Order, WireType

Thing: TypeAlias = dict[str, Any]
"""A Thing Description or Thing Model, as JSON."""

TD = "https://www.w3.org/2022/wot/td/v1.1"
"""First in every `@context` (W3C TD 1.1 §5.3.1.1)."""

MODBUS = "https://www.w3.org/2019/wot/modbus#"
XSD = "http://www.w3.org/2001/XMLSchema#"
COAP = "https://www.w3.org/2019/wot/coap#"
OPCUA = "http://opcfoundation.org/UA/WoT-Binding/"
OURS = "urn:gatehouse:terms:v1#"

PREFIXES: Mapping[str, Mapping[str, str]] = {
    "modbus": {"modv": MODBUS, "xsd": XSD},
    "coap": {"cov": COAP},
    "opcua": {"uav": OPCUA},
}
"""Protocol → the prefixes that its forms use."""

ENTITIES: Mapping[str, str] = {
    "co": "Coil", "di": "DiscreteInput", "hr": "HoldingRegister", "ir": "InputRegister",
}  # fmt: skip
"""Table of an address → `modv:entity`."""

XSD_TYPES: Mapping[WireType, str] = {
    "u8": "xsd:unsignedByte", "s8": "xsd:byte", "u16": "xsd:unsignedShort", "s16": "xsd:short",
    "u32": "xsd:unsignedInt", "s32": "xsd:int", "u64": "xsd:unsignedLong", "s64": "xsd:long",
    "f32": "xsd:float", "f64": "xsd:double", "string": "xsd:string",
}  # fmt: skip
"""Wire type → `modv:type`; a type that is not here is told in `gh:wireType`."""

BYTE_SEQUENCES: Mapping[tuple[Order, Order], str] = {
    ("big", "big"): "BIG_ENDIAN",
    ("little", "little"): "LITTLE_ENDIAN",
    ("big", "little"): "BIG_ENDIAN_BYTE_SWAP",
    ("little", "big"): "LITTLE_ENDIAN_BYTE_SWAP",
}
"""Order of words and of bytes → `byteSeq` of the content type: ABCD, DCBA, BADC, CDAB."""

CONTENT_FORMATS: Mapping[str, tuple[str, int]] = {
    "": ("text/plain;charset=utf-8", 0),
    "text": ("text/plain;charset=utf-8", 0),
    "link-format": ("application/link-format", 40),
    "octets": ("application/octet-stream", 42),
    "json": ("application/json", 50),
    "cbor": ("application/cbor", 60),
    "senml+json": ("application/senml+json", 110),
    "senml+cbor": ("application/senml+cbor", 112),
    "lwm2m+tlv": ("application/vnd.oma.lwm2m+tlv", 11542),
    "lwm2m+json": ("application/vnd.oma.lwm2m+json", 11543),
}
"""Format of a point → media type and number (IANA CoAP Content-Formats)."""

OUR_NAMES: Mapping[str, str] = {"as": "gh:wireType", "map": "gh:enumMap", "not": "gh:inverted"}
"""Key of our notation → our term, where it is not `gh:` and the key."""

IN_SCHEMA = frozenset(("min", "max", "unit"))
"""Keys that the DataSchema has words for."""

_KEYS = {term: key for key, term in OUR_NAMES.items()}

_SHORT = "gh:"

READ = ["readproperty"]
OBSERVE = ["observeproperty", "unobserveproperty"]
WRITE = ["writeproperty"]


def terms_of(notation: Mapping[str, Any]) -> Thing:
    """Return a point's notation as terms of a form; what the schema says is left to it."""
    terms: Thing = {}
    for key, value in notation.items():
        if key == "bits":
            first, _, last = str(value).partition("-")
            terms["gh:bits"] = {"from": int(first), "to": int(last or first)}
        elif key == "map":
            terms[OUR_NAMES[key]] = {str(raw): mapped for raw, mapped in value.items()}
        elif key not in IN_SCHEMA:
            terms[OUR_NAMES.get(key, _SHORT + key)] = value
    return terms


def notation_from(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the notation that stands in the terms of a form; the inverse of `terms_of`."""
    notation: dict[str, Any] = {}
    for term, value in form.items():
        if not term.startswith(_SHORT) or term in OF_AFFORDANCES:
            continue
        key = _KEYS.get(term, term.removeprefix(_SHORT))
        if key == "bits":
            first, last = value["from"], value["to"]
            notation[key] = first if first == last else f"{first}-{last}"
        elif key == "map":
            notation[key] = {int(raw): mapped for raw, mapped in value.items()}
        else:
            notation[key] = value
    return notation


OF_AFFORDANCES = frozenset(("gh:write", "gh:trigger", "gh:with"))
"""Terms of a form that say nothing of a point."""
