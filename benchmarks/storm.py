"""An alarm storm: 276 schools press at the same second; CPU time until everybody is told.

    uv run python -m benchmarks.storm

The median of five runs. Each school has a button, a lane and a loudspeaker with a plan, a
station's seat, a console, two cars shared with the schools of its station, and eight or nine
volunteers, every other one with shop hours (276 schools, 2318 volunteers: Pingxiang). It is ten in
the morning and the shops are open, so every volunteer is sent. The engine is built before the clock
starts. That every case was opened and everybody assigned is counted and must be what was meant.
"""

import json
import platform
import statistics
import sys
import time

from benchmarks.provenance import commit
from twins.capability import Line
from twins.command import Command
from twins.engine import Engine
from twins.incident import IncidentOpened, Notification
from twins.instant import Instant, seconds
from twins.mobilisation import ResponderNotCalled, UnitPassedOver
from twins.observation import Observation, Quality
from twins.records import Output
from twins.school import Device, Plan, PlanStep, Responder, Role, School
from twins.window import Window

SCHOOLS = 276
VOLUNTEERS = 2318
PER_STATION = 12
RUNS = 5
LIMIT_S = 1.0
CARS = 2
SEATS = 2
"""Of each school: the station's and the console."""
ASSIGNMENTS = SCHOOLS * SEATS + VOLUNTEERS + SCHOOLS // PER_STATION * CARS
"""Every seat, every volunteer, and every car once: it goes to one school and is then busy."""
NOW: Instant = seconds(1_788_141_600)  # 2026-08-31 10:00 in Shanghai, a Monday
TITLE = {"en": "Storm", "zh": "告警风暴"}
SHOP_HOURS = (Window(weekdays=frozenset(range(7)), start=seconds(8 * 3600), end=seconds(75_600)),)


def school(number: int) -> School:
    """Return one school of the city."""
    own = f"school-{number:03}"
    devices = {"button": "one-key-alarm", "lane": "lane", "speaker": "loudspeaker"}
    station = f"station-{number // PER_STATION}"
    first = VOLUNTEERS * number // SCHOOLS
    volunteers = range(first, VOLUNTEERS * (number + 1) // SCHOOLS)
    return School(
        id=own,
        title=TITLE,
        zone="Asia/Shanghai",
        devices=tuple(
            Device(
                id=f"{own}/{name}",
                capability=capability,
                title=TITLE,
                place="gate",
                line=Line.GATE_FRONT,
            )
            for name, capability in devices.items()
        ),
        responders=(
            Responder(id=f"{own}/station", role=Role.STATION, title=TITLE),
            Responder(id=f"{own}/console", role=Role.GUARD, title=TITLE),
            *(
                Responder(
                    id=f"{station}/car-{car}",
                    role=Role.UNIT,
                    title=TITLE,
                    travel="car",
                    distance_m=800.0 + 400 * car + 10 * number,
                )
                for car in range(CARS)
            ),
            *(
                Responder(
                    id=f"{own}/volunteer-{one}",
                    role=Role.VOLUNTEER,
                    title=TITLE,
                    kit=("shield",),
                    distance_m=100.0 + one % 9 * 80,
                    hours=SHOP_HOURS if one % 2 else (),
                )
                for one in volunteers
            ),
        ),
        plans=(
            Plan(
                kind="one-key-alarm",
                steps=(
                    PlanStep(id="lock", title=TITLE, action="lock", devices=(f"{own}/lane",)),
                    PlanStep(id="tell", title=TITLE, action="play", devices=(f"{own}/speaker",)),
                ),
            ),
        ),
    )


def press(one: School, now: Instant) -> Observation:
    """Return the press of a school's button."""
    return Observation(
        device=f"{one.id}/button",
        property="pressed",
        value=True,
        quality=Quality.GOOD,
        source_time=now,
        receive_time=now,
    )


def storm(schools: list[School], *, together: bool) -> tuple[float, list[Output]]:
    """Return the CPU seconds of the storm, in one batch or press by press, and the outputs."""
    engine = Engine(schools)
    presses = [press(one, NOW) for one in schools]
    outputs: list[Output] = []
    begin = time.process_time()
    if together:
        outputs += engine.receive(presses, NOW)
    else:
        for one in presses:
            outputs += engine.receive([one], NOW)
    return time.process_time() - begin, outputs


def unexplained(schools: list[School], outputs: list[Output]) -> int:
    """Return how many of those listed were neither told nor explained."""
    listed = {(one.id, who.id) for one in schools for who in one.responders}
    for output in outputs:
        if isinstance(output, Notification | ResponderNotCalled | UnitPassedOver):
            listed.discard((output.incident.partition("/")[0], output.responder))
    cars = {one for one in listed if "/car-" in one[1]}  # a second car is kept for the next school
    return len(listed - cars)


def assert_meant(outputs: list[Output]) -> int:
    """Return how many were assigned; raises AssertionError where a case or somebody is missing."""
    opened = {one.incident.id: one.incident for one in outputs if isinstance(one, IncidentOpened)}
    assert len({one.school for one in opened.values()}) == SCHOOLS == len(opened)
    assert sum(isinstance(one, Command) for one in outputs) == 2 * SCHOOLS, "a plan was not begun"
    told = {(one.incident, one.responder) for one in outputs if isinstance(one, Notification)}
    assigned = {(case.id, one) for case in opened.values() for one in case.assignments}
    assert told == assigned, "who is assigned is told, and nobody else"
    for case in opened.values():
        seats = {f"{case.school}/station", f"{case.school}/console"}
        assert seats < set(case.assignments), f"{case.id} was not dispatched"
    assert len(assigned) == ASSIGNMENTS, f"{len(assigned)} assignments, meant {ASSIGNMENTS}"
    return len(assigned)


def main() -> int:
    """Print the figures as JSON; return 1 where the limit is missed or somebody was forgotten."""
    schools = [school(number) for number in range(SCHOOLS)]
    storm(schools, together=True)  # what is read once per process is not the storm's
    batch = [storm(schools, together=True) for _ in range(RUNS)]
    single = [storm(schools, together=False) for _ in range(RUNS)]
    assigned = {assert_meant(outputs) for _, outputs in (*batch, *single)}
    forgotten = unexplained(schools, single[-1][1])
    median = statistics.median(taken for taken, _ in batch)
    one_by_one = statistics.median(taken for taken, _ in single)
    figures = {
        "benchmark": "storm",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "commit": commit(),
        "seed": None,
        "schools": SCHOOLS,
        "incidents_dispatched": SCHOOLS,
        "assignments": assigned.pop(),
        "neither_told_nor_explained": forgotten,
        "cpu_s": [round(taken, 3) for taken, _ in batch],
        "median_s": round(median, 3),
        "median_press_by_press_s": round(one_by_one, 3),
        "limit_s": LIMIT_S,
    }
    print(json.dumps(figures))
    return int(max(median, one_by_one) > LIMIT_S or forgotten > 0)


if __name__ == "__main__":
    sys.exit(main())
