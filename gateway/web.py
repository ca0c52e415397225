"""The HTTP server inside our own task group: local addresses only, Ctrl-C left to its owner."""

import asyncio
import contextlib
import math
import socket
from collections.abc import Callable, Generator

import uvicorn
from fastapi import FastAPI
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.origins import LOCAL_HOSTS
from twins.documents import ConfigError, Problem

STOP_TIMEOUT_S = 2
"""Longest wait for requests under way when the server stops (assumed)."""

REQUEST_TIMEOUT_S = 10.0
"""Longest time that a connection may hold without a whole request head (assumed)."""

CONNECTIONS_MAX = 400
"""Connections at once; one more and the oldest that asks for nothing is closed (assumed). Requests
have a limit of their own, `gateway.bodies.REQUESTS_MAX`."""


BACKLOG = 128
"""Connections that may wait to be taken (assumed)."""


class WebServer:
    """Listens as soon as it is made, so `url` is known; answers while `run` is running.

    `before_stop` is called when it is told to stop, to end streams that would go on for ever.

    Raises:
        ConfigError: the address is not local, or it is taken.
    """

    def __init__(
        self, app: FastAPI, host: str, port: int, *, before_stop: Callable[[], None]
    ) -> None:
        self._socket = _listening(host, port)
        self._before_stop = before_stop
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            app,
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_TIMEOUT_S,
        )
        self._server = _Server(config)

    async def run(self) -> None:
        """Answer until cancelled; then let requests under way end."""
        try:
            await self._server.serve(sockets=[self._socket])
        except asyncio.CancelledError:
            self._before_stop()
            if self._server.started:
                await self._server.shutdown(sockets=[self._socket])
            raise
        finally:
            self._socket.close()


class _Connection(H11Protocol):
    """A connection that is closed when it asks for nothing.

    uvicorn closes one that is silent after an answer, but waits for ever for a first request or
    for the rest of a head.
    """

    _silent: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        self._watch()
        idle = [one for one in self.connections if isinstance(one, _Connection) and one.silent]
        if len(self.connections) > CONNECTIONS_MAX and idle:
            min(idle, key=_Connection.silent_until).transport.abort()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    @property
    def silent(self) -> bool:
        """Return whether nobody asks for anything here just now."""
        return self._silent is not None

    def silent_until(self) -> float:
        """Return when this connection will be closed, by the loop's time."""
        return self._silent.when() if self._silent else math.inf

    def _watch(self) -> None:
        """Count the time without a request from its beginning; bytes of a head do not renew it."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_watching()
        elif self._silent is None:
            self._silent = self.loop.call_later(REQUEST_TIMEOUT_S, self.transport.abort)

    def _stop_watching(self) -> None:
        if self._silent is not None:
            self._silent.cancel()
            self._silent = None


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers."""

    @contextlib.contextmanager
    @override
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _listening(host: str, port: int) -> socket.socket:
    if host not in LOCAL_HOSTS:
        known = ", ".join(sorted(LOCAL_HOSTS))
        raise _wrong(host, port, f"there are no accounts yet, so only {known} may be bound")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)  # from now on a browser that is sent here waits, and is answered
    except (OSError, OverflowError) as error:
        listener.close()
        raise _wrong(host, port, f"cannot be bound: {error}") from error
    return listener


def _wrong(host: str, port: int, message: str) -> ConfigError:
    return ConfigError([Problem(file=f"{host}:{port}", message=message)])
