"""One CoAP host as a client sees it: single exchanges and registrations, one at a time.

aiocoap carries the messages. What it lacks stands here (gaps of 0.4.17: re-registration under the
same token, active cancellation, a place in line for commands, an end to exchanges nobody wants):
requests are placed on its token manager with a `Pipe` of our own, which also hands over every
single notification - its own iterator keeps the latest only.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from aiocoap import Context, Message
from aiocoap.error import ConRetransmitsExceeded, Error, MessageError
from aiocoap.numbers.codes import GET, UNAUTHORIZED
from aiocoap.numbers.constants import TransportTuning
from aiocoap.pipe import Pipe
from aiocoap.tokenmanager import TokenManager
from aiocoap.util import hostportjoin

from protocols.coap.address import ResourcePath
from protocols.coap.blockwise import Block, deliver, option_of, whole
from protocols.coap.notifications import Ears, Notification
from protocols.coap.protection import Protection, Request, UnprovenError
from protocols.coap.registration import CANCEL, REGISTER, Registration
from protocols.coap.tuning import Once
from protocols.interfaces import LinkLostError, MalformedError, NoAnswerError
from protocols.turns import Turns

FAILURES_BEFORE_RENEWAL = 3
"""Failed exchanges in a row after which socket, tokens and message ids are made anew."""


class Endpoint:
    """A client's side of one host. Each of its calls is made within a turn of `turns`.

    NSTART is 1 (RFC 7252 §4.7): one exchange is in flight, the others wait.
    """

    def __init__(self, host: str, port: int, protection: Protection | None = None) -> None:
        self.netloc = hostportjoin(host, port)
        self._protection = protection
        self._context: Context | None = None
        self._tokens: TokenManager | None = None
        self._remote: Any = None
        self.turns = Turns()
        self._failures = 0
        self._registered: dict[bytes, Registration] = {}

    async def exchange(self, message: Message) -> Message:
        """Send a request and return its answer.

        Raises LinkLostError where no byte left us, NoAnswerError where one may have.
        """
        answer = await self._exchange(message)
        if self._protection is not None and answer.code is UNAUTHORIZED and answer.opt.echo:
            # The device has lost count of our messages, as after a restart, and did nothing yet
            # (RFC 8613 appendix B.1.2).
            message.opt.echo = answer.opt.echo
            answer = await self._exchange(message)
        return answer

    async def _exchange(self, message: Message) -> Message:
        await self._open()
        answer: asyncio.Future[Pipe.Event] = asyncio.get_running_loop().create_future()

        sealing = Request()

        def take(event: Pipe.Event) -> bool:
            if not answer.done():
                answer.set_result(self._unsealed(event, sealing))
            return not event.is_last

        pipe = Pipe(message, self._log)
        stop = pipe.on_event(take)
        try:
            self._send(message, pipe, self._next_token(), sealing)
            return await self._answer(answer, message)
        finally:
            stop()

    async def get(
        self,
        path: ResourcePath,
        tuning: TransportTuning,
        *,
        accept: int | None = None,
        etag: bytes | None = None,
    ) -> Message:
        """Read a resource, all of its blocks; an answer of 2.03 says that `etag` is still true."""
        message = self.message(GET, path, tuning)
        message.opt.accept = accept
        if etag is not None:
            message.opt.etags = [etag]
        return await self.completed(await self.exchange(message), path, tuning, accept)

    async def completed(
        self, first: Message, path: ResourcePath, tuning: TransportTuning, accept: int | None
    ) -> Message:
        """Return an answer with the blocks that it leaves out."""

        async def ask(block: Block | None) -> Message:
            message = self.message(GET, path, tuning)
            message.opt.accept = accept
            message.opt.block2 = None if block is None else option_of(block)
            return await self.exchange(message)

        return await whole(first, ask)

    async def write(
        self,
        code: object,
        path: ResourcePath,
        payload: bytes,
        content_format: int | None,
        still: Callable[[], None],
    ) -> Message:
        """Send a body once, in blocks where it must be; return the answer to its end.

        `still` is called before every datagram and raises where it is too late for one.
        """

        async def send(part: bytes, block: Block | None) -> Message:
            still()
            message = self.message(code, path, Once())
            message.payload = part
            message.opt.content_format = content_format
            message.opt.block1 = None if block is None else option_of(block)
            return await self.exchange(message)

        return await deliver(payload, send)

    async def register(self, registration: Registration, tuning: TransportTuning) -> Message:
        """Register or refresh an observation; return the answer to it.

        A refresh keeps its token, so that the server replaces the entry (RFC 7641 §4.1).
        """
        await self._open()
        message = self.message(GET, registration.path, tuning)
        message.opt.accept = registration.accept
        message.opt.observe = REGISTER
        if registration.pipe is None:
            registration.pipe = Pipe(message, self._log)
            registration.pipe.on_event(partial(self._pass_on, registration))
            registration.token = registration.token or self._next_token()
            self._registered[registration.token] = registration
        registration.waiting = asyncio.get_running_loop().create_future()
        try:
            self._send(message, registration.pipe, registration.token, registration.sealing)
            return await self._answer(registration.waiting, message)
        finally:
            registration.waiting = None

    async def cancel(self, registration: Registration) -> None:
        """Tell the server that we look no more (RFC 7641 §3.6), once and without proof."""
        if registration.pipe is None or self._tokens is None:
            return
        message = self.message(GET, registration.path, Once())
        message.opt.accept = registration.accept
        message.opt.observe = CANCEL
        registration.waiting = asyncio.get_running_loop().create_future()
        self._send(message, registration.pipe, registration.token, registration.sealing)
        await self._answer(registration.waiting, message)

    def message(self, code: object, path: ResourcePath, tuning: TransportTuning) -> Message:
        """Return an empty request to a resource of this host."""
        message = Message(code=code, transport_tuning=tuning)
        message.opt.uri_path = path.segments
        if path.query:
            message.opt.uri_query = path.query
        return message

    async def close(self) -> None:
        """Free the socket. Every registration ends."""
        context, self._context, self._tokens = self._context, None, None
        self._registered.clear()
        if context is not None:
            # aiocoap forgets first who reads the socket and closes it then; a datagram in between
            # would be an AttributeError in the log.
            self._remote._transport.abort()  # noqa: SLF001
            await context.shutdown()

    async def _open(self) -> None:
        if self._context is not None:
            return
        # simple6, despite its name, speaks IPv4 without any IPv6 in the kernel and learns of
        # closed ports, for it connects its socket.
        context = await Context.create_client_context(transports=["simple6"])
        probe = Message(code=GET)
        probe.unresolved_remote = self.netloc
        try:
            self._tokens = await context.find_remote_and_interface(probe)
        except (Error, OSError) as error:
            await context.shutdown()
            raise LinkLostError(f"no way to {self.netloc}: {_said(error)}") from error
        self._remote = probe.remote
        self._context = context
        self._log = context.log
        transport = self._remote._transport  # noqa: SLF001  aiocoap offers no other way to it
        transport.set_protocol(Ears(self._remote, transport, self._take))

    def _take(self, notification: Notification) -> bool:
        """Hand a notification over; not while an answer is awaited, which might be this one."""
        registration = self._registered.get(notification.token)
        if self._protection is not None:
            return False  # only sealed ones count, and those are not read here
        if registration is None or registration.pipe is None or registration.waiting is not None:
            return False
        registration.notified(notification)
        return True

    def _next_token(self) -> bytes:
        assert self._tokens is not None
        return bytes(self._tokens.next_token())

    def _pass_on(self, registration: Registration, event: Pipe.Event) -> bool:
        """Hand an event to its registration, unless it is one that anybody might have sent."""
        unsealed = self._unsealed(event, registration.sealing)
        if isinstance(unsealed.exception, UnprovenError) and registration.waiting is None:
            return not event.is_last
        return registration.take(unsealed)

    def _unsealed(self, event: Pipe.Event, sealing: Request) -> Pipe.Event:
        """Return an event with its message as the device meant it, or with why it is unproven."""
        if self._protection is None or event.message is None:
            return event
        try:
            message = self._protection.unseal(event.message, sealing)
        except UnprovenError as error:
            return Pipe.Event(None, error, event.is_last)
        return Pipe.Event(message, None, event.is_last)

    def _send(self, message: Message, pipe: Pipe, token: bytes, sealing: Request) -> None:
        """Place a request on aiocoap under a token of our choice; errors come as events."""
        assert self._tokens is not None
        if self._protection is not None:
            message = self._protection.seal(message, sealing)
        message.remote = self._remote
        message.token = token
        key = (token, self._remote)
        pending = self._tokens.outgoing_requests
        if pending.get(key) is not pipe:
            pending[key] = pipe
            pipe.on_interest_end(partial(pending.pop, key, None))

        def reset() -> None:
            if pending.get(key) is pipe:
                pipe.add_exception(MessageError("the device reset the request"))

        self._tokens.token_interface.send_message(message, reset)

    async def _answer(self, answer: asyncio.Future[Pipe.Event], message: Message) -> Message:
        """Wait for an answer and count failures; the exchange itself is never cut short.

        The limit only ends the wait for a separate answer that was promised and never came.
        """
        limit = message.transport_tuning.MAX_TRANSMIT_WAIT + 0.1
        try:
            async with asyncio.timeout(limit):
                event = await answer
        except TimeoutError:
            await self._failed()
            raise NoAnswerError("acknowledged, but never answered") from None
        if event.exception is None:
            self._failures = 0
            return event.message
        await self._failed()
        if isinstance(event.exception, MessageError):
            raise MalformedError("the device reset the request")
        raise NoAnswerError(_said(event.exception)) from event.exception

    async def _failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES_BEFORE_RENEWAL:
            self._failures = 0
            await self.close()


def _said(error: BaseException) -> str:
    """Return what went wrong in words, from aiocoap's and the system's errors."""
    if isinstance(error, ConRetransmitsExceeded):
        return "no answer"
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    return cause.strerror or str(cause) if isinstance(cause, OSError) else str(error) or "failed"
