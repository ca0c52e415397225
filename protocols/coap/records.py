"""Packs of records: SenML (RFC 8428) and LwM2M JSON. A point's record is chosen by its name.

A name that begins at the root is a path as LwM2M writes it; it is compared with the point's own.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cbor2

from protocols.coap.formats import Content
from protocols.coap.trees import cbor_value, json_value
from protocols.coap.typed import number_of, plain, read_value
from protocols.interfaces import MalformedError
from protocols.model import Point, Raw

VERSION = 10
"""Version of SenML that a pack without `bver` has, and the latest (RFC 8428 §4.4)."""

SENML_VALUES = ("v", "vs", "vb", "vd")
LWM2M_VALUES = ("v", "sv", "bv", "ov")

LABELS: Mapping[object, str] = {
    -1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs",
    0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s", 6: "t", 7: "ut", 8: "vd",
}  # fmt: skip
"""Label in CBOR → in JSON (RFC 8428 §6, table 4)."""

NUMBERS: Mapping[str, object] = {name: number for number, name in LABELS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record with its base values put in."""

    name: str
    own: str
    """The name without the base name."""
    value: object
    time: float


class Pack(Content):
    """The records of one payload."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records

    def raw(self, point: Point) -> Raw:
        """Return the value of the point's latest record."""
        return read_value(self._of(point).value, point)

    def stamp(self, point: Point) -> float | None:
        """Return the time of the point's record; 0 is now and says nothing."""
        return self._of(point).time or None

    def _of(self, point: Point) -> Record:
        path = str(point.address)
        names = (point.field, f"{path.rstrip('/')}/{point.field}") if point.field else (path,)
        found = [
            record
            for record in self._records
            if record.name in names or (point.field and record.own == point.field)
        ]
        if not found and not point.field and len({one.name for one in self._records}) == 1:
            found = list(self._records)
        if not found:
            raise MalformedError(f"no record is named {point.field or path}")
        return max(found, key=lambda record: (record.time < NOW_BELOW, record.time))


NOW_BELOW = 2**28
"""A time below this counts from now, one from here on since 1970 (RFC 8428 §4.5.3)."""


def read_senml_json(payload: bytes) -> Pack:
    """Read SenML JSON; raises MalformedError."""
    return Pack(list(_resolved(_maps(json_value(payload)), SENML_VALUES)))


def read_senml_cbor(payload: bytes) -> Pack:
    """Read SenML CBOR; raises MalformedError."""
    entries = [
        {LABELS.get(key, key): value for key, value in entry.items() if not isinstance(key, bool)}
        for entry in _maps(cbor_value(payload))
    ]
    return Pack(list(_resolved(entries, SENML_VALUES)))


def read_lwm2m_json(payload: bytes) -> Pack:
    """Read LwM2M JSON (OMA LwM2M Core 1.0 §6.4.4); raises MalformedError."""
    (document,) = _maps([json_value(payload)])
    entries = _maps(document.get("e"))
    base: dict[object, object] = {key: document[key] for key in ("bn", "bt") if key in document}
    if entries:
        entries[0] = {**base, **entries[0]}
    return Pack(list(_resolved(entries, LWM2M_VALUES)))


def write_senml_json(points: Sequence[tuple[Point, Raw]]) -> bytes:
    """Return the points as SenML JSON."""
    return json.dumps(_entries(points, SENML_VALUES), ensure_ascii=False).encode()


def write_senml_cbor(points: Sequence[tuple[Point, Raw]]) -> bytes:
    """Return the points as SenML CBOR."""
    entries = _entries(points, SENML_VALUES)
    return cbor2.dumps([{NUMBERS[key]: value for key, value in one.items()} for one in entries])


def write_lwm2m_json(points: Sequence[tuple[Point, Raw]]) -> bytes:
    """Return the points as LwM2M JSON, each with its whole path."""
    entries = _entries(points, LWM2M_VALUES)
    whole = [{"n": f"{entry.pop('bn', '')}{entry.pop('n', '')}", **entry} for entry in entries]
    return json.dumps({"bn": "", "e": whole}, ensure_ascii=False).encode()


def _maps(value: object) -> list[dict[object, object]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise MalformedError("the payload is no list of records")
    return [dict(entry) for entry in value]


def _resolved(entries: Sequence[Mapping[object, object]], kinds: Sequence[str]) -> Iterator[Record]:
    """Yield the records with a value, base name, time and value put in (RFC 8428 §4.6)."""
    base_name, base_time, base_value = "", 0.0, 0.0
    senml = kinds is SENML_VALUES
    for entry in entries:
        _understood(entry)
        base_name = _text(entry.get("bn", base_name))
        base_time = number_of(entry.get("bt", base_time))
        if senml:
            base_value = number_of(entry.get("bv", base_value))
        given = [kind for kind in kinds if kind in entry]
        own = _text(entry.get("n", ""))
        time = base_time + number_of(entry.get("t", 0))
        if len(given) > 1:
            raise MalformedError("a record has two values")
        if given:
            value = entry[given[0]]
            if given[0] == "v" and base_value:
                value = number_of(value) + base_value
            _fits(given[0], value)
            yield Record(name=_joined(base_name, own, senml=senml), own=own, value=value, time=time)


def _understood(entry: Mapping[object, object]) -> None:
    """Refuse what must be understood and is not (RFC 8428 §4.4)."""
    version = entry.get("bver", VERSION)
    if not isinstance(version, int) or version > VERSION:
        raise MalformedError(f"SenML of version {version!r:.20} is not read")
    for key in entry:
        if isinstance(key, str) and key.endswith("_"):
            raise MalformedError(f"the field {key[:20]!r} must be understood and is not")


def _fits(kind: str, value: object) -> None:
    """Refuse a value of another type than its label says."""
    wanted: type | tuple[type, ...] = str
    if kind == "v":
        number_of(value)
        return
    if kind in ("vb", "bv"):
        wanted = bool
    elif kind in ("vd", "ov"):
        raise MalformedError("the record holds bytes or a link, no value")
    if not isinstance(value, wanted):
        raise MalformedError(f"the value under {kind} has another type")


def _joined(base: str, own: str, *, senml: bool) -> str:
    """Return base name and name as one; LwM2M JSON may leave the slash out between the two."""
    if senml or not base or not own or base.endswith("/") or own.startswith("/"):
        return base + own
    return f"{base}/{own}"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise MalformedError("a name is no text")
    return value


def _entries(points: Sequence[tuple[Point, Raw]], kinds: Sequence[str]) -> list[dict[str, object]]:
    """Return records that `Pack` finds again: paths for LwM2M, bare names for all else."""
    entries: list[dict[str, object]] = []
    for point, raw in points:
        path = str(point.address)
        entry: dict[str, object] = {"bn": path}
        if point.field:
            relative = point.field.replace("/", "").isdigit()
            entry = {"bn": f"{path.rstrip('/')}/" if relative else "", "n": point.field}
        value = plain(raw, point)
        number, text, flag, _ = kinds
        label = flag if isinstance(value, bool) else text if isinstance(value, str) else number
        entries.append({**entry, label: value})
    return entries
