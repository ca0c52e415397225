"""What an OPC UA link needs beside its address: how messages are protected, and who we are.

Light: read with every device list. Passwords never stand in YAML, only where they are found.
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import ValidationInfo, field_validator, model_validator

from protocols.dialect import LinkSettings

Security = Literal["none", "sign", "sign-and-encrypt"]


class OpcuaSettings(LinkSettings):
    """Settings of one OPC UA link. Files are PEM or DER; keys are not encrypted.

    An emulator takes the same settings, seen from its own side: its certificate, whom it trusts,
    and the user whom it lets in.
    """

    security: Security = "none"
    """Basic256Sha256 where it is not none."""
    certificate: str = ""
    """Our application certificate; its URI is our application's."""
    key: str = ""
    trusted: tuple[str, ...] = ()
    """Certificates, or folders of them, that are believed: a peer's own, or an authority's."""
    user: str = ""
    password_file: str = ""
    password_variable: str = ""
    """Environment variable that holds the password."""
    user_certificate: str = ""
    user_key: str = ""

    @field_validator("certificate", "key", "password_file", "user_certificate", "user_key")
    @classmethod
    def _beside_the_school(cls, written: str, info: ValidationInfo) -> str:
        return _found(written, info)

    @field_validator("trusted")
    @classmethod
    def _each_beside_the_school(
        cls, written: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        return tuple(_found(one, info) for one in written)

    @field_validator("password_variable")
    @classmethod
    def _is_set(cls, written: str) -> str:
        if written and written not in os.environ:
            raise ValueError(f"the environment variable {written} is not set")
        return written

    @model_validator(mode="after")
    def _whole(self) -> "OpcuaSettings":
        passwords = [one for one in (self.password_file, self.password_variable) if one]
        if bool(self.certificate) != bool(self.key):
            raise ValueError("a certificate needs its key, and a key its certificate")
        if bool(self.user_certificate) != bool(self.user_key):
            raise ValueError("a user's certificate needs its key, and a key its certificate")
        if self.security != "none" and not (self.certificate and self.trusted):
            raise ValueError(f"{self.security} needs `certificate`, `key` and `trusted`")
        if self.security == "none" and (self.certificate or self.trusted):
            raise ValueError("certificates say nothing without `security`")
        if bool(self.user) != bool(passwords) or len(passwords) > 1:
            raise ValueError("a user needs `password_file` or `password_variable`, one of them")
        if self.user and self.user_certificate:
            raise ValueError("a user shows a password or a certificate, not both")
        if self.user and self.security != "sign-and-encrypt":
            raise ValueError("a password needs `security: sign-and-encrypt`, or others can read it")
        if self.user_certificate and self.security == "none":
            raise ValueError("a user's certificate needs `security`")
        self._readable()
        return self

    @property
    def password(self) -> str:
        """Return the password from where it is kept."""
        if self.password_file:
            return Path(self.password_file).read_text(encoding="utf-8").strip()
        return os.environ.get(self.password_variable, "")

    def _readable(self) -> None:
        """Raise ValueError for a file that does not hold what it should."""
        if self.security == "none":
            return
        from protocols.opcua.certificates import Credentials  # noqa: PLC0415  only where it is used

        Credentials.of(self)


PLAIN = OpcuaSettings()


def settings_of(written: LinkSettings | None) -> OpcuaSettings:
    """Return a link's settings, or what holds where none are written."""
    return written if isinstance(written, OpcuaSettings) else PLAIN


def _found(written: str, info: ValidationInfo) -> str:
    folder = (info.context or {}).get("folder")
    file = Path(str(folder)) / written if folder is not None else Path(written)
    if written and not file.exists():
        raise ValueError(f"there is no {file}")
    return str(file) if written else ""
