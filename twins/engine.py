"""The decision core: inputs and an instant in, outputs out. No clock, no socket, no chance.

Rules for this file: all state lives in `EngineState`; everything that is decided is an output;
the same inputs at the same instants give the same outputs, on the gate and in the simulation.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

import msgspec

from twins.alarm import Alarm, InputRefused
from twins.capability import capabilities
from twins.carrying_out import carry_out
from twins.command import Command, CommandEnded
from twins.commanding import TIMER as COMMAND_TIMER
from twins.commanding import book_end, expire
from twins.context import Context
from twins.handlers import HANDLERS, TIMER_HANDLERS
from twins.incident import Incident
from twins.instant import Instant
from twins.lateness import is_fresher, is_late, told_late
from twins.observation import DeviceLost, DeviceRestored, Observation, PropertyChanged, Quality
from twins.ordering import counting_devices, first_devices, in_order
from twins.records import Input, Output
from twins.removal import settle_removed
from twins.rules import device_lost, drift, duty_schedule, five_functions, one_key_alarm
from twins.rules.effects import Effect
from twins.rules.table import LATE, RULES, TIMERS, OnChange
from twins.school import School
from twins.state import EngineState, TwinState, decode_state, encode_state
from twins.visit import Visit

FITTING: Mapping[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
}
"""Type of a property → types of its values."""


class Engine:
    """Decides for any number of schools; see the module for its promise.

    `state` is what an earlier engine's `state()` returned; it may be older than the schools. New
    devices then start unknown; what is no longer configured is settled at once, and the first
    `receive` tells of it.
    """

    def __init__(self, schools: Sequence[School], state: EngineState | None = None) -> None:
        self._context = Context(schools, _copy(state) if state else EngineState())
        self._first = first_devices(self._context.devices)
        self._counting = counting_devices(self._context.devices)
        self._specs = {
            device.id: capabilities()[device.capability].properties
            for device in self._context.devices.values()
        }
        self._rules: dict[str, dict[str, OnChange]] = {
            device.id: {
                name: rule
                for (capability, name), rule in RULES.items()
                if capability == device.capability
            }
            for device in self._context.devices.values()
        }
        settle_removed(self._context)
        self._untold, self._context.out = self._context.out, []
        duty_schedule.begin(self._context)

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
    def visits(self) -> Mapping[str, Visit]:
        """Return the visits that have not ended; read only."""
        return self._context.state.gate.visits

    @property
    def occupancy(self) -> Mapping[str, int]:
        """Return how many persons are inside each school that counts; read only."""
        return self._context.state.gate.occupancy

    @property
    def commands(self) -> Mapping[str, Command]:
        """Return the commands whose end is not known; read only."""
        return self._context.state.commands

    @property
    def memory(self) -> EngineState:
        """Return everything that is remembered; read only, and it changes with the next input."""
        return self._context.state

    def state(self) -> EngineState:
        """Return a copy of everything needed to go on from here."""
        return _copy(self._context.state)

    def next_deadline(self) -> Instant | None:
        """Return when `advance` must next be called, or None if only an input can matter.

        An instant that has passed means now: a plan that nobody watches yet is due at once.
        """
        return 0 if self._untold else self._context.timers.next_due()

    def advance(self, now: Instant) -> list[Output]:
        """Do what is due by `now`, earliest first."""
        return self.receive((), now)

    def receive(self, inputs: Sequence[Input], now: Instant) -> list[Output]:
        """Do what is due by `now`, then take the inputs in their order, alarms before telemetry.

        A `now` before an earlier one counts as that one: time does not go back here. An outcome
        that is here counts before anything due: nobody looked before its time was up.
        """
        untold, self._untold = self._untold, []
        return untold + self.replay(inputs, now)

    def replay(self, inputs: Sequence[Input], now: Instant) -> list[Output]:
        """Receive inputs that an earlier engine has received: their outputs have been told.

        What was found when this engine was loaded stays for the first `receive`.
        """
        context = self._context
        now = context.state.latest = max(now, context.state.latest)
        due = context.timers.next_due()
        if due is not None and due <= now:
            inputs = self._book_ends(inputs, now)
        while (timer := context.timers.pop_due(now)) is not None:
            self._fire(*timer, now)
        for item in in_order(inputs, self._first, self._counting):
            if type(item) is Observation:
                self._observe(item, now)
            else:
                HANDLERS[type(item)](context, item, now)
        out, context.out = context.out, []
        return out

    def _book_ends(self, inputs: Sequence[Input], now: Instant) -> list[Input]:
        """Book the outcomes of commands given before this call; return the other inputs."""
        given: list[CommandEnded] = []
        rest: list[Input] = []
        for item in inputs:
            if type(item) is CommandEnded and item.command in self._context.state.commands:
                given.append(item)
            else:
                rest.append(item)
        for outcome in given:
            book_end(self._context, outcome, now)
        return rest

    def _fire(self, name: str, subject: str, now: Instant) -> None:
        if name == COMMAND_TIMER:
            expire(self._context, subject)
        elif name in TIMER_HANDLERS:
            TIMER_HANDLERS[name](self._context, subject, now)
        else:
            self._apply(TIMERS[name](self._context, subject, now), now)

    def _observe(self, observation: Observation, now: Instant) -> None:
        twin = self._context.state.twins.get(observation.device)
        if twin is None or observation.device not in self._rules:
            refused = InputRefused(subject=observation.device, reason="there is no such device")
            self._context.out.append(refused)
            return
        name = observation.property
        if not self._fits(observation):
            reason = f"{name} cannot be {observation.value!r}"
            self._context.out.append(InputRefused(subject=observation.device, reason=reason))
            return
        before = twin.properties.get(name)
        if before is not None and not self._is_news(twin, before, observation, now):
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
        if observation.device in self._context.state.orders.desired:
            self._apply(drift.judge(self._context, observation.device, now), now)
        if (self._context.devices[observation.device].capability, name) in five_functions.SERVED:
            effects = five_functions.observed(self._context, before, observation, now)
            self._apply(effects, now)

    def _is_news(
        self, twin: TwinState, before: Observation, observation: Observation, now: Instant
    ) -> bool:
        """Return whether an observation changes the twin; one that came late is booked here."""
        if observation.source_time < before.source_time and is_late(before, observation):
            self._book_late(before, observation, now)
            return False
        if not _same(before, observation):
            return True
        if is_fresher(before, observation):
            twin.properties[observation.property] = observation  # so it was until then
        if observation.device in self._context.state.doubted:
            self._apply(one_key_alarm.seen_again(self._context, observation, now), now)
        return False

    def _book_late(self, known: Observation, observation: Observation, now: Instant) -> None:
        """Tell of an observation that newer ones have overtaken; it changes no state of a twin."""
        if not _same(known, observation):
            self._context.out.append(told_late(known, observation))
        capability = self._context.devices[observation.device].capability
        rule = LATE.get((capability, observation.property))
        if rule is not None:
            self._apply(rule(self._context, observation, now), now)

    def _fits(self, observation: Observation) -> bool:
        """Return whether the device type has the property, and the value its type; finite too.

        What does not fit is a defect of a driver or a description, and no rule may meet it.
        """
        spec = self._specs[observation.device].get(observation.property)
        value = observation.value
        if spec is None or value is None:
            return spec is not None
        return type(value) in FITTING[spec.type] and (type(value) is not float or isfinite(value))

    def _judge_presence(self, observation: Observation, twin: TwinState, now: Instant) -> None:
        """Say that a device is lost, and that it is back."""
        capability = self._context.devices[observation.device].capability
        lost = device_lost.is_lost(capability, twin.properties)
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
        carry_out(self._context, effects, now)


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
