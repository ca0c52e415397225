"""Every kind of input there is, about things that exist, for tests that hold whatever happens."""

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import get_args, get_type_hints

import msgspec
from hypothesis import strategies as st

from tests.twins.ash import ASH
from tests.twins.elm_duty import PLANNED
from tests.twins.oak import OAK, admit, steps_before_admission
from twins.capability import capabilities
from twins.command import CommandEnded
from twins.inspection import FIVE_CHECKS
from twins.instant import Instant, seconds
from twins.observation import Observation, Quality
from twins.records import Input
from twins.rules.table import RULES
from twins.state import EngineState

SCHOOLS = (OAK, ASH, PLANNED)
DEVICES = [one for school in SCHOOLS for one in school.devices]
OWN = [school.id for school in SCHOOLS]
POINTS = [
    (one, name)
    for one in DEVICES
    for name in capabilities()[one.capability].properties
    if (one.capability, name) in RULES or name in ("subject", "list", "score", "class", "online")
]
"""What rules look at; telemetry changes nothing else."""
RELATIVE = ("not_after", "start", "until")
"""Fields that hold an instant; they are drawn as so long after the instant of their batch."""

VALUES = {
    "boolean": st.booleans(),
    "integer": st.integers(0, 4),
    "number": st.sampled_from([0, 0.05, 0.5, 0.93, 1.0]),
    "string": st.sampled_from(["s-0001", "list-1", "knife", "primary", "secondary", "none", ""]),
}
names = st.sampled_from(["Guard A", "Guard A", "Guard A", "teacher-3", ""])
serials = st.integers(0, 5).map("#{}".format)
"""One of those that exist when the input is given, if any do."""


devices = st.sampled_from([one.id for one in DEVICES])
keys = st.sampled_from(["k1", "k2", "k3", "oak/command/1"])
visits = st.sampled_from(["v1", "v2", "v3"])
spans = st.integers(-2, 90).map(seconds)

FIELDS: dict[str, st.SearchStrategy[object]] = {
    "action": st.sampled_from(
        sorted({name for one in DEVICES for name in capabilities()[one.capability].actions})
    ),
    "alarm": serials,
    "arguments": st.sampled_from([{}, {"text": "x"}, {"door": 2}]),
    "by": names,
    "call": serials,
    "check": st.sampled_from([one.id for one in FIVE_CHECKS]),
    "command": serials,
    "detector": st.just("oak/detector"),
    "device": devices,
    "door": st.integers(0, 3),
    "eta": st.none() | spans,
    "hit": serials,
    "host": names,
    "id": keys | visits,
    "incident": serials,
    "kind": serials,
    "lane": st.just("oak/lane"),
    "not_after": spans,
    "override_as": st.sampled_from(["", "", "station", "parent"]),
    "party": st.integers(1, 4),
    "patrol": st.sampled_from(["elm/video", "elm/rounds"]),
    "peer": st.sampled_from(["station", ""]),
    "persons": st.integers(0, 9),
    "post": st.sampled_from(["elm/stop", "elm/post", "gatehouse", "station", ""]),
    "purpose": names,
    "reason": st.sampled_from(["checked", ""]),
    "requested_by": names,
    "responder": serials,
    "room": st.just("oak/room"),
    "school": st.sampled_from(OWN),
    "start": spans,
    "step": serials,
    "subject": st.sampled_from([*OWN, "elm/button", "ash/button"]),
    "test": serials,
    "until": spans,
    "vehicle": st.just(""),
    "visit": visits,
    "visitor": st.just("visitor-17"),
    "warning": serials,
    "why": names,
}
"""Field of an input → what it may hold; enumerations and booleans are drawn from their type."""


def drawn(kind: type) -> st.SearchStrategy[object]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{one.name: _field(one.name, hints[one.name]) for one in fields(kind)})


