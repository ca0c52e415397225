"""The bench itself: a protocol without a case is told, not tried."""

import pytest

from tests.contract.bench import any_port, model_file


def test_a_protocol_without_a_bench_case_is_named():
    with pytest.raises(LookupError, match="'carrier-pigeon' has no bench case"):
        any_port("carrier-pigeon")
    with pytest.raises(LookupError, match=r"write carrier-pigeon-button\.yaml"):
        model_file("carrier-pigeon", "button")
