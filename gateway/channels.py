"""How a notice reaches its recipient: one channel per role, one task per delivery.

A delivery is tried until it succeeds or the incident is closed; the recipient drops a second
copy by incident, place and responder. One dead recipient delays nobody. A role without a channel
cannot be reached at all: that is told once, and tried again only by the next run.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

import structlog

from gateway.bus import Bus
from gateway.outputs import subject_of
from gateway.supervisor import Failed, contained
from twins.early_warning import WarningNotice
from twins.incident import Notification
from twins.instant import Duration, seconds
from twins.mobilisation import UnitReleased
from twins.school import Role

DELIVERY_TIMEOUT_S = 3.0
"""Longest wait for one attempt (ours; volunteers are to be reached within 3 s, drill D01)."""

RETRY_S = 1.0
"""Pause after an attempt that failed (assumed)."""

RELEASE_TRIED: Duration = seconds(600)
"""So long somebody is told that they need not come; then they are there, or know (assumed)."""

Notice: TypeAlias = Notification | WarningNotice | UnitReleased
"""Of an incident, of something that is none yet, or that somebody is not needed any more."""

Channel: TypeAlias = Callable[[Notice], Awaitable[None]]
"""Returns when the recipient has the notice; raises when it could not be brought."""

log = structlog.get_logger()


class NobodyThereError(Exception):
    """There is no recipient at the other end just now."""


def console_channel(bus: Bus) -> Channel:
    """Return the channel of guard and station consoles: the live page.

    The notice itself is already on the bus. It counts as delivered when any page is connected and
    takes what it is sent (`gateway.bus.ABSENT_AFTER_S`): a page does not say who sits in front of
    it, and that somebody has seen the notice is known only from an answer.
    """

    async def deliver(notification: Notice) -> None:
        if not bus.present:
            raise NobodyThereError(f"no console is open for {notification.responder}")

    return deliver


class Channels:
    """Role → channel. Guard and station have the live page; others are given by who has them."""

    def __init__(self, bus: Bus) -> None:
        console = console_channel(bus)
        self._by_role: dict[Role, Channel] = {Role.STATION: console, Role.GUARD: console}

    @property
    def by_role(self) -> Mapping[Role, Channel]:
        """Return what is registered now."""
        return self._by_role

    def register(self, role: Role, channel: Channel) -> None:
        """Use this channel for a role from now on."""
        self._by_role[role] = channel

    async def deliver(self, notification: Notice, wanted: Callable[[], bool]) -> bool:
        """Bring a notice to its recipient; tries again while it is `wanted`.

        Returns whether it was delivered. Logs the first failure and the success after one.
        """
        told = {"about": subject_of(notification), "responder": notification.responder}
        channel = self._by_role.get(notification.role)
        if channel is None:
            log.warning("notice.no_channel", role=str(notification.role), **told)
            return False
        failed = ""
        while wanted():
            reason = await _attempt(channel, notification, failed)
            if not reason:
                if failed:
                    log.info("notice.delivered", after=failed, **told)
                return True
            if reason != failed:
                log.warning("notice.not_delivered", reason=reason, **told)
            failed = reason
            await asyncio.sleep(RETRY_S)
        return False


async def _attempt(channel: Channel, notification: Notice, known: str) -> str:
    """Return why an attempt failed, or nothing; a reason that is `known` is not told again."""
    try:
        async with asyncio.timeout(DELIVERY_TIMEOUT_S):
            outcome = await contained(
                "channel.failed",
                _sent(channel, notification),
                known=known,
                responder=notification.responder,
            )
    except TimeoutError:
        return f"no answer in {DELIVERY_TIMEOUT_S:g} s"
    return outcome.reason if isinstance(outcome, Failed) else outcome.answer


async def _sent(channel: Channel, notification: Notice) -> str:
    """Return why the notice did not arrive, or nothing; an empty place is no defect."""
    try:
        await channel(notification)
    except (NobodyThereError, OSError) as error:
        return str(error)
    return ""
