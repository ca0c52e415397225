"""可視化互動 (R19): a call is a session: offered, answered, ended or failed, and never silent.

Rules for this file: `CALL_TRANSITIONS` is the whole life of a call and its documentation. Neither
voice nor picture passes through us.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from twins.capability import Titles
from twins.instant import Instant


class CallState(StrEnum):
    """How far a call has come."""

    OFFERED = "offered"
    ANSWERED = "answered"
    ENDED = "ended"
    FAILED = "failed"


CALL_TITLES: Mapping[CallState, Titles] = {
    CallState.OFFERED: {"en": "Ringing", "zh": "呼叫中"},
    CallState.ANSWERED: {"en": "Answered", "zh": "通话中"},
    CallState.ENDED: {"en": "Ended", "zh": "已结束"},
    CallState.FAILED: {"en": "Failed", "zh": "呼叫失败"},
}
"""State → how people read it."""


class CallEvent(StrEnum):
    """What can happen to a call."""

    ANSWER = "answer"
    HANG_UP = "hang up"
    FAIL = "fail"
    TIME_UP = "time up"


_S, _E = CallState, CallEvent

CALL_TRANSITIONS: Mapping[tuple[CallState, CallEvent], CallState] = {
    (_S.OFFERED, _E.ANSWER): _S.ANSWERED,
    (_S.OFFERED, _E.HANG_UP): _S.ENDED,
    (_S.OFFERED, _E.FAIL): _S.FAILED,
    (_S.OFFERED, _E.TIME_UP): _S.FAILED,
    (_S.ANSWERED, _E.HANG_UP): _S.ENDED,
    (_S.ANSWERED, _E.FAIL): _S.FAILED,
}
"""(state, event) → next state. A pair that is not here is refused; ended and failed are final."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call on one intercom, from its offer to its end."""

    id: str
    school: str
    device: str
    peer: str
    by: str
    """Who offered it; the intercom's own id where it was the one who called."""
    state: CallState = CallState.OFFERED
    offered: Instant
    answered: Instant | None = None
    over: Instant | None = None
    reason: str = ""
    """Why it failed."""

    @property
    def open(self) -> bool:
        """Return whether the call is still going on."""
        return self.state in (CallState.OFFERED, CallState.ANSWERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCall:
    """Input: a person calls from or to an intercom."""

    device: str
    peer: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCall:
    """Input: the other side has taken the call."""

    call: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """Input: one side hangs up."""

    call: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallChanged:
    """Output: a call was offered or took another state."""

    call: Call
