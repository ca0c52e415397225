"""One drill at full speed: the world, the engine that also decides on the gate, and a record."""

from collections.abc import Mapping

from protocols.model import DeviceModel
from scenarios.drill import Drill
from simulator.platform import SimulatedPlatform
from simulator.record import RunRecord, record_of
from simulator.staging import Staging
from twins.instant import Duration, seconds
from twins.school import School
from twins.streams import Streams

SLICE: Duration = seconds(10)
"""How often it is asked whether the drill is over; nothing else depends on it."""


def run_drill(
    *, school: School, drill: Drill, models: Mapping[str, DeviceModel], seed: int
) -> RunRecord:
    """Play a drill at full speed; the same arguments give the same record to the nanosecond.

    `models` gives the product behind each device, by device id. Raises ConfigError for a drill
    that wants something done which nobody can do.
    """
    platform = SimulatedPlatform([school])
    staging = Staging(
        school, drill, models=models, streams=Streams(seed), platform=platform,
        truth=platform.story_of(school.id).append,
    )  # fmt: skip
    timeline = staging.world.timeline
    platform.watch([staging.world])
    staging.live()
    while (over := staging.over_at) is None or timeline.now < over:
        slice_end = timeline.now + SLICE
        timeline.play_to(slice_end if over is None else min(over, slice_end))
    return record_of(
        staging=staging,
        story=platform.story_of(school.id),
        incidents=platform.teller.incidents,
        seed=seed,
    )