def _field(name: str, hint: object) -> st.SearchStrategy[object]:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if hint is bool:
        return st.booleans()
    assert name in FIELDS, f"say in FIELDS what {name} of an input may hold"
    return FIELDS[name]


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    """Something that a device says, stamped by itself up to some seconds before its batch."""
    device, name = draw(st.sampled_from(POINTS))
    spec = capabilities()[device.capability].properties[name]
    value = draw(st.sampled_from(spec.enum) if spec.enum else VALUES[spec.type])
    quality = draw(st.sampled_from([*[Quality.GOOD] * 4, Quality.UNCERTAIN, Quality.BAD]))
    return Observation(
        device=device.id,
        property=name,
        value=None if quality is Quality.BAD else value,
        quality=quality,
        cause="" if quality is Quality.GOOD else "no answer",
        source_time=-draw(st.sampled_from([0, 0, 0, seconds(1), seconds(20)])),
        receive_time=0,
    )


PEOPLE = {kind.__name__: drawn(kind) for kind in get_args(Input) if is_dataclass(kind)}
inputs = st.one_of(*PEOPLE.values()) | observations()


def say(device: str, **values: object) -> list[Observation]:
    return [
        Observation(device=device, property=name, value=value, source_time=0, receive_time=0)
        for name, value in values.items()
    ]


presses = st.sampled_from(["elm/button", "ash/button", "oak/button", "ash/dormitory-button"]).map(
    lambda device: say(device, pressed=False) + say(device, pressed=True)
)
hits = st.builds(
    lambda device, subject, number: say(
        device, hits=number, subject=subject, list="list-1", score=0.93
    ),
    st.sampled_from(["ash/metro-face", "ash/gate-face"]),
    st.sampled_from(["s-0001", "s-0002"]),
    st.integers(1, 4),
)
events = st.integers(1, 4).map(
    lambda number: say("ash/events", **{"events": number, "class": "knife", "score": 0.93})
)
batches = (
    st.lists(inputs, max_size=4)
    | presses
    | visits.map(lambda one: [*steps_before_admission(one), admit(one)])
    | hits
    | events
    | st.lists(observations(), min_size=1, max_size=6)
)
stories = st.lists(
    st.tuples(batches, st.sampled_from([0, 0, 1, 4, 31, 61, 200, 900])), min_size=8, max_size=24
)
"""Batches, each with the seconds before it."""


def meant(one: Input, state: EngineState, now: Instant) -> Input:
    """Return an input with its instants counted from `now`, about things that exist."""
    if isinstance(one, Observation):
        return msgspec.structs.replace(
            one, source_time=now + one.source_time, receive_time=now + one.receive_time
        )
    changes: dict[str, object] = {
        name: now + getattr(one, name) for name in RELATIVE if hasattr(one, name)
    }
    for name, existing in _existing(state).items():
        wanted = getattr(one, name, "")
        if isinstance(wanted, str) and wanted.startswith("#"):
            changes[name] = _pick(existing, wanted)
    changes |= _belonging(one, changes, state)
    return replace(one, **changes)


def _existing(state: EngineState) -> dict[str, list[str]]:
    return {
        "alarm": sorted(state.alarms),
        "call": sorted(state.watch.calls),
        "command": sorted(state.commands),
        "hit": sorted(state.watch.hits),
        "incident": sorted(state.incidents),
        "test": sorted(state.tests),
        "warning": sorted(state.watch.warnings),
    }


def _belonging(one: Input, changes: dict[str, object], state: EngineState) -> dict[str, object]:
    """Return what depends on the thing that was picked: whose it is, who was told, which step."""
    case = state.incidents.get(str(changes.get("incident")))
    warning = state.watch.warnings.get(str(changes.get("warning")))
    told = warning.deliveries if warning else case.assignments if case else {}
    found: dict[str, object] = {}
    if hasattr(one, "responder"):
        found["responder"] = _pick(list(told), one.responder)
    if hasattr(one, "step"):
        found["step"] = _pick(list(case.checklist) if case else [], one.step)
    if hasattr(one, "kind"):
        key = _pick(list(state.standing), one.kind)
        found["kind"], _, found["device"] = key.partition("|")
    if isinstance(one, CommandEnded) and changes["command"] in state.commands:
        found["device"] = state.commands[str(changes["command"])].device
    return found


def _pick(existing: list[str], wanted: str) -> str:
    return existing[int(wanted[1:]) % len(existing)] if existing else "elm/nothing"
