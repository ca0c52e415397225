"""From the gateway's memory to what the API says; see `gateway.shapes` for the words."""

from collections.abc import Iterable, Mapping

from gateway.history import CommandRecord
from gateway.naming import has_channel, iso_or_none, place_title, school_of
from gateway.runtime import Gateway
from gateway.shapes import (
    ActionView,
    AlarmGroupView,
    CommandView,
    DeviceView,
    Grade,
    Named,
    PropertyView,
    ResponderView,
    SchoolView,
)
from protocols.interfaces import ConnectedDevice, Link
from twins.alarm_groups import grouped
from twins.capability import Capability, PropertySpec, Titles, capabilities
from twins.eligibility import capable
from twins.instant import Instant, in_seconds, iso
from twins.observation import Observation, Quality
from twins.school import Device, School

NEVER_READ = "nothing has been read yet"
NO_LINK = "no link reaches this device"


def school_views(gateway: Gateway, simulated: Iterable[Titles]) -> list[SchoolView]:
    """Return every school of this gateway."""
    words, now = list(simulated), gateway.clock.now()
    return [
        SchoolView(
            id=school.id,
            title=school.title,
            zone=school.zone,
            places=[Named(id=zone.id, title=zone.title) for zone in school.zones],
            responders=[
                ResponderView(
                    id=one.id,
                    title=one.title,
                    role=one.role,
                    capable=capable(one, now),
                    channel=has_channel(gateway, one.role),
                )
                for one in school.responders
            ],
            devices=len(school.devices),
            simulated=words,
        )
        for school in gateway.schools
    ]


def alarm_group_views(gateway: Gateway) -> list[AlarmGroupView]:
    """Return the standing alarms by place and kind, the most urgent group first."""
    return [
        AlarmGroupView(
            school=one.school,
            place=one.place,
            place_title=place_title(school_of(gateway, one.school), one.place),
            kind=one.kind,
            severity=one.severity,
            state=one.state,
            alarms=list(one.alarms),
            count=one.count,
            unacknowledged=one.unacknowledged,
            first=iso(one.first),
            last=iso(one.last),
            quiet=one.quiet,
        )
        for one in grouped(gateway.view.alarms.values())
    ]


def device_views(gateway: Gateway) -> list[DeviceView]:
    """Return every device of every school, as the list of the school has them."""
    reached = {device.id: (link, device) for link in gateway.links for device in link.devices}
    return [
        _device(gateway, school, device, reached.get(device.id))
        for school in gateway.schools
        for device in school.devices
    ]


def command_view(command: CommandRecord) -> CommandView:
    """Return one command."""
    return CommandView(
        id=command.id,
        device=command.device,
        action=command.action,
        arguments=command.arguments,
        requested_by=command.requested_by,
        reason=command.reason,
        requested=iso(command.requested),
        not_after=iso(command.not_after),
        result=command.result,
        result_reason=command.result_reason,
        ended=iso_or_none(command.ended),
    )


def _device(
    gateway: Gateway, school: School, device: Device, reached: tuple[Link, ConnectedDevice] | None
) -> DeviceView:
    capability = capabilities()[device.capability]
    twin = gateway.view.twins[device.id]
    heard = gateway.last_heard.get(device.id)
    connected = reached[1] if reached else None
    return DeviceView(
        id=device.id,
        school=school.id,
        title=device.title,
        capability=capability.name,
        capability_title=capability.title,
        protection=capability.protection,
        line=device.line,
        place=device.place,
        place_title=place_title(school, device.place),
        panic=capability.panic,
        simulated=device.simulated,
        grade=_grade(capability, connected),
        product=connected.model.title if connected else None,
        link=reached[0].url if reached else None,
        lost=twin.lost,
        heard=iso_or_none(heard),
        actions=[
            ActionView(
                name=name,
                title=spec.title,
                arguments={key: one.title for key, one in spec.arguments.items()},
                not_after=spec.not_after,
            )
            for name, spec in capability.actions.items()
        ],
        properties=[
            _property(name, spec, twin.properties.get(name), connected, heard, gateway.clock.now())
            for name, spec in _shown(capability, connected, twin.properties)
        ],
    )


def _shown(
    capability: Capability, connected: ConnectedDevice | None, known: Mapping[str, Observation]
) -> list[tuple[str, PropertySpec]]:
    """Return what this device has: all it must have, and of the rest what its model reads."""
    points = connected.model.points if connected else {}
    return [
        (name, spec)
        for name, spec in capability.properties.items()
        if not spec.optional or name in points or name in known
    ]


def _property(
    name: str,
    spec: PropertySpec,
    last: Observation | None,
    connected: ConnectedDevice | None,
    heard: Instant | None,
    now: Instant,
) -> PropertyView:
    point = connected.model.points.get(name) if connected else None
    age = None
    if last is not None:
        since = last.receive_time
        if last.quality is not Quality.BAD:
            since = max(since, heard or 0)
        age = max(0.0, in_seconds(now - since))
    return PropertyView(
        name=name,
        title=spec.title,
        type=spec.type,
        value=last.value if last else None,
        unit=point.unit if point and point.unit else spec.unit,
        quality=last.quality if last else Quality.BAD,
        cause=last.cause if last else (NEVER_READ if connected else NO_LINK),
        source_time=iso(last.source_time) if last else None,
        receive_time=iso(last.receive_time) if last else None,
        age_s=age,
        kind=last.kind if last else None,
    )


def _grade(capability: Capability, connected: ConnectedDevice | None) -> Grade | None:
    if capability.name != "one-key-alarm" or connected is None:
        return None
    return "counted" if "press_count" in connected.model.points else "contact only"
