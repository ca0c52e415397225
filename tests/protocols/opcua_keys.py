"""Certificates that the tests make themselves."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A certificate with its key, on disk."""

    certificate: str
    key: str
    signed: x509.Certificate
    private: rsa.RSAPrivateKey


@cache
def private_key(number: int) -> rsa.RSAPrivateKey:
    """Return one of a few keys; making them takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def make(
    folder: Path,
    name: str,
    *,
    number: int,
    issuer: Made | None = None,
    days: tuple[int, int] = (-1, 30),
    authority: bool = False,
    uri: str = "",
) -> Made:
    """Make a certificate, signed by itself or by an authority, and write it down."""
    key = private_key(number)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)  # noqa: TID251  certificates are of the machine's day
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.signed.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * DAY)
        .not_valid_after(now + days[1] * DAY)
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.UniformResourceIdentifier(uri or f"urn:gatehouse:test:{name}"),
                    x509.DNSName("localhost"),
                ]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, key_encipherment=True,
                data_encipherment=True, key_agreement=False, key_cert_sign=True, crl_sign=False,
                encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(issuer.private if issuer else key, hashes.SHA256())
    )  # fmt: skip
    certificate, private = folder / f"{name}.der", folder / f"{name}.pem"
    certificate.write_bytes(signed.public_bytes(Encoding.DER))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Made(certificate=str(certificate), key=str(private), signed=signed, private=key)
