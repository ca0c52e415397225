"""Every number of the pretended world that no file gives, with its law and its source.

A source that begins with `assumed` is a guess of ours; reports list those that were drawn from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.laws import Exponential, Fixed, Law, ShiftedGamma, Triangular, Uniform

_CFR_COURSE = (
    "assumed after synthetic responder course data, n = 11,302 (github.com/yusef-rahimzada/"
    "Simulation-of-Emergency-Responses); 17-47 % in the literature (JMIR mHealth 2023 e41551)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One quantity of the world."""

    law: Law
    unit: str
    meaning: str
    source: str

    @property
    def assumed(self) -> bool:
        """Return whether the number is a guess."""
        return self.source.startswith("assumed")


PARAMETERS: Mapping[str, Parameter] = {
    # wire
    "link.one-way": Parameter(
        law=Uniform(0.001, 0.010), unit="s", meaning="way of one message between device and driver",
        source="assumed, local network",
    ),
    "link.order": Parameter(
        law=Uniform(0.001, 0.010), unit="s", meaning="way of one message of a command",
        source="assumed, local network",
    ),
    "link.read-back": Parameter(
        law=Fixed(0.100), unit="s", meaning="pause between two read-backs of a command's effect",
        source="assumed",
    ),
    # devices
    "barrier.travel": Parameter(
        law=Fixed(3.0), unit="s", meaning="barrier from one limit switch to the other",
        source="assumed, a common figure of vehicle barriers",
    ),
    "camera.notice": Parameter(
        law=Uniform(0.5, 2.0), unit="s", meaning="camera analysis from the loiterer to its contact",
        source="assumed",
    ),
    "environment.step": Parameter(
        law=Uniform(-1.0, 1.0), unit="1",
        meaning="random part of a minute's change of temperature and humidity",
        source="assumed",
    ),
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
    "guard.absences": Parameter(
        law=Fixed(0.3), unit="1/h", meaning="how often a guard leaves the post outside peaks",
        source="assumed; no measured source was found",
    ),
    "guard.absence": Parameter(
        law=Triangular(60.0, 150.0, 600.0), unit="s", meaning="how long the post is then empty",
        source="assumed; no measured source was found",
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
    "detector.hit": Parameter(
        law=Fixed(0.9), unit="probability", meaning="detector alarms for what may not come in",
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
    # an attack
    "attack.lasts": Parameter(
        law=Triangular(30.0, 55.0, 180.0), unit="s",
        meaning="attack without anybody who stops it",
        source="assumed; 55 s at Nanping 2010, most of the FBI's timed cases within 5 min",
    ),
    "guard.sees": Parameter(
        law=Triangular(1.0, 2.5, 6.0), unit="s",
        meaning="guard at the post from the attack to the press", source="assumed",
    ),
    "bystander.calls": Parameter(
        law=Triangular(15.0, 40.0, 120.0), unit="s",
        meaning="without a guard at the post, from the attack until somebody presses",
        source="assumed",
    ),
    "button.fails": Parameter(
        law=Fixed(0.02), unit="probability", meaning="the button is not pressed although it should",
        source="assumed; call-takers activated responders in 57.5 % of eligible cases (Denmark)",
    ),
    "teacher.calls-in": Parameter(
        law=Triangular(4.0, 10.0, 30.0), unit="s",
        meaning="from the attack until a teacher moves the pupils in", source="assumed",
    ),
    "guard.engages": Parameter(
        law=Triangular(3.0, 8.0, 25.0), unit="s",
        meaning="first capable person at the place until the attacker is held off",
        source="assumed",
    ),
    # people who are told
    "console.delivery": Parameter(
        law=Uniform(0.05, 0.30), unit="s", meaning="notice to a console", source="assumed",
    ),
    "guard.acknowledges": Parameter(
        law=Triangular(3.0, 6.0, 15.0), unit="s", meaning="guard's console, notice to answer",
        source="assumed",
    ),
    "station.acknowledges": Parameter(
        law=ShiftedGamma(3.0, 2.0, 4.8),
        unit="s",
        meaning="station operator, notice to acknowledgement; 97.6 % within 30 s",
        source="orders received within 30 s: 97.6-98.9 %, Ankang urban police, own publication; "
        "the shape is assumed",
    ),
    "police.turnout": Parameter(
        law=Triangular(30.0, 60.0, 90.0), unit="s", meaning="acknowledgement to a car rolling",
        source="assumed",
    ),
    "police.secures": Parameter(
        law=Triangular(20.0, 40.0, 90.0), unit="s",
        meaning="police at the gate to the case being closed", source="assumed",
    ),
    "volunteer.delivery": Parameter(
        law=Triangular(0.3, 0.8, 2.5), unit="s", meaning="push notice to a phone",
        source="assumed",
    ),
    "volunteer.accepts": Parameter(
        law=Fixed(0.362), unit="probability", meaning="says that they come", source=_CFR_COURSE,
    ),
    "volunteer.silent": Parameter(
        law=Fixed(0.199), unit="probability", meaning="never answers", source=_CFR_COURSE,
    ),
    "volunteer.reaction": Parameter(
        law=ShiftedGamma(15.0, 2.0, 15.0), unit="s",
        meaning="notice on the phone to the answer, mean 45 s",
        source="assumed after synthetic responder course data, n = 9,051 (as for "
        "volunteer.accepts); our fit, KS p = 0.51",
    ),
    "volunteer.turnout": Parameter(
        law=Triangular(5.0, 15.0, 40.0), unit="s", meaning="answer to leaving",
        source="assumed; first responders by app need 105 s (Resuscitation 2025.110772)",
    ),
    "volunteer.correlation": Parameter(
        law=Fixed(0.0), unit="1",
        meaning="how far volunteers accept or refuse the same alarm together (one-factor Gaussian "
        "copula, 0 to below 1)",
        source="assumed independent; the same shopping hour keeps many away at once",
    ),
    # ways
    "travel.on foot": Parameter(
        law=Uniform(2.5, 3.5), unit="m/s", meaning="running with gear", source="assumed",
    ),
    "travel.e-bike": Parameter(
        law=Triangular(3.2, 4.75, 6.3), unit="m/s",
        meaning="e-bike, mean 17.09 km/h; the spread is assumed",
        source="Hangzhou, doi.org/10.1177/1687814015616918",
    ),
    "travel.car": Parameter(
        law=Triangular(6.5, 8.3, 11.0), unit="m/s", meaning="car in the morning peak, way by road",
        source="assumed, 30 km/h",
    ),
}  # fmt: skip
"""Name → parameter. A drill's own figures (how long a press lasts) go before these."""
