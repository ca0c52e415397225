"""The decision core: inputs and an instant in, outputs out. No clock, no socket, no chance.

Rules for this file: all state lives in `EngineState`; everything that is decided is an output;
the same inputs at the same instants give the same outputs, on the gate and in the simulation.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from twins.alarm import Alarm, InputRefused
from twins.alarming import clear_alarm, raise_alarm
from twins.command import Command
from twins.commanding import TIMER as COMMAND_TIMER
from twins.commanding import expire
from twins.context import Context
from twins.handlers import HANDLERS
from twins.incident import Incident
from twins.instant import Instant
from twins.observation import DeviceLost, DeviceRestored, Observation, PropertyChanged, Quality
from twins.records import Input, Output
from twins.rules import device_lost
from twins.rules.effects import CancelTimer, ClearAlarm, Effect, RaiseAlarm, SetTimer
from twins.rules.table import RULES, TIMERS, OnChange
from twins.school import School
from twins.state import EngineState, TwinState, decode_state, encode_state


class Engine:
    """Decides for any number of schools; see the module for its promise.

    `state` is what an earlier engine's `state()` returned; it may be older than the schools, whose
    new devices then start unknown.
    """

    def __init__(self, schools: Sequence[School], state: EngineState | None = None) -> None:
        self._context = Context(schools, _copy(state) if state else EngineState())
        self._rules: dict[str, dict[str, OnChange]] = {
            device.id: {
                name: rule
                for (capability, name), rule in RULES.items()
                if capability == device.capability
            }
            for device in self._context.devices.values()
        }

    @property
    def twins(self) -> Mapping[str, TwinState]:
        """Return the reported state of every device; read only."""
        return self._context.state.twins

    @property
    def alarms(self) -> Mapping[str, Alarm]:
        """Return the standing alarms; read only."""
        return self._context.state.alarms

    @property
    def incidents(self) -> Mapping[str, Incident]:
        """Return the open incidents; read only."""
        return self._context.state.incidents

    @property
    def commands(self) -> Mapping[str, Command]:
        """Return the commands whose end is not known; read only."""
        return self._context.state.commands

    def state(self) -> EngineState:
        """Return a copy of everything needed to go on from here."""
        return _copy(self._context.state)

    def next_deadline(self) -> Instant | None:
        """Return when `advance` must next be called, or None if only an input can matter."""
        return self._context.next_due()

    def advance(self, now: Instant) -> list[Output]:
        """Do what is due by `now`, earliest first."""
        return self.receive((), now)

    def receive(self, inputs: Sequence[Input], now: Instant) -> list[Output]:
        """Do what is due by `now`, then take the inputs in their order.

        A `now` before an earlier one counts as that one: time does not go back here.
        """
        context = self._context
        now = context.state.latest = max(now, context.state.latest)
        while (timer := context.pop_due(now)) is not None:
            self._fire(*timer, now)
        for item in inputs:
            if type(item) is Observation:
                self._observe(item, now)
            else:
                HANDLERS[type(item)](context, item, now)
        out, context.out = context.out, []
        return out

    def _fire(self, name: str, subject: str, now: Instant) -> None:
        if name == COMMAND_TIMER:
            expire(self._context, subject)
        else:
            self._apply(TIMERS[name](self._context, subject, now), now)

    def _observe(self, observation: Observation, now: Instant) -> None:
        twin = self._context.state.twins.get(observation.device)
        if twin is None or observation.device not in self._rules:
            refused = InputRefused(subject=observation.device, reason="there is no such device")
            self._context.out.append(refused)
            return
        name = observation.property
        before = twin.properties.get(name)
        if before is not None and _same(before, observation):
            return
        previous = None if before is None else before.value
        if observation.value is None and before is not None:
            # A status without a value: the last known value stays, marked with the quality.
            observation = msgspec.structs.replace(observation, value=previous)
        twin.properties[name] = observation
        twin.revision += 1
        event = PropertyChanged(
            device=observation.device,
            property=name,
            value=observation.value,
            previous=previous,
            quality=observation.quality,
            cause=observation.cause,
            source_time=observation.source_time,
        )
        self._context.out.append(event)
        if twin.lost or observation.quality is Quality.BAD:
            self._judge_presence(observation, twin, now)
        rule = self._rules[observation.device].get(name)
        if rule is not None:
            self._apply(rule(self._context, event, now), now)

    def _judge_presence(self, observation: Observation, twin: TwinState, now: Instant) -> None:
        """Say that a device is lost once nothing of it is trusted, and that it is back."""
        lost = all(one.quality is Quality.BAD for one in twin.properties.values())
        if lost is twin.lost:
            return
        twin.lost = lost
        device = observation.device
        if lost:
            self._context.out.append(DeviceLost(device=device, cause=observation.cause))
            self._apply(device_lost.lost(device, now), now)
        else:
            self._context.out.append(DeviceRestored(device=device))
            self._apply(device_lost.restored(device), now)

    def _apply(self, effects: Iterable[Effect], now: Instant) -> None:
        context = self._context
        for effect in effects:
            match effect:
                case RaiseAlarm():
                    raise_alarm(context, effect, now)
                case ClearAlarm():
                    clear_alarm(context, effect)
                case SetTimer():
                    context.set_timer(effect.rule, effect.subject, effect.due)
                case CancelTimer():
                    context.cancel_timer(effect.rule, effect.subject)


def _same(before: Observation, after: Observation) -> bool:
    """Return whether an observation is no news; a status without a value keeps the old value."""
    return (
        (after.value == before.value or after.value is None)
        and after.quality is before.quality
        and after.cause == before.cause
        and (after.value is None or type(after.value) is type(before.value))
    )


def _copy(state: EngineState) -> EngineState:
    return decode_state(encode_state(state))
