"""一套安检流程 (R23): the way of a visitor from the terminal to the lane, as data.

Visits follow it step by step and the simulated gatehouse queues by it; a school changes the file,
not the code. The seed names no steps, no times and not what the five checks are: all defaults
here are ours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from twins.capability import Titles
from twins.instant import Duration, seconds


class Step(StrEnum):
    """What has to be done for a visitor."""

    REGISTER = "register"
    """来访必登."""
    IDENTIFY = "identify"
    """来访必核, first half: the papers are this person's."""
    HOST = "host"
    """来访必核, second half: the host expects this person."""
    CHECK = "check"
    """五查清."""
    INSPECT = "inspect"
    """来访必检."""
    ADMIT = "admit"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One step: who does it, how long it may take, how long it takes."""

    step: Step
    title: Titles
    role: str
    """Whose work it is: `visitor`, `guard` or `host`."""
    limit: Duration | None = None
    """Longest wait for it before it is overdue; None waits for ever."""
    takes: Duration = 0
    """Time that the role is busy with it, for the simulated queue (assumed)."""
    waits_in_reception: bool = False
    """An overdue visitor waits in the reception room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One of the things to be made clear."""

    id: str
    title: Titles


FIVE_CHECKS: tuple[Check, ...] = (
    Check(id="person", title={"en": "Who it is", "zh": "查清人员身份"}),
    Check(id="purpose", title={"en": "What for", "zh": "查清来访事由"}),
    Check(id="host", title={"en": "To whom", "zh": "查清被访对象"}),
    Check(id="belongings", title={"en": "What is carried", "zh": "查清随身物品"}),
    Check(id="vehicle", title={"en": "Which vehicle", "zh": "查清来访车辆"}),
)
"""五查清 (R24): the seed gives the name only; these five are ours."""

OUR_STEPS: tuple[FlowStep, ...] = (
    FlowStep(
        step=Step.REGISTER,
        title={"en": "Register", "zh": "登记"},
        role="visitor",
        takes=seconds(40),
    ),
    FlowStep(
        step=Step.IDENTIFY,
        title={"en": "Verify the identity", "zh": "核验身份"},
        role="guard",
        limit=seconds(300),
        takes=seconds(20),
    ),
    FlowStep(
        step=Step.HOST,
        title={"en": "The host confirms", "zh": "被访人确认"},
        role="host",
        limit=seconds(300),
        takes=seconds(30),
        waits_in_reception=True,
    ),
    FlowStep(
        step=Step.CHECK,
        title={"en": "Five checks", "zh": "五查清"},
        role="guard",
        limit=seconds(300),
        takes=seconds(30),
    ),
    FlowStep(
        step=Step.INSPECT,
        title={"en": "Inspect", "zh": "安检"},
        role="guard",
        limit=seconds(300),
        takes=seconds(15),
    ),
    FlowStep(
        step=Step.ADMIT,
        title={"en": "Admit", "zh": "放行"},
        role="guard",
        limit=seconds(120),
        takes=seconds(5),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionFlow:
    """The steps in their order, and what the check step asks for."""

    id: str = "ours"
    title: Titles
    source: str
    """Whose flow it is; `ours` where no document gives it."""
    steps: tuple[FlowStep, ...]
    checks: tuple[Check, ...]

    def after(self, step: Step) -> FlowStep | None:
        """Return the step that follows, or None at the end."""
        order = [one.step for one in self.steps]
        following = order.index(step) + 1
        return self.steps[following] if following < len(order) else None


OUR_FLOW = InspectionFlow(
    title={"en": "Visitor inspection", "zh": "外来人员安检流程"},
    source="ours",
    steps=OUR_STEPS,
    checks=FIVE_CHECKS,
)

_MUSTS: Mapping[Step, Titles] = {
    Step.IDENTIFY: {"en": "nobody's identity is verified", "zh": "来访必核:未核验身份"},
    Step.HOST: {"en": "no host is asked", "zh": "来访必核:未联系被访人"},
    Step.INSPECT: {"en": "nobody is inspected", "zh": "来访必检:未进行安检"},
}


def flow_objections(flow: InspectionFlow) -> Iterator[Titles]:
    """Yield what is wrong with a flow: its shape first, then the musts that it leaves out."""
    order = [one.step for one in flow.steps]
    if not order or order[0] is not Step.REGISTER:
        yield {"en": "the flow does not start with register", "zh": "来访必登:流程未从登记开始"}
    if not order or order[-1] is not Step.ADMIT:
        yield {"en": "the flow does not end with admit", "zh": "流程未以放行结束"}
    if len(set(order)) < len(order):
        yield {"en": "a step stands twice", "zh": "流程中有重复步骤"}
    for step, words in _MUSTS.items():
        if step not in order:
            yield words
    if Step.CHECK in order and not flow.checks:
        yield {"en": "the check step asks for nothing", "zh": "五查清:没有检查项目"}
