from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.loader import load_school
from scenarios.package_findings import design_change, out_of_step, single_points

Edit = Callable[[str, str, str], None]


@pytest.mark.requirement("R56.SC")
def test_a_single_point_of_failure_is_found() -> None:
    points = {one.node.id: one.devices for one in single_points(load_school("demo-primary"))}

    assert len(points["gate-switch"]) == 13  # all traffic goes through it
    assert points["bus-gateway"] == ("demo-primary/booth-environment",)
    assert "ups" in points
    assert "mains" not in points, "the UPS lasts for half an hour"
    assert not {"fibre", "cellular"} & set(points), "either will do"


def test_without_its_second_uplink_a_school_hangs_on_the_first(folder: Path, edit: Edit) -> None:
    edit("topology.yaml", "to: [fibre, cellular]", "to: [fibre]")

    points = {one.node.id for one in single_points(load_school(folder))}

    assert "fibre" in points


def test_a_ring_of_switches_leads_nowhere_and_ends(folder: Path, edit: Edit) -> None:
    edit("topology.yaml", "to: [fibre, cellular]", "to: [access-point]")

    assert single_points(load_school(folder)) == ()  # nothing works before anything has failed


def test_mains_without_a_ups_are_a_single_point(folder: Path, edit: Edit) -> None:
    edit("topology.yaml", ", minutes: 30", "")

    assert "mains" in {one.node.id for one in single_points(load_school(folder))}


@pytest.mark.requirement("R55.SC")
def test_the_design_lists_what_it_adds_moves_and_removes() -> None:
    change = design_change(load_school("demo-primary"))

    assert "demo-primary/gate-button" in change.added
    assert change.moved == ("demo-primary/barrier",)
    assert change.removed == ("demo-primary/old-bell-push",)


def test_devices_that_construction_does_not_bear_out_are_named(folder: Path, edit: Edit) -> None:
    assert out_of_step(load_school(folder)).not_built == ()
    assert out_of_step(load_school(folder)).without_item == ()

    edit("works.csv", "accepted,2026-06-19,lockers", "bought,2026-06-19,lockers")
    edit("works.csv", "2026-08-07,loudspeaker", "2026-08-07,")

    found = out_of_step(load_school(folder))
    assert found.not_built == (("demo-primary/lockers", "bought"),)
    assert found.without_item == ("demo-primary/loudspeaker",)
