"""Links that are silent, mains that fails, a way out that is down: what a gate runs on."""

from collections.abc import Callable
from functools import partial

from simulator.day.police import PoliceDay
from simulator.day.scene import Scene
from simulator.devices.in_order import ChargedSupply, QuietLink
from twins.instant import Duration, seconds

DAY_S = 86_400.0


class Outages:
    """Everything that fails beside the devices themselves, at one school on one day."""

    def __init__(self, scene: Scene, police: PoliceDay) -> None:
        self._scene = scene
        self._police = police
        self._school = scene.package.school.id
        self._links: dict[str, list[str]] = {}
        for entry in scene.package.devices:
            if entry.id in scene.world.devices:
                self._links.setdefault(entry.url, []).append(entry.id)
        devices = scene.world.devices.values()
        self._supply = next((one for one in devices if isinstance(one, ChargedSupply)), None)
        self._way_out = next((one for one in devices if isinstance(one, QuietLink)), None)

    def live(self) -> None:
        """Have them happen through the day."""
        for link, devices in self._links.items():
            name = f"{self._school} {link}"
            self._now_and_then(name, "link.outages", partial(self._link_down, name, devices))
        self._now_and_then(self._school, "mains.losses", self._mains_lost)
        self._now_and_then(self._school, "uplink.outages", self._uplink_down)

    def _now_and_then(self, entity: str, parameter: str, do: Callable[[], object]) -> None:
        times = self._scene.times
        rate = self._scene.chance.draw(entity, parameter) / DAY_S
        self._scene.poisson(
            entity, parameter, per_second=rate, span=(times.begins, times.ends), do=do
        )

    def _link_down(self, name: str, devices: list[str]) -> None:
        self._down(devices, self._scene.chance.delay(name, "link.outage"))

    def _down(self, devices: list[str], lasts: Duration) -> None:
        self._scene.tally.outages += 1
        self._scene.world.happened("outage", self._school, devices=len(devices))
        self._scene.platform.silence(devices)
        self._scene.timeline.after(lasts, partial(self._scene.platform.heard_again, devices))

    def _mains_lost(self) -> None:
        """Run on the battery as long as it lasts; without one everything is dark at once."""
        lasts = seconds(60 * self._scene.chance.draw(self._school, "mains.loss"))
        battery: Duration = 0
        if self._supply is not None:
            battery = seconds(60 * float(self._supply.values.get("minutes_left") or 0.0))
            self._supply.lose_mains()
            self._scene.timeline.after(lasts, self._supply.regain_mains)
        if lasts > battery:
            everything = list(self._scene.world.devices)
            self._scene.timeline.after(battery, partial(self._down, everything, lasts - battery))

    def _uplink_down(self) -> None:
        """Have no notice leave the school until the way out, or the second path, is there."""
        lasts = self._scene.chance.delay(self._school, "uplink.outage")
        switch = self._scene.chance.delay(self._school, "uplink.switch")
        self._scene.tally.outages += 1
        self._scene.world.happened("outage", self._school, uplink=True)
        back = lasts
        if self._way_out is not None:
            self._way_out.fail()
            if switch < lasts:
                back = switch
                self._scene.timeline.after(switch, self._way_out.switch)
            self._scene.timeline.after(lasts, self._way_out.recover)
        now = self._scene.timeline.now
        self._police.uplink_back = max(self._police.uplink_back, now + back)
