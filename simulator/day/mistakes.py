"""What devices say wrongly and how they wear: false hits, presses by mistake, weak batteries."""

from collections.abc import Callable
from functools import partial

from simulator.day.scene import Scene
from simulator.devices.button import OneKeyAlarmButton
from simulator.devices.camera import WatchingCamera
from simulator.devices.closure import RaisedBollard
from simulator.devices.device import SimulatedDevice
from simulator.devices.front_end import EventFrontEnd, FaceFrontEnd
from twins.instant import Instant, seconds

DAY_S = 86_400.0

SURE = 0.95
"""Score of a false hit: above any threshold (assumed)."""


class Mistakes:
    """The mistakes and the wear of every device of a school."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def live(self) -> None:
        """Have mistakes happen through the day."""
        for device in self._scene.world.devices.values():
            match device:
                case WatchingCamera() if "loitering" in device.values:
                    self._now_and_then(device, "camera.mistakes", partial(self._mistake, device))
                case FaceFrontEnd():
                    self._now_and_then(device, "front-end.mistakes", partial(self._hit, device))
                case EventFrontEnd():
                    self._now_and_then(device, "front-end.mistakes", partial(self._see, device))
                case OneKeyAlarmButton():
                    device.wear()
                    self._now_and_then(device, "button.mistaken", partial(self._press, device))
                case RaisedBollard():
                    device.wear()

    def _now_and_then(
        self, device: SimulatedDevice, parameter: str, do: Callable[[], object]
    ) -> None:
        times = self._scene.times
        rate = self._scene.chance.draw(device.id, parameter) / DAY_S
        self._scene.poisson(
            device.id, "mistakes", per_second=rate, span=(times.begins, times.ends), do=do
        )

    def _mistake(self, camera: WatchingCamera) -> None:
        self._scene.tally.camera_mistakes += 1
        gone = seconds(self._scene.chance.draw(camera.id, "camera.mistake"))
        camera.watch(lambda: self._scene.timeline.after(gone, camera.nobody_left))

    def _hit(self, front_end: FaceFrontEnd) -> None:
        self._scene.tally.false_hits += 1
        front_end.hit(f"somebody-{self._scene.tally.false_hits}", SURE, on="watch")

    def _see(self, front_end: EventFrontEnd) -> None:
        self._scene.tally.false_hits += 1
        front_end.see("knife", SURE)

    def _press(self, button: OneKeyAlarmButton) -> None:
        now: Instant = self._scene.timeline.now
        self._scene.tally.mistaken_presses.append(now)
        self._scene.world.happened("inject", "mistake", do="press", device=button.id)
        button.press(seconds(0.5))
