"""Every mistake in a file at once, each with its place and a hint."""

import pytest
from pydantic import BaseModel, ConfigDict

from twins.documents import ConfigError, parse_yaml, read_yaml


class Door(BaseModel):
    model_config = ConfigDict(extra="forbid")
    width: float
    side: str = "left"


class House(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    doors: dict[str, Door]


def complaints(tmp_path, text, model=House):
    file = tmp_path / "house.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_yaml(str(file), model)
    return [str(problem).replace(str(file), "house.yaml") for problem in caught.value.problems]


def test_all_mistakes_are_told_at_once_in_file_order(tmp_path):
    text = "name: 3\ndoors:\n  front: {width: wide, sied: right}\n  back: {}\n"
    assert complaints(tmp_path, text) == [
        "house.yaml:1:1: name: Input should be a valid string",
        "house.yaml:3:11: width: Input should be a valid number, unable to parse string as a number",
        "house.yaml:3:24: 'sied' is not known here; did you mean 'side'?",
        "house.yaml:4:3: 'width' is missing",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name: a\nname: b\n", "house.yaml:2:1: 'name' stands here twice"),
        ("a: &x 1\nb: *x\n", "house.yaml:1:4: aliases are not allowed: write the value out"),
        ("a: &a {<<: *a}\n", "house.yaml:1:"),
        ("[" * 20_000, "house.yaml: is nested too deeply"),
        ("a" * 300_000, "house.yaml: is longer than 250000 characters"),
        ("name: [1,\n", "house.yaml:2:1: "),
        ("? [1]\n: 2\n", "house.yaml:1:3: a key must be a word or a number, not"),
    ],
)
def test_yaml_that_hides_mistakes_is_refused(tmp_path, text, complaint):
    (told,) = complaints(tmp_path, text)
    assert told.startswith(complaint)


def test_yaml_1_2_leaves_words_and_times_alone(tmp_path):
    file = tmp_path / "words.yaml"
    file.write_text("contact: no\nfrom: 08:30\nlist: [on, off]\n", encoding="utf-8")
    assert parse_yaml(str(file)).data == {
        "contact": "no",
        "from": "08:30",
        "list": ["on", "off"],
    }


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match="there is no such file"):
        read_yaml(str(tmp_path / "nothing.yaml"), House)
