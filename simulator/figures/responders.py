"""Numbers of those who are told and of their ways."""

from collections.abc import Mapping

from simulator.laws import Fixed, ShiftedGamma, Triangular, Uniform
from simulator.parameter import Parameter

_CFR_COURSE = (
    "assumed after synthetic responder course data, n = 11,302 (github.com/yusef-rahimzada/"
    "Simulation-of-Emergency-Responses); 17-47 % in the literature (JMIR mHealth 2023 e41551)"
)

PARAMETERS: Mapping[str, Parameter] = {
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
