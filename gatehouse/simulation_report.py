"""The report of an experiment as one HTML file that needs nothing else.

A planner sees distributions with n and intervals, never a bare mean, and which inputs are guesses.
"""

import html
import math
from collections.abc import Iterable, Sequence

from gatehouse.simulating import Simulation
from gatehouse.wording import Say
from simulator.day.check import Check
from simulator.day.measures import MEASURES
from simulator.day.threats import THREATS
from simulator.estimation.intervals import Estimate
from simulator.experiments.summary import Found

STYLE = """
:root { color-scheme: light; --ink: #1d2733; --soft: #5b6876; --line: #dfe5ea; --mark: #0b5f8a }
body { font: 15px/1.5 "Noto Sans", "Noto Sans CJK SC", system-ui, sans-serif; color: var(--ink);
       max-width: 64rem; margin: 2.5rem auto; padding: 0 1.5rem }
h1 { font-size: 1.6rem; margin: 0 0 .3rem } h2 { font-size: 1.15rem; margin: 2.4rem 0 .6rem }
.plan { color: var(--soft); margin: 0 } .made-up { background: #fff4d6; padding: .5rem .8rem;
  border-left: 4px solid #c98a00; margin: 1.2rem 0 }
table { border-collapse: collapse; width: 100% } th { text-align: left; font-weight: 600 }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line);
         vertical-align: middle }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.soft { color: var(--soft); font-size: .86rem } svg { display: block }
"""

CHART_WIDTH, CHART_HEIGHT = 180, 34


