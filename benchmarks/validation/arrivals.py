"""Volunteers, police and phones: S03, S04, S05, S06 and the second half of S12."""

import math
from collections.abc import Mapping
from dataclasses import replace
from statistics import fmean
from typing import Any

from benchmarks.validation.verdict import Found, computed, mean_of, share_of
from simulator.analysis.arrival_laws import (
    Metric,
    VolunteerField,
    after,
    expected_there,
    first_quantile,
    later_than_log_normal,
    mean_first,
    mean_last_of,
    mean_nearest,
    nobody_ever,
    nobody_yet,
    response_gap,
    shifted_gamma,
)
from simulator.analysis.special import integral
from simulator.chance import Chance
from simulator.estimation.intervals import quantile_estimate
from simulator.field import PoissonField
from simulator.laws import Exponential, Fixed, Law, LogNormal, ShiftedGamma
from simulator.parameters import PARAMETERS
from simulator.response import ARRIVED, DELIVERED, Case, Responses
from twins.instant import in_seconds, seconds
from twins.school import Responder, Role
from twins.streams import Streams

INCIDENTS = 200_000
Z = 1.959963984540054
NAMED = {"en": "x", "zh": "x"}
NOW: Law = Fixed(0.0)


def first_volunteer(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    """Play the field of S03: a fixed delay and no limit of radius that matters."""
    delay = inputs["delay_s"]
    field = _field(inputs, after(delay), math.inf)
    mean, deviation = mean_first(field, delay)
    limits = (120, 180, 300)
    found = computed(
        {
            "mean": mean,
            "deviation": deviation,
            **{f"P(T <= {t})": 1 - nobody_yet(t, [field]) for t in limits},
            "median": first_quantile(0.5, field, delay),
            "quantile .9": first_quantile(0.9, field, delay),
        }
    )
    cases = _play(inputs, Fixed(delay), round(INCIDENTS / 2 * effort), streams)
    times = [in_seconds(case.volunteer) for case in cases if case.volunteer is not None]
    assert len(times) == len(cases), "somebody always comes from so wide a field"
    count, middle = len(times), fmean(times)
    squares = [(time - middle) ** 2 for time in times]
    variance = fmean(squares)
    of_variance = mean_of("deviation", squares).error
    assert of_variance is not None
    spread = math.sqrt(variance)
    return [
        *found,
        mean_of("mean", times),
        Found(quantity="deviation", value=spread, error=of_variance / (2 * spread),
              observations=count),
        *(share_of(f"P(T <= {t})", sum(time <= t for time in times), count) for t in limits),
        _quantile("median", times, 0.5),
        _quantile("quantile .9", times, 0.9),
    ]  # fmt: skip


def nearest(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    """Scatter people and measure to the k-th nearest, straight and right-angled."""
    density, ranks = inputs["per_km2"], inputs["ranks"]
    ways = {"straight": Metric.EUCLID, "right-angled": Metric.RIGHT_ANGLE}
    found = computed(
        {
            f"{way} {rank}": mean_nearest(rank, density, metric)
            for way, metric in ways.items()
            for rank in ranks
        }
    )
    stream, field = streams.stream("places"), PoissonField(per_km2=density)
    measured: dict[str, list[float]] = {f"{way} {rank}": [] for way in ways for rank in ranks}
    for _ in range(round(INCIDENTS / 5 * effort)):
        places = field.places(inputs["half_side_m"], stream)
        straight = sorted(math.hypot(east, north) for east, north in places)
        right_angled = sorted(abs(east) + abs(north) for east, north in places)
        for way, distances in (("straight", straight), ("right-angled", right_angled)):
            for rank in ranks:
                measured[f"{way} {rank}"].append(distances[rank - 1])
    return found + [mean_of(name, distances) for name, distances in measured.items()]


def alerted(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    """Play the volunteers of S05: within a radius, with a random delay."""
    fields = [_field(inputs, shifted_gamma(*inputs["delay"]), inputs["radius_m"])]
    limits = (120, 180, 300)
    found = computed(
        {
            "P(nobody)": nobody_ever(fields),
            **{f"P(T <= {t})": 1 - nobody_yet(t, fields) for t in limits},
            "median": _median(fields),
            "there by 180": expected_there(180, fields),
            "mean of min(T, 600)": integral(
                lambda t: nobody_yet(t, fields), 0.0, 600.0, precision=1e-6
            ),
        }
    )
    cases = _play(inputs, ShiftedGamma(*inputs["delay"]), round(INCIDENTS * effort), streams)
    times = [math.inf if case.volunteer is None else in_seconds(case.volunteer) for case in cases]
    count = len(times)
    there = [
        float(sum(what == ARRIVED and at <= seconds(180) for at, what, _ in case.events))
        for case in cases
    ]
    return [
        *found,
        share_of("P(nobody)", sum(map(math.isinf, times)), count),
        *(share_of(f"P(T <= {t})", sum(time <= t for time in times), count) for t in limits),
        _quantile("median", times, 0.5),
        mean_of("there by 180", there),
        mean_of("mean of min(T, 600)", [min(time, 600.0) for time in times]),
    ]


def gap(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    """Play volunteers and police together."""
    fields = [_field(inputs, shifted_gamma(*inputs["delay"]), inputs["radius_m"])]
    later = later_than_log_normal(*inputs["police"])
    exact = response_gap(fields, later, 6000.0)
    median, sigma = inputs["police"]
    mean_police = LogNormal(median, sigma).mean
    found = computed(
        {
            "mean police": mean_police,
            "P(volunteer first)": exact.volunteer_first,
            "mean first": exact.first_s,
            "mean gained": mean_police - exact.first_s,
            "P(first <= 180)": 1 - later(180) * nobody_yet(180, fields),
            "P(police <= 180)": 1 - later(180),
        }
    )
    cases = _play(
        inputs, ShiftedGamma(*inputs["delay"]), round(INCIDENTS * effort), streams,
        police=LogNormal(median, sigma),
    )  # fmt: skip
    count = len(cases)
    police = [in_seconds(case.police or 0) for case in cases]
    first = [in_seconds(case.gap or 0) for case in cases]
    return [
        *found,
        mean_of("mean police", police),
        share_of(
            "P(volunteer first)", sum(a < b for a, b in zip(first, police, strict=True)), count
        ),
        mean_of("mean first", first),
        mean_of("mean gained", [in_seconds(case.gained or 0) for case in cases]),
        share_of("P(first <= 180)", sum(time <= 180 for time in first), count),
        share_of("P(police <= 180)", sum(time <= 180 for time in police), count),
    ]


def phones(inputs: Mapping[str, Any], effort: float, streams: Streams) -> list[Found]:
    """Tell a hundred phones at once, and wait for the last."""
    count, mean, within = inputs["phones"], inputs["phone_s"], inputs["within_s"]
    names = ("last phone", f"P(all within {within} s)")
    found = computed(
        dict(
            zip(
                names,
                (mean_last_of(count, mean), (1 - math.exp(-within / mean)) ** count),
                strict=True,
            )
        )
    )
    people = [_volunteer(number) for number in range(count)]
    drawn = _chance(streams, {"volunteer.delivery": Exponential(mean)})
    model = Responses(people, drawn)
    last = []
    for _ in range(max(2, round(INCIDENTS / 4 * effort))):
        case = model.play(0)
        last.append(in_seconds(max(at for at, what, _ in case.events if what == DELIVERED)))
    return [
        *found,
        mean_of(names[0], last),
        share_of(names[1], sum(time <= within for time in last), len(last)),
    ]


def _play(
    inputs: Mapping[str, Any], delay: Law, count: int, streams: Streams,
    police: Law | None = None,
) -> list[Case]:  # fmt: skip
    """Play incidents, each with volunteers at new places, and with police if they have a law."""
    laws: dict[str, Law] = {
        "volunteer.accepts": Fixed(inputs["accepts"]),
        "volunteer.silent": NOW,
        "volunteer.delivery": NOW,
        "volunteer.reaction": delay,
        "volunteer.turnout": NOW,
        "travel.on foot": Fixed(inputs["speed"]),
    }
    cars = []
    if police is not None:
        # The place is secured so late that nobody turns back: the first arrival is asked for.
        late: dict[str, Law] = {"console.delivery": NOW, "station.acknowledges": NOW,
                                "police.turnout": police, "police.secures": Fixed(1e6)}  # fmt: skip
        laws |= late
        cars = [Responder(id="station", role=Role.STATION, title=NAMED, travel="car")]
    field = PoissonField(per_km2=inputs["per_km2"])
    places = streams.stream("places")
    detour, radius = inputs["detour"], inputs["radius_m"]
    most = round(field.per_km2 * math.pi * radius**2 / 1e6 * 4)
    people = [*cars, *(_volunteer(number) for number in range(most))]
    model = Responses(people, _chance(streams, laws))
    near = [0.0] * len(cars)
    return [
        model.play(0, near + [detour * one for one in field.distances(radius, places)])
        for _ in range(max(2, count))
    ]


def _volunteer(number: int) -> Responder:
    return Responder(
        id=f"volunteer-{number}", role=Role.VOLUNTEER, title=NAMED, kit=("fork",),
        travel="on foot",
    )  # fmt: skip


def _chance(streams: Streams, laws: Mapping[str, Law]) -> Chance:
    changed = {name: replace(PARAMETERS[name], law=law) for name, law in laws.items()}
    return Chance(streams, {**PARAMETERS, **changed})


def _field(inputs: Mapping[str, Any], reacted: Any, radius_m: float) -> VolunteerField:  # noqa: ANN401
    return VolunteerField(
        per_km2=inputs["per_km2"], accepts=inputs["accepts"], speed=inputs["speed"],
        detour=inputs["detour"], radius_m=radius_m, reacted=reacted,
    )  # fmt: skip


def _median(fields: list[VolunteerField]) -> float:
    low, high = 0.0, 3600.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if nobody_yet(middle, fields) > 0.5 else (low, middle)
    return high


def _quantile(quantity: str, times: list[float], share: float) -> Found:
    estimate = quantile_estimate(times, share)
    return Found(
        quantity=quantity, value=estimate.value, error=estimate.half_width / Z,
        observations=len(times),
    )  # fmt: skip
