"""What clients may write to an emulated server, and what becomes of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from asyncua import ua
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.address_space import AddressSpace, AttributeService
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes

from protocols.interfaces import RefusedError
from protocols.opcua.codec import raw_of
from protocols.opcua.nodes import Target
from twins.observation import Quality, Value

_OURSELVES = User(role=UserRole.Admin)

Written = Callable[[str, Mapping[str, Value]], Awaitable[None]]
"""Takes (device, values that a client wrote); raises RefusedError to have the write fail."""


class Attributes(AttributeService):
    """Lets the emulator write everything, and a client only points that the model lets it write.

    A client's value is never stored as it comes: the device decides what it takes on. So a command
    bit reads false again as soon as the device has it, as if its program had reset it.
    """

    def __init__(self, space: AddressSpace, targets: Sequence[Target], written: Written) -> None:
        super().__init__(space)
        self._space = space
        self._targets = {target.node: target for target in targets}
        self._written = written

    async def write(
        self, params: ua.WriteParameters, user: User = _OURSELVES
    ) -> list[ua.StatusCode]:
        """Carry out one write request; a status for each node in it."""
        if user.role is UserRole.Admin:
            return await super().write(params, user)
        statuses = [StatusCodes.Good] * len(params.NodesToWrite)
        wanted: dict[str, dict[str, Value]] = {}
        places: dict[str, list[int]] = {}
        for place, write in enumerate(params.NodesToWrite):
            target = self._targets.get(write.NodeId)
            value, statuses[place] = self._value(target, write)
            if target is not None and statuses[place] == StatusCodes.Good:
                wanted.setdefault(target.device, {})[target.point.name] = value
                places.setdefault(target.device, []).append(place)
        for device, values in wanted.items():
            try:
                await self._written(device, values)
            except RefusedError:
                for place in places[device]:
                    statuses[place] = StatusCodes.BadInvalidState
        return [ua.StatusCode(ua.UInt32(status)) for status in statuses]

    def _value(self, target: Target | None, write: ua.WriteValue) -> tuple[Value, int]:
        """Return the engineering value that a client wants to write, or why it must not."""
        if target is None or not (target.point.writable or target.point.command):
            known = write.NodeId in self._space
            return None, StatusCodes.BadNotWritable if known else StatusCodes.BadNodeIdUnknown
        if write.AttributeId != AttributeIds.Value or write.IndexRange:
            return None, StatusCodes.BadWriteNotSupported
        try:
            value, quality, _ = target.point.value_of(raw_of(target.point, write.Value))
        except ValueError:
            return None, StatusCodes.BadTypeMismatch
        return value, StatusCodes.Good if quality is Quality.GOOD else StatusCodes.BadOutOfRange
