"""Which step may be taken now: what a crew's report is, and every reason to refuse it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from outages.choices import CannotReason, Direction
from outages.models import IsolationPlan, ValveOperation, lifecycle
from outages.models.events import Actor
from outages.planning import holding
from outages.workflow import (
    HOLDING_PLANS,
    OPEN_WORK_ORDERS,
    STEP_TRANSITIONS,
    OutageKind,
    OutageStatus,
    PlanStatus,
    StepStatus,
    TransitionRefused,
    require,
)


class Refusal(StrEnum):
    """Why a step was not taken, as codes for phones."""

    PLAN_NOT_IN_FORCE = "plan_not_in_force"
    PLAN_SUPERSEDED = "plan_superseded"
    STEP_DECIDED = "step_decided"
    NOT_YET_REOPENING = "not_yet_reopening"
    CLOSING_IS_OVER = "closing_is_over"
    HELD_BY_OTHER = "held_by_other"
    NOT_PUBLISHED = "not_published"
    WRONG_CREW = "wrong_crew"
    UNKNOWN_STEP = "unknown_step"
    KEY_USED = "key_used"


class StepRefused(Exception):
    """A step out of order; `current` is the plan to work on now, if there is one."""

    def __init__(self, code: Refusal, text: str, current: IsolationPlan | None = None) -> None:
        self.code, self.current = code, current
        super().__init__(text)


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """What the crew says of one step. `done_at` is the phone's time, kept beside the server's.

    `operation` is the step's id; `client_key` is made on the phone, once per tap.
    """

    operation: int
    client_key: UUID
    result: Literal["done", "cannot"]
    done_at: datetime
    turns: int | None = None
    remark: str = ""
    cannot_reason: CannotReason | str = ""


@dataclass(frozen=True)
class StepOutcome:
    """What became of one step report. `proposal` is the new plan that a *cannot* led to.

    `outcome` is recorded, repeated (known `client_key`: nothing changed) or refused (`code` and
    `text` then say why).
    """

    client_key: UUID
    outcome: Literal["recorded", "repeated", "refused"]
    operation: ValveOperation | None = None
    proposal: IsolationPlan | None = None
    code: str = ""
    text: str = ""


def require_in_order(step: ValveOperation, report: StepReport, *, by: Actor, at: datetime) -> None:
    """Raise StepRefused unless this step of a locked plan may be taken now, by this person."""
    plan, outage = step.plan, step.plan.outage
    if plan.status in (PlanStatus.SUPERSEDED, PlanStatus.ABORTED):
        current = lifecycle.plan_in_force(outage) if outage else None
        text = f"{plan} is {plan.status}: stop, and switch to {current or 'the new plan'} first"
        raise StepRefused(Refusal.PLAN_SUPERSEDED, text, current)
    if plan.status not in HOLDING_PLANS or outage is None:
        raise StepRefused(
            Refusal.PLAN_NOT_IN_FORCE, f"{plan} is {plan.status}: wait for its approval"
        )
    _require_own_crew(plan, by)
    if step.direction == Direction.OPEN and plan.status != PlanStatus.REOPENING:
        raise StepRefused(Refusal.NOT_YET_REOPENING, "opening begins with the reopening plan", plan)
    if step.direction == Direction.CLOSE and plan.status == PlanStatus.REOPENING:
        raise StepRefused(Refusal.CLOSING_IS_OVER, "the valves are being opened again", plan)
    if step.direction == Direction.OPEN and report.result == "done":
        _require_nobody_needs(step, at=at)
    if outage.kind == OutageKind.PLANNED and outage.status not in (
        OutageStatus.PUBLISHED,
        OutageStatus.IN_EFFECT,
        OutageStatus.RESTORING,
    ):
        text = f"{outage} is {outage.status}: a planned outage begins after its notice is out"
        raise StepRefused(Refusal.NOT_PUBLISHED, text, plan)
    _require_open_step(step, report)


def _require_open_step(step: ValveOperation, report: StepReport) -> None:
    wanted = StepStatus.DONE if report.result == "done" else StepStatus.FAILED
    if wanted == StepStatus.FAILED and step.status == StepStatus.DONE:
        # A shut valve that turns out to pass water is the one thing that undoes a step.
        allowed = report.cannot_reason == CannotReason.PASSES_WATER
        if not (allowed and step.direction == Direction.CLOSE):
            raise StepRefused(Refusal.STEP_DECIDED, f"{step} is done already", step.plan)
    try:
        require(STEP_TRANSITIONS, f"step {step}", step.status, wanted)
    except TransitionRefused as refused:
        raise StepRefused(Refusal.STEP_DECIDED, str(refused), step.plan) from refused


def _require_nobody_needs(step: ValveOperation, *, at: datetime) -> None:
    others = holding.others_holding(step.plan.outage, at=at)
    holders = [hold for hold in others if hold.valve == step.valve]
    if holders:
        codes = ", ".join(sorted({hold.code for hold in holders}))
        text = f"{step.valve} must stay shut for {codes}: leave it closed"
        raise StepRefused(Refusal.HELD_BY_OTHER, text, step.plan)


def _require_own_crew(plan: IsolationPlan, by: Actor) -> None:
    """Refuse a crew that has no order for this outage; the control room may enter for any."""
    code = getattr(by, "crew_code", None)
    assert plan.outage is not None
    orders = plan.outage.work_orders.filter(status__in=OPEN_WORK_ORDERS)
    if code and not orders.filter(crew__code=code).exists():
        raise StepRefused(Refusal.WRONG_CREW, f"crew {code} has no order for {plan.outage}", plan)
