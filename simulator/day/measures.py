"""What a day is measured by. A new measure is a function and a line in `MEASURES`.

Every measure is a number of one day, or None where the day had nothing of the kind: a wait without
anybody who waited is not 0.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scenarios.story import StoryEvent
from simulator.day.attack import Attack
from simulator.day.crowd import Crowd
from simulator.day.scene import Tally
from simulator.record import Gap, gap
from twins.capability import Line, Titles
from twins.instant import Instant, in_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One day as it was: what happened, and beside it what the platform believed (`story`)."""

    story: Sequence[StoryEvent]
    tally: Tally
    crowd: Crowd
    attack: Attack | None
    ends: Instant
    interrupted: int
    """How often an alarm took a guard from a visitor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number of a day."""

    title: Titles
    unit: str
    of: Callable[[Lived], float | None]
    yes_or_no: bool = False
    """True for what a day either has, 1, or has not, 0."""


def _waits(lived: Lived) -> list[float]:
    zone = lived.crowd.zone
    return [] if zone is None else [in_seconds(one.begins - one.arrives) for one in zone.passages]


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the empirical quantile: the least value with at least this share at or below it."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _raised(lived: Lived, kind: str) -> float:
    return sum(
        1.0 for one in lived.story if one.kind == "alarm-raised" and one.details.get("kind") == kind
    )


def _pupil_seconds(lived: Lived) -> float | None:
    zone = lived.crowd.zone
    if zone is None:
        return None
    ends = [at for at, _ in zone.counts[1:]] + [lived.ends]
    return sum(
        count * in_seconds(until - at) for (at, count), until in zip(zone.counts, ends, strict=True)
    )


def _exposure(lived: Lived) -> float | None:
    """Pupils × seconds where the attacker hurts somebody, until the attack ends."""
    attack, zone = lived.attack, lived.crowd.zone
    if attack is None or zone is None or attack.ended is None:
        return None
    if attack.harms is None:
        return 0.0
    if attack.reached is Line.INNER:
        return lived.crowd.yard.pupil_seconds(attack.harms, attack.ended)
    ends = [at for at, _ in zone.counts[1:]] + [lived.ends]
    return sum(
        count * max(0.0, in_seconds(min(until, attack.ended) - max(at, attack.harms)))
        for (at, count), until in zip(zone.counts, ends, strict=True)
    )


def _gap(lived: Lived) -> Gap | None:
    return None if lived.attack is None else gap(lived.story, lived.attack.begins)


def _after_attack(lived: Lived, instant: Instant | None) -> float | None:
    if lived.attack is None or instant is None:
        return None
    return in_seconds(instant - lived.attack.begins)


def _first(lived: Lived, kind: str) -> Instant | None:
    begins = 0 if lived.attack is None else lived.attack.starts[0]
    return next((one.at for one in lived.story if one.kind == kind and one.at >= begins), None)


def _most(lived: Lived) -> float | None:
    zone = lived.crowd.zone
    return None if zone is None else float(max(count for _, count in zone.counts))


def _of_attack(tell: Callable[[Attack], bool]) -> Callable[[Lived], float | None]:
    """Return a measure that is yes or no of an attack."""
    return lambda lived: None if lived.attack is None else float(tell(lived.attack))


def _noticed_at(line: Line) -> Callable[[Lived], float | None]:
    return _of_attack(lambda attack: attack.noticed is line)


def _response(lived: Lived) -> float | None:
    """From the notice that led to the press to somebody called who is ready to hold him."""
    attack = lived.attack
    if attack is None or attack.called is None or attack.responded is None:
        return None
    return in_seconds(attack.responded - attack.called)


def _missed(lived: Lived) -> float | None:
    carried = lived.tally.contraband
    return lived.tally.contraband_missed / carried if carried else None


