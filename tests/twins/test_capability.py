"""Device types read from their files."""

import pytest

from twins.capability import capabilities, expected_state, span
from twins.observation import Value
from twins.rules.table import RULES
from twins.streams import Streams


def test_every_capability_has_both_languages_and_a_unique_meaning():
    for name, capability in capabilities().items():
        assert name == capability.name
        assert set(capability.title) == {"en", "zh"}
        assert capability.properties


def test_every_rule_sees_a_property_that_exists():
    for capability, name in RULES:
        assert name in capabilities()[capability].properties


def test_every_action_sets_properties_that_exist():
    for capability in capabilities().values():
        for action in capability.actions.values():
            arguments: dict[str, Value] = {
                name: int(spec.minimum or 0) for name, spec in action.arguments.items()
            }
            for name in expected_state(action, arguments):
                assert name in capability.properties


def test_only_the_one_key_alarm_is_panic_class_and_so_lost_within_two_seconds():
    assert [one.name for one in capabilities().values() if one.panic] == ["one-key-alarm"]


def test_a_stream_depends_on_its_name_alone():
    alone = Streams(7).stream("guard", "reaction").random()
    streams = Streams(7)
    streams.stream("volunteer", "reaction").random()
    assert streams.stream("guard", "reaction").random() == alone
    assert streams.stream("guard", "walk").random() != alone
    assert Streams(8).stream("guard", "reaction").random() != alone


@pytest.mark.parametrize(("text", "wrong"), [("1..0", True), ("1-3", True), ("1..3", False)])
def test_a_span_is_read_or_refused(text, wrong):
    if wrong:
        with pytest.raises(ValueError, match="is no span"):
            span(text)
    else:
        assert list(span(text)) == [1, 2, 3]
