"""A host that answers only what is sealed for it (OSCORE, RFC 8613), for the emulator."""

from typing import Any

from aiocoap import Message
from aiocoap.error import BadRequest, RenderableError, UnallowedMethod, Unauthorized
from aiocoap.interfaces import Resource
from aiocoap.numbers.codes import FETCH, POST
from aiocoap.oscore import COSE_KID, NotAProtectedMessage, ProtectionInvalid, verify_start
from aiocoap.pipe import Pipe, error_to_message
from aiocoap.resource import Site

from protocols.coap.protection import Protection


class ProtectedSite(Resource):  # type: ignore[misc]  # aiocoap has no types
    """Unseals requests, lets a site answer them, and seals what it answers."""

    def __init__(self, site: Site, protection: Protection) -> None:
        self._site = site
        self._protection = protection

    async def render(self, request: Message) -> Message:
        """Never called: this site answers through pipes."""
        raise NotImplementedError

    async def needs_blockwise_assembly(self, request: Message) -> bool:  # noqa: ARG002  aiocoap's signature
        """Return False: blocks are put together inside."""
        return False

    async def render_to_pipe(self, pipe: Pipe) -> None:
        """Answer one request, and go on notifying where it asks for that."""
        request, identifiers = self._unsealed(pipe.request)
        sealing = self._protection.context.context_for_response()
        inside = Pipe(request, pipe.log)

        def forward(event: Pipe.Event) -> bool:
            number = event.message.opt.observe
            event.message.opt.observe = None if number is None else 0
            sealed, _ = sealing.protect(event.message, identifiers)
            sealed.opt.observe = number
            pipe.add_response(sealed, is_last=event.is_last)
            return not event.is_last

        inside.on_event(forward)
        answering = error_to_message(inside, pipe.log)
        try:
            await self._site.render_to_pipe(answering)
        except RenderableError as error:
            answering.add_exception(error)

    def _unsealed(self, request: Message) -> tuple[Message, Any]:
        """Return a request as it was meant; raises what aiocoap answers in its stead."""
        try:
            header = verify_start(request)
        except NotAProtectedMessage:
            raise Unauthorized("only protected requests are answered") from None
        if request.code not in (FETCH, POST):
            raise UnallowedMethod
        if header.get(COSE_KID) != self._protection.context.recipient_id:
            raise Unauthorized("security context not found")
        try:
            unsealed, identifiers = self._protection.context.unprotect(request)
        except ProtectionInvalid as error:
            if hasattr(error, "to_message"):
                raise
            raise BadRequest("decryption failed") from error
        unsealed.remote, unsealed.mtype = request.remote, request.mtype
        return unsealed, identifiers
