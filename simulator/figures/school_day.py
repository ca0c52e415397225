"""Numbers of the school day: pupils, guards, visitors, vehicles."""

from collections.abc import Mapping

from simulator.laws import Exponential, Fixed, Triangular, Uniform
from simulator.parameter import Parameter

PARAMETERS: Mapping[str, Parameter] = {
    # pupils
    "pupils.dwell": Parameter(
        law=Triangular(15.0, 30.0, 60.0), unit="s",
        meaning="pupil from entering the gate zone to the lane",
        source="assumed; 80-90 % arrive within 15-20 min (2mtechnology.net, a vendor)",
    ),
    "pupils.gap": Parameter(
        law=Exponential(1.0), unit="mean gap",
        meaning="gap between two pupils in the peak, as a multiple of its mean; the mean keeps "
        "the drill's number in the gate zone",
        source="assumed, Poisson arrivals within the peak",
    ),
    "pupils.lane": Parameter(
        law=Triangular(0.8, 1.2, 2.5), unit="s", meaning="one pupil through one lane, unscreened",
        source="assumed",
    ),
    "pupils.heed": Parameter(
        law=Triangular(1.0, 3.0, 8.0), unit="s",
        meaning="pupil from the teacher's call to walking off", source="assumed",
    ),
    "pupils.walk": Parameter(
        law=Uniform(1.0, 1.3), unit="m/s", meaning="walking speed of children",
        source="assumed, 1.0-1.3 m/s",
    ),
    "pupils.way": Parameter(
        law=Uniform(5.0, 25.0), unit="m", meaning="way from the gate zone to safety",
        source="assumed",
    ),
    # the school day
    "day.lead": Parameter(
        law=Triangular(0.0, 12.0, 32.0), unit="min",
        meaning="pupil's arrival before the first lesson",
        source="assumed; the law puts 83 % into 20 min, 80-90 % arrive within 15-20 min "
        "(2mtechnology.net, a vendor)",
    ),
    "day.late": Parameter(
        law=Fixed(0.01), unit="probability", meaning="pupil comes after the first lesson began",
        source="assumed",
    ),
    "day.lateness": Parameter(
        law=Exponential(10.0), unit="min", meaning="how late such a pupil is", source="assumed",
    ),
    "day.release": Parameter(
        law=Triangular(0.0, 4.0, 15.0), unit="min",
        meaning="pupil from the dismissal bell to the lane, classes one after another",
        source="assumed",
    ),
    "day.pick-up": Parameter(
        law=Exponential(1.5), unit="min", meaning="pupil waiting before the gate to be fetched",
        source="assumed",
    ),
    "day.screening": Parameter(
        law=Triangular(2.4, 3.0, 4.0), unit="s",
        meaning="one person through a walk-through gate, alarms not included",
        source="15-25 persons/min (NIJ/Sandia, Green 1999); the shape is assumed",
    ),
    "pupils.come-back": Parameter(
        law=Triangular(1.0, 5.0, 15.0), unit="min",
        meaning="pupil who turned back, from the open gate to coming again", source="assumed",
    ),
    "guard.absences": Parameter(
        law=Fixed(0.3), unit="1/h", meaning="how often a guard leaves the post outside peaks",
        source="assumed; no measured source was found",
    ),
    "guard.absence": Parameter(
        law=Triangular(60.0, 150.0, 600.0), unit="s", meaning="how long the post is then empty",
        source="assumed; no measured source was found",
    ),
    "guard.checks-in": Parameter(
        law=Triangular(5.0, 10.0, 14.0), unit="min",
        meaning="between two check-ins of a guard at a fixed post", source="assumed",
    ),
    "visitors.per-day": Parameter(
        law=Fixed(12.0), unit="1/d", meaning="visitors on a school day", source="assumed",
    ),
    "visitor.registers": Parameter(
        law=Triangular(20.0, 45.0, 120.0), unit="s", meaning="registration at the terminal",
        source="assumed; no measured source was found",
    ),
    "visitor.step": Parameter(
        law=Triangular(0.5, 0.9, 1.6), unit="1",
        meaning="length of a step of the inspection as a multiple of the flow's figure",
        source="assumed",
    ),
    "visitor.expected": Parameter(
        law=Fixed(0.95), unit="probability", meaning="the host expects the visitor",
        source="assumed",
    ),
    "visitor.stay": Parameter(
        law=Triangular(10.0, 30.0, 90.0), unit="min", meaning="visitor inside the school",
        source="assumed",
    ),
    "visitor.carries": Parameter(
        law=Fixed(0.002), unit="probability", meaning="visitor brings what may not come in",
        source="assumed",
    ),
    "item.blade": Parameter(
        law=Fixed(0.3), unit="probability",
        meaning="what a visitor brings is a small blade; large metal otherwise, or a liquid",
        source="assumed",
    ),
    "item.liquid": Parameter(
        law=Fixed(0.2), unit="probability", meaning="it is a liquid or ceramic", source="assumed",
    ),
    "detector.hit-blade": Parameter(
        law=Fixed(0.7), unit="probability", meaning="detector alarms for a small blade",
        source="assumed",
    ),
    "detector.hit-liquid": Parameter(
        law=Fixed(0.05), unit="probability", meaning="detector alarms for what is no metal",
        source="assumed",
    ),
    "detector.hit": Parameter(
        law=Fixed(0.9), unit="probability",
        meaning="detector alarms for large metal that may not come in",
        source="assumed",
    ),
    "detector.nuisance": Parameter(
        law=Fixed(0.15), unit="probability", meaning="detector alarms for keys, belts and phones",
        source="assumed",
    ),
    "detector.search": Parameter(
        law=Triangular(20.0, 40.0, 75.0), unit="s", meaning="guard looks into a detector's alarm",
        source="assumed; 30-60 s with a hand-held wand",
    ),
    "deliveries.per-day": Parameter(
        law=Fixed(6.0), unit="1/d", meaning="vehicles that are let in on a school day",
        source="assumed",
    ),
    "vehicle.passes": Parameter(
        law=Triangular(5.0, 8.0, 20.0), unit="s", meaning="vehicle through the open barrier",
        source="assumed",
    ),
    "camera.mistakes": Parameter(
        law=Fixed(0.5), unit="1/d", meaning="a camera's analysis takes somebody for a loiterer",
        source="assumed",
    ),
    "camera.mistake": Parameter(
        law=Triangular(20.0, 60.0, 180.0), unit="s", meaning="until that person has gone",
        source="assumed",
    ),
}  # fmt: skip
