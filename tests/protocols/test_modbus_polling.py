"""When what is read, against pretended devices, with time given by hand."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.interfaces import ConnectedDevice
from protocols.modbus.plan import Block, plan
from protocols.modbus.polling import PAUSE_MAX, REFUSED_AGAIN_MAX, Schedule, Turn
from tests.protocols.modbus_device import button, point, sensor
from twins.instant import Instant, milliseconds, seconds

QUICK, TIMEOUT = milliseconds(2), milliseconds(500)
"""What an answer and a time-out cost the line."""

SILENT, REFUSED = "silent", "refused"

Answer = Callable[[Block, Instant], str | list[int]]


@dataclass
class Line:
    """Plays a schedule against devices that answer a block with cells, a refusal or nothing."""

    schedule: Schedule
    answer: Answer
    now: Instant = 0
    asked: list[tuple[Instant, Block]] = field(default_factory=list)
    reconnects: int = 0
    values: dict[str, int | None] = field(default_factory=dict)
    """Point → first cell as read last, or None where it was refused."""

    def play(self, until: Instant) -> None:
        while (turn := self.schedule.next(self.now)).due <= until and self.now <= until:
            self.now = max(self.now, turn.due)
            self.asked.append((self.now, turn.block))
            self.schedule.taken(turn)
            self.take(turn, self.answer(turn.block, self.now))

    def take(self, turn: Turn, answer: str | list[int]) -> None:
        if answer == SILENT:
            self.now += TIMEOUT
            self.schedule.silent(turn, self.now)
            if self.schedule.connection_in_doubt:
                self.reconnects += 1
                self.schedule.reconnected(self.now)
            return
        self.now += QUICK
        if answer == REFUSED:
            if not self.schedule.refuse(turn, self.now):
                self.values.update(dict.fromkeys(names(turn.block)))
            return
        for item in turn.block.items:
            self.values[item.point.name] = answer[item.start - turn.block.start]
        self.schedule.answered(turn, self.now)

    def times(self, unit: int, since: Instant = 0) -> list[Instant]:
        return [at for at, block in self.asked if block.unit == unit and at >= since]


def names(block: Block) -> list[str]:
    return [item.point.name for item in block.items]


def line(answer: Answer, *devices: ConnectedDevice) -> Line:
    return Line(Schedule(plan(devices), 0), answer)


def unit(number: int, *points, poll: float = 0.05) -> ConnectedDevice:
    named = [replace(one, name=f"{number}:{one.at}") for one in points or (point("hr:0"),)]
    return sensor(*named, name=f"device {number}", unit=number, poll=poll, lost_after=60)


def fine(block: Block, _now: Instant) -> list[int]:
    """Answer every cell with its own address."""
    return list(range(block.start, block.end))


def only(*units: int, since: Instant = 0) -> Answer:
    """Return the answers of a line on which only these units answer, the others later or never."""
    return lambda block, now: (
        fine(block, now) if block.unit in units or (since and now >= since) else SILENT
    )


WIDTHS = {"u16": 1, "u32": 2, "f64": 4}


@given(
    st.dictionaries(st.integers(0, 60), st.sampled_from(sorted(WIDTHS)), min_size=1, max_size=25),
    st.sets(st.integers(0, 63), max_size=12),
)
def test_only_what_touches_a_forbidden_address_is_bad_and_nothing_is_shifted(points, forbidden):
    def device(block: Block, now: Instant) -> str | list[int]:
        return REFUSED if forbidden & set(range(block.start, block.end)) else fine(block, now)

    described = [point(f"hr:{at}", wire_type=kind) for at, kind in points.items()]
    played = line(device, unit(1, *described, poll=1))
    played.play(until=milliseconds(900))
    joint = {at + n for at, kind in points.items() for n in range(WIDTHS[kind])}
    for at, kind in points.items():
        cells = set(range(at, at + WIDTHS[kind]))
        shared = overlapping(at, points)
        if not forbidden & cells and not forbidden & shared:
            assert played.values[f"1:hr:{at}"] == at
        elif forbidden & cells:
            assert played.values[f"1:hr:{at}"] is None
    if not forbidden & joint:
        assert None not in played.values.values()
    forbidden.clear()
    played.play(until=seconds(10))
    assert played.values == {f"1:hr:{at}": at for at in points}


def overlapping(at: int, points: dict[int, str]) -> set[int]:
    """Return the cells of all points that share cells with a point, directly or by others."""
    cells = set(range(at, at + WIDTHS[points[at]]))
    while True:
        more = set(cells)
        for other, kind in points.items():
            span = set(range(other, other + WIDTHS[kind]))
            if span & more:
                more |= span
        if more == cells:
            return cells
        cells = more


def test_one_refused_register_of_a_hundred_costs_few_requests():
    def device(block: Block, now: Instant) -> str | list[int]:
        return REFUSED if block.start <= 37 < block.end else fine(block, now)

    played = line(device, unit(1, *(point(f"hr:{n}") for n in range(100)), poll=1))
    played.play(until=milliseconds(900))
    assert [name for name, value in played.values.items() if value is None] == ["1:hr:37"]
    assert len(played.asked) <= 1 + 2 * 7


def test_a_refused_register_is_asked_ever_more_rarely_and_joined_again_when_it_answers():
    def device(block: Block, now: Instant) -> str | list[int]:
        refused = block.start <= 2 < block.end and now < seconds(100)
        return REFUSED if refused else fine(block, now)

    played = line(device, unit(1, *(point(f"hr:{n}") for n in range(4)), poll=1))
    played.play(until=seconds(100))
    alone = [at for at, block in played.asked if (block.start, block.end) == (2, 3)]
    pauses = [after - before for before, after in pairwise(alone)]
    assert [round(pause / 1e9) for pause in pauses] == [1, 2, 4, 8, 16, 32]
    played.play(until=seconds(100) + REFUSED_AGAIN_MAX + seconds(5))
    assert played.values["1:hr:2"] == 2
    last = [block for _, block in played.asked[-3:]]
    assert {(block.start, block.end) for block in last} == {(0, 4)}


def test_a_dead_unit_takes_a_tenth_of_the_line_and_its_neighbour_keeps_the_rest():
    played = line(only(2), unit(1), unit(2))
    played.play(until=seconds(120))
    assert played.reconnects == 0
    steady = played.times(2, since=seconds(20))
    assert len(steady) >= 0.88 * 100 * 20
    longest = max(after - before for before, after in pairwise(steady))
    assert longest <= TIMEOUT + milliseconds(60)
    assert len(played.times(1, since=seconds(20))) <= 1 + seconds(100) // (PAUSE_MAX + TIMEOUT)


def test_many_dead_units_do_not_cost_the_living_ones_their_connection():
    played = line(only(5), *(unit(n) for n in range(1, 6)))
    played.play(until=seconds(60))
    assert played.reconnects == 0
    assert played.times(5)[0] <= 4 * TIMEOUT
    assert len(played.times(5, since=seconds(20))) >= 0.5 * 40 * 20


@pytest.mark.parametrize("poll", [0.05, 10])
def test_a_dead_connection_is_given_up_after_two_time_outs_however_many_units_it_has(poll):
    played = line(only(1, 2, 3), unit(1), unit(2, poll=poll), unit(3, poll=poll))
    played.play(until=seconds(5))
    played.answer = only()
    cut = played.now
    played.play(until=cut + milliseconds(60) + 2 * TIMEOUT)
    assert played.reconnects == 1


def test_where_nobody_answers_the_connection_is_given_up_again_and_again():
    played = line(only(), unit(1, point("hr:0"), point("ir:0")), unit(2))
    played.play(until=seconds(60))
    assert played.reconnects >= 30
    pauses = [after - before for before, after in pairwise(at for at, _ in played.asked)]
    assert max(pauses) <= TIMEOUT + milliseconds(500), "so its return is noticed soon"


def test_a_unit_that_returns_is_read_in_full_at_once():
    back = seconds(60)
    both = unit(1, point("hr:0"), point("ir:0"))
    played = line(only(2, since=back), both, unit(2))
    played.play(until=back + PAUSE_MAX + 2 * TIMEOUT)
    heard = [(at, block.table) for at, block in played.asked if block.unit == 1 and at >= back]
    first = heard[0][0]
    assert first <= back + PAUSE_MAX + TIMEOUT
    assert {table for at, table in heard if at <= first + milliseconds(60)} == {"hr", "ir"}


def test_a_unit_that_returns_and_ignores_its_most_urgent_block_is_heard_all_the_same():
    back = seconds(60)

    def device(block: Block, now: Instant) -> str | list[int]:
        ignored = block.unit == 1 and (block.table == "hr" or now < back)
        return SILENT if ignored else fine(block, now)

    urgent, calm = unit(1, point("hr:0")), replace(unit(1, point("ir:0"), poll=1), id="calm")
    played = line(device, urgent, calm, unit(2))
    played.play(until=back + 2 * PAUSE_MAX + 2 * TIMEOUT)
    assert played.values["1:ir:0"] == 0


def test_a_block_that_is_ignored_is_put_off_alone():
    def device(block: Block, now: Instant) -> str | list[int]:
        return SILENT if block.table == "ir" else fine(block, now)

    played = line(device, unit(1, point("hr:0"), point("ir:0")))
    played.play(until=seconds(60))
    asked = Counter(block.table.value for at, block in played.asked if at >= seconds(20))
    assert played.reconnects == 0
    assert asked["hr"] >= 0.85 * 40 * 20
    assert asked["ir"] <= 1 + seconds(40) // PAUSE_MAX


def test_a_gateway_that_answers_for_dead_units_is_no_dead_connection():
    devices = [unit(1), unit(2)]
    schedule = Schedule(plan(devices), 0)
    for now in range(0, seconds(10), seconds(1)):
        schedule.silent(schedule.next(now), now, gateway_answered=True)
        assert not schedule.connection_in_doubt


def test_on_a_line_that_is_too_slow_all_are_late_in_proportion():
    def device(block: Block, now: Instant) -> str | list[int]:
        played.now += milliseconds(40)
        return fine(block, now)

    others = [unit(n, poll=1) for n in range(2, 42)]
    played = line(device, *others, unit(1, poll=0.1))
    played.play(until=seconds(20))
    button = played.times(1, since=seconds(2))
    longest = max(after - before for before, after in pairwise(button))
    assert longest <= milliseconds(300), "2.1 times its interval, as the others"
    assert all(len(played.times(n)) >= 8 for n in range(2, 42))


def test_after_a_reconnect_everything_is_news():
    schedule = Schedule(plan([unit(1)]), 0)
    turn = schedule.next(0)
    schedule.answered(turn, 0)
    turn.seen = b"\x01"
    schedule.reconnected(seconds(1))
    assert turn.seen is None
    assert turn.due <= seconds(1)


def alarms(*numbers: int) -> list[ConnectedDevice]:
    return [replace(button(unit=n, lost_after=60), id=f"button {n}") for n in numbers]


def test_a_panic_button_is_read_before_all_that_is_due_and_at_its_pace_on_a_full_line():
    others = [unit(n) for n in range(2, 62)]
    played = line(fine, *others, *alarms(99))
    played.play(until=seconds(3))
    assert played.asked[0][1].unit == 99
    gaps = [after - before for before, after in pairwise(played.times(99))]
    assert max(gaps) <= milliseconds(50) + QUICK
    assert all(len(played.times(n)) >= 15 for n in range(2, 62)), "nobody starves"


def test_buttons_that_fill_the_line_leave_every_fourth_turn_to_others():
    played = line(fine, *alarms(*range(100, 160)), *(unit(n) for n in range(2, 22)))
    played.play(until=seconds(2))
    longest = max(
        after - before for n in range(2, 22) for before, after in pairwise(played.times(n))
    )
    assert longest <= 4 * 20 * QUICK + milliseconds(50)


def test_a_state_is_read_before_a_number_that_is_due_as_well():
    state = point("di:0", value_type="boolean")
    played = line(fine, unit(1, point("hr:0"), state))
    played.play(until=0)
    played.play(until=QUICK)
    assert [block.table.value for _, block in played.asked[:2]] == ["di", "hr"]


def holed(forbidden: set[int]) -> Answer:
    def device(block: Block, now: Instant) -> str | list[int]:
        return REFUSED if forbidden & set(range(block.start, block.end)) else fine(block, now)

    return device


def test_a_forbidden_hole_is_learnt_named_and_never_read_along_again():
    played = line(holed({2, 3}), unit(1, point("hr:0"), point("hr:1"), point("hr:4")))
    played.play(until=seconds(1))
    assert [str(hole) for hole in played.schedule.holes] == ["unit 1 hr:2-3"]
    played.schedule.reconnected(played.now)
    asked = len(played.asked)
    played.play(until=seconds(2))
    assert {(block.start, block.end) for _, block in played.asked[asked:]} == {(0, 2), (4, 5)}


def test_a_hole_stays_apart_when_the_device_changes_for_another_reason():
    forbidden = {2, 3, 9}
    points = [point(f"hr:{n}") for n in (0, 1, 4, 5, 9)]
    played = line(holed(forbidden), unit(1, *points))
    played.play(until=seconds(1))
    assert [str(hole) for hole in played.schedule.holes] == ["unit 1 hr:2-3"]
    asked = len(played.asked)
    forbidden.remove(9)
    played.play(until=seconds(5))
    assert played.values["1:hr:9"] == 9
    again = [block for _, block in played.asked[asked:]]
    assert all(not {2, 3} <= set(range(block.start, block.end)) for block in again)
    assert [str(hole) for hole in played.schedule.holes] == ["unit 1 hr:2-3"]


def test_a_hole_is_not_blamed_for_a_point_that_is_missing():
    played = line(holed({4}), unit(1, point("hr:0"), point("hr:4"), point("hr:9")))
    played.play(until=seconds(1))
    assert played.schedule.holes == []
    assert played.values["1:hr:4"] is None
