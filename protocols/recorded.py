"""Recorded answers of a device, as a file: registers, payloads, DataValues, with no device there.

The form is JSON; a file of it may also carry what it should decode to, as a test of a description.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from protocols.deriving import Computed, Reading
from protocols.model import Point
from twins.documents import read_yaml
from twins.observation import Quality, Value


def _hex(text: str) -> str:
    bytes.fromhex(text)
    return text


Hex = Annotated[str, AfterValidator(_hex)]
"""Whole bytes in hexadecimal digits."""

Word = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{4}$")]
Bit = Annotated[int, Field(ge=0, le=1)]
Address = Annotated[int, Field(ge=0, le=0xFFFF)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RecordedBits(_Strict):
    """Consecutive coils or discrete inputs; `pdu_start` is the address in the frame, from 0."""

    pdu_start: Address
    bits: list[Bit]


class RecordedWords(_Strict):
    """Consecutive registers."""

    pdu_start: Address
    words_hex: list[Word]


class RecordedTables(_Strict):
    """What was read of the four tables of one Modbus unit."""

    coils: list[RecordedBits] = Field(default_factory=list)
    discrete_inputs: list[RecordedBits] = Field(default_factory=list)
    input_registers: list[RecordedWords] = Field(default_factory=list)
    holding_registers: list[RecordedWords] = Field(default_factory=list)


class RecordedResource(_Strict):
    """One answer of a CoAP resource; the payload as hex or as text."""

    path: str
    code: str = Field(default="2.05", pattern=r"^[0-7]\.[0-3]?[0-9]$")
    ct: int | None = Field(default=None, ge=0, le=0xFFFF)
    """Content format; none where the answer names none."""
    payload_hex: Hex | None = None
    payload_utf8: str | None = None

    @property
    def payload(self) -> bytes:
        """Return the payload's bytes."""
        if self.payload_hex is not None:
            return bytes.fromhex(self.payload_hex)
        return (self.payload_utf8 or "").encode()


class RecordedResources(_Strict):
    """What was read of a CoAP host."""

    resources: list[RecordedResource]


class RecordedNodes(_Strict):
    """What was read of an OPC UA server: point → DataValue in the binary encoding of Part 6."""

    datavalues_hex: dict[str, Hex]


class RecordedUnit(_Strict):
    """One of several Modbus units on a line."""

    unit: int = Field(ge=0, le=255)
    modbus: RecordedTables


class Recorded(_Strict):
    """Everything recorded of one device, or of several units on a line."""

    unit: int = Field(default=1, ge=0, le=255)
    modbus: RecordedTables | None = None
    devices: list[RecordedUnit] = Field(default_factory=list)
    coap: RecordedResources | None = None
    opcua: RecordedNodes | None = None


class ExpectedReading(BaseModel):
    """What a point should decode to."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    point: str
    value: bool | int | float | str | list[int] | None
    unit: str | None = None
    quality: Literal["good", "uncertain", "bad"]
    tol: float = Field(default=0.0, ge=0)
    """Absolute; 0 is exact."""
    status: str | None = None
    """What the cause of a bad value begins with."""


class ExpectedWrite(BaseModel):
    """A write in the words of the command line, and the request that it should make."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    command: str
    expect_request_pdu_hex: Hex
    """Modbus: the PDU; CoAP: the payload; OPC UA: the DataValue."""


class CaseDocument(BaseModel):
    """A case: recorded answers, and what they mean. What else stands in it is for people."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    raw: Recorded
    expected: list[ExpectedReading] = Field(default_factory=list)
    writes: list[ExpectedWrite] = Field(default_factory=list)
    refused: list[str] = Field(default_factory=list)
    """Commands that must be refused before anything is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """One point, or one derived value, and what was read of it."""

    name: str
    point: Point | None = None
    """None for a derived value."""
    value: Computed
    quality: Quality
    cause: str
    """Why it is not good; else empty."""
    status_code: int | None = None
    """OPC UA: the status as sent, where it is not good."""

    @property
    def unit(self) -> str:
        """Return the unit; a derived value has none."""
        return self.point.unit if self.point else ""

    @property
    def kind(self) -> str:
        """Return the type of the value: boolean, integer, number, string or list."""
        if self.point is not None:
            return self.point.value_type
        return "list" if isinstance(self.value, list) else KINDS[type(self.value)]


KINDS: Mapping[type, str] = {bool: "boolean", int: "integer", type(None): "boolean"}
"""Python type of a derived value → type; one without a value may be of any."""


def decoded(point: Point, reading: Reading, status_code: int | None = None) -> Decoded:
    """Return a point with its reading."""
    value, quality, cause = reading
    return Decoded(
        name=point.name,
        point=point,
        value=value,
        quality=quality,
        cause=cause,
        status_code=status_code,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a request depends on beside the value that is written."""

    unit: int = 1
    """Modbus unit id."""
    frame: Literal["pdu", "tcp", "rtu"] = "pdu"
    """Modbus: the bare PDU, or in the frame of TCP (transaction 1) or of a serial line."""
    now: Recorded | None = None
    """What the device holds: for a field of bits, whose register's other bits must stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What would go out for one write, in the protocol's own terms."""

    point: Point
    value: Value
    terms: Mapping[str, str | int]
    """`pdu` and its like in hexadecimal; JSON keys, never translated."""


def read_case(file: str) -> CaseDocument:
    """Read a case; raises ConfigError with file:line:column for everything wrong with it."""
    return read_yaml(file, CaseDocument)  # JSON is YAML, and this reader knows where things stand
