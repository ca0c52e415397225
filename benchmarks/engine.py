"""The engine alone: observations per second, memory per device, cost against number of schools.

    uv run python -m benchmarks.engine

CPU seconds of this process, median of five, one school and 276 measured in turn. "Quiet": every
observation changes a value and no rule fires. "One in a hundred": every hundredth observation is a
press that opens an incident of its own, another one its release; between two presses of a button
people do their part, as `FOLLOW_UPS` says, so no press joins the one before. What people and
phones say is paid for and not counted as observations. How many alarms and incidents really came
of it is counted and must be what was meant.
"""

import gc
import platform
import statistics
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from benchmarks.provenance import commit
from twins.alarm import AcknowledgeAlarm, AlarmRaised, ResetAlarm
from twins.capability import Line, capabilities
from twins.engine import Engine
from twins.incident import (
    Answer,
    HandleIncident,
    IncidentOpened,
    Notification,
    NotificationDelivered,
    RecipientAnswered,
)
from twins.instant import Instant, milliseconds
from twins.observation import Observation, PropertyChanged, Value
from twins.records import Input
from twins.school import Device, Responder, Role, School

RUNS = 5
NUMBER = 100_000
BATCH = 10
EVERY = 100
"""One observation in so many is a press."""
SCHOOLS = 276
VOLUNTEERS = 8
STEP_MS = 100
"""Between two observations: a button of a lone school is pressed every ten seconds, which is still
a hand's pace (`ButtonRules`)."""
DEARER_MOST = 1.3
"""How much more an observation may cost among 276 schools than in one (assumed: memory is farther
away, the work is the same)."""
FOLLOW_UPS = 1 + VOLUNTEERS + 1 + 1 + 1 + 1
"""Per press: nine notices delivered, the station's word, the alarm acknowledged, the case closed,
the alarm reset."""
Batches = list[tuple[list[Input], Instant]]
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
                for n in range(VOLUNTEERS)
            ),
        ),
    )


def quiet(schools: int) -> Batches:
    """Return observations that change a value and fire nothing, spread over the schools."""
    return _batches(
        [
            _said(f"school-{n % schools}/device-5", "temperature", float(n // schools % 30), n)
            for n in range(NUMBER)
        ]
    )


def one_in_a_hundred(schools: int) -> Batches:
    """Return the same with presses, each released, answered, handled and reset before the next."""
    batches = quiet(schools)
    for turn, first in enumerate(range(0, NUMBER // BATCH, EVERY // BATCH)):
        name, serial = f"school-{turn % schools}", turn // schools + 1
        alarm, case = f"{name}/alarm/{serial}", f"{name}/incident/{serial}"
        for place, pressed in ((first, True), (first + 1, False)):
            inputs, _ = batches[place]
            inputs[0] = _said(f"{name}/device-0", "pressed", pressed, place * BATCH)
        people = [f"{name}/volunteer-{n}" for n in range(VOLUNTEERS)]
        batches[first + 1][0].extend(
            NotificationDelivered(incident=case, responder=one)
            for one in (f"{name}/station", *people)
        )
        batches[first + 2][0].extend(
            (
                RecipientAnswered(
                    incident=case, responder=f"{name}/station", answer=Answer.ACKNOWLEDGED
                ),
                AcknowledgeAlarm(alarm=alarm, by="Guard A"),
            )
        )
        batches[first + 4][0].extend(
            (
                HandleIncident(incident=case, by="Station", reason="over"),
                ResetAlarm(alarm=alarm, by="Guard A", reason="over"),
            )
        )
    return batches


def fired(schools: int, story: Callable[[int], Batches]) -> Counter[type]:
    """Return how many outputs of each type a story gives."""
    engine = Engine([school(n) for n in range(schools)])
    told: Counter[type] = Counter()
    for inputs, now in story(schools):
        told.update(type(one) for one in engine.receive(inputs, now))
    return told


def assert_meant(schools: int) -> None:
    """Raise AssertionError where a story fires other than it is said to."""
    assert set(fired(schools, quiet)) == {PropertyChanged}
    told, meant = fired(schools, one_in_a_hundred), NUMBER // EVERY
    counted = told[AlarmRaised], told[IncidentOpened]
    assert counted == (meant, meant), f"{counted} alarms and incidents for {meant} presses"
    assert told[Notification] == meant * (1 + VOLUNTEERS), "somebody was not told"


def cost(schools: int, story: Callable[[int], Batches]) -> float:
    """Return the CPU seconds of one observation through the engine, ten to a batch."""
    batches = story(schools)
    engine = Engine([school(n) for n in range(schools)])
    begin = time.process_time()
    for inputs, now in batches:
        engine.receive(inputs, now)
    return (time.process_time() - begin) / NUMBER


def _batches(observations: list[Observation]) -> Batches:
    cut = [observations[n : n + BATCH] for n in range(0, NUMBER, BATCH)]
    return [(list(batch), batch[-1].receive_time) for batch in cut]


def _said(device: str, prop: str, value: Value, number: int) -> Observation:
    at: Instant = milliseconds(number * STEP_MS)
    return Observation(device=device, property=prop, value=value, source_time=at, receive_time=at)


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


def judged(label: str, figure: str, target: str, *, met: bool) -> bool:
    """Print one figure beside its target; return whether it is met."""
    print(f"{label:44} {figure:>14}  target {target:12} {'ok' if met else 'MISSED'}")
    return met


def main() -> int:
    """Print the figures; return 1 where one misses its target."""
    capabilities()
    print(f"{platform.machine()}, Python {platform.python_version()}, commit {commit()}")
    print(f"{NUMBER:,} observations; one in a hundred: {FOLLOW_UPS} follow-ups to each press")
    verdicts = []
    for label, story, target in (
        ("quiet", quiet, 200_000),
        ("one in a hundred fires", one_in_a_hundred, 50_000),
    ):
        costs: dict[int, list[float]] = {1: [], SCHOOLS: []}
        for schools, taken in [*costs.items()] * RUNS:
            taken.append(cost(schools, story))
        medians = {schools: statistics.median(taken) for schools, taken in costs.items()}
        for schools, median in medians.items():
            rate = 1 / median
            verdicts.append(
                judged(
                    f"{label}, {schools} school{'s' if schools > 1 else ''}",
                    f"{rate:,.0f} /s",
                    f">= {target:,}",
                    met=rate >= target,
                )
            )
        ratio = medians[SCHOOLS] / medians[1]
        verdicts.append(
            judged(
                f"{label}, cost at {SCHOOLS} schools over 1",
                f"{ratio:.2f}",
                f"<= {DEARER_MOST}",
                met=ratio <= DEARER_MOST,
            )
        )
    for schools in (1, SCHOOLS):
        assert_meant(schools)
    size = bytes_per_device()
    verdicts.append(
        judged("memory per device, six properties", f"{size:,.0f} B", "<= 2,500", met=size <= 2500)
    )
    return int(not all(verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
