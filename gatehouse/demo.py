"""`gatehouse demo`: one school alive on loopback, watched live, with drill D01 on the wire."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatehouse.drills.running import cast, verdict_lines
from gatehouse.drills.wire import Casting, WireStage
from gatehouse.wording import Say
from gateway.api import make_app
from gateway.sqlite_store import SqliteStore
from gateway.web import WebServer
from protocols.dialects import SCHEMES
from scenarios.judge import Verdict, judge
from scenarios.story import StoryEvent
from twins.instant import in_seconds, iso
from twins.observation import Quality

DRILL = "d01"

SIMULATED = (
    {"en": "devices (emulated on real sockets)", "zh": "设备（在真实套接字上仿真）"},
    {"en": "guard and operator", "zh": "门卫和值班员"},
    {"en": "volunteers", "zh": "义警"},
    {"en": "police", "zh": "警察"},
)
"""What is pretended in the demo, said on the page."""

Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """What `gatehouse demo` was asked for."""

    for_s: float | None
    log: Path | None
    port: int
    seed: int
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What the demo measured; `passed` says whether all that was expected followed in time."""

    passed: bool
    measured: Mapping[str, Any]

    def to_json(self) -> str:
        """Return what `--json` writes."""
        return json.dumps(self.measured, ensure_ascii=False, indent=2) + "\n"


async def run_demo(settings: DemoSettings, say: Say, tell: Tell) -> DemoResult:
    """Run the demo and return what it measured; without `for_s` it never returns by itself."""
    casting = cast(DRILL, settings.seed)
    package, drill = casting.package, casting.drill
    with ExitStack() as cleaning:
        log = settings.log or Path(cleaning.enter_context(_scratch())) / "demo.sqlite"
        tell(say("Starting {n} emulated devices of {school} …", n=len(package.devices),
                 school=package.school.title[settings.language]))  # fmt: skip
        narrator = Narrator(casting, settings.language, tell)
        async with WireStage(casting, SqliteStore(log), narrator.told) as stage:
            app = make_app(stage.gateway, simulated=SIMULATED)
            server = WebServer(app, "127.0.0.1", settings.port, before_stop=stage.gateway.bus.close)
            tell(say("Live page: {url}", url=f"{server.url}/?lang={settings.language}"))
            tell(say("Simulated here: the devices, the guard, the operator, volunteers, police."))
            sentence = (
                "Seconds from the drill's start; stretches in which nothing happens are skipped."
            )
            tell(say(sentence))
            over = say("The drill is over. The page stays up; Ctrl-C ends.")
            await _play(stage, server, settings.for_s, lambda: tell(over))
            verdicts = judge(drill, stage.story)
            result = _result(stage, verdicts)
    tell("")
    for line in verdict_lines(casting.drill, verdicts, settings.language, say):
        tell(line)
    passed = all(verdict.passed for verdict in verdicts)
    return DemoResult(passed=passed, measured=result)


async def _play(
    stage: WireStage, server: WebServer, for_s: float | None, over: Callable[[], object]
) -> None:
    """Keep page, gateway and drill going for `for_s` seconds from now, the page being up."""
    try:
        async with asyncio.timeout(for_s), asyncio.TaskGroup() as group:
            group.create_task(server.run())
            group.create_task(stage.run())
            await stage.play()
            if for_s is None:
                over()
            await stage.live_on()
    except TimeoutError:
        return


class Narrator:
    """Says each event of the story as it happens, one line each."""

    def __init__(self, casting: Casting, language: str, tell: Tell) -> None:
        self._zero = casting.drill.start.instant(casting.package.school.zone)
        self._school = casting.package.school.id
        self._language = language
        self._tell = tell

    def told(self, event: StoryEvent) -> None:
        """Say one event: seconds from the drill's start, what, who, details."""
        since = in_seconds(event.at - self._zero)
        subject = event.subject.removeprefix(f"{self._school}/")
        details = " ".join(
            str(value).removeprefix(f"{self._school}/") for value in event.details.values()
        )
        self._tell(f"{since:+9.2f} s  {event.kind:22} {subject:20} {details}".rstrip())


def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="gatehouse-demo-")


def _result(stage: WireStage, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return what the demo measured, in the form that `--json` writes."""
    times = next(iter(stage.teller.incidents.values()), None)
    names = ("sensed", "warned", "acknowledged", "handled")
    instants = {name: getattr(times, name) if times else None for name in names}
    return {
        "schools": [school.id for school in stage.gateway.schools],
        "devices": device_counts(stage),
        "incident": {name: None if at is None else iso(at) for name, at in instants.items()},
        "expected": [
            {
                "id": verdict.id,
                "limit_s": verdict.limit_s,
                "measured_s": verdict.measured_s,
                "passed": verdict.passed,
            }
            for verdict in verdicts
        ],
    }


def device_counts(stage: WireStage) -> Mapping[str, Mapping[str, int]]:
    """Return per protocol how many devices there are, and how many have only good values."""
    twins = stage.gateway.view.twins
    counts: dict[str, dict[str, int]] = {}
    for link in stage.gateway.links:
        count = counts.setdefault(SCHEMES[link.scheme], {"total": 0, "good": 0})
        for device in link.devices:
            known = twins[device.id].properties
            good = all(
                name in known and known[name].quality is Quality.GOOD
                for name in device.model.points
            )
            count["total"] += 1
            count["good"] += good
    return counts
