"""The pytest fixture for integrators: `async with gatehouse_school("schools/elm") as school: …`.

Needs pytest-asyncio. Manual: `docs/testing.md`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gatehouse.school_under_test import SchoolUnderTest


@pytest.fixture
def gatehouse_school() -> "Callable[..., SchoolUnderTest]":
    """Return what makes a school: emulated devices on sockets, live twins, a clock to move."""
    # Imported only where it is used: every test run of who has Gatehouse installed loads this file.
    from gatehouse.school_under_test import SchoolUnderTest  # noqa: PLC0415

    return SchoolUnderTest
