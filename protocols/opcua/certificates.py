"""Certificates and keys of a link: read, and whom they make us believe.

A trust list that is empty trusts nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_pem_private_key,
)

from protocols.opcua.settings import OpcuaSettings

SUFFIXES = frozenset((".der", ".pem", ".crt", ".cer"))
"""Files in a folder of trusted certificates that are read."""

_PEM = b"-----BEGIN"

_LONG_SEQUENCE = b"\x30\x82"
"""How a certificate begins in DER, before its length in two bytes (X.690 §8.1.3.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: RSAPrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who we are on a link, and whom we believe."""

    application: Identity
    user: Identity | None
    trusted: tuple[x509.Certificate, ...]

    @classmethod
    def of(cls, settings: OpcuaSettings) -> Self:
        """Read all files; raises ValueError that names the file."""
        return cls(
            application=_identity(settings.certificate, settings.key),
            user=(
                _identity(settings.user_certificate, settings.user_key)
                if settings.user_certificate
                else None
            ),
            trusted=tuple(_trusted(settings)),
        )

    @property
    def application_uri(self) -> str:
        """Return the URI that stands in our certificate (OPC 10000-6 §6.2.2)."""
        (uri,) = application_uris(self.application.certificate)[:1]
        return uri

    def trusts(self, certificate: x509.Certificate) -> bool:
        """Return whether a certificate is ours, is listed, or was issued by an authority listed."""
        known = (self.application.certificate, *self.trusted)
        return certificate in known or any(_issued(certificate, one) for one in self.trusted)


def application_uris(certificate: x509.Certificate) -> list[str]:
    """Return the URIs that a certificate names."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)


def first_of_chain(data: bytes) -> x509.Certificate:
    """Return a peer's own certificate, which may be followed by its issuers'; raises ValueError."""
    whole = data
    if data[:2] == _LONG_SEQUENCE:
        whole = data[: 4 + int.from_bytes(data[2:4], "big")]
    return x509.load_der_x509_certificate(whole)


def shown(certificate: x509.Certificate) -> str:
    """Return subject and thumbprint for people, as other OPC UA tools show them."""
    thumbprint = certificate.fingerprint(hashes.SHA1())  # noqa: S303  a name, no protection
    return f"{certificate.subject.rfc4514_string()} (SHA-1 {thumbprint.hex()})"


def _trusted(settings: OpcuaSettings) -> Iterator[x509.Certificate]:
    for written in settings.trusted:
        place = Path(written)
        files = [place]
        if place.is_dir():
            files = sorted(one for one in place.iterdir() if one.suffix.lower() in SUFFIXES)
        for file in files:
            yield _certificate(file)


def _identity(certificate: str, key: str) -> Identity:
    found, private = _certificate(Path(certificate)), _key(Path(key))
    if found.public_key() != private.public_key():
        raise ValueError(f"{key} is not the key of {certificate}")
    if not application_uris(found):
        raise ValueError(f"{certificate} names no application URI (subjectAltName)")
    return Identity(certificate=found, key=private)


def _certificate(file: Path) -> x509.Certificate:
    data = file.read_bytes()
    try:
        if data.startswith(_PEM):
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except ValueError:
        raise ValueError(f"{file} holds no certificate") from None


def _key(file: Path) -> RSAPrivateKey:
    data = file.read_bytes()
    try:
        load = load_pem_private_key if data.startswith(_PEM) else load_der_private_key
        key = load(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(f"{file} holds no private key, or an encrypted one") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{file} holds no RSA key, which Basic256Sha256 needs")
    return key


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(authority)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return constraints.ca and certificate != authority
