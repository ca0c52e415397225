"""A press of 100 ms is never lost: presses at random phases on every protocol a button exists on.

    uv run python -m benchmarks.presses --presses 100

Real emulators, real sockets, the real gateway. With a reset before the next press, n presses must
give n alarms; without, one latched alarm with count n. What was pressed is proven by the device's
own counter.
"""

import argparse
import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from gatehouse.emulation import Emulation
from gateway.bus import Subscription
from gateway.clock import WallClock
from gateway.runtime import Gateway
from gateway.store import MemoryStore
from protocols.descriptions import library, read_model
from protocols.interfaces import ConnectedDevice, Link
from protocols.registry import PROTOCOLS
from twins.alarm import (
    AcknowledgeAlarm,
    Alarm,
    AlarmChanged,
    AlarmEvent,
    AlarmRaised,
    AlarmRepeated,
    InputRefused,
    ResetAlarm,
)
from twins.capability import Line, capabilities
from twins.observation import Quality, Value
from twins.rules import one_key_alarm
from twins.school import Device, School
from twins.streams import Streams

PRESS_S = 0.1
BUTTONS = {
    "modbus": ("bench/adam-button", "pressed", "press_count"),
    "modbus, plain contact": ("bench/adam-contact", "pressed", ""),
    "coap": ("bench/ipso-button", "pressed", "press_count"),
}
"""Name → device, contact property, counter property (empty where the device has none)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of the presses of one button."""

    button: str
    presses: int
    device_counter: int | None
    alarms: int
    counted: int


def bench_links() -> tuple[Link, ...]:
    """Return an ADAM-6050 with a counted and a plain button, and an IPSO push button."""
    models = library()
    alarm = capabilities()["one-key-alarm"]
    adam = read_model(models["advantech-adam-6050"])
    wirings = {
        "bench/adam-button": {"pressed": "di0", "press_count": "counter0"},
        "bench/adam-contact": {"pressed": "di1"},
    }
    modbus = tuple(
        ConnectedDevice(id=name, model=adam.wired(alarm, wiring), lost_after=alarm.lost_after)
        for name, wiring in wirings.items()
    )
    ipso = ConnectedDevice(
        id="bench/ipso-button",
        model=read_model(models["ipso-push-button"]),
        lost_after=alarm.lost_after,
    )
    return (
        Link(url="modbus+tcp://127.0.0.1:0", devices=modbus),
        Link(url="coap://127.0.0.1:0", devices=(ipso,)),
    )


def bench_school() -> School:
    """Return a school that has nothing but the buttons."""
    title = {"en": "button", "zh": "按钮"}
    return School(
        id="bench",
        title=title,
        zone="Asia/Shanghai",
        devices=tuple(
            Device(
                id=name, capability="one-key-alarm", title=title, place="gate", line=Line.GATE_FRONT
            )
            for name, _, _ in BUTTONS.values()
        ),
    )


