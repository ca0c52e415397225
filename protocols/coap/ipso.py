"""What the IPSO registry says of the resources that devices have: number → name and type.

Source: OMA LwM2M registry, Common.xml, read 2026-11. Reusable resources mean the same in every
object, so the table needs no objects.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["boolean", "integer", "number", "string", "execute"]

_TABLE: Mapping[Kind, str] = {
    "boolean": (
        "5500 Digital Input State|5502 Digital Input Polarity|5532 Increase Input State|"
        "5533 Decrease Input State|5543 Digital State|5550 Digital Output State|"
        "5551 Digital Output Polarity|5850 On/Off"
    ),
    "integer": (
        "5501 Digital Input Counter|5503 Digital Input Debounce|5504 Digital Input Edge Selection|"
        "5506 Current Time|5518 Timestamp|5526 Timer Mode|5528 X Coordinate|5529 Y Coordinate|"
        "5534 Counter|5541 Up Counter|5542 Down Counter|5545 Max X Coordinate|"
        "5546 Max Y Coordinate|5547 Multi-state Input|5851 Dimmer|5852 On time|5854 Off Time|"
        "5903 Busy to Clear delay|5904 Clear to Busy delay|5910 Bitmap Input"
    ),
    "number": (
        "5507 Fractional Time|5508 Min X Value|5509 Max X Value|5510 Min Y Value|5511 Max Y Value|"
        "5512 Min Z Value|5513 Max Z Value|5519 Min Limit|5520 Max Limit|5521 Delay Duration|"
        "5524 Duration|5525 Minimum Off-time|5531 Contrast|5535 Calibration Offset|"
        "5536 Current Position|5537 Transition Time|5538 Remaining Time|5544 Cumulative Time|"
        "5548 Level|5600 Analog Input Current Value|5601 Min Measured Value|"
        "5602 Max Measured Value|5603 Min Range Value|5604 Max Range Value|"
        "5650 Analog Output Current Value|5700 Sensor Value|5702 X Value|5703 Y Value|"
        "5704 Z Value|5705 Compass Direction|5800 Instantaneous active power|"
        "5805 Cumulative active power|5810 Instantaneous reactive power|"
        "5815 Cumulative reactive power|5820 Power factor|5821 Current Calibration|"
        "5900 Set Point Value"
    ),
    "string": (
        "5514 Latitude|5515 Longitude|5516 Uncertainty|5527 Text|5701 Sensor Units|5706 Colour|"
        "5750 Application Type|5751 Sensor Type|5853 Multi-state Output|"
        "5905 Host Device Manufacturer|5906 Host Device Model Number|5907 Host Device Unique ID|"
        "5908 Host Device Software Version|5912 Element Description"
    ),
    "execute": (
        "5505 Digital Input Counter Reset|5523 Trigger|5530 Clear Display|"
        "5605 Reset Min and Max Measured Values|5822 Reset Cumulative energy|"
        "5911 Bitmap Input Reset"
    ),
}

RESOURCES: Mapping[int, tuple[str, Kind]] = {
    int(number): (name, kind)
    for kind, table in _TABLE.items()
    for number, _, name in (entry.partition(" ") for entry in table.split("|"))
}
"""Resource → its name and what its value is."""
