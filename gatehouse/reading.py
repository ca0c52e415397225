"""`gatehouse read`: what a device says now, as a table, as JSON, or as it changes."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime

from rich.text import Text

from gatehouse.decoding import shown
from gatehouse.talking import Heard, Spoken, first_reading, speaking
from gatehouse.wording import Say
from protocols.deriving import Reading
from twins.instant import in_seconds
from twins.observation import Observation, Quality

STYLES = {Quality.GOOD: "green", Quality.UNCERTAIN: "yellow", Quality.BAD: "red"}


async def read_once(spoken: Spoken) -> Heard:
    """Read every point once, as far as the device answers in time."""
    heard = Heard()
    async with speaking(spoken, heard):
        await first_reading(spoken, heard)
    return heard


async def watch(spoken: Spoken, tell: Callable[[str], object]) -> None:
    """Tell every change until cancelled."""
    heard = Heard()
    before: dict[str, Reading] = {}

    def change(one: Observation) -> None:
        tell(_line(spoken, one))
        for event in spoken.device.model.events:
            after: Reading = (one.value, one.quality, one.cause)
            if event.point == one.property and event.happened(before.get(one.property), after):
                with_them = {
                    name: heard.latest[name].value for name in event.told if name in heard.latest
                }
                tell(f"  {event.name} {json.dumps(with_them, ensure_ascii=False)}")
        before[one.property] = (one.value, one.quality, one.cause)

    heard.told = change
    async with speaking(spoken, heard):
        await asyncio.Event().wait()


def all_good(spoken: Spoken, heard: Heard) -> bool:
    """Return whether every point was read and is good."""
    return all(
        (one := heard.latest.get(name)) is not None and one.quality is Quality.GOOD
        for name in spoken.device.model.points
    )


def head(say: Say) -> tuple[str, ...]:
    """Return the table's head."""
    return say("point"), say("value"), say("quality"), say("at"), say("cause")


def rows(spoken: Spoken, heard: Heard) -> list[list[str | Text]]:
    """Return a row per point, also for those that never said a word, and per derived value."""
    found: list[list[str | Text]] = []
    for name, point in spoken.device.model.points.items():
        one = heard.latest.get(name)
        quality = one.quality if one else Quality.BAD
        cause = one.cause if one else "no answer"
        value = shown(one.value, point.unit) if one and one.value is not None else "–"
        found.append([name, value, Text(quality.value, style=STYLES[quality]), point.at, cause])
    readings = {name: (one.value, one.quality, one.cause) for name, one in heard.latest.items()}
    for name, derived in spoken.device.model.derived.items():
        reading = derived.reading_of(readings)
        if reading is not None:
            quality = reading[1]
            coloured = Text(quality.value, style=STYLES[quality])
            found.append([name, str(reading[0]), coloured, derived.way, reading[2]])
    return found


def as_json(spoken: Spoken, heard: Heard) -> str:
    """Return the readings for programs."""
    body = {
        "device": spoken.device.id,
        "url": spoken.link.url,
        "points": {name: _of(heard.latest.get(name)) for name in spoken.device.model.points},
    }
    return json.dumps(body, ensure_ascii=False, indent=1)


def _of(one: Observation | None) -> dict[str, object]:
    if one is None:
        return {"value": None, "quality": "bad", "cause": "no answer"}
    at = datetime.fromtimestamp(in_seconds(one.source_time), UTC).isoformat()
    return {"value": one.value, "quality": one.quality, "cause": one.cause, "source_time": at}


def _line(spoken: Spoken, one: Observation) -> str:
    at = datetime.fromtimestamp(in_seconds(one.source_time)).astimezone()
    point = spoken.device.model.points.get(one.property)
    value = "–" if one.value is None else shown(one.value, point.unit if point else "")
    cause = f"  {one.quality.value}: {one.cause}" if one.cause else ""
    return f"{at:%H:%M:%S.%f}"[:-3] + f"  {one.property}  {value}{cause}"
