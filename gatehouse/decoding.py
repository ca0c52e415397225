"""`gatehouse decode`: recorded answers of a device → engineering values, by the driver's codec."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from gatehouse.ordering import writes_of
from gatehouse.wording import Say
from protocols.deriving import Computed
from protocols.model import DeviceModel
from protocols.offline import OFFLINE, decode
from protocols.recorded import (
    CaseDocument,
    Circumstances,
    Decoded,
    ExpectedReading,
    ExpectedWrite,
    read_case,
)
from twins.documents import ConfigError, Problem
from twins.observation import Quality

BYTES = ("pdu", "payload", "datavalue")
"""The terms of a request that hold its bytes, one for each protocol."""

QUALITY_STYLE = {Quality.GOOD: "", Quality.UNCERTAIN: "yellow", Quality.BAD: "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """What a case means for a model, and where that is not what the case expects."""

    model: DeviceModel
    decoded: Mapping[str, Decoded]
    missing: tuple[str, ...]
    """Points of which nothing was recorded."""
    checked: int
    """How many values, writes and refusals the case expects."""
    differences: tuple[str, ...]

    def to_json(self) -> str:
        """Return the answer for programs."""
        document = {
            "model": self.model.name,
            "protocol": self.model.protocol,
            "points": [_as_json(one) for one in self.decoded.values()],
            "not_recorded": list(self.missing),
            "checked": self.checked,
            "differences": list(self.differences),
        }
        return json.dumps(document, ensure_ascii=False, indent=1)

    def rows(self) -> list[list[str | Text]]:
        """Return a row per point: name, value with unit, quality, address, cause."""
        return [
            [
                name,
                shown(one.value, one.unit),
                Text(one.quality.value, style=QUALITY_STYLE[one.quality]),
                one.point.at if one.point else "",
                one.cause,
            ]
            for name, one in self.decoded.items()
        ]


def decode_case(model: DeviceModel, file: str) -> Decoding:
    """Decode a case and compare it with what it expects; raises ConfigError."""
    case = read_case(file)
    if model.protocol not in OFFLINE:
        message = f"{model.name} speaks {model.protocol}, which has no bytes to decode"
        raise ConfigError([Problem(file=file, message=message)])
    decoded = decode(model, case.raw)
    if not decoded:
        message = f"nothing is recorded here of a point of {model.name} ({model.protocol})"
        raise ConfigError([Problem(file=file, message=message)])
    differences = [
        *(text for one in case.expected if (text := _difference(decoded, one))),
        *(text for write in case.writes if (text := _wrong_write(model, case, write))),
        *(text for command in case.refused if (text := _not_refused(model, case, command))),
    ]
    return Decoding(
        model=model,
        decoded=decoded,
        missing=tuple(name for name in model.points if name not in decoded),
        checked=len(case.expected) + len(case.writes) + len(case.refused),
        differences=tuple(differences),
    )


def head(say: Say) -> Sequence[str]:
    """Return the titles of the columns of `Decoding.rows`."""
    return say("point"), say("value"), say("quality"), say("at"), say("cause")


def shown(value: Computed, unit: str = "") -> str:
    """Return a value for people; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value} {unit}".rstrip()


def _as_json(one: Decoded) -> dict[str, Any]:
    point = one.point
    return {
        "point": one.name,
        "value": one.value,
        "type": one.kind,
        "unit": one.unit,
        "quality": one.quality.value,
        "cause": one.cause,
        **({"status_code": f"0x{one.status_code:08X}"} if one.status_code is not None else {}),
        **({"at": point.at} if point else {}),
        **({"printed": point.printed} if point and point.printed else {}),
    }


def _difference(decoded: Mapping[str, Decoded], expected: ExpectedReading) -> str:
    """Return how a reading differs from what was expected, or nothing."""
    one = decoded.get(expected.point)
    if one is None:
        return f"{expected.point}: nothing decoded, {expected.value} expected"
    if one.quality.value != expected.quality:
        return f"{expected.point}: {one.quality.value} ({one.cause}), {expected.quality} expected"
    if not _same(one.value, expected):
        return f"{expected.point}: {one.value}, {expected.value} expected"
    if expected.unit is not None and expected.unit != one.unit:
        return f"{expected.point}: in {one.unit or 'no unit'}, {expected.unit} expected"
    if expected.status is not None and not one.cause.startswith(expected.status):
        return f"{expected.point}: {one.cause or 'no cause'}, {expected.status} expected"
    return ""


def _same(value: Computed, expected: ExpectedReading) -> bool:
    wanted = expected.value
    numbers = [
        one for one in (value, wanted) if isinstance(one, int | float) and not isinstance(one, bool)
    ]
    if len(numbers) == 2:  # noqa: PLR2004  both of the two
        return abs(numbers[0] - numbers[1]) <= expected.tol
    return value == wanted and type(value) is type(wanted)


def _wrong_write(model: DeviceModel, case: CaseDocument, expected: ExpectedWrite) -> str:
    """Return how a command's requests differ from what was expected, or nothing."""
    try:
        made = _sent(model, case, expected.command)
    except ValueError as error:
        return f"{expected.command}: {error}"
    if made.lower() != expected.expect_request_pdu_hex.lower():
        return f"{expected.command}: {made} is sent, {expected.expect_request_pdu_hex} expected"
    return ""


def _not_refused(model: DeviceModel, case: CaseDocument, command: str) -> str:
    try:
        made = _sent(model, case, command)
    except ValueError:
        return ""
    return f"{command}: {made} is sent, a refusal expected"


def _sent(model: DeviceModel, case: CaseDocument, command: str) -> str:
    """Return the PDUs or payloads of a command; raises ValueError where it is refused."""
    circumstances = Circumstances(unit=case.raw.unit, now=case.raw)
    writes = writes_of(model, shlex.split(command))
    requests = [OFFLINE[model.protocol].encode(model, one, circumstances) for one in writes]
    return " ".join(
        str(next(request.terms[term] for term in BYTES if term in request.terms))
        for request in requests
    )
