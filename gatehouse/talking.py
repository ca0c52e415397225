"""One device on the wire, for whoever stands before it: read it, watch it, write to it once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from gatehouse.device_source import model_named
from gatehouse.links import DEFAULT_UNIT, compile_links
from gatehouse.ordering import arguments_of, split_words, writes_of
from gateway.clock import WallClock
from protocols.dialects import SCHEMES
from protocols.interfaces import ConnectedDevice, Driver, Link
from protocols.model import DeviceModel, Write
from protocols.registry import PROTOCOLS
from scenarios.loader import load_school
from scenarios.school import split_address
from twins.capability import ActionSpec, expected_state
from twins.command import Command, CommandEnded
from twins.documents import ConfigError, Problem, did_you_mean
from twins.instant import Duration, Instant, in_seconds, seconds
from twins.observation import Observation, Value
from twins.streams import Streams

FIRST_READING: Duration = seconds(10)
"""Longest wait for a first word on every point (assumed)."""

WRITE_WITHIN: Duration = seconds(5)
"""A write that was not sent by then is not sent any more (assumed)."""

DIRECT = "write"
"""The action under which a point is written by hand; no capability has one of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A link with the one device that is spoken to."""

    link: Link
    device: ConnectedDevice


@dataclass(slots=True)
class Heard:
    """What a device said so far; a sink for its driver."""

    latest: dict[str, Observation] = field(default_factory=dict)
    """Property → its last observation."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    told: Callable[[Observation], object] = lambda observation: None  # noqa: ARG005  nobody asked
    answered: int = 0

    def observe(self, observations: Sequence[Observation]) -> None:
        """Keep what was said."""
        for one in observations:
            self.latest[one.property] = one
            self.told(one)
        self.news.set()

    def heard(self, devices: Sequence[str], at: Instant) -> None:  # noqa: ARG002  a sink's call
        """Count the answers."""
        self.answered += 1


def spoken_to(name: str, at: str, unit: int | None, parameters: Mapping[str, str]) -> Spoken:
    """Return the device meant: `SCHOOL/DEVICE`, or a model with its address `at`.

    Raises ConfigError.
    """
    if at:
        return _at(name, at, unit, parameters)
    school, _, device = name.rpartition("/")
    if not school:
        message = "say where it is: --at modbus+tcp://HOST:PORT, or SCHOOL/DEVICE"
        raise ConfigError([Problem(file=name, message=message)])
    package = load_school(school)
    for link in compile_links(package):
        for one in link.devices:
            if one.id == f"{package.school.id}/{device}":
                # Alone on its link: nobody else's points are read for it.
                return Spoken(link=replace(link, devices=(one,)), device=one)
    hint = did_you_mean(device, [entry.name for entry in package.devices])
    raise ConfigError([Problem(file=school, message=f"has no device {device!r}{hint}")])


@asynccontextmanager
async def speaking(spoken: Spoken, heard: Heard) -> AsyncIterator[Driver]:
    """Keep a driver at the device while the block runs."""
    protocol = PROTOCOLS[SCHEMES[spoken.link.scheme]]
    driver = protocol.make_driver(spoken.link, heard, WallClock(), Streams(0))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(driver.run())
        try:
            yield driver
        finally:
            running.cancel()


async def first_reading(spoken: Spoken, heard: Heard, within: Duration = FIRST_READING) -> bool:
    """Wait for a word on every point; return whether all of them came in time."""
    wanted = set(spoken.device.model.points)
    try:
        async with asyncio.timeout(in_seconds(within)):
            while not wanted <= set(heard.latest):
                heard.news.clear()
                await heard.news.wait()
    except TimeoutError:
        return False
    return True


async def write_once(spoken: Spoken, words: Sequence[str], heard: Heard) -> CommandEnded:
    """Write a point or carry out an action, once, and read back what came of it."""
    model, command = ordered(spoken.device.model, words, spoken.device.id)
    device = replace(spoken.device, model=model)
    ready = replace(spoken, link=replace(spoken.link, devices=(device,)), device=device)
    async with speaking(ready, heard) as driver:
        await first_reading(ready, heard)
        now = WallClock().now()
        return await driver.execute(replace(command, not_after=now + WRITE_WITHIN))


def ordered(model: DeviceModel, words: Sequence[str], device: str) -> tuple[DeviceModel, Command]:
    """Return the command that words stand for, and the model that can carry it out.

    A point that is written by hand becomes an action of this model alone. Raises ValueError.
    """
    writes = writes_of(model, words)
    name = split_words(words)[0]
    action = model.capability.actions.get(name)
    if action is not None and not _is_point(model, name, words):
        arguments = arguments_of(name, action, words)
        return model, _command(device, name, arguments, expected_state(action, arguments))
    wanted = {write.point.name: write.value for write in writes}
    shown = {name: value for name, value in wanted.items() if name in model.points}
    spec = ActionSpec(title={"en": "Write", "zh": "写入"})
    capability = replace(model.capability, actions={**model.capability.actions, DIRECT: spec})
    able = replace(
        model,
        capability=capability,
        actions={**model.actions, DIRECT: wanted},
        proofs={**model.proofs, DIRECT: shown},
    )
    return able, _command(device, DIRECT, {}, shown)


def planned(model: DeviceModel, words: Sequence[str]) -> tuple[Write, ...]:
    """Return the writes that words stand for; raises ConfigError."""
    try:
        return writes_of(model, words)
    except ValueError as error:
        raise ConfigError([Problem(file=model.name, message=str(error))]) from None


def _is_point(model: DeviceModel, name: str, words: Sequence[str]) -> bool:
    """Tell a point from an action of the same name: only a point is given a value by itself."""
    point = name in model.points or name in model.command_points
    return point and len(split_words(words)) > 1


def _command(
    device: str, action: str, arguments: Mapping[str, Value], expects: Mapping[str, Value]
) -> Command:
    return Command(
        id=f"{device}/by-hand", device=device, action=action, arguments=arguments,
        expects=expects, not_after=0, requested_by="integrator", reason="written by hand",
    )  # fmt: skip


def _at(name: str, at: str, unit: int | None, parameters: Mapping[str, str]) -> Spoken:
    model = model_named(name, parameters)
    try:
        url, of_address = split_address(at)
    except ValueError as error:
        raise ConfigError([Problem(file=name, message=str(error))]) from None
    scheme = url.partition("://")[0]
    if SCHEMES.get(scheme) != model.protocol:
        message = f"speaks {model.protocol}, not {scheme}://"
        raise ConfigError([Problem(file=name, message=message)])
    number = unit if unit is not None else of_address
    device = ConnectedDevice(
        id=model.name,
        model=model,
        unit=DEFAULT_UNIT if number is None else number,
        lost_after=model.capability.lost_after,
    )
    return Spoken(link=Link(url=url, devices=(device,)), device=device)
