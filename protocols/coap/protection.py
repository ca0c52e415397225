"""OSCORE (RFC 8613) for our side of a link: each message sealed, each answer proven to be one.

aiocoap keeps keys, sequence numbers and replay windows in a folder; how requests, answers and
notifications belong together stands here.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiocoap import Message
from aiocoap.oscore import (
    FilesystemSecurityContext,
    NotAProtectedMessage,
    ProtectionInvalid,
    RequestIdentifiers,
)

from protocols.coap.settings import SECRET, SETTINGS

MIRROR = "device"
"""Folder within a security context that holds the emulated device's side of it."""


class UnprovenError(Exception):
    """An answer is not proven to come from the device."""


@dataclass(slots=True)
class Request:
    """What answers and notifications of a request are proven by."""

    latest: RequestIdentifiers | None = None
    before: RequestIdentifiers | None = None
    """Of a registration that is being refreshed: its notifications may still be under way."""


class Protection:
    """The security context of a link; one process uses it at a time, which a lock file keeps."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._context: Any = None

    def open(self) -> None:
        """Take the context from its folder; raises OSError where another process has it."""
        if self._context is not None:
            return
        try:
            self._context = FilesystemSecurityContext(self._folder)
        except TimeoutError as error:
            raise OSError(f"{self._folder}: another process uses these keys") from error

    def close(self) -> None:
        """Write the sequence numbers back and let the folder go."""
        context, self._context = self._context, None
        if context is not None:
            context._destroy()  # noqa: SLF001  aiocoap does this when it is collected, we say when

    def seal(self, message: Message, request: Request) -> Message:
        """Return a request as it goes out."""
        sealed, identifiers = self._context.protect(message)
        request.before, request.latest = request.latest, identifiers
        return sealed

    def unseal(self, message: Message, request: Request) -> Message:
        """Return what the device answered; raises UnprovenError where it was not the device."""
        for identifiers in (request.latest, request.before):
            if identifiers is None:
                continue
            try:
                unsealed, _ = self._context.unprotect(message, identifiers)
            except NotAProtectedMessage as error:
                raise UnprovenError(f"not protected: {message.code}") from error
            except ProtectionInvalid:
                continue
            if identifiers is request.latest:
                request.before = None
            unsealed.remote, unsealed.mtype = message.remote, message.mtype
            return unsealed
        raise UnprovenError("the answer does not prove that it is the device's")

    @property
    def context(self) -> Any:  # noqa: ANN401  aiocoap has no types
        """Return aiocoap's security context, for the side that answers."""
        return self._context


def mirrored(folder: str) -> str:
    """Return the folder of the other side's context, made where there is none."""
    mirror = Path(folder) / MIRROR
    if not (mirror / SETTINGS).exists():
        mirror.mkdir(exist_ok=True)
        settings = json.loads((Path(folder) / SETTINGS).read_text())
        swapped = {}
        for key, value in settings.items():
            role, _, form = key.partition("_")
            other = {"sender-id": "recipient-id", "recipient-id": "sender-id"}.get(role, role)
            swapped[f"{other}_{form}" if form else other] = value
        if (Path(folder) / SECRET).exists():
            shutil.copy(Path(folder) / SECRET, mirror / SECRET)
        (mirror / SETTINGS).write_text(json.dumps(swapped))
    return str(mirror)
