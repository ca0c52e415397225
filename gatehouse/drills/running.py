"""Run one drill file at a level and judge it: `gatehouse drill run`."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass

from gatehouse.drills.wire import Casting, WireStage
from gatehouse.links import compile_links, compile_models
from gatehouse.wording import Say
from gateway.store import MemoryStore
from scenarios.drill import Drill
from scenarios.drill_loader import load_drill_with_school
from scenarios.judge import Verdict, judge
from simulator.record import RunRecord, record_of
from simulator.run import run_drill as run_on_sim


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillReport:
    """What a run of a drill told, and the judgement on it."""

    drill: Drill
    level: str
    record: RunRecord
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Return whether everything expected followed."""
        return all(verdict.passed for verdict in self.verdicts)

    def to_json(self) -> str:
        """Return verdicts and record as JSON; at L0 the same seed gives the same bytes."""
        body = {
            "level": self.level,
            "passed": self.passed,
            "expected": [asdict(verdict) for verdict in self.verdicts],
            **json.loads(self.record.to_json()),
        }
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"

    def lines(self, language: str, say: Say) -> list[str]:
        """Return the judgement as lines for a person."""
        title = f"{self.drill.id.upper()} {self.drill.title[language]}"
        lines = [f"{title} · {self.level} · seed {self.record.seed}"]
        lines += verdict_lines(self.drill, self.verdicts, language, say)
        gap = self.record.measures.gap_from_alarm
        if gap is not None and gap.gap is not None:
            sentence = "response gap {gap} s: the time until somebody who can act was there"
            lines.append(say(sentence, gap=f"{gap.gap:.1f}"))
            if gap.gained:
                sentence = "{gained} s gained before the police"
                lines.append(say(sentence, gained=f"{gap.gained:.1f}"))
            else:
                sentence = "nobody with kit came before the police; without kit one is a witness"
                lines.append(say(sentence))
        if self.record.assumed:
            sentence = "{n} parameters of people and network are assumptions (docs/simulator.md)"
            lines.append(say(sentence, n=len(self.record.assumed)))
        return lines


def verdict_lines(
    drill: Drill, verdicts: tuple[Verdict, ...], language: str, say: Say
) -> list[str]:
    """Return one line per expected action: passed or not, measured and limit, title."""
    titles = {expected.id: expected.title[language] for expected in drill.expected}
    lines = []
    for verdict in verdicts:
        mark = say("passed") if verdict.passed else say("FAILED")
        limit = "" if verdict.limit_s is None else f" / {verdict.limit_s:g} s"
        measured = "" if verdict.measured_s is None else f"{verdict.measured_s:.2f} s{limit}"
        why = "" if verdict.passed else f" – {verdict.because}"
        lines.append(f"{mark:8} {measured:>18}  {titles[verdict.id]}{why}")
    return lines


async def run_drill(name: str, level: str, seed: int) -> DrillReport:
    """Run a drill given by name or file at `sim` or `wire`; raises ConfigError."""
    casting = cast(name, seed)
    record = await LEVELS[level](casting)
    verdicts = judge(casting.drill, record.story)
    return DrillReport(drill=casting.drill, level=level, record=record, verdicts=verdicts)


def cast(name: str, seed: int) -> Casting:
    """Return a drill with its school and its compiled devices; raises ConfigError."""
    drill, package = load_drill_with_school(name)
    models = compile_models(package)
    links = compile_links(package, models)
    return Casting(package=package, models=models, links=links, drill=drill, seed=seed)


async def _on_sim(casting: Casting) -> RunRecord:
    return run_on_sim(
        school=casting.package.school,
        drill=casting.drill,
        models=casting.models,
        seed=casting.seed,
    )


async def _on_wire(casting: Casting) -> RunRecord:
    async with WireStage(casting, MemoryStore(), lambda _: None) as stage:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(stage.run())
            await stage.play()
            running.cancel()
        return record_of(
            staging=stage.staging,
            story=sorted(stage.story, key=lambda event: event.at),
            incidents=stage.teller.incidents,
            seed=casting.seed,
        )


LEVELS: Mapping[str, Callable[[Casting], Awaitable[RunRecord]]] = {
    "sim": _on_sim,
    "wire": _on_wire,
}
"""Level → how it is run. `sim` is L0, `wire` is L2 of docs/drills.md."""
