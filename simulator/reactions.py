"""What one person does after a notice: one model for drills and for the responders alone.

A person is compiled against their own streams, one per purpose. A drill puts the times on its
timeline; `simulator.response` plays hundreds of thousands of incidents with the same function.
"""

import math
from collections.abc import Callable
from statistics import NormalDist

from simulator.chance import Chance
from simulator.laws import Sampler
from twins.incident import Answer
from twins.instant import Duration
from twins.school import Responder, Role

SECOND = 1e9
"""Nanoseconds; draws are in seconds."""

ACKNOWLEDGED, ACCEPTED, DECLINED = Answer.ACKNOWLEDGED, Answer.ACCEPTED, Answer.DECLINED

_NORMAL = NormalDist()


Reaction = tuple[Duration, Answer | None, Duration, Duration | None, Duration | None]
"""(delivered, first answer, answered, arrives, secures): what one person does.

Durations from the notice, rounded to the nanosecond. Without an answer - silence is not refusal -
`answered` means nothing; `arrives` is None for who does not come, `secures` for who does not close
the case. A bare tuple: a named one costs a tenth of the whole model's time (measured).
"""

React = Callable[[float, float], Reaction]
"""(way in metres, mood of the incident) → what the person does this time.

The mood is what all volunteers share in one incident, a standard normal number; it counts only
where `volunteer.correlation` is above 0.
"""


def reacts(responder: Responder, chance: Chance) -> React:
    """Return how a responder behaves by their role, with streams under their id."""
    match responder.role:
        case Role.GUARD:
            return _guard(responder, chance)
        case Role.VOLUNTEER:
            return _volunteer(responder, chance)
        case Role.STATION:
            return _station(responder, chance)
        case _:
            return _told(responder, chance)


def mood(incident: str, chance: Chance) -> float:
    """Return the next mood of an incident; draws nothing while answers are independent."""
    if not chance.mean("volunteer.correlation"):
        return 0.0
    return _NORMAL.inv_cdf(_inside(chance.fraction(incident, "volunteer.mood")))


def _told(responder: Responder, chance: Chance) -> React:
    delivery = chance.sampler(responder.id, "console.delivery")

    def react(way_m: float, mood: float) -> Reaction:  # noqa: ARG001  one signature
        return round(delivery() * SECOND), None, 0, None, None

    return react


def _guard(responder: Responder, chance: Chance) -> React:
    delivery = chance.sampler(responder.id, "console.delivery")
    answering = chance.sampler(responder.id, "guard.acknowledges")

    def react(way_m: float, mood: float) -> Reaction:  # noqa: ARG001  stands at the gate
        delivered = round(delivery() * SECOND)
        return delivered, ACKNOWLEDGED, delivered + round(answering() * SECOND), None, None

    return react


def _volunteer(responder: Responder, chance: Chance) -> React:
    name = responder.id
    delivery = chance.sampler(name, "volunteer.delivery")
    mind = _mind(name, chance)
    accepts = chance.sampler(name, "volunteer.accepts")
    silent = chance.sampler(name, "volunteer.silent")
    reaction = chance.sampler(name, "volunteer.reaction")
    turnout = chance.sampler(name, "volunteer.turnout")
    speed = chance.sampler(name, f"travel.{responder.travel}")

    def react(way_m: float, mood: float) -> Reaction:
        delivered = round(delivery() * SECOND)
        thought = mind(mood)
        accepting = accepts()
        declining = accepting + silent()
        answered = delivered + round(reaction() * SECOND)
        if thought < accepting:
            there = answered + round(turnout() * SECOND) + round(way_m / speed() * SECOND)
            return delivered, ACCEPTED, answered, there, None
        if thought >= declining:
            return delivered, DECLINED, answered, None, None
        return delivered, None, answered, None, None

    return react


def _station(responder: Responder, chance: Chance) -> React:
    name = responder.id
    delivery = chance.sampler(name, "console.delivery")
    answering = chance.sampler(name, "station.acknowledges")
    turnout = chance.sampler(name, "police.turnout")
    speed = chance.sampler(name, f"travel.{responder.travel}")
    securing = chance.sampler(name, "police.secures")

    def react(way_m: float, mood: float) -> Reaction:  # noqa: ARG001  on duty, in any mood
        delivered = round(delivery() * SECOND)
        answered = delivered + round(answering() * SECOND)
        there = answered + round(turnout() * SECOND) + round(way_m / speed() * SECOND)
        secured = there + round(securing() * SECOND)
        return delivered, ACKNOWLEDGED, answered, there, secured

    return react


def _mind(name: str, chance: Chance) -> Callable[[float], float]:
    """Return the volunteer's uniform number, correlated through the mood (Gaussian copula).

    Each volunteer still accepts with their own probability; only how often several accept or
    refuse together changes.
    """
    own: Sampler = chance.uniform(name, "volunteer.mind")
    # Drawn, so that the assumption is among those that a record lists.
    correlation = chance.draw(name, "volunteer.correlation")
    if not correlation:
        return lambda mood: own()  # noqa: ARG005  one signature
    shared, rest = math.sqrt(correlation), math.sqrt(1.0 - correlation)
    return lambda mood: _NORMAL.cdf(shared * mood + rest * _NORMAL.inv_cdf(_inside(own())))


def _inside(share: float) -> float:
    """Return a uniform number that is not 0, where the normal law has no value."""
    return share or 2.0**-54
