"""A device model as a W3C Thing: the canonical form, which reads back as the same model.

Values are engineering values, forms are the wire; how the one becomes the other stands in `gh:`
terms. Without an address it is a Thing Model with placeholders, with one a Thing Description.
"""

from collections.abc import Mapping
from typing import Any

from protocols.exchange.forms import FORMS
from protocols.exchange.methods import action_of_call, notation_of_call
from protocols.exchange.terms import OURS, PREFIXES, TD, Thing, terms_of
from protocols.exchange.written import notation_of
from protocols.model import DeviceModel, Point
from twins.capability import PropertySpec
from twins.instant import MILLISECOND

PLACEHOLDERS: Mapping[str, str] = {
    "modbus": "modbus+tcp://{{ADDRESS}}/{{UNIT}}/",
    "coap": "coap://{{ADDRESS}}/",
    "opcua": "opc.tcp://{{ADDRESS}}",
}
"""Protocol → base of a Thing Model."""


def canonical(model: DeviceModel, address: str = "") -> Thing:
    """Return a model as a Thing; raises ValueError for a protocol that has no binding."""
    if model.protocol not in FORMS:
        raise ValueError(f"{model.protocol} has no W3C binding")
    base = _base(model, address) if address else PLACEHOLDERS[model.protocol]
    thing: Thing = {
        "@context": [TD, {**PREFIXES[model.protocol], "gh": OURS, "@language": "en"}],
        "@type": "Thing" if address else "tm:ThingModel",
        "id": f"urn:gatehouse:{'thing' if address else 'model'}:{model.name}",
        "title": model.title,
        "titles": {"en": model.title},
        "description": model.source,
        "base": base,
        "securityDefinitions": {"nosec_sc": {"scheme": "nosec"}},
        "security": ["nosec_sc"],
        "properties": {name: _property(model, point) for name, point in model.points.items()}
        | {name: _command(model, point) for name, point in model.command_points.items()},
    }
    if actions := _actions(model):
        thing["actions"] = actions
    if events := _events(model):
        thing["events"] = events
    return {**thing, **_ours(model)}


def _base(model: DeviceModel, address: str) -> str:
    """Return an address as a base that relative references resolve against."""
    scheme, _, rest = address.partition("://")
    if model.protocol == "opcua":
        return address
    path = (
        rest if "/" in rest.rstrip("/") or model.protocol != "modbus" else f"{rest.rstrip('/')}/1"
    )
    return f"{scheme}://{path.rstrip('/')}/"


def schema(point: Point, spec: PropertySpec | None) -> Thing:
    """Return the DataSchema of a point's engineering value."""
    written: Thing = {"type": point.value_type}
    if spec is not None:
        written["title"] = spec.title["en"]
        written["titles"] = dict(spec.title)
        if spec.enum:
            written["enum"] = list(spec.enum)
    if point.unit:
        written["unit"] = point.unit
    if point.minimum is not None:
        written["minimum"] = point.minimum
    if point.maximum is not None:
        written["maximum"] = point.maximum
    return written


def _property(model: DeviceModel, point: Point) -> Thing:
    return {
        **schema(point, model.capability.properties.get(point.name)),
        "observable": True,
        "readOnly": not point.writable,
        "forms": _forms(model, point),
    }


def _command(model: DeviceModel, point: Point) -> Thing:
    """A point that is only written is a property that is only written."""
    return {**schema(point, None), "writeOnly": True, "forms": _forms(model, point)}


def _forms(model: DeviceModel, point: Point) -> list[Thing]:
    """Return the forms of the binding, each with our terms on the way from wire to value."""
    ours = terms_of(notation_of(model, point))
    return [{**form, **ours} for form in FORMS[model.protocol](model, point)]


def _actions(model: DeviceModel) -> Thing:
    """Return the actions that one form can carry out: a fixed value to one point."""
    found: Thing = {}
    for name, spec in model.capability.actions.items():
        if name in model.calls:
            if called := action_of_call(model, spec, model.calls[name]):
                found[name] = called
            continue
        written = model.actions.get(name) or (spec.sets if not spec.arguments else {})
        if len(written) != 1:
            continue
        ((target, value),) = written.items()
        point = model.command_points.get(target) or model.points.get(target)
        if point is None or not (point.command or point.writable):
            continue
        form = FORMS[model.protocol](model, point)[-1]
        found[name] = {
            "title": spec.title["en"],
            "titles": dict(spec.title),
            "synchronous": False,
            "forms": [{**form, "op": ["invokeaction"], "gh:write": value}],
        }
    return found


def _events(model: DeviceModel) -> Thing:
    found: Thing = {}
    for event in model.events:
        point = model.points[event.point]
        told = {name: {"type": model.points[name].value_type} for name in event.told}
        found[event.name] = {
            "data": {"type": "object", "properties": told},
            "gh:with": list(event.told),
            "forms": [
                {
                    **FORMS[model.protocol](model, point)[0],
                    "op": ["subscribeevent", "unsubscribeevent"],
                    "gh:trigger": {"gh:property": event.point, "gh:edge": event.edge},
                }
            ],
        }
    return found


def _ours(model: DeviceModel) -> dict[str, Any]:
    """Return what of a model a Thing has no word for."""
    terms: dict[str, Any] = {"gh:model": model.name, "gh:deviceType": model.capability.name}
    if model.namespaces:
        terms["gh:namespaces"] = dict(model.namespaces)
    if model.protocol == "opcua":
        settings = model.subscription
        terms["gh:subscription"] = {
            "gh:publish": settings.publish / MILLISECOND,
            "gh:sample": settings.sample / MILLISECOND,
            "gh:queue": settings.queue,
        }
    if model.quirks:
        terms["gh:quirks"] = sorted(model.quirks)
    if model.actions:
        terms["gh:actions"] = {name: dict(writes) for name, writes in model.actions.items()}
    if model.calls:
        terms["gh:calls"] = {name: notation_of_call(one) for name, one in model.calls.items()}
    if model.proofs:
        terms["gh:proofs"] = {name: dict(state) for name, state in model.proofs.items()}
    if model.derived:
        terms["gh:derived"] = {
            name: {
                "gh:way": one.way,
                "gh:of": {str(number): source for number, source in one.sources.items()},
                "gh:where": one.where,
            }
            for name, one in model.derived.items()
        }
    return terms
