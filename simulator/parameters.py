"""Every number of the pretended world that no file gives, with its law and its source.

A source that begins with `assumed` is a guess of ours; reports list those that were drawn from.
"""

from collections.abc import Mapping

from simulator.figures import devices, responders, school_day, services, threats
from simulator.parameter import Parameter as Parameter  # noqa: PLC0414  read with its table

PARAMETERS: Mapping[str, Parameter] = {
    **devices.PARAMETERS,
    **school_day.PARAMETERS,
    **threats.PARAMETERS,
    **responders.PARAMETERS,
    **services.PARAMETERS,
}
"""Name → parameter. A drill's own figures (how long a press lasts) go before these."""