def report_html(simulation: Simulation, say: Say, language: str) -> str:
    """Return the report."""
    title = say("Simulated school days: {subject}", subject=simulation.plan.asked)
    parts = [
        f"<h1>{_safe(title)}</h1>",
        f'<p class="plan">{_safe(_plan(simulation, say, language))}</p>',
        *(_made_up(say) if simulation.synthetic else ()),
        f"<h2>{_safe(say('What was measured'))}</h2>",
        _measures(simulation.found, say, language),
        *_check(simulation, say),
        f"<h2>{_safe(say('What is assumed'))}</h2>",
        f'<p class="soft">{_safe(say("These inputs are guesses, not measurements."))}</p>',
        _assumptions(simulation.assumed, simulation, say),
        *_given(simulation, say),
    ]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{_safe(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _plan(simulation: Simulation, say: Say, language: str) -> str:
    plan = simulation.plan
    days = str(plan.days[0]) if len(plan.days) == 1 else f"{plan.days[0]} – {plan.days[-1]}"
    told = say(
        "{schools} schools, {n} school days ({days}), {replications} replications, seed {seed}",
        schools=len(plan.schools), n=len(plan.days), days=days,
        replications=plan.replications, seed=plan.seed,
    )  # fmt: skip
    if plan.threat is None:
        return told
    hours, minutes = divmod(plan.threat.at // 60_000_000_000, 60)
    kind = THREATS[plan.threat.kind].title[language]
    told += "; " + say("{threat} at {time}", threat=kind, time=f"{hours:02}:{minutes:02}")
    return told + ("; " + say("at every school at once") if plan.together else "")


def check_text(check: Check, say: Say) -> str:
    """Return what the formulas say beside what was played, in one line."""
    return say(
        "called in time: played {played}, by EASI {easi}, without spread {timely}; "
        "worst way in by EASI {worst}: {path}",
        played=interval_text(check.played), easi=number_text(check.interruption),
        timely=number_text(check.timely), worst=number_text(check.worst_interruption),
        path=" → ".join(check.worst_path),
    )  # fmt: skip


def _check(simulation: Simulation, say: Say) -> Iterable[str]:
    check = simulation.check
    if check is None:
        return
    yield f"<h2>{_safe(say('Beside the formulas'))}</h2>"
    yield f"<p>{_safe(check_text(check, say))}</p>"
    rule = say(
        "EASI takes delays and response as normal and knows nobody who holds the attacker at the "
        "gate; its response is that of the played days, {mean} ± {deviation} s.",
        mean=number_text(check.response_s), deviation=number_text(check.response_deviation_s),
    )  # fmt: skip
    yield f"<p class='soft'>{_safe(rule)}</p>"


def _made_up(say: Say) -> Iterable[str]:
    yield f'<p class="made-up">{_safe(say("Synthetic: these schools do not exist."))}</p>'


def _measures(found: Sequence[Found], say: Say, language: str) -> str:
    head = "".join(
        f'<th class="{"n" if number else ""}">{_safe(text)}</th>'
        for number, text in enumerate(
            (
                say("Measure"),
                say("Median (95 % interval)"),
                say("95 % within"),
                say("Mean (95 % interval)"),
                say("Distribution"),
                "n",
            )
        )
    )
    rows = "\n".join(_row(one, say, language) for one in found if one.values)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _row(found: Found, say: Say, language: str) -> str:
    measure = MEASURES[found.measure]
    unit = "" if measure.unit == "1" else measure.unit
    name = f"{_safe(measure.title[language])} <span class='soft'>{_safe(unit)}</span>"
    if found.probability is not None:
        shown = [_interval(found.probability), "", ""]
        chart = ""
    else:
        assert found.mean is not None
        shown = [
            _interval(found.quantiles[0.5]),
            number_text(found.quantiles[0.95].value),
            _interval(found.mean),
        ]
        chart = _chart(found.values, say)
    cells = "".join(f'<td class="n">{cell}</td>' for cell in shown)
    count = f"{len(found.values)}"
    if len(found.values) < found.days:
        count += f"<br><span class='soft'>{_safe(say('of {days} days', days=found.days))}</span>"
    return f'<tr><td>{name}</td>{cells}<td class="n">{chart}</td><td class="n">{count}</td></tr>'


def _chart(values: Sequence[float], say: Say) -> str:
    if values[0] == values[-1]:
        always = say("always {value}", value=number_text(values[0]))
        return f"<span class='soft'>{_safe(always)}</span>"
    return histogram_svg(values, say("{n} values", n=len(values)))


def _given(simulation: Simulation, say: Say) -> Iterable[str]:
    if simulation.given:
        yield f"<h2>{_safe(say('What was measured or set'))}</h2>"
        yield _assumptions(simulation.given, simulation, say)


def _assumptions(names: Sequence[str], simulation: Simulation, say: Say) -> str:
    given = simulation.plan.parameters
    head = "".join(f"<th>{_safe(text)}</th>" for text in (say("Input"), say("Law"), say("Source")))
    rows = "\n".join(
        f"<tr><td>{_safe(given[name].meaning)}<br><span class='soft'>{_safe(name)}</span></td>"
        f"<td>{_safe(str(given[name].law))} {_safe(given[name].unit)}</td>"
        f"<td class='soft'>{_safe(given[name].source)}</td></tr>"
        for name in names
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def histogram_svg(values: Sequence[float], title: str) -> str:
    """Return a histogram as SVG, without axes: the numbers stand beside it."""
    # Drawing pulls in a compiled renderer; only a report needs it.
    import altair as alt
    import vl_convert

    chart = (
        alt.Chart(
            alt.Data(values=[{"value": value} for value in values]),  # type: ignore[no-untyped-call]  # generated class
            width=CHART_WIDTH,
            height=CHART_HEIGHT,
        )
        .mark_bar(color="#0b5f8a")
        .encode(
            x=alt.X("value:Q", bin=alt.Bin(maxbins=30), axis=None),
            y=alt.Y("count()", axis=None),
        )
        .configure_view(stroke=None)
    )
    drawn: str = vl_convert.vegalite_to_svg(chart.to_dict())
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{_safe(title)}" ', 1)


def interval_text(estimate: Estimate) -> str:
    """Return a value with its interval, as `97 (88 – 104)`; `?` where the data give no bound."""
    value, low, high = (number_text(one) for one in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} – {high})"


def number_text(value: float) -> str:
    """Return a number with three digits."""
    if math.isinf(value):
        return "?"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004  three digits


def _interval(estimate: Estimate) -> str:
    value, _, bounds = interval_text(estimate).partition(" ")
    return f"{value} <span class='soft'>{bounds}</span>"


def _safe(text: str) -> str:
    return html.escape(text)
