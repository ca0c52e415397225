"""What a Modbus link needs beside its address: the serial line's form, its times, its certificates.

Light: read with every device list.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from protocols.dialect import LinkSettings
from twins.documents import DurationText, PositiveDurationText
from twins.instant import Duration, milliseconds, parse_duration, seconds

TCP, TLS, RTU_OVER_TCP, RTU = "modbus+tcp", "modbus+tls", "modbus+rtu+tcp", "modbus+rtu"

SCHEMES: frozenset[str] = frozenset((TCP, TLS, RTU_OVER_TCP, RTU))

SERIAL_FORM: frozenset[str] = frozenset((RTU_OVER_TCP, RTU))
"""Schemes whose frames are those of a serial line."""

BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)

_ONLY_ON: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("baud", "parity", "stop_bits"), frozenset((RTU,))),
    "echo": SERIAL_FORM,
    **dict.fromkeys(("trust", "certificate", "key", "server_name"), frozenset((TLS,))),
}
"""Setting → schemes on which it says something."""

QUIET_CHARACTERS = 3.5
"""Silence that separates two frames (Modbus over Serial Line V1.02 §2.5.1.1)."""

QUIET_LEAST: Duration = milliseconds(1.75)
"""The same above 19 200 baud, where characters are too short to count (§2.5.1.1)."""


class ModbusSettings(LinkSettings):
    """Settings of one Modbus link; durations as text, see the properties for the numbers."""

    timeout: PositiveDurationText = "500ms"
    """Longest wait for an answer to begin (ours; four fit into the 2 s of a panic device)."""
    connect_timeout: PositiveDurationText = "500ms"
    gap: DurationText | None = None
    """Silence between two frames; on a serial line 3.5 characters where nothing is written."""
    baud: int = 9600
    parity: Literal["none", "even", "odd"] = "none"
    stop_bits: int = Field(default=1, ge=1, le=2)
    echo: bool = False
    """Whether the adapter hands back what it sends; else our own write would pass for its echo."""
    trust: str = ""
    """File of the certificates (PEM) that are trusted: the device's own or an authority's."""
    certificate: str = ""
    """File of our certificate (PEM), where the device asks who we are."""
    key: str = ""
    server_name: str = ""
    """Name in the device's certificate, where it is not the host of the address."""

    @field_validator("baud")
    @classmethod
    def _usual(cls, baud: int) -> int:
        if baud not in BAUDS:
            raise ValueError(f"{baud} is no usual rate; write one of {', '.join(map(str, BAUDS))}")
        return baud

    @field_validator("trust", "certificate", "key")
    @classmethod
    def _beside_the_school(cls, written: str, info: ValidationInfo) -> str:
        folder = (info.context or {}).get("folder")
        if not written or folder is None:
            return written
        file = Path(str(folder)) / written
        if not file.is_file():
            raise ValueError(f"there is no file {file}")
        return str(file)

    @field_validator(*_ONLY_ON, mode="before")
    @classmethod
    def _fits_the_scheme(cls, written: Any, info: ValidationInfo) -> Any:  # noqa: ANN401
        scheme = (info.context or {}).get("scheme")
        if scheme and scheme not in _ONLY_ON[info.field_name or ""]:
            raise ValueError(f"`{info.field_name}` says nothing on {scheme}://; leave it out")
        return written

    @model_validator(mode="after")
    def _whole(self, info: ValidationInfo) -> "ModbusSettings":
        if bool(self.certificate) != bool(self.key):
            raise ValueError("a certificate needs its key, and a key its certificate")
        if (info.context or {}).get("scheme") == TLS and not self.trust:
            raise ValueError("modbus+tls:// needs `trust`: whose certificates are to be believed")
        return self

    @property
    def answer_within(self) -> Duration:
        """Return the longest wait for an answer to begin."""
        return parse_duration(self.timeout)

    @property
    def connect_within(self) -> Duration:
        """Return the longest wait for a connection."""
        return parse_duration(self.connect_timeout)

    def character(self, scheme: str) -> Duration:
        """Return how long a character takes on the line; 0 where the line is not ours to clock."""
        if scheme != RTU:
            return 0
        bits = 1 + 8 + (self.parity != "none") + self.stop_bits
        return seconds(bits / self.baud)

    def quiet(self, scheme: str) -> Duration:
        """Return the silence between two frames."""
        if self.gap is not None:
            return parse_duration(self.gap)
        if scheme != RTU:
            return 0
        return max(round(QUIET_CHARACTERS * self.character(scheme)), QUIET_LEAST)


DEFAULTS = ModbusSettings()


def settings_of(written: LinkSettings | None) -> ModbusSettings:
    """Return a link's settings, or what holds where none are written."""
    return written if isinstance(written, ModbusSettings) else DEFAULTS
