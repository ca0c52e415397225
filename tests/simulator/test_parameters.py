from pathlib import Path

import pytest

from simulator.chance import Chance
from simulator.devices.table import BEHAVIOURS
from simulator.parameters import PARAMETERS
from twins.streams import Streams

MANUAL = Path(__file__).parents[2] / "docs" / "simulator.md"


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_the_manual_tells_of_every_parameter_with_its_unit_and_source(name: str) -> None:
    parameter = PARAMETERS[name]
    row = f"| `{name}` | {parameter.meaning} | {parameter.law} | {parameter.unit} |"
    assert f"{row} {parameter.source} |" in MANUAL.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(BEHAVIOURS))
def test_the_manual_tells_of_every_device_type(name: str) -> None:
    assert f"`{name}`" in MANUAL.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_law_has_the_mean_it_says(name: str) -> None:
    law = PARAMETERS[name].law
    stream = Streams(1).stream("test", name)
    drawn = [law.draw(stream) for _ in range(4000)]
    spread = max(drawn) - min(drawn)
    assert sum(drawn) / len(drawn) == pytest.approx(law.mean, abs=0.02 * spread + 1e-9)


def test_drawing_for_one_entity_moves_nobody_else() -> None:
    alone, together = Chance(Streams(1)), Chance(Streams(1))
    wanted = [alone.draw("a", "volunteer.reaction") for _ in range(3)]
    drawn = []
    for _ in range(3):
        together.draw("b", "volunteer.reaction")
        together.draw("a", "volunteer.turnout")
        drawn.append(together.draw("a", "volunteer.reaction"))
    assert drawn == wanted


def test_the_guesses_that_were_drawn_from_are_named() -> None:
    chance = Chance(Streams(1))
    chance.draw("a", "station.acknowledges")
    chance.draw("a", "police.turnout")
    chance.fraction("a", "volunteer.mind")
    assert chance.assumed() == ("police.turnout",)
