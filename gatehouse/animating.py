"""A day on the school's plan: one page that needs nothing else."""

import html
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from gatehouse.wording import Say
from scenarios.story import StoryEvent
from simulator.day.threats import ELEMENTS
from simulator.day.trace import Trace
from simulator.record import BELIEVED
from twins.capability import Titles
from twins.instant import SECOND

KINDS: Mapping[str, Titles] = {
    "alarm-raised": {"en": "alarm", "zh": "报警"},
    "incident-opened": {"en": "case opened", "zh": "立案"},
    "incident-acknowledged": {"en": "case acknowledged", "zh": "接警确认"},
    "incident-handled": {"en": "case closed", "zh": "处置完毕"},
    "notified": {"en": "told", "zh": "已通知"},
    "answered": {"en": "answered", "zh": "应答"},
    "command-ended": {"en": "command", "zh": "指令"},
    "device-lost": {"en": "device lost", "zh": "设备失联"},
    "device-restored": {"en": "device back", "zh": "设备恢复"},
    "step": {"en": "attacker", "zh": "袭击者"},
    "seen": {"en": "noticed", "zh": "被发现"},
    "inject": {"en": "done", "zh": "行为"},
    "responder-arrived": {"en": "arrived", "zh": "到场"},
    "police-arrived": {"en": "police arrived", "zh": "民警到场"},
    "pupils-safe": {"en": "pupils are safe", "zh": "学生已安全"},
    "outage": {"en": "outage", "zh": "中断"},
}
"""Events that the page tells."""

TOLD: Mapping[str, Titles] = {
    **{name: element.title for name, element in ELEMENTS.items()},
    "accepted": {"en": "accepted", "zh": "接受"},
    "declined": {"en": "declined", "zh": "拒绝"},
    "acknowledged": {"en": "acknowledged", "zh": "已确认"},
    "confirmed": {"en": "confirmed", "zh": "已执行"},
    "draws-knife": {"en": "attacker is at the gate", "zh": "袭击者到达校门"},
    "press": {"en": "button pressed", "zh": "按下报警器"},
    "one-key-alarm": {"en": "one-key alarm", "zh": "一键报警"},
}
"""Details in words; others are shown as they are."""

DETAILS = ("kind", "does", "answer", "action", "result", "do")
"""Details that the page tells."""


def page_of(trace: Trace, say: Say, language: str) -> str:
    """Return the page."""
    title = say("{school}, {day}", school=trace.head["title"][language], day=trace.head["day"])
    made_up = say("Synthetic: these schools do not exist.") if trace.head["synthetic"] else ""
    data = json.dumps(_data(trace, say, language), ensure_ascii=False)
    fields = {
        "@LANG@": language,
        "@TITLE@": html.escape(title),
        "@MADE_UP@": html.escape(made_up),
        "@PLAY@": html.escape(say("Play")),
        "@SPEED@": html.escape(say("Speed")),
        "@TRUTH@": html.escape(say("happened")),
        "@BELIEF@": html.escape(say("the platform knew")),
        "@PUPILS@": html.escape(say("Pupils before the gate")),
        # A closing tag in a text would end the script.
        "@DATA@": data.replace("<", "\\u003c"),
    }
    page = _template()
    for mark, text in fields.items():
        page = page.replace(mark, text)
    return page


def _data(trace: Trace, say: Say, language: str) -> Mapping[str, object]:
    head, lived = trace.head, trace.lived
    midnight = int(head["midnight"])
    names = {
        one["id"]: one["title"][language]
        for one in (*head["zones"], *head["devices"], *head["responders"])
    }

    def clock(at: int) -> float:
        return round((at - midnight) / SECOND, 3)

    attack = lived.attack
    return {
        "begins": clock(lived.begins),
        "ends": clock(lived.ends),
        "focus": clock(attack.starts[0]) - 20 if attack else clock(lived.begins) + 3000,
        **_plan(head, language),
        "pupils": [(clock(at), count) for at, count in lived.counts],
        "yard": [(clock(come), clock(gone)) for come, gone in lived.yard],
        "steps": [
            {"at": clock(at), "name": TOLD[name][language], "line": ELEMENTS[name].line.value}
            for name, at in zip(attack.path, attack.starts, strict=False)
        ]
        if attack
        else [],
        "ended": clock(attack.ended) if attack and attack.ended else None,
        "stopped": bool(attack and attack.stopped),
        "events": [
            {
                "at": clock(one.at), "kind": one.kind, "subject": one.subject,
                "known": one.kind in BELIEVED, "device": one.details.get("device", ""),
                "name": names.get(one.subject) or names.get(str(one.details.get("device")), ""),
                "words": _words(one, language),
            }
            for one in lived.story
            if one.kind in KINDS
        ],
        "labels": {"attacker": say("attacker"), "held": say("stopped")},
    }  # fmt: skip


def _plan(head: Mapping[str, Any], language: str) -> Mapping[str, object]:
    return {
        "zones": [
            {"name": one["title"][language], "line": one["line"], "ring": one["ring"]}
            for one in head["zones"]
        ],
        "devices": [
            {"id": one["id"], "name": one["title"][language], "at": one["at"]}
            for one in head["devices"]
        ],
    }


def _words(event: StoryEvent, language: str) -> list[str]:
    told = [str(event.details[name]) for name in DETAILS if name in event.details]
    return [
        KINDS[event.kind][language],
        *(TOLD[word][language] if word in TOLD else word for word in told),
    ]


@cache
def _template() -> str:
    return files("gatehouse.animation").joinpath("page.html").read_text(encoding="utf-8")