MEASURES: Mapping[str, Measure] = {
    "pupil-wait-median": Measure(
        title={"en": "Pupil's wait before a lane, median", "zh": "学生排队时间中位数"}, unit="s",
        of=lambda lived: quantile(_waits(lived), 0.5),
    ),
    "pupil-wait-p95": Measure(
        title={"en": "Pupil's wait before a lane, 95 % within", "zh": "学生排队时间（95%分位）"},
        unit="s", of=lambda lived: quantile(_waits(lived), 0.95),
    ),
    "pupils-outside-most": Measure(
        title={"en": "Most pupils before the gate at once", "zh": "校门前同时最多学生数"}, unit="1",
        of=_most,
    ),
    "pupil-time-outside": Measure(
        title={"en": "Time of all pupils before the gate", "zh": "学生校门前滞留总时长"},
        unit="pupil s", of=_pupil_seconds,
    ),
    "visitor-admission-mean": Measure(
        title={"en": "Visitor from arrival to admission, mean", "zh": "来访者入校平均用时"},
        unit="s", of=lambda lived: _mean([in_seconds(one) for one in lived.tally.visits]),
    ),
    "visitors-turned-away": Measure(
        title={"en": "Visitors turned away", "zh": "被拒来访人数"}, unit="1",
        of=lambda lived: float(lived.tally.turned_away),
    ),
    "contraband-missed": Measure(
        title={"en": "Share of forbidden things that came in", "zh": "违禁物品漏检率"},
        unit="share", of=_missed,
    ),
    "post-empty": Measure(
        title={"en": "Post empty in duty hours", "zh": "岗位空缺时长"}, unit="s",
        of=lambda lived: sum(in_seconds(one) for one in lived.tally.absences),
    ),
    "off-post-alarms": Measure(
        title={"en": "Off-post warnings", "zh": "离岗预警次数"}, unit="1",
        of=lambda lived: _raised(lived, "guard-off-post"),
    ),
    "conflicts": Measure(
        title={"en": "Vehicles that met pupils at the gate", "zh": "人车冲突次数"}, unit="1",
        of=lambda lived: float(lived.tally.conflicts),
    ),
    "mistaken-loiterers": Measure(
        title={"en": "Loitering warnings by mistake", "zh": "徘徊误报次数"}, unit="1",
        of=lambda lived: float(lived.tally.camera_mistakes),
    ),
    "visitors-interrupted": Measure(
        title={"en": "Times an alarm took a guard from a visitor", "zh": "报警中断来访办理次数"},
        unit="1", of=lambda lived: float(lived.interrupted),
    ),
    "attack-stopped": Measure(
        title={"en": "Attack stopped by somebody", "zh": "袭击被制止"}, unit="share",
        of=_of_attack(lambda attack: attack.stopped), yes_or_no=True,
    ),
    "attack-stopped-outside": Measure(
        title={"en": "Attacker stopped before the inner line", "zh": "袭击者被挡在内层防线外"},
        unit="share", yes_or_no=True,
        of=_of_attack(lambda attack: attack.stopped and attack.stopped_at is not Line.INNER),
    ),
    "attack-in-time": Measure(
        title={"en": "Those called came before the attack was done", "zh": "增援在袭击结束前到达"},
        unit="share", of=_of_attack(lambda attack: attack.in_time), yes_or_no=True,
    ),
    "attack-noticed-remote": Measure(
        title={"en": "First noticed in the remote line", "zh": "外围防线首先发现"}, unit="share",
        of=_noticed_at(Line.REMOTE), yes_or_no=True,
    ),
    "attack-noticed-gate-front": Measure(
        title={"en": "First noticed in the gate-front line", "zh": "门前防线首先发现"},
        unit="share", of=_noticed_at(Line.GATE_FRONT), yes_or_no=True,
    ),
    "attack-noticed-inner": Measure(
        title={"en": "First noticed in the inner line", "zh": "内层防线首先发现"}, unit="share",
        of=_noticed_at(Line.INNER), yes_or_no=True,
    ),
    "attack-post-held": Measure(
        title={"en": "Somebody stood at the gate when the attacker came",
               "zh": "袭击者到达时门岗有人"},
        unit="share", of=_of_attack(lambda attack: attack.attention > 0.0), yes_or_no=True,
    ),
    "attack-attention": Measure(
        title={"en": "Attention at the gate then (1: somebody trained)",
               "zh": "当时门岗警觉度（1为训练有效）"},
        unit="1", of=lambda lived: None if lived.attack is None else lived.attack.attention,
    ),
    "attack-calls-lost": Measure(
        title={"en": "Calls that were lost", "zh": "未成功的报警次数"}, unit="1",
        of=lambda lived: None if lived.attack is None else float(lived.attack.calls_lost),
    ),
    "attack-response": Measure(
        title={"en": "From the notice until somebody called is ready to hold the attacker",
               "zh": "发现异常至增援可制止"},
        unit="s", of=_response,
    ),
    "attack-pressed": Measure(
        title={"en": "From the attack to the press", "zh": "袭击开始至按下报警"}, unit="s",
        of=lambda lived: _after_attack(lived, lived.attack.pressed if lived.attack else None),
    ),
    "attack-alarm": Measure(
        title={"en": "From the attack to the open incident", "zh": "袭击开始至立案"}, unit="s",
        of=lambda lived: _after_attack(lived, _first(lived, "incident-opened")),
    ),
    "attack-warned": Measure(
        title={"en": "From the attack to the first notice", "zh": "袭击开始至首个通知送达"},
        unit="s", of=lambda lived: _after_attack(lived, _first(lived, "notified")),
    ),
    "attack-first-capable": Measure(
        title={"en": "From the attack to the first capable responder",
               "zh": "袭击开始至首名处置力量到场"},
        unit="s", of=lambda lived: found.first_capable if (found := _gap(lived)) else None,
    ),
    "attack-police": Measure(
        title={"en": "From the attack to the police", "zh": "袭击开始至民警到场"}, unit="s",
        of=lambda lived: found.police if (found := _gap(lived)) else None,
    ),
    "attack-gap": Measure(
        title={"en": "Response gap from the attack", "zh": "处置空档期（自袭击起）"}, unit="s",
        of=lambda lived: found.gap if (found := _gap(lived)) else None,
    ),
    "attack-gained": Measure(
        title={"en": "Seconds gained on the police", "zh": "先于民警的秒数"}, unit="s",
        of=lambda lived: found.gained if (found := _gap(lived)) else None,
    ),
    "attack-exposure": Measure(
        title={"en": "Pupils × time exposed to the attack", "zh": "学生暴露量"}, unit="pupil s",
        of=_exposure,
    ),
}  # fmt: skip
"""Name → measure, in the order of reports."""
