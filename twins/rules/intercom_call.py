"""可視化互動 (R19): what an intercom says of its call, whoever offered it."""

from collections.abc import Iterable

from twins.call import Call, CallEvent, CallState
from twins.call_booking import move_call, open_call
from twins.context import Context
from twins.instant import Instant
from twins.observation import PropertyChanged, Quality
from twins.rules.effects import Effect

_MEANS = {
    "answered": CallEvent.ANSWER,
    "ended": CallEvent.HANG_UP,
    "failed": CallEvent.FAIL,
}


def changed(context: Context, event: PropertyChanged, now: Instant) -> Iterable[Effect]:
    """Move the session as the intercom's call moves; a lost link fails it.

    The session tells of itself wherever it is moved, so no effect is left to ask for.
    """
    call = context.state.watch.calls.get(event.device)
    offline = event.property == "online" and event.value is False
    if event.quality is Quality.BAD or offline:
        if call is not None:
            move_call(context, call, CallEvent.FAIL, now, "the link to the intercom is lost")
    elif event.quality is Quality.GOOD and event.property == "call":
        _follow(context, event, call, now)
    return ()


def _follow(context: Context, event: PropertyChanged, call: Call | None, now: Instant) -> None:
    if call is None and event.previous != event.value:
        call = _unasked(context, event, now)
    if call is None:
        return
    if event.value == "idle":
        if event.previous in (CallState.OFFERED, CallState.ANSWERED):
            move_call(context, call, CallEvent.HANG_UP, now)
    elif event.value in _MEANS:
        reason = "the intercom says so" if event.value == "failed" else ""
        move_call(context, call, _MEANS[str(event.value)], now, reason)


def _unasked(context: Context, event: PropertyChanged, now: Instant) -> Call | None:
    """Open the session of a call that began at the intercom, however late we see it."""
    began = event.value in ("offered", "answered")
    failed_unseen = event.value == "failed" and event.previous is not None
    if not (began or failed_unseen):
        return None
    peer = context.state.twins[event.device].properties.get("peer")
    to = str(peer.value) if peer is not None and peer.quality is Quality.GOOD else ""
    return open_call(context, event.device, to, event.device, now)
