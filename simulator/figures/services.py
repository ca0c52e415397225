"""Numbers of the police's day, of patrols, and of power and networks."""

from collections.abc import Mapping

from simulator.laws import Exponential, Fixed, Triangular, Uniform
from simulator.parameter import Parameter

PARAMETERS: Mapping[str, Parameter] = {
    # the 110 desk and the cars of a station
    "police.calls": Parameter(
        law=Fixed(2.0), unit="1/h", meaning="calls to a police station by day", source="assumed",
    ),
    "police.nuisance": Parameter(
        law=Fixed(0.4), unit="probability",
        meaning="a call is nuisance, a misdial or silent: it takes the desk and no car",
        source="about 40 % of 25,000 calls a day (Beijing 110)",
    ),
    "police.call": Parameter(
        law=Triangular(20.0, 60.0, 180.0), unit="s", meaning="the desk with one call",
        source="assumed",
    ),
    "police.job": Parameter(
        law=Triangular(10.0, 25.0, 75.0), unit="min", meaning="a car with one job, way and back",
        source="assumed",
    ),
    "police.breaks-off": Parameter(
        law=Fixed(0.8), unit="probability",
        meaning="a car leaves its job for an attack on a school at once", source="assumed",
    ),
    "police.desk": Parameter(
        law=Fixed(2.0), unit="1", meaning="people at the desk of a station", source="assumed",
    ),
    "police.cars": Parameter(
        law=Fixed(2.0), unit="1", meaning="cars of a station, where the region does not say",
        source="assumed",
    ),
    "operator.fails": Parameter(
        law=Fixed(0.01), unit="probability",
        meaning="the seat at the station does not act on a notice", source="assumed; call-takers "
        "activated responders in 57.5 % of eligible cases (Denmark)",
    ),
    # patrols
    "patrols.made": Parameter(
        law=Fixed(1.0), unit="probability",
        meaning="a patrol of the plan is made, and a car patrols at the school in its peaks",
        source="assumed; 0 is a school without patrols (R44)",
    ),
    "patrol.there": Parameter(
        law=Fixed(0.5), unit="probability",
        meaning="in a peak the patrol car is on its round of schools and free", source="assumed",
    ),
    "patrol.way": Parameter(
        law=Uniform(50.0, 1000.0), unit="m", meaning="patrol car to the school", source="assumed",
    ),
    "patrol.turns": Parameter(
        law=Triangular(3.0, 8.0, 20.0), unit="s", meaning="patrol car from the order to the way",
        source="assumed",
    ),
    "guard.runs": Parameter(
        law=Uniform(2.5, 3.5), unit="m/s", meaning="a guard running to the gate",
        source="assumed, as a volunteer with gear",
    ),
    "guard.backup": Parameter(
        law=Triangular(5.0, 12.0, 30.0), unit="s",
        meaning="a second guard from the gatehouse to the attacker, after the siren",
        source="assumed",
    ),
    # power and networks
    "mains.losses": Parameter(
        law=Fixed(0.02), unit="1/d", meaning="mains lost at the gate", source="assumed",
    ),
    "mains.loss": Parameter(
        law=Triangular(1.0, 20.0, 240.0), unit="min", meaning="until the mains is back",
        source="assumed",
    ),
    "link.outages": Parameter(
        law=Fixed(0.02), unit="1/d", meaning="one link to devices is silent", source="assumed",
    ),
    "link.outage": Parameter(
        law=Exponential(180.0), unit="s", meaning="until it answers again", source="assumed",
    ),
    "link.loss": Parameter(
        law=Fixed(0.005), unit="probability", meaning="a message between device and driver is lost",
        source="assumed",
    ),
    "link.repeat": Parameter(
        law=Uniform(0.5, 1.5), unit="s", meaning="until what was lost is sent again",
        source="assumed",
    ),
    "uplink.outages": Parameter(
        law=Fixed(0.05), unit="1/d", meaning="the school's way out fails", source="assumed",
    ),
    "uplink.outage": Parameter(
        law=Exponential(600.0), unit="s", meaning="until it is back", source="assumed",
    ),
    "uplink.switch": Parameter(
        law=Triangular(5.0, 10.0, 20.0), unit="s", meaning="to the second path, where there is one",
        source="assumed; 20 s is the school's own limit for it",
    ),
}  # fmt: skip
