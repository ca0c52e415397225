"""What people and programs send to the API."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from twins.incident import Answer, Verdict

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""A name or a reason: something must be said, and it must fit on a line."""

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
"""An idempotency key, chosen by whoever asks. Without a slash: the keys of plans have one, so that
nobody can take theirs beforehand."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Acknowledgement(_Body):
    """A person has seen an alarm."""

    by: Text


class Reset(_Body):
    """A person ends a latched alarm."""

    by: Text
    reason: Text


class Handling(_Body):
    """A person closes a case."""

    by: Text
    reason: Text
    verdict: Verdict = Verdict.REAL


class AnswerBody(_Body):
    """A recipient says something; the station's `acknowledged` acknowledges the case."""

    responder: Text
    answer: Answer
    eta_s: float | None = Field(default=None, ge=0, le=86_400)
    """In so many seconds they will be there, with `accepted`."""


class CommandBody(_Body):
    """A device is asked to do something, once per `id` (or `Idempotency-Key` header)."""

    id: Key | None = None
    device: Text
    action: Text
    arguments: dict[str, bool | int | float | str] = {}
    by: Text
    reason: Text
    incident: str = Field(default="", max_length=200)
    """The incident that it is asked for, if any."""
    post: str = Field(default="", max_length=200)
    """The post or seat from which it is asked, where that matters: who may broadcast."""
