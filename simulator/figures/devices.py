"""Numbers of the wire and the devices."""

from collections.abc import Mapping

from simulator.laws import Fixed, Uniform
from simulator.parameter import Parameter

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
}  # fmt: skip
