"""Which policy is which function. A new policy is a file, a name and a line here."""

from collections.abc import Mapping

from twins.dispatch_rules import DispatchPolicy
from twins.policies.all_at_once import all_at_once
from twins.policies.interface import Policy
from twins.policies.nearest_by_time import nearest_by_time
from twins.policies.phased import phased

POLICIES: Mapping[DispatchPolicy, Policy] = {
    DispatchPolicy.ALL_AT_ONCE: all_at_once,
    DispatchPolicy.PHASED: phased,
    DispatchPolicy.NEAREST_BY_TIME: nearest_by_time,
}
"""Policy → function, for volunteers and neighbours; cars always go nearest by time."""
