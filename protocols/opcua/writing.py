"""One write to one node or one call, once, and what the server's word on it means."""

from collections.abc import Awaitable, Callable
from functools import partial

from asyncua import ua
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from protocols.interfaces import LinkLostError, MalformedError, NoAnswerError, RefusedError
from protocols.model import Write
from protocols.opcua.address import Method
from protocols.opcua.codec import sent, status_name, variant_of, written
from protocols.opcua.session import Session

DOUBTFUL = frozenset(
    {
        StatusCodes.BadTimeout,
        StatusCodes.BadRequestTimeout,
        StatusCodes.BadUnexpectedError,
        StatusCodes.BadInternalError,
        StatusCodes.BadCommunicationError,
        StatusCodes.BadNoCommunication,
        StatusCodes.BadDeviceFailure,
    }
)
"""Words on a write that do not say that it was not done; every other Bad is a refusal."""

REFUSING_FAULTS = frozenset(
    {
        StatusCodes.BadUserAccessDenied,
        StatusCodes.BadServiceUnsupported,
        StatusCodes.BadTooManyOperations,
        StatusCodes.BadSessionIdInvalid,
        StatusCodes.BadSessionNotActivated,
        StatusCodes.BadSecurityModeInsufficient,
        StatusCodes.BadDecodingError,
        StatusCodes.BadServerHalted,
    }
)
"""Faults of the whole service that say that it did not begin; every other one leaves it open."""


async def write_once(session: Session, device: str, write: Write) -> None:
    """Write one point, never twice.

    Raises LinkLostError where no byte left us, RefusedError where the server or the description
    says no, and another DriverError where nobody knows whether it was done.
    """
    point = write.point
    if not session.knows(device, point.name):
        raise RefusedError(f"{point.at}: there is no such node on the server")
    try:
        send = _prepared(session, device, write)
    except ValueError as error:
        raise RefusedError(str(error)) from error
    if not session.can_send:
        raise LinkLostError("the connection is gone")
    try:
        statuses = await send()
    except TimeoutError:
        raise NoAnswerError("no answer to the write") from None
    except UaStatusCodeError as error:
        name = status_name(ua.StatusCode(ua.UInt32(error.code)))
        if error.code in REFUSING_FAULTS:
            raise RefusedError(name) from error
        raise NoAnswerError(f"the write ended with {name}") from error
    except (OSError, UaError) as error:
        raise NoAnswerError(f"the connection broke during the write: {error}") from error
    _judge(statuses)


def _prepared(
    session: Session, device: str, write: Write
) -> Callable[[], Awaitable[list[ua.StatusCode]]]:
    """Return the request for a write or a call; raises ValueError for what cannot be sent."""
    if isinstance(write.point.address, Method):
        arguments = [variant_of(value, kind) for kind, value in sent(write.arguments)]
        return partial(session.call, device, write.point.name, arguments)
    if write.point.field:
        raise ValueError(f"{write.point.field} is a member of a value and is not written alone")
    return partial(session.write, device, write.point.name, written(write.point, write.value))


def _judge(statuses: list[ua.StatusCode]) -> None:
    """Return where the server took the one write; raises DriverError where it did not."""
    if len(statuses) != 1:
        raise MalformedError(f"1 write or call, {len(statuses)} answered")
    status = statuses[0]
    if not status.is_bad():
        return
    if status.value & 0xFFFF_0000 in DOUBTFUL:
        raise NoAnswerError(f"the server says {status_name(status)}")
    raise RefusedError(status_name(status))
