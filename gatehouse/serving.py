"""`gatehouse serve`: the gateway of one or several schools on their real devices."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gatehouse.links import compile_links
from gatehouse.wording import Say
from gateway.api import make_app
from gateway.clock import WallClock
from gateway.runtime import Gateway
from gateway.sqlite_store import SqliteStore
from gateway.web import WebServer
from protocols.interfaces import Link
from protocols.registry import PROTOCOLS
from scenarios.loader import load_school
from twins.documents import ConfigError, Problem
from twins.school import School
from twins.streams import Streams

Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """What `gatehouse serve` was asked for."""

    schools: tuple[str, ...]
    log: Path
    host: str
    port: int


async def run_gateway(settings: ServeSettings, say: Say, tell: Tell) -> None:
    """Serve until cancelled; raises ConfigError with every problem of every school."""
    schools, links = load_all(settings.schools)
    gateway = Gateway(
        schools,
        links,
        protocols=PROTOCOLS,
        store=SqliteStore(settings.log),
        clock=WallClock(),
        streams=Streams(0),
    )
    async with gateway:
        app = make_app(gateway)
        server = WebServer(app, settings.host, settings.port, before_stop=gateway.bus.close)
        tell(say("Live page: {url}", url=server.url))
        async with asyncio.TaskGroup() as group:
            group.create_task(server.run())
            group.create_task(gateway.run())


def load_all(names: tuple[str, ...]) -> tuple[list[School], list[Link]]:
    """Return the schools and their links; raises ConfigError with the problems of all."""
    schools: list[School] = []
    links: list[Link] = []
    problems: list[Problem] = []
    for name in names:
        try:
            package = load_school(name)
            links.extend(compile_links(package))
            schools.append(package.school)
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return schools, links
