"""How a school's watch is written: scores, cameras, who may speak, limits, and its buttons."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from scenarios.notation import (
    OURS,
    Name,
    Names,
    PositiveSpan,
    ResponderName,
    Score,
    Span,
    Written,
    ZoneName,
)
from twins import watch
from twins.capability import BilingualTitles
from twins.documents import did_you_mean
from twins.school import ButtonRules

Camera = Annotated[str, Names("device", ("camera",))]


def _event_class(written: object) -> str:
    if written not in watch.EVENT_CLASSES:
        known = list(watch.EVENT_CLASSES)
        hint = did_you_mean(str(written), known) or f"; write {', '.join(known)}"
        raise ValueError(f"there is no class of events {written!r}{hint}")
    return str(written)


class PersonRulesDocument(Written):
    """人员预警."""

    makes = watch.PersonRules

    threshold: Score = OURS
    quality: Score = OURS
    told: list[ResponderName] = OURS
    same_hit: Span = OURS
    approach: PositiveSpan = OURS
    retention: PositiveSpan = OURS


class EventRulesDocument(Written):
    """突发事件识别."""

    makes = watch.EventRules

    thresholds: dict[Annotated[str, BeforeValidator(_event_class)], Score] = OURS
    told: list[ResponderName] = OURS
    same_event: Span = OURS
    retention: PositiveSpan = OURS


class CameraViewDocument(Written):
    """A camera and the places that it covers."""

    makes = watch.CameraView

    camera: Camera
    places: list[ZoneName] = Field(min_length=1)


class VideoRulesDocument(Written):
    """视频监控."""

    makes = watch.VideoRules

    views: list[CameraViewDocument] = OURS
    most: int = Field(default=OURS, ge=0)
    before: Span = OURS
    after: Span = OURS


class BroadcastPostDocument(Written):
    """A post or seat that may speak."""

    makes = watch.BroadcastPost

    title: BilingualTitles
    console: Annotated[str, Names("device", ("guard-console",))] = OURS


class BroadcastRulesDocument(Written):
    """远程广播."""

    makes = watch.BroadcastRules

    posts: dict[Name, BroadcastPostDocument] = OURS
    read_back: PositiveSpan = OURS


class LinkRulesDocument(Written):
    """How long consoles, links and calls may be silent."""

    makes = watch.LinkRules

    heartbeat: PositiveSpan = OURS
    path_switch: PositiveSpan = OURS
    ring: PositiveSpan = OURS
    fire_reminder: PositiveSpan = OURS


class WatchDocument(Written):
    """Everything of a school that is watched or spoken with."""

    makes = watch.WatchRules

    persons: PersonRulesDocument = OURS
    events: EventRulesDocument = OURS
    video: VideoRulesDocument = OURS
    broadcast: BroadcastRulesDocument = OURS
    links: LinkRulesDocument = OURS


class ButtonsDocument(Written):
    """How presses are read; none of it can keep a press from raising its alarm."""

    makes = ButtonRules

    raise_presses: int = Field(default=OURS, ge=1)
    raise_within: PositiveSpan = OURS
    stuck_after: PositiveSpan = OURS
    resends: int = Field(default=OURS, ge=1)
    resend_within: PositiveSpan = OURS
    repeated_use: int = Field(default=OURS, ge=1)
    repeated_within: PositiveSpan = OURS
    longest_test: PositiveSpan = OURS
