"""How both ends protect a link: the policy, whom they believe, and who the user is.

asyncua believes every certificate where it has no list; here an empty list believes nobody.
"""

import hmac

from asyncua import ua
from asyncua.client.client import Client
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.crypto.uacrypto import CertProperties
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from asyncua.server.internal_server import InternalServer
from asyncua.server.server import Server
from asyncua.server.user_managers import UserManager
from asyncua.ua.status_codes import StatusCodes
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from protocols.interfaces import LinkLostError
from protocols.opcua.certificates import Credentials, Identity, first_of_chain, shown
from protocols.opcua.settings import OpcuaSettings, Security

MODES: dict[Security, ua.MessageSecurityMode] = {
    "sign": ua.MessageSecurityMode.Sign,
    "sign-and-encrypt": ua.MessageSecurityMode.SignAndEncrypt,
}

POLICIES: dict[Security, ua.SecurityPolicyType] = {
    "none": ua.SecurityPolicyType.NoSecurity,
    "sign": ua.SecurityPolicyType.Basic256Sha256_Sign,
    "sign-and-encrypt": ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
}

REFUSALS = {
    StatusCodes.BadCertificateTimeInvalid: "is not valid today",
    StatusCodes.BadCertificateUriInvalid: "names another application than the server calls itself",
    StatusCodes.BadCertificateInvalid: "names no application",
}
"""What asyncua finds wrong with a certificate, for people."""

_TIME_AND_NAME = CertificateValidatorOptions.TIME_RANGE | CertificateValidatorOptions.URI


class Gatekeeper(CertificateValidator):
    """Believes a certificate that is of today, names its application, and is trusted."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__(_TIME_AND_NAME)
        self._credentials = credentials

    async def validate(
        self, cert: x509.Certificate, app_description: ua.ApplicationDescription
    ) -> None:
        """Raise ServiceError for a certificate that is not to be believed."""
        await super().validate(cert, app_description)
        if not self._credentials.trusts(cert):
            raise ServiceError(StatusCodes.BadCertificateUntrusted)


async def protect(client: Client, settings: OpcuaSettings) -> None:
    """Have a client speak only with a server that is trusted, protected, and as our user.

    The files are read anew, so that a renewed certificate is used at the next connection. Raises
    LinkLostError with the cause where the server is not to be believed.
    """
    try:
        credentials = Credentials.of(settings)
    except (OSError, ValueError) as error:
        raise LinkLostError(str(error)) from error
    client.application_uri = credentials.application_uri
    mode = MODES[settings.security]
    endpoint = _endpoint(await client.connect_and_get_server_endpoints(), mode)
    try:
        server = first_of_chain(endpoint.ServerCertificate or b"")
    except ValueError:
        raise LinkLostError("the server shows no certificate") from None
    try:
        await Gatekeeper(credentials).validate(server, endpoint.Server)
    except ServiceError as error:
        wrong = REFUSALS.get(error.code, "is not among those trusted")
        raise LinkLostError(f"the server's certificate {shown(server)} {wrong}") from error
    await client.set_security(
        SecurityPolicyBasic256Sha256,
        certificate=_der(credentials.application.certificate),
        private_key=_pem(credentials.application),
        server_certificate=_der(server),
        mode=mode,
    )
    if settings.user:
        client.set_user(settings.user)
        client.set_password(settings.password)
    if credentials.user is not None:
        client.user_certificate = credentials.user.certificate
        client.user_private_key = credentials.user.key


async def guard(server: Server, settings: OpcuaSettings) -> None:
    """Have an emulated server let in only whom its settings name."""
    server.set_security_policy([POLICIES[settings.security]])
    tokens: list[type] = [ua.AnonymousIdentityToken]
    if settings.user:
        tokens = [ua.UserNameIdentityToken]
    elif settings.user_certificate:
        tokens = [ua.X509IdentityToken]
    server.set_identity_tokens(tokens)
    if settings.security == "none":
        return
    credentials = Credentials.of(settings)
    await server.set_application_uri(credentials.application_uri)
    await server.load_certificate(
        credentials.application.certificate.public_bytes(Encoding.DER), "der"
    )
    await server.load_private_key(_pem(credentials.application).path_or_content, format="pem")
    server.set_certificate_validator(Gatekeeper(credentials))
    server.iserver.set_user_manager(Doorkeeper(settings, credentials.user))


class Doorkeeper(UserManager):
    """Lets in one user, or anybody where none is named; nobody is ever an administrator.

    asyncua makes everybody an administrator who calls himself admin.
    """

    def __init__(self, settings: OpcuaSettings, user: Identity | None = None) -> None:
        self._settings = settings
        self._certificate = None if user is None else user.certificate.public_bytes(Encoding.DER)

    def get_user(
        self,
        iserver: InternalServer,  # noqa: ARG002  asyncua's signature
        username: str | None = None,
        password: str | None = None,
        certificate: bytes | None = None,
    ) -> User | None:
        """Return a guest, or None for whoever is not the user that is named."""
        guest = User(role=UserRole.User)
        if self._certificate is not None:
            return guest if certificate == self._certificate else None
        if not self._settings.user:
            return guest if username is None else None
        same_name = hmac.compare_digest(str(username).encode(), self._settings.user.encode())
        same_password = hmac.compare_digest(
            str(password).encode(), self._settings.password.encode()
        )
        return guest if same_name and same_password else None


def _endpoint(
    offered: list[ua.EndpointDescription], mode: ua.MessageSecurityMode
) -> ua.EndpointDescription:
    policy = SecurityPolicyBasic256Sha256.URI
    for endpoint in offered:
        if endpoint.SecurityMode == mode and endpoint.SecurityPolicyUri == policy:
            return endpoint
    raise LinkLostError(f"the server offers no Basic256Sha256 with {mode.name}")


def _der(certificate: x509.Certificate) -> CertProperties:
    return CertProperties(certificate.public_bytes(Encoding.DER), "der")


def _pem(identity: Identity) -> CertProperties:
    key = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return CertProperties(key, "pem")
