"""The HTTP server inside our own task group: local addresses only, Ctrl-C left to its owner."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Generator

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from gateway.origins import LOCAL_HOSTS
from twins.documents import ConfigError, Problem

STOP_TIMEOUT_S = 2
"""Longest wait for requests under way when the server stops (assumed)."""

CONNECTIONS_MAX = 200
"""Connections at once; more are answered 503 (assumed)."""


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
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=CONNECTIONS_MAX,
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
    except (OSError, OverflowError) as error:
        listener.close()
        raise _wrong(host, port, f"cannot be bound: {error}") from error
    return listener


def _wrong(host: str, port: int, message: str) -> ConfigError:
    return ConfigError([Problem(file=f"{host}:{port}", message=message)])
