import pytest

from scenarios.local_time import parse_bell, parse_start, parse_time, parse_window
from twins.instant import iso, seconds


@pytest.mark.parametrize(
    ("text", "weekdays", "start_h", "end_h"),
    [
        ("Mo-Fr 07:00-18:00", {0, 1, 2, 3, 4}, 7, 18),
        ("Mo,We,Sa-Su 10:00-12:00", {0, 2, 5, 6}, 10, 12),
        ("00:00-24:00", {0, 1, 2, 3, 4, 5, 6}, 0, 24),
    ],
)
def test_windows_read_as_people_write_opening_hours(
    text: str, weekdays: set[int], start_h: int, end_h: int
) -> None:
    window = parse_window(text)

    assert window.weekdays == weekdays
    assert (window.start, window.end) == (seconds(start_h * 3600), seconds(end_h * 3600))


@pytest.mark.parametrize("text", ["7-18", "Mo 24:01-24:30", "Fr-Mo 07:00-08:00", "Mo 08:00-08:00"])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no window|no time of day|backwards|before it starts"):
        parse_window(text)


def test_a_start_is_local_time_in_the_schools_zone() -> None:
    assert (
        iso(parse_start("2026-09-08 07:40").instant("Asia/Shanghai")) == "2026-09-07T23:40:00.000Z"
    )
    assert parse_start("Tu 07:40") == parse_start("2026-09-08 07:40")


@pytest.mark.parametrize("text", ["Monday 07:40", "2026-02-30 07:40", "Mo", "Mo 24:00", "07:40"])
def test_what_is_no_start_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no start|no time of day"):
        parse_start(text)


def test_a_bell_needs_its_days() -> None:
    assert parse_bell("Mo-Fr 07:20") == (frozenset(range(5)), parse_time("07:20"))
    with pytest.raises(ValueError, match="no bell time"):
        parse_bell("07:20")
