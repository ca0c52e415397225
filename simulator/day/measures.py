"""What a day is measured by. A new measure is a function and a line in `MEASURES`.

Every measure is a number of one day, or None where the day had nothing of the kind: a wait without
anybody who waited is not 0.
"""

import math
from collections.abc import Mapping, Sequence

from simulator.day.attack_measures import ATTACK_MEASURES, case_of
from simulator.day.lived import Lived, Measure
from twins.instant import Instant, in_seconds


def _waits(lived: Lived) -> list[float]:
    return [in_seconds(one.begins - one.arrives) for one in lived.passages]


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
    if not lived.counts:
        return None
    ends = [at for at, _ in lived.counts[1:]] + [lived.ends]
    return sum(
        count * in_seconds(until - at)
        for (at, count), until in zip(lived.counts, ends, strict=True)
    )


def _most(lived: Lived) -> float | None:
    return float(max(count for _, count in lived.counts)) if lived.counts else None


def _missed(lived: Lived) -> float | None:
    carried = lived.tally.contraband
    return lived.tally.contraband_missed / carried if carried else None


def _absences(lived: Lived, *, seen: bool) -> int:
    """Return how many absences were told of while they lasted, or were not."""
    told = [
        one.at
        for one in lived.story
        if one.kind == "alarm-raised" and one.details.get("kind") == "guard-off-post"
    ]
    return sum(any(left <= at <= back for at in told) is seen for left, back in lived.tally.absent)


def _opened(lived: Lived) -> list[Instant]:
    return [one.at for one in lived.story if one.kind == "incident-opened"]


def _real(lived: Lived) -> int:
    """Return 1 where one of the cases is the attack's."""
    return int(case_of(lived) is not None)


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
    "late-pupils": Measure(
        title={"en": "Pupils through a lane after the first lesson began",
               "zh": "上课后入校学生数"}, unit="1",
        of=lambda lived: float(lived.tally.entered_late),
    ),
    "absences-seen": Measure(
        title={"en": "Absences from a post that were seen", "zh": "被发现的离岗次数"}, unit="1",
        of=lambda lived: float(_absences(lived, seen=True)),
    ),
    "absences-unseen": Measure(
        title={"en": "Absences from a post that nobody was told of", "zh": "未被发现的离岗次数"},
        unit="1", of=lambda lived: float(_absences(lived, seen=False)),
    ),
    "cases-false": Measure(
        title={"en": "Cases opened though nothing happened", "zh": "误立案次数"}, unit="1",
        of=lambda lived: float(len(_opened(lived)) - _real(lived)),
    ),
    "warnings": Measure(
        title={"en": "Warnings and alarms of all kinds", "zh": "各类预警报警次数"}, unit="1",
        of=lambda lived: float(sum(one.kind == "alarm-raised" for one in lived.story)),
    ),
    "warnings-tail-gate": Measure(
        title={"en": "Warnings of somebody who slipped in", "zh": "尾随预警次数"}, unit="1",
        of=lambda lived: _raised(lived, "tail-gate"),
    ),
    "devices-lost": Measure(
        title={"en": "Losses of a device", "zh": "设备失联次数"}, unit="1",
        of=lambda lived: float(sum(one.kind == "device-lost" for one in lived.story)),
    ),
    "outages": Measure(
        title={"en": "Outages of links, mains and the way out", "zh": "链路、供电、外联中断次数"},
        unit="1", of=lambda lived: float(lived.tally.outages),
    ),
    "operator-load": Measure(
        title={"en": "Notices to the seat at the station", "zh": "派出所席位接警量"},
        unit="1/h", of=lambda lived: lived.notices / (in_seconds(lived.ends - lived.begins) / 3600),
    ),
    "patrols-made": Measure(
        title={"en": "Patrols that were made", "zh": "完成的巡查次数"}, unit="1",
        of=lambda lived: float(lived.tally.patrols),
    ),
    **ATTACK_MEASURES,
}  # fmt: skip
"""Name → measure, in the order of reports."""
