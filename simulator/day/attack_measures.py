"""What an attack is measured by: who noticed, who called, who came, and whom it could hurt."""

from collections.abc import Callable, Mapping

from scenarios.story import StoryEvent
from simulator.day.lived import Lived, LivedAttack, Measure
from simulator.day.yard import pupil_seconds
from simulator.record import Gap, gap
from twins.capability import Line
from twins.instant import Duration, Instant, in_seconds, seconds

HEARD_WITHIN: Duration = seconds(60)
"""A case opened later than this after the press is another one (assumed)."""


def _exposure(lived: Lived) -> float | None:
    """Pupils × seconds where the attacker hurts somebody, until the attack ends."""
    attack = lived.attack
    if attack is None or not lived.counts or attack.ended is None:
        return None
    if attack.harms is None:
        return 0.0
    if attack.reached is Line.INNER:
        return pupil_seconds(lived.yard, attack.harms, attack.ended)
    ends = [at for at, _ in lived.counts[1:]] + [lived.ends]
    return sum(
        count * max(0.0, in_seconds(min(until, attack.ended) - max(at, attack.harms)))
        for (at, count), until in zip(lived.counts, ends, strict=True)
    )


def case_of(lived: Lived) -> StoryEvent | None:
    """Return the opening of the case that the attack's press led to, or None where none was."""
    pressed = None if lived.attack is None else lived.attack.pressed
    if pressed is None:
        return None
    return next(
        (
            one
            for one in lived.story
            if one.kind == "incident-opened" and pressed <= one.at <= pressed + HEARD_WITHIN
        ),
        None,
    )


def _gap(lived: Lived) -> Gap | None:
    """Return the gap from the attack; who came for another case of the day does not count."""
    return None if lived.attack is None else _gap_from(lived, lived.attack.begins)


def _gap_from(lived: Lived, begin: Instant) -> Gap | None:
    case = case_of(lived)
    if case is None:
        return None
    ends = (
        one.at
        for one in lived.story
        if one.kind == "incident-handled" and one.subject == case.subject
    )
    end = next(ends, lived.ends)
    return gap([one for one in lived.story if case.at <= one.at <= end], begin)


def _told(lived: Lived) -> Instant | None:
    """Return when the first notice of the case had arrived."""
    case = case_of(lived)
    return (
        None
        if case is None
        else next(
            (
                one.at
                for one in lived.story
                if one.kind == "notified" and one.details.get("incident") == case.subject
            ),
            None,
        )
    )


def _after_attack(lived: Lived, instant: Instant | None) -> float | None:
    if lived.attack is None or instant is None:
        return None
    return in_seconds(instant - lived.attack.begins)


def _of_attack(tell: Callable[[LivedAttack], bool]) -> Callable[[Lived], float | None]:
    """Return a measure that is yes or no of an attack."""
    return lambda lived: None if lived.attack is None else float(tell(lived.attack))


def _post_held(lived: Lived) -> float | None:
    if lived.attack is None or lived.attack.attention is None:
        return None
    return float(lived.attack.attention > 0.0)


def _noticed_at(line: Line) -> Callable[[Lived], float | None]:
    return _of_attack(lambda attack: attack.noticed is line)


def _response(lived: Lived) -> float | None:
    """From the notice that led to the press to somebody called who is ready to hold him."""
    attack = lived.attack
    if attack is None or attack.called is None or attack.responded is None:
        return None
    return in_seconds(attack.responded - attack.called)


def _opened(lived: Lived) -> Instant | None:
    case = case_of(lived)
    return None if case is None else case.at


def _gap_from_alarm(lived: Lived) -> Gap | None:
    opened = _opened(lived)
    return None if opened is None else _gap_from(lived, opened)


def _waited(lived: Lived, wait: Duration | None) -> float | None:
    return None if lived.attack is None or wait is None else in_seconds(wait)


ATTACK_MEASURES: Mapping[str, Measure] = {
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
        unit="share", of=_post_held, yes_or_no=True,
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
        of=lambda lived: _after_attack(lived, _opened(lived)),
    ),
    "attack-warned": Measure(
        title={"en": "From the attack to the first notice", "zh": "袭击开始至首个通知送达"},
        unit="s", of=lambda lived: _after_attack(lived, _told(lived)),
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
    "attack-missed": Measure(
        title={"en": "Attack without any case", "zh": "袭击漏报"}, unit="share", yes_or_no=True,
        of=lambda lived: None if lived.attack is None else float(case_of(lived) is None),
    ),
    "attack-gap-alarm": Measure(
        title={"en": "Response gap from the alarm", "zh": "处置空档期（自报警起）"}, unit="s",
        of=lambda lived: found.gap if (found := _gap_from_alarm(lived)) else None,
    ),
    "attack-gained-alarm": Measure(
        title={"en": "Seconds gained on the police, from the alarm",
               "zh": "先于民警的秒数（自报警起）"},
        unit="s", of=lambda lived: found.gained if (found := _gap_from_alarm(lived)) else None,
    ),
    "attack-desk-wait": Measure(
        title={"en": "Notice waiting at the station's desk", "zh": "派出所接警等待"}, unit="s",
        of=lambda lived: _waited(lived, lived.desk_wait),
    ),
    "attack-car-wait": Measure(
        title={"en": "Case waiting for a car that is free", "zh": "等待可用警车"}, unit="s",
        of=lambda lived: _waited(lived, lived.car_wait),
    ),
}  # fmt: skip
"""Name → measure, in the order of reports."""
