"""A W3C Thing Description or Thing Model → a description of ours.

Our own canonical form comes back whole. Of a foreign Thing the binding terms are read; what they
leave open, and what a device type does not know, is named as a gap.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from protocols.exchange.banks import banked, template_of
from protocols.exchange.draft import Draft
from protocols.exchange.terms import (
    BYTE_SEQUENCES,
    CONTENT_FORMATS,
    ENTITIES,
    XSD_TYPES,
    notation_from,
)
from twins.documents import ConfigError, Document, Problem

PROTOCOLS: Mapping[str, str] = {
    "modbus+tcp": "modbus", "coap": "coap", "coaps": "coap", "opc.tcp": "opcua",
}  # fmt: skip
"""URL scheme of a base → protocol."""

TABLES = {entity: table for table, entity in ENTITIES.items()}
TYPES = {xsd: wire_type for wire_type, xsd in XSD_TYPES.items()}
ORDERS = {sequence: order for order, sequence in BYTE_SEQUENCES.items()}
FORMATS = {media.partition(";")[0]: name for name, (media, _) in CONTENT_FORMATS.items() if name}

WRITES = frozenset(("writeproperty", "invokeaction"))


def draft_of_thing(document: Document) -> Draft:
    """Return a Thing as a draft; raises ConfigError for what is none, or contradicts itself."""
    thing = document.data
    if not isinstance(thing, dict) or "properties" not in thing:
        raise ConfigError([Problem(file=document.file, message="is no W3C Thing: no `properties`")])
    scheme = str(thing.get("base", "")).partition("://")[0]
    if scheme not in PROTOCOLS:
        message = f"base {thing.get('base')!r} is of no protocol that is spoken here"
        raise ConfigError([document.problem(("base",), message)])
    return _Reader(document, PROTOCOLS[scheme]).draft()


class _Reader:
    def __init__(self, document: Document, protocol: str) -> None:
        self._document = document
        self._thing: dict[str, Any] = document.data
        self._protocol = protocol
        self._problems: list[Problem] = []
        self._gaps: list[str] = []
        self._namespaces: dict[str, str] = dict(self._thing.get("gh:namespaces", {}))

    def draft(self) -> Draft:
        thing = self._thing
        title = str(thing.get("title", "imported"))
        readable: dict[str, dict[str, Any]] = {}
        written: dict[str, dict[str, Any]] = {}
        for name, affordance in thing["properties"].items():
            point = self._point(name, affordance)
            (written if affordance.get("writeOnly") else readable)[name] = point
        derived = thing.get("gh:derived", {})
        counted = [[*map(int, one["gh:of"])] for one in derived.values() if len(one["gh:of"]) > 1]
        sections = {
            "properties": readable,
            "writes": written,
            "derived": {name: _derived(one) for name, one in derived.items()},
        }
        repeat = ""
        if "gh:model" in thing:
            repeat, sections = banked(sections, counted[0] if counted else ())
        draft = Draft(
            document={
                "repeat": {"n": repeat} if repeat else {},
                **sections,
                "model": thing.get("gh:model") or _slug(title),
                "is": thing.get("gh:deviceType", ""),
                "protocol": self._protocol,
                "title": title,
                "source": str(thing.get("description") or thing.get("id") or self._document.file),
                "namespaces": self._namespaces,
                "subscription": _subscription(thing.get("gh:subscription")),
                "quirks": thing.get("gh:quirks", []),
                "actions": thing.get("gh:actions", {}),
                "calls": thing.get("gh:calls", {}),
                "verify": thing.get("gh:proofs", {}),
                "events": self._events(),
            },
            gaps=self._gaps,
        )
        if self._problems:
            raise ConfigError(self._problems)
        if "gh:model" not in thing and thing.get("actions"):
            names = ", ".join(thing["actions"])
            draft.gaps.append(f"actions are not taken over: {names}")
        return draft

    def _point(self, name: str, affordance: Mapping[str, Any]) -> dict[str, Any]:
        """Return the notation of one property, from its terms and its binding."""
        forms = affordance.get("forms", [])
        if not forms:
            self._complain(("properties", name), f"{name} has no forms")
            return {}
        form = forms[0]
        ours = notation_from(form)
        bound = BINDINGS[self._protocol](self, name, form)
        if "at" in ours and _place(bound["at"]) != _place(ours["at"]):
            message = f"gh:at says {ours['at']}, href says {bound['at']}"
            self._complain(("properties", name, "forms"), message)
        for key, usual in (("words", "big"), ("bytes", "big"), ("as", ours.get("as"))):
            by_us, by_them = ours.get(key, usual), bound.get(key, usual)
            if ours and "modv:mostSignificantWord" in form and by_us != by_them:
                message = f"{name}: {key} is {by_us} by gh: and {by_them} by the binding"
                self._complain(("properties", name, "forms"), message)
        notation = {**bound, **ours} if "at" not in ours else ours
        for key, term in (("min", "minimum"), ("max", "maximum"), ("unit", "unit")):
            if term in affordance:
                notation[key] = affordance[term]
        if "at" not in ours and affordance.get("observable") and self._protocol == "coap":
            notation["observe"] = True
        return notation

    def modbus(self, name: str, form: Mapping[str, Any]) -> dict[str, Any]:
        table = TABLES.get(str(form.get("modv:entity", "")), "")
        number, _, query = str(form.get("href", "")).lstrip("/").partition("?")
        if not table or not number.isdigit():
            self._complain(("properties", name, "forms"), f"{name}: no modv:entity or no address")
            return {"at": ""}
        first = int(number) - (0 if form.get("modv:zeroBasedAddressing") else 1)
        bound: dict[str, Any] = {"at": f"{table}:{first}"}
        if table in ("hr", "ir"):
            bound |= _registers(form, query)
        if "modv:pollingTime" in form:
            bound["poll"] = f"{float(form['modv:pollingTime']):g}ms"
        return bound

    def coap(self, name: str, form: Mapping[str, Any]) -> dict[str, Any]:
        path = urlsplit(str(form.get("href", ""))).path
        bound: dict[str, Any] = {"at": "/" + path.lstrip("/")}
        media = str(form.get("contentType", "application/json")).partition(";")[0]
        if media not in FORMATS:
            self._gaps.append(f"{name}: content type {media} is not read")
        elif media != "text/plain":
            bound["format"] = FORMATS[media]
        return bound

    def opcua(self, name: str, form: Mapping[str, Any]) -> dict[str, Any]:
        if "uav:browsePath" in form:
            return {"at": str(form["uav:browsePath"])}
        node = unquote(str(form.get("href", "")).partition("id=")[2]) or str(
            form.get("opcua:nodeId", "")
        )
        uri, _, identifier = node.removeprefix("nsu=").partition(";")
        if not node.startswith("nsu=") or not identifier:
            self._complain(
                ("properties", name, "forms"), f"{name}: {node!r} names no namespace by its URI"
            )
            return {"at": ""}
        alias = next((key for key, one in self._namespaces.items() if one == uri), "")
        if not alias:
            alias = f"n{len(self._namespaces) + 1}"
            self._namespaces[alias] = uri
        return {"at": f"{alias}:{identifier}"}

    def _events(self) -> dict[str, Any]:
        found = {}
        for name, event in self._thing.get("events", {}).items():
            trigger = event.get("forms", [{}])[0].get("gh:trigger")
            if trigger is None:
                self._gaps.append(f"the event {name} is not taken over: no edge is named")
                continue
            found[name] = {
                "when": f"{trigger['gh:property']} {trigger['gh:edge']}",
                "with": event.get("gh:with", []),
            }
        return found

    def _complain(self, path: tuple[str | int, ...], message: str) -> None:
        self._problems.append(self._document.problem(path, message))


BINDINGS = {"modbus": _Reader.modbus, "coap": _Reader.coap, "opcua": _Reader.opcua}
"""Protocol → reader of one form."""


def _registers(form: Mapping[str, Any], query: str) -> dict[str, Any]:
    """Return type and orders of a value in registers."""
    bound: dict[str, Any] = {}
    parts = dict(
        part.partition("=")[::2] for part in str(form.get("contentType", "")).split(";") if part
    )
    if str(form.get("modv:type")) in TYPES:
        bound["as"] = TYPES[str(form["modv:type"])]
    words, order = ORDERS.get(parts.get("byteSeq", ""), ("big", "big"))
    if form.get("modv:mostSignificantWord", words == "big") is False:
        words = "little"
    if form.get("modv:mostSignificantByte", order == "big") is False:
        order = "little"
    quantity = query.removeprefix("quantity=")
    if words == "little":
        bound["words"] = words
    if order == "little":
        bound["bytes"] = order
    if bound.get("as") == "string" and quantity.isdigit():
        bound["length"] = int(quantity)
    return bound


def _derived(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return a derived value; one that counts over a bank by the template of its points."""
    sources = {int(number): name for number, name in written["gh:of"].items()}
    named = next(iter(sources.values())) if len(sources) == 1 else template_of(sources)
    document = {written["gh:way"]: named}
    return document if written["gh:where"] is True else {**document, "where": written["gh:where"]}


def _place(at: str) -> str:
    """Return an address in one spelling, to compare two."""
    table, _, number = at.partition(":")
    return f"{table}:{int(number, 0)}" if table in TABLES.values() and number[:1].isdigit() else at


def _subscription(written: Mapping[str, Any] | None) -> dict[str, Any]:
    if not written:
        return {}
    return {
        "publish": f"{written['gh:publish']:g}ms",
        "sample": f"{written['gh:sample']:g}ms",
        "queue": written["gh:queue"],
    }


def _slug(title: str) -> str:
    words = "".join(one if one.isalnum() and one.isascii() else " " for one in title.lower())
    return "-".join(words.split()) or "imported"
