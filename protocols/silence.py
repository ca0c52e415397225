"""When silence has lasted too long: one device's last sign of life, and the loss of it."""

import asyncio

import structlog

from protocols.interfaces import ConnectedDevice, LinkLostError
from protocols.reporting import Reporter
from twins.instant import Instant, in_seconds, seconds

log = structlog.get_logger()


def monotonic() -> Instant:
    """Return the event loop's time; protocol time never meets story time."""
    return seconds(asyncio.get_running_loop().time())


class SilenceWatch:
    """Reports a device lost the moment it has been silent for longer than it may.

    `reason` is what last went wrong with it, for people; the driver keeps it up to date.
    """

    def __init__(self, device: ConnectedDevice, reporter: Reporter, link: str) -> None:
        self._device = device
        self._reporter = reporter
        self._link = link
        self._heard_at: Instant = 0
        self._alive = asyncio.Event()
        self.reason = ""

    @property
    def alive(self) -> bool:
        """Return whether the device was heard and has not been silent for too long since."""
        return self._alive.is_set()

    def heard(self) -> None:
        """Note a sign of life."""
        self._heard_at = monotonic()
        self.reason = ""
        self._alive.set()

    def require_alive(self) -> None:
        """Raise LinkLostError where a command would go to nobody."""
        if not self.alive:
            raise LinkLostError(f"the device is lost: {self.reason or 'nothing heard yet'}")

    async def watch(self) -> None:
        """Report each loss once, until cancelled; a device never heard is lost as well."""
        self._heard_at = monotonic()
        while True:
            left = self._heard_at + self._device.lost_after - monotonic()
            if left > 0:
                await asyncio.sleep(in_seconds(left))
                continue
            self._alive.clear()
            self.reason = self.reason or f"silent for {in_seconds(self._device.lost_after):g} s"
            self._reporter.lost(self._device.id, self.reason)
            log.info("driver.lost", link=self._link, device=self._device.id, reason=self.reason)
            await self._alive.wait()
            log.info("driver.restored", link=self._link, device=self._device.id)
