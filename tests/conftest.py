"""What the whole suite shares: which tests need more than Python."""

import pytest
from hypothesis import settings

# How long an example takes is the machine's affair.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")

REAL = {
    "interop": "talks to other makers' programs",
    "browser": "drives a browser",
    "faults": "kills and starves real processes",
    "broker": "needs an MQTT broker",
    "postgres": "needs a PostgreSQL server",
    "swarm": "runs for long",
}
"""Marker → why it runs only with `--real`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--real",
        action="store_true",
        help=f"also run the tests marked {', '.join(REAL)}",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--real"):
        return
    for item in items:
        for marker, why in REAL.items():
            if item.get_closest_marker(marker) is not None:
                item.add_marker(pytest.mark.skip(reason=f"{marker}: {why}; run with --real"))
