"""The words that a drill may use: ids of its school, and values that the platform knows."""

from collections.abc import Iterable, Mapping

from scenarios.alarm_kinds import ALARM_KINDS
from scenarios.drill import DEEDS
from scenarios.package import SchoolPackage
from twins.alarm import Severity
from twins.capability import capabilities
from twins.command import CommandResult
from twins.incident import Answer
from twins.school import Role

IDS = ("device", "responder", "place", "zone", "where")
"""Names whose values are ids of the school: `gate-button` stands for `<school>/gate-button`."""


def known_words(package: SchoolPackage | None) -> Mapping[str, list[str]]:
    """Return the allowed values by the name of a key or detail; a name not there allows all.

    Without a school, its ids cannot be told.
    """
    actions = {action for capability in capabilities().values() for action in capability.actions}
    words: dict[str, list[str]] = {
        "action": sorted(actions),
        "answer": [answer.value for answer in Answer],
        "do": list(DEEDS),
        "kind": list(ALARM_KINDS),
        "result": [result.value for result in CommandResult],
        "role": [role.value for role in Role],
        "severity": [severity.value for severity in Severity],
    }
    if package is not None:
        school = package.school
        zones = _names(zone.id for zone in school.zones)
        words |= {
            "device": _names(device.id for device in school.devices),
            "responder": _names(responder.id for responder in school.responders),
            "place": zones,
            "zone": zones,
            "where": zones + _names(lane.id for lane in school.lanes),
        }
    return words


def _names(ids: Iterable[str]) -> list[str]:
    return [one.partition("/")[2] for one in ids]
