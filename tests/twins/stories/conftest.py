"""Every story that is told is then replayed, from its start and from every snapshot in between."""

from collections.abc import Callable, Iterator

import pytest

from tests.twins.stories.stage import Story


@pytest.fixture
def stage() -> Iterator[Callable[..., Story]]:
    told: list[Story] = []

    def begin(*schools, zero) -> Story:
        told.append(Story(*schools, zero=zero))
        return told[-1]

    yield begin
    for story in told:
        assert len(story.log) > 1, "nothing was told"
        story.replays()
        story.survives_removals()
