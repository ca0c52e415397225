"""The bulkhead: what fails in one driver or one channel stays there.

This is the only place below the API that catches every exception. A defect in one vendor's
driver must not silence the panic buttons of the others.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog

from gateway.recordable import whole
from protocols.backoff import HEALTHY_AFTER, Backoff
from protocols.interfaces import Driver, Link, MakeDriver, Sink
from protocols.silence import monotonic
from twins.clock import Clock
from twins.command import Command, CommandEnded, CommandResult
from twins.instant import in_seconds
from twins.observation import Observation, Quality
from twins.streams import Streams

EXECUTION_GRACE_S = 2.0
"""How long past `not_after` a driver's answer is awaited; its contract says 1 s."""

CANCELLED_ITSELF = "it cancelled itself"
ENDED_ITSELF = "it ended by itself"

Answer = TypeVar("Answer")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Done(Generic[Answer]):
    """Foreign code ended as it should."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """Foreign code broke; `reason` is for people, the log has the traceback."""

    reason: str


async def contained(
    failed: str, work: Coroutine[Any, Any, Answer], *, known: str = "", **context: str
) -> Done[Answer] | Failed:
    """Run foreign code and turn whatever it raises into data; our own cancellation goes through.

    `failed` names the log line that tells of it, with a traceback; a reason that is `known` was
    told before and is not told again. The work gets a task of its own: what it does to
    its task, such as cancelling it or leaving its cancellation count wrong (Python 3.11 does that
    when a task group fails), must not look like our cancellation.
    """
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_caught(failed, work, known, context))
    if task.cancelled():
        if known != CANCELLED_ITSELF:
            log.error(failed, reason=CANCELLED_ITSELF, **context)
        return Failed(CANCELLED_ITSELF)
    return task.result()


async def _caught(
    failed: str, work: Coroutine[Any, Any, Answer], known: str, context: Mapping[str, str]
) -> Done[Answer] | Failed:
    try:
        return Done(await work)
    except Exception as error:
        reason = _said(error)
        if reason != known:
            log.exception(failed, **context)
        return Failed(reason)


class Supervisor:
    """Keeps the driver of one link alive, and passes commands to the one that lives now."""

    def __init__(
        self, link: Link, make_driver: MakeDriver, sink: Sink, clock: Clock, streams: Streams
    ) -> None:
        self.link = link
        self.failure = ""
        """Why the driver is not running just now; empty while it is."""
        self._make_driver = make_driver
        self._sink = sink
        self._clock = clock
        self._streams = streams
        self._driver: Driver | None = None
        self._told = ""
        """The reason that was logged last; empty once the driver has held again."""

    async def run(self) -> None:
        """Run the driver, and again after each failure, until cancelled."""
        backoff = Backoff(stream=self._streams.stream(self.link.url, "supervisor"))
        while True:
            backoff.connected(monotonic())
            outcome = await contained(
                "driver.failed", self._run_once(), known=self._told, link=self.link.url
            )
            self._driver = None
            reason = outcome.reason if isinstance(outcome, Failed) else ENDED_ITSELF
            if reason == ENDED_ITSELF != self._told:
                log.error("driver.failed", reason=reason, link=self.link.url)
            self._told = reason
            self.failure = f"driver failed: {reason}"
            self._mark_bad()
            await asyncio.sleep(in_seconds(backoff.lost(monotonic())))

    async def execute(self, command: Command) -> CommandEnded:
        """Have the driver carry out a command; always ends, in one of the four ways."""
        driver = self._driver
        if driver is None:
            return _ended(command, CommandResult.NOT_EXECUTED, self.failure or "not started yet")
        left = in_seconds(command.not_after - self._clock.now())
        try:
            async with asyncio.timeout(max(left, 0.0) + EXECUTION_GRACE_S):
                outcome = await contained(
                    "command.failed",
                    driver.execute(command),
                    link=self.link.url,
                    command=command.id,
                )
        except TimeoutError:
            return _ended(command, CommandResult.UNKNOWN, "the driver did not say in time")
        if isinstance(outcome, Failed):
            return _ended(command, CommandResult.UNKNOWN, f"driver failed: {outcome.reason}")
        return outcome.answer

    async def _run_once(self) -> None:
        driver = self._make_driver(self.link, self._sink, self._clock, self._streams)
        self._driver, self.failure = driver, ""
        held = asyncio.get_running_loop().call_later(in_seconds(HEALTHY_AFTER), self._recovered)
        try:
            await driver.run()
        finally:
            held.cancel()

    def _recovered(self) -> None:
        """Say once that a driver which had failed holds again."""
        if self._told:
            log.info("driver.recovered", link=self.link.url, after=self._told)
            self._told = ""

    def _mark_bad(self) -> None:
        now = self._clock.now()
        self._sink.observe(
            [
                Observation(
                    device=device.id,
                    property=name,
                    value=None,
                    quality=Quality.BAD,
                    cause=self.failure,
                    source_time=now,
                    receive_time=now,
                )
                for device in self.link.devices
                for name in device.model.points
            ]
        )


def _ended(command: Command, result: CommandResult, reason: str) -> CommandEnded:
    return CommandEnded(command=command.id, device=command.device, result=result, reason=reason)


def _said(error: BaseException) -> str:
    """Return the first real exception of a group in words."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return whole(f"{type(error).__name__}: {error}") if str(error) else type(error).__name__
