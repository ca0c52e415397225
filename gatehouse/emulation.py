"""Emulators for every device of a school, on loopback sockets, from the same device models."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from protocols.dialects import DIALECTS, SCHEMES
from protocols.interfaces import Emulator, Link, OnWrite
from protocols.registry import PROTOCOLS
from protocols.starting_values import starting_values
from twins.documents import ConfigError, Problem
from twins.observation import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedLink:
    """A link of the school and where it answers on this machine."""

    asked: Link
    local: Link
    emulator: Emulator


class Emulation:
    """Starts an emulator per link; use as `async with`. `links` then point at loopback."""

    def __init__(self, links: Sequence[Link], on_write: OnWrite, *, fixed_ports: bool) -> None:
        self._asked = tuple(links)
        self._on_write = on_write
        self._fixed = fixed_ports
        self.running: tuple[EmulatedLink, ...] = ()
        self._emulator_of: dict[str, Emulator] = {}

    @property
    def links(self) -> tuple[Link, ...]:
        """Return the links as a driver must dial them here."""
        return tuple(link.local for link in self.running)

    async def publish(self, device: str, values: Mapping[str, Value]) -> None:
        """Change device-side values of a device."""
        await self._emulator_of[device].publish(device, values)

    def emulator_of(self, device: str) -> Emulator:
        """Return the emulator that a device lives in, to cut and restore it."""
        return self._emulator_of[device]

    async def __aenter__(self) -> Self:
        """Start every emulator side by side and publish a neutral first state.

        Raises ConfigError with every address that cannot be used.
        """
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._start(link, port))
                    for link, port in zip(self._asked, self._ports(), strict=True)
                ]
            results = [task.result() for task in tasks]
            problems = [result for result in results if isinstance(result, Problem)]
            if problems:
                raise ConfigError(problems)
            self.running = tuple(one for one in results if isinstance(one, EmulatedLink))
        finally:
            if not self.running:
                await self._stop()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop every emulator."""
        await self._stop()

    async def _stop(self) -> None:
        for emulator in {id(one): one for one in self._emulator_of.values()}.values():
            await emulator.stop()

    def _ports(self) -> list[int]:
        """Return a port per link: 0 for any, or counted up from the protocol's first one."""
        following = {name: one.fixed_port for name, one in DIALECTS.items() if one.fixed_port}
        ports = []
        for link in self._asked:
            protocol = SCHEMES[link.scheme]
            ports.append(following.get(protocol, 0) if self._fixed else 0)
            if protocol in following:
                following[protocol] += 1
        return ports

    async def _start(self, asked: Link, port: int) -> EmulatedLink | Problem:
        local = replace(asked, url=_on_loopback(asked.url, port))
        emulator = PROTOCOLS[SCHEMES[asked.scheme]].make_emulator(local, self._on_write)
        for device in asked.devices:
            self._emulator_of[device.id] = emulator
        try:
            url = await emulator.start()
        except OSError as error:
            message = f"cannot be bound, is another emulation running? ({error})"
            return Problem(file=local.url, message=message)
        for device in asked.devices:
            await emulator.publish(device.id, starting_values(device.model))
        return EmulatedLink(asked=asked, local=replace(asked, url=url), emulator=emulator)


def _on_loopback(url: str, port: int) -> str:
    """Return where an emulator answers here; a serial line's becomes a pseudo-terminal."""
    parts = urlsplit(url)
    if not parts.netloc:
        return url
    return parts._replace(netloc=f"127.0.0.1:{port}").geturl()
