"""What a package says about itself: what everything hangs on, and what the design changes.

Rules for this file: pure functions of a package. Nothing here needs a device that answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scenarios.package import SchoolPackage, TopologyNode

NOT_BUILT = ("designed", "bought")
"""States of a construction item whose devices cannot answer yet."""

SINGLE = ("switch", "uplink", "power")
"""Kinds of node that are looked at. A link is the only way of its devices by its nature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SinglePoint:
    """A node without which these devices cannot be reached, though everything else works."""

    node: TopologyNode
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignChange:
    """What the design does to the devices of the as-found drawing."""

    added: tuple[str, ...]
    moved: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfStep:
    """Devices of the list that construction does not bear out."""

    not_built: tuple[tuple[str, str], ...]
    """(device, state of its item): on the list as if it were there."""
    without_item: tuple[str, ...]
    """New devices that no construction item brings."""


def single_points(package: SchoolPackage) -> tuple[SinglePoint, ...]:
    """Return the single points of failure (R56), the one that takes most devices first.

    Mains behind a source that lasts for some minutes is none: that gives time.
    """
    nodes = {node.id: node for node in package.topology}
    found = []
    for node in package.topology:
        if node.kind not in SINGLE:
            continue
        lost = tuple(
            device
            for link in package.topology
            for device in link.devices
            if _works(link.id, nodes, frozenset())
            and not _works(link.id, nodes, frozenset({node.id}))
        )
        if lost:
            found.append(SinglePoint(node=node, devices=lost))
    return tuple(sorted(found, key=lambda one: (-len(one.devices), one.node.id)))


def design_change(package: SchoolPackage) -> DesignChange:
    """Return the difference of the design and the as-found drawing (R55)."""
    before, after = package.as_found.devices, package.design.devices
    return DesignChange(
        added=tuple(name for name in after if name not in before),
        moved=tuple(name for name in after if name in before and before[name] != after[name]),
        removed=tuple(name for name in before if name not in after),
    )


def out_of_step(package: SchoolPackage) -> OutOfStep:
    """Return the devices whose construction and place on the list do not go together (R59).

    What stands in the as-found drawing was there before any construction.
    """
    state = {device: item.state for item in package.works for device in item.devices}
    listed = [entry.id for entry in package.devices]
    return OutOfStep(
        not_built=tuple(
            (device, state[device]) for device in listed if state.get(device) in NOT_BUILT
        ),
        without_item=tuple(
            device
            for device in listed
            if device not in state and device not in package.as_found.devices
        ),
    )


def _works(name: str, nodes: Mapping[str, TopologyNode], without: frozenset[str]) -> bool:
    """Return whether a node has power and a way out without some others; rings lead nowhere."""
    node = nodes.get(name)
    if node is None or name in without:
        return False
    without |= {name}
    if node.kind == "power":
        return node.lasts or not node.power or _works(node.power, nodes, without)
    if not _works(node.power, nodes, without):
        return False
    return not node.to or any(_works(one, nodes, without) for one in node.to)
