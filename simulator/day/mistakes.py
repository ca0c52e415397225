"""What devices say wrongly: a camera takes somebody who waits for a loiterer."""

from functools import partial

from simulator.day.scene import Scene
from simulator.devices.camera import WatchingCamera
from twins.instant import seconds

DAY_S = 86_400.0


class Mistakes:
    """The mistakes of every device of a school."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def live(self) -> None:
        """Have mistakes happen through the day."""
        times, chance = self._scene.times, self._scene.chance
        for device in self._scene.world.devices.values():
            if isinstance(device, WatchingCamera) and "loitering" in device.values:
                self._scene.poisson(
                    device.id, "mistakes",
                    per_second=chance.draw(device.id, "camera.mistakes") / DAY_S,
                    span=(times.begins, times.ends), do=partial(self._mistake, device),
                )  # fmt: skip

    def _mistake(self, camera: WatchingCamera) -> None:
        self._scene.tally.camera_mistakes += 1
        gone = seconds(self._scene.chance.draw(camera.id, "camera.mistake"))
        camera.watch(lambda: self._scene.timeline.after(gone, camera.nobody_left))
