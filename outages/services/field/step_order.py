"""Which step may be taken now: what a crew's report is, and every reason to refuse it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from outages.choices import OUTLET_STEPS, REOPENING, SHUTDOWN, CannotReason, Direction
from outages.models import IsolationPlan, Outage, ValveOperation, lifecycle
from outages.models.events import Actor
from outages.planning import holding
from outages.services.rules.crew_rights import may_act_for
from outages.workflow import (
    HOLDING_PLANS,
    NOT_ACCEPTED,
    OPEN_WORK_ORDERS,
    STEP_TRANSITIONS,
    OutageKind,
    OutageStatus,
    PlanStatus,
    Refused,
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
    CLOSE_FIRST = "close_first"
    OPEN_FIRST = "open_first"
    HELD_BY_OTHER = "held_by_other"
    NOT_PUBLISHED = "notice_not_out"
    WRONG_CREW = "wrong_crew"
    NOT_ACCEPTED = "not_accepted"
    UNKNOWN_STEP = "unknown_step"
    KEY_USED = "key_used"


class StepRefused(Refused):
    """A step out of order; `current` is the plan to work on now, if there is one."""

    codes = tuple(Refusal)

    def __init__(
        self, code: Refusal, *, current: IsolationPlan | None = None, **facts: object
    ) -> None:
        self.current = current
        super().__init__(code, **facts)


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

    `outcome` is recorded, repeated (known `client_key`: nothing changed) or refused (`code` then
    says why).
    """

    client_key: UUID
    outcome: Literal["recorded", "repeated", "refused"]
    operation: ValveOperation | None = None
    proposal: IsolationPlan | None = None
    code: str = ""


def require_in_order(step: ValveOperation, report: StepReport, *, by: Actor, at: datetime) -> None:
    """Raise StepRefused unless this step of a locked plan may be taken now, by this person."""
    plan, outage = step.plan, step.plan.outage
    if plan.status in (PlanStatus.SUPERSEDED, PlanStatus.ABORTED):
        current = lifecycle.plan_in_force(outage) if outage else None
        raise StepRefused(Refusal.PLAN_SUPERSEDED, current=current)
    if outage is None or not (plan.status in HOLDING_PLANS or _may_follow(step, plan, outage)):
        raise StepRefused(Refusal.PLAN_NOT_IN_FORCE)
    require_accepted_order(plan, by=by)
    reopening = plan.status in (PlanStatus.REOPENING, PlanStatus.REOPENED)
    if step.direction in REOPENING and not reopening:
        raise StepRefused(Refusal.NOT_YET_REOPENING, current=plan)
    if step.direction in SHUTDOWN and reopening:
        raise StepRefused(Refusal.CLOSING_IS_OVER, current=plan)
    if report.result == "done":
        _require_others_first(step)
    if step.direction == Direction.OPEN and report.result == "done":
        _require_nobody_needs(step, at=at)
    if outage.kind == OutageKind.PLANNED and outage.status not in (
        OutageStatus.PUBLISHED,
        OutageStatus.IN_EFFECT,
        OutageStatus.RESTORING,
    ):
        raise StepRefused(Refusal.NOT_PUBLISHED, current=plan)
    _require_open_step(step, report)


def _may_follow(step: ValveOperation, plan: IsolationPlan, outage: Outage) -> bool:
    """Whether a step at an outlet comes after the last valve: people flush until it is clear."""
    open_again = plan.status == PlanStatus.REOPENED and outage.status == OutageStatus.RESTORING
    return open_again and step.direction in OUTLET_STEPS


def _require_others_first(step: ValveOperation) -> None:
    """Feed only what is cut off all round, and take nobody's water before his own way is open."""
    waits_for = {
        Direction.FEED: (Direction.CLOSE, Refusal.CLOSE_FIRST),
        Direction.SHUT: (Direction.OPEN, Refusal.OPEN_FIRST),
    }.get(Direction(step.direction))
    if waits_for is None:
        return
    direction, refusal = waits_for
    undone = [StepStatus.PENDING]
    if step.direction == Direction.FEED:
        undone.append(StepStatus.FAILED)
    if step.plan.operations.filter(direction=direction, status__in=undone).exists():
        raise StepRefused(refusal, current=step.plan, valve=step.valve)


def _require_open_step(step: ValveOperation, report: StepReport) -> None:
    wanted = StepStatus.DONE if report.result == "done" else StepStatus.FAILED
    if wanted == StepStatus.FAILED and step.status == StepStatus.DONE:
        # A shut valve that turns out to pass water is the one thing that undoes a step.
        allowed = report.cannot_reason == CannotReason.PASSES_WATER
        if not (allowed and step.direction == Direction.CLOSE):
            raise StepRefused(Refusal.STEP_DECIDED, current=step.plan)
    try:
        require(STEP_TRANSITIONS, f"step {step}", step.status, wanted)
    except TransitionRefused as refused:
        raise StepRefused(Refusal.STEP_DECIDED, current=step.plan) from refused


def _require_nobody_needs(step: ValveOperation, *, at: datetime) -> None:
    others = holding.others_holding(step.plan.outage, at=at)
    holders = [hold for hold in others if hold.valve == step.valve]
    if holders:
        codes = ", ".join(sorted({hold.code for hold in holders}))
        raise StepRefused(Refusal.HELD_BY_OTHER, current=step.plan, valve=step.valve, outages=codes)


def require_accepted_order(plan: IsolationPlan, *, by: Actor) -> None:
    """Raise StepRefused unless a crew for which this person may act has accepted its order.

    A valve turned without an order would be turned without anybody answering for it.
    """
    assert plan.outage is not None
    rows = plan.outage.work_orders.filter(status__in=OPEN_WORK_ORDERS).select_related("crew")
    orders = [order for order in rows if order.crew and may_act_for(by, order.crew.code)]
    if not orders and not may_act_for(by, ""):
        raise StepRefused(Refusal.WRONG_CREW, current=plan)
    if all(order.status in NOT_ACCEPTED for order in orders):
        raise StepRefused(Refusal.NOT_ACCEPTED, current=plan)
