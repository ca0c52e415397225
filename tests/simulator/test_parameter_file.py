"""Parameters as a file: measured numbers take the place of guesses, and what is wrong is told."""

from pathlib import Path

import pytest

from simulator.chance import Chance
from simulator.laws import Fixed, LogNormal
from simulator.parameter_file import read_parameters, with_values
from simulator.parameters import PARAMETERS
from twins.documents import ConfigError
from twins.streams import Streams


def test_a_measured_number_takes_the_place_of_a_guess_and_is_none_any_more(tmp_path: Path) -> None:
    file = tmp_path / "measured.yaml"
    file.write_text(
        'parameters:\n  guard.sees: {law: log-normal, median: 2.4, sigma: 0.3, source: "n = 14"}\n'
    )
    given = read_parameters(str(file))
    assert given["guard.sees"].law == LogNormal(2.4, 0.3)
    assert given["guard.engages"] == PARAMETERS["guard.engages"]
    chance = Chance(Streams(1), given)
    chance.draw("x", "guard.sees")
    chance.draw("x", "guard.engages")
    assert chance.assumed() == ("guard.engages",)


def test_everything_wrong_in_a_file_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        "parameters:\n"
        "  guard.seas: {law: fixed, value: 1}\n"
        "  guard.sees: {law: lognormal, median: 2}\n"
        "  guard.engages: {law: triangular, low: 9, mode: 2, high: 10}\n"
        "  button.fails: {law: fixed, value: 2}\n"
        "  police.turnout: {law: uniform, low: 1}\n"
        "  police.secures: {law: fixed, value: 1, mean: 2}\n"
    )
    with pytest.raises(ConfigError) as raised:
        read_parameters(str(file))
    told = [str(one) for one in raised.value.problems]
    assert [one.rpartition("wrong.yaml:")[2].partition(":")[0] for one in told] == list("234567")
    assert "did you mean 'guard.sees'" in told[0]
    assert "did you mean 'log-normal'" in told[1]
    assert "must rise" in told[2]
    assert "probability" in told[3]
    assert "needs a number for high" in told[4]
    assert "has no mean" in told[5]


def test_a_file_without_parameters_is_told(tmp_path: Path) -> None:
    file = tmp_path / "empty.yaml"
    file.write_text("other: 1\n")
    with pytest.raises(ConfigError, match="no `parameters:`"):
        read_parameters(str(file))


def test_a_parameter_may_be_set_to_one_value() -> None:
    assert with_values(PARAMETERS, ("patrols.made=0",))["patrols.made"].law == Fixed(0.0)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("patrols.maid=0", "did you mean 'patrols.made'"),
        ("patrols.made", "write name=number"),
        ("patrols.made=often", "write name=number"),
        ("patrols.made=1.5", "from 0 to 1"),
        ("guard.sees=-1", "cannot be negative"),
    ],
)
def test_a_wrong_setting_is_told(setting: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        with_values(PARAMETERS, (setting,))