async def _take(_: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
    return values


async def press_all(presses: int, *, reset: bool, seed: int = 1) -> list[Outcome]:
    """Press every button `presses` times, side by side, and return what came of it."""
    async with AsyncExitStack() as stack:
        emulation = await stack.enter_async_context(
            Emulation(bench_links(), _take, fixed_ports=False)
        )
        gateway = Gateway(
            [bench_school()],
            emulation.links,
            protocols=PROTOCOLS,
            store=MemoryStore(),
            clock=WallClock(),
            streams=Streams(seed),
        )
        await stack.enter_async_context(gateway)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(gateway.run())
            async with asyncio.TaskGroup() as pressing:
                tasks = [
                    pressing.create_task(
                        _Presser(gateway, emulation, name, seed).run(presses, reset)
                    )
                    for name in BUTTONS
                ]
            running.cancel()
        return [task.result() for task in tasks]


class _Presser:
    """One finger on one button, and the guard who resets the alarm."""

    def __init__(self, gateway: Gateway, emulation: Emulation, button: str, seed: int) -> None:
        self._gateway = gateway
        self._emulation = emulation
        self._button = button
        self._device, self._contact, self._counter = BUTTONS[button]
        self._phase = Streams(seed).stream(button, "phase")
        self._pressed = 0
        self._alarms = 0
        self._counted = 0
        self._counts: dict[str, int] = {}

    async def run(self, presses: int, reset: bool) -> Outcome:  # noqa: FBT001
        with self._gateway.bus.subscribe() as viewer:
            while not self._good():
                await viewer.next()
            for _ in range(presses):
                await self._press()
                if reset:
                    await self._reset(viewer)
                await self._drain(viewer)
            async with asyncio.timeout(10):
                while self._counted < presses:
                    self._book(await viewer.next())
            await asyncio.sleep(1)  # whatever would be one too many has come by now
            await self._drain(viewer)
        return Outcome(
            button=self._button,
            presses=presses,
            device_counter=self._device_counter(),
            alarms=self._alarms,
            counted=self._counted,
        )

    def _device_counter(self) -> int | None:
        """Return the device's own counter as it was last read over the wire."""
        if not self._counter:
            return None
        return int(self._gateway.view.twins[self._device].properties[self._counter].value or 0)

    async def _drain(self, viewer: Subscription) -> None:
        while viewer.waiting:
            self._book(await viewer.next())

    def _good(self) -> bool:
        known = self._gateway.view.twins[self._device].properties
        names = [name for name in (self._contact, self._counter) if name]
        return all(name in known and known[name].quality is Quality.GOOD for name in names)

    async def _press(self) -> None:
        await asyncio.sleep(self._phase.uniform(0.06, 0.2))
        self._pressed += 1
        down: dict[str, Value] = {self._contact: True}
        if self._counter:
            down[self._counter] = self._pressed
        await self._emulation.publish(self._device, down)
        await asyncio.sleep(PRESS_S)
        await self._emulation.publish(self._device, {self._contact: False})

    async def _reset(self, viewer: Subscription) -> None:
        """Wait for the alarm, then acknowledge and reset it as soon as its cause is gone.

        The counter may show a press before the contact does; then a reset between the two is
        refused, because the button is down, and is asked for again after the release.
        """
        alarm = ""
        async with asyncio.timeout(10):
            while True:
                event = await viewer.next()
                self._book(event)
                record = event.record if event else None
                if isinstance(record, AlarmRaised) and self._is_ours(record.alarm):
                    alarm = record.alarm.id
                cleared = isinstance(record, AlarmChanged) and record.event is AlarmEvent.CLEAR
                if cleared and record.alarm == alarm and await self._is_reset(alarm):
                    return

    async def _is_reset(self, alarm: str) -> bool:
        await self._gateway.submit(AcknowledgeAlarm(alarm=alarm, by="benchmark"))
        reset = ResetAlarm(alarm=alarm, by="benchmark", reason="pressed")
        outputs = await self._gateway.submit(reset)
        return not any(isinstance(one, InputRefused) for one in outputs)

    def _book(self, event: object) -> None:
        record = getattr(event, "record", None)
        if isinstance(record, AlarmRaised) and self._is_ours(record.alarm):
            self._alarms += 1
            self._counted += record.alarm.count
            self._counts[record.alarm.id] = record.alarm.count
        elif isinstance(record, AlarmRepeated) and record.alarm in self._counts:
            self._counted += record.count - self._counts[record.alarm]
            self._counts[record.alarm] = record.count

    def _is_ours(self, alarm: Alarm) -> bool:
        return alarm.device == self._device and alarm.kind == one_key_alarm.KIND


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"presses of {PRESS_S * 1000:.0f} ms, seed {asked.seed}")
    failed = False
    for reset in (True, False):
        for one in asyncio.run(press_all(asked.presses, reset=reset, seed=asked.seed)):
            right = (one.alarms == asked.presses) if reset else (one.alarms == 1)
            right = right and one.counted == asked.presses
            right = right and one.device_counter in (None, asked.presses)
            failed |= not right
            mode = "reset before the next" if reset else "no reset"
            counter = "none" if one.device_counter is None else str(one.device_counter)
            print(
                f"{one.button:22} {mode:22} pressed {one.presses} device counter {counter:>4} "
                f"alarms {one.alarms:>3} counted {one.counted:>3} {'ok' if right else 'WRONG'}"
            )
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
