"""Numbers of the wire and the devices."""

from collections.abc import Mapping

from simulator.laws import Fixed, Triangular, Uniform
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
    "bollard.travel": Parameter(
        law=Fixed(4.0), unit="s", meaning="bollard from one limit switch to the other",
        source="assumed",
    ),
    "bollard.jams": Parameter(
        law=Fixed(0.002), unit="probability", meaning="bollard stops between its limit switches",
        source="assumed",
    ),
    "button.sticks": Parameter(
        law=Fixed(0.005), unit="probability", meaning="contact stays closed after a press",
        source="assumed",
    ),
    "button.freed": Parameter(
        law=Triangular(3.0, 15.0, 60.0), unit="min", meaning="until somebody frees it",
        source="assumed",
    ),
    "button.battery": Parameter(
        law=Uniform(15.0, 100.0), unit="%", meaning="battery of a wireless button in the morning",
        source="assumed",
    ),
    "button.drain": Parameter(
        law=Fixed(0.02), unit="%/h", meaning="what its battery loses", source="assumed",
    ),
    "button.mistaken": Parameter(
        law=Fixed(0.02), unit="1/d", meaning="a button is pressed without a reason",
        source="assumed; 94-99 % of burglar alarms are false (COPS guide 5)",
    ),
    "front-end.mistakes": Parameter(
        law=Fixed(0.5), unit="1/d",
        meaning="a recognition front end tells a hit or an event that is none, above its threshold",
        source="assumed",
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
