"""Which cameras belong to an event (R10): those that cover its place, the best views first."""

from twins.alarm import Alarm
from twins.context import Context
from twins.instant import Instant
from twins.observation import Quality
from twins.school import School
from twins.video import EventVideo


def video_of(
    context: Context, event: str, device: str, sensed: Instant, now: Instant
) -> EventVideo | None:
    """Return the recordings around an event at a device; None where no camera covers its place."""
    school = context.school_of[device]
    place = context.devices[device].place
    cameras = cameras_of(school, place)
    if not cameras:
        return None
    rules = school.watch.video
    return EventVideo(
        event=event,
        place=place,
        cameras=cameras,
        dark=tuple(one for one in cameras if not _online(context, one)),
        start=sensed - rules.before,
        until=max(sensed + rules.after, now),
    )


def cameras_of(school: School, place: str) -> tuple[str, ...]:
    """Return the cameras that cover a place, at most as many as are to be referenced."""
    rules = school.watch.video
    if rules.views:
        found = [view.camera for view in rules.views if place in view.places]
    else:
        cameras = (one for one in school.devices if one.capability == "camera")
        found = [one.id for one in cameras if one.place == place]
    return tuple(found[: rules.most])


def is_referenced(context: Context, alarm: Alarm) -> bool:
    """Return whether an open incident of this kind has shown this place already."""
    for incident in context.cases.at(alarm.school):
        if incident.kind != alarm.kind:
            continue
        others = (context.state.alarms.get(one) for one in incident.alarms)
        places = {incident.place, *(one.place for one in others if one is not None)}
        if alarm.place in places:
            return True
    return False


def refer(context: Context, alarm: Alarm, now: Instant) -> None:
    """Say which recordings belong to the incident of an alarm."""
    incident = context.cases.with_alarm(alarm.id)
    if incident is not None:
        video = video_of(context, incident.id, alarm.device, alarm.sensed, now)
        if video is not None:
            context.out.append(video)


def _online(context: Context, camera: str) -> bool:
    twin = context.state.twins.get(camera)
    online = None if twin is None else twin.properties.get("online")
    return online is not None and online.quality is Quality.GOOD and online.value is True
