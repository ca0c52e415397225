"""One write to one node, once, and what the server's word on it means."""

from asyncua import ua
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

from protocols.interfaces import LinkLostError, MalformedError, NoAnswerError, RefusedError
from protocols.model import Write
from protocols.opcua.codec import status_name, written
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
        raise RefusedError(f"{point.at}: the server has no such namespace")
    try:
        data = written(point, write.value)
    except ValueError as error:
        raise RefusedError(str(error)) from error
    if not session.can_send:
        raise LinkLostError("the connection is gone")
    try:
        statuses = await session.write(device, point.name, data)
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


def _judge(statuses: list[ua.StatusCode]) -> None:
    """Return where the server took the one write; raises DriverError where it did not."""
    if len(statuses) != 1:
        raise MalformedError(f"1 node written, {len(statuses)} answered")
    status = statuses[0]
    if not status.is_bad():
        return
    if status.value & 0xFFFF_0000 in DOUBTFUL:
        raise NoAnswerError(f"the server says {status_name(status)}")
    raise RefusedError(status_name(status))
