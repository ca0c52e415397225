"""The engine alone: observations per second, memory per device, cost against number of schools.

    uv run python -m benchmarks.engine

CPU seconds of this process, median of five. "Quiet": every observation changes a value and no rule
fires. "One in a hundred": every hundredth observation is a press or a loiterer, so alarms,
incidents and notices come of it.
"""

import gc
import platform
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

from twins.capability import Line, capabilities
from twins.engine import Engine
from twins.instant import Instant, milliseconds
from twins.observation import Observation, Value
from twins.school import Device, Responder, Role, School

RUNS = 5
NUMBER = 100_000
TITLE = {"en": "bench", "zh": "测试"}
KINDS = (
    "one-key-alarm", "walk-through-gate", "camera", "lane", "barrier", "environment-sensor",
    "loudspeaker", "siren", "guard-post-presence", "locker-bank", "one-key-alarm", "lane",
)  # fmt: skip
"""Twelve devices, as a school of the benchmark has them."""


def school(number: int) -> School:
    """Return one of many equal schools."""
    name = f"school-{number}"
    return School(
        id=name,
        title=TITLE,
        zone="Asia/Shanghai",
        devices=tuple(
            Device(
                id=f"{name}/device-{place}",
                capability=kind,
                title=TITLE,
                place="gate",
                line=Line.GATE_FRONT,
            )
            for place, kind in enumerate(KINDS)
        ),
        responders=(
            Responder(id=f"{name}/station", role=Role.STATION, title=TITLE),
            *(
                Responder(
                    id=f"{name}/volunteer-{n}", role=Role.VOLUNTEER, title=TITLE, kit=("shield",)
                )
                for n in range(8)
            ),
        ),
    )


def quiet(schools: int) -> list[Observation]:
    """Return observations that change a value and fire nothing, spread over the schools."""
    return [
        _said(f"school-{n % schools}/device-5", "temperature", float(n // schools % 30), n)
        for n in range(NUMBER)
    ]


def one_in_a_hundred(schools: int) -> list[Observation]:
    """Return the same with a loiterer or a press in every hundred, pressed and released in turn."""
    story = quiet(schools)
    for turn, place in enumerate(range(0, NUMBER, 100)):
        name, on = f"school-{turn % schools}", (turn // schools) % 2 == 0
        device, prop = ("device-2", "loitering") if turn % 4 else ("device-0", "pressed")
        story[place] = _said(f"{name}/{device}", prop, on, place)
    return story


def _said(device: str, prop: str, value: Value, number: int) -> Observation:
    at: Instant = milliseconds(number)
    return Observation(device=device, property=prop, value=value, source_time=at, receive_time=at)


def rate(schools: int, story: Callable[[int], list[Observation]]) -> float:
    """Return observations per CPU second through the engine, ten to a batch."""
    observations = story(schools)
    engine = Engine([school(n) for n in range(schools)])
    batches = [observations[n : n + 10] for n in range(0, NUMBER, 10)]
    begin = time.process_time()
    for batch in batches:
        engine.receive(batch, batch[-1].receive_time)
    return NUMBER / (time.process_time() - begin)


def bytes_per_device() -> float:
    """Return what a device with six properties costs in an engine of 276 schools."""
    names = [f"di{n}" for n in range(6)]
    schools = [
        replace(
            one, devices=tuple(replace(device, capability="remote-io") for device in one.devices)
        )
        for one in (school(n) for n in range(276))
    ]
    devices = [device.id for one in schools for device in one.devices]
    gc.collect()
    tracemalloc.start()
    engine = Engine(schools)
    for device in devices:
        engine.receive([_said(device, name, bool(n % 2), n) for n, name in enumerate(names)], 0)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert engine.twins
    return held / len(devices)


def main() -> int:
    """Print the figures; return 1 where one misses its target."""
    capabilities()
    print(f"{platform.machine()}, Python {platform.python_version()}, {NUMBER} observations")
    figures = []
    for label, schools, story, target in (
        ("quiet, 1 school", 1, quiet, 200_000),
        ("quiet, 276 schools", 276, quiet, 200_000),
        ("one in a hundred fires, 1 school", 1, one_in_a_hundred, 50_000),
        ("one in a hundred fires, 276 schools", 276, one_in_a_hundred, 50_000),
    ):
        median = statistics.median(rate(schools, story) for _ in range(RUNS))
        figures.append(median >= target)
        print(
            f"{label:38} {median:10,.0f} /s  target {target:,} {'ok' if figures[-1] else 'MISSED'}"
        )
    size = bytes_per_device()
    figures.append(size <= 2500)
    print(f"{'memory per device, six properties':38} {size:10,.0f} B   target 2,500 "
          f"{'ok' if figures[-1] else 'MISSED'}")  # fmt: skip
    return int(not all(figures))


if __name__ == "__main__":
    raise SystemExit(main())
