"""What a drill can have people do in the world: deed → function. A new deed is a line here."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from scenarios.drill import Drill, Inject
from simulator.devices.button import OneKeyAlarmButton
from simulator.devices.camera import WatchingCamera
from twins.documents import ConfigError, Problem, did_you_mean

if TYPE_CHECKING:
    from simulator.world import World


def check_verbs(drill: Drill) -> None:
    """Raise ConfigError where the drill wants what nobody can do, all at once."""
    problems = [
        Problem(
            file=drill.id,
            message=f"{inject.id}: nobody here can do {inject.do!r}"
            f"{did_you_mean(inject.do, list(VERBS))}",
        )
        for inject in drill.injects
        if inject.do not in VERBS
    ]
    if problems:
        raise ConfigError(problems)


def _loiters(world: "World", inject: Inject) -> None:
    """Have the camera that is named, or every camera of the place, notice the person."""
    for camera in world.cameras_at(inject.where):
        if inject.device in ("", camera.id):
            camera.watch(partial(_seen, world, inject, camera))


def _seen(world: "World", inject: Inject, camera: WatchingCamera) -> None:
    world.happened("seen", inject.who, device=camera.id, where=inject.where)


def _only_told(world: "World", inject: Inject) -> None:
    """Do nothing more: no device sees it, and the story has the deed itself."""


def _press(world: "World", inject: Inject) -> None:
    button = world.devices[inject.device]
    if not isinstance(button, OneKeyAlarmButton):
        message = f"{inject.id}: {inject.device} cannot be pressed"
        raise ConfigError([Problem(file=world.school.id, message=message)])
    button.press(inject.lasts)


def _moves_pupils_in(world: "World", inject: Inject) -> None:
    zone = world.zones.get(world.zone_of(inject.where))
    if zone is not None:
        zone.move_in()


VERBS: Mapping[str, Callable[["World", Inject], None]] = {
    "loiters": _loiters,
    "draws-knife": _only_told,
    "shields": _only_told,
    "press": _press,
    "moves-pupils-in": _moves_pupils_in,
}
"""Deed → what it does to the world, under the same words as `scenarios.drill.DEEDS`."""
