"""`gatehouse compare`: two designs under the same chance."""

import json
from dataclasses import dataclass, replace

from gatehouse.simulating import Progress, SimulateSettings, Simulation, simulate
from simulator.day.measures import MEASURES
from simulator.estimation.intervals import Estimate
from simulator.experiments.paired import Difference, differences
from twins.documents import ConfigError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two designs that were played, and what they differ in."""

    first: Simulation
    second: Simulation
    names: tuple[str, str]
    differences: tuple[Difference, ...]

    def to_json(self) -> str:
        """Return the result as JSON; the same designs give the same bytes anywhere."""
        plan = self.first.plan
        body = {
            "designs": self.names,
            "seed": plan.seed,
            "days": [day.isoformat() for day in plan.days],
            "replications": plan.replications,
            "synthetic": self.first.synthetic or self.second.synthetic,
            "measures": {
                one.measure: {
                    "title": MEASURES[one.measure].title,
                    "unit": MEASURES[one.measure].unit,
                    "pairs": one.difference.observations,
                    "first": _told(one.first),
                    "second": _told(one.second),
                    "difference": _told(one.difference),
                }
                for one in self.differences
            },
            "assumed": sorted({*self.first.assumed, *self.second.assumed}),
        }
        return json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def compare(first: str, second: str, settings: SimulateSettings, progress: Progress) -> Comparison:
    """Play both designs, each `SUBJECT` or `SUBJECT,name=value,…`; raises ConfigError."""
    if settings.replications * settings.days < 2:  # noqa: PLR2004  a difference needs two pairs
        message = "a comparison needs two days or replications at least"
        raise ConfigError([Problem(file=first, message=message)])
    one, other = (_played(design, settings, progress) for design in (first, second))
    if len(one.rows) != len(other.rows):
        message = f"has other schools or days than {first}"
        raise ConfigError([Problem(file=second, message=message)])
    return Comparison(
        first=one,
        second=other,
        names=(first, second),
        differences=differences(one.rows, other.rows),
    )


def _played(design: str, settings: SimulateSettings, progress: Progress) -> Simulation:
    subject, *changes = design.split(",")
    changed = (*settings.changes, *changes)
    return simulate(replace(settings, asked=subject, changes=changed), progress)


def _told(estimate: Estimate) -> dict[str, float]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}
