"""A valve turned back after the reopening was broken off: its crew had no signal, or was quicker.

RULE 1  What stands in the street counts: the step is recorded, whatever became of its plan.
RULE 2  The plan in force has the valve as turned the other way: that step is to be done again,
        unless somebody has done so since.
RULE 3  Where a new plan still waits for a decision, it is computed again on what holds now.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from outages import planning
from outages.choices import Direction
from outages.models import Event, IsolationPlan, ValveOperation, lifecycle
from outages.models.events import Actor
from outages.planning import PlanningRefused
from outages.services.field.step_order import StepReport, require_accepted_order
from outages.services.field.step_records import tell_turned, write_step
from outages.services.shutdown import in_force
from outages.workflow import STEP_TRANSITIONS, OutageStatus, PlanStatus, StepStatus, require

_BACK: Final = {Direction.OPEN: Direction.CLOSE, Direction.SHUT: Direction.FEED}
_OVER: Final = (PlanStatus.REOPENING, PlanStatus.SUPERSEDED)


def is_late(step: ValveOperation, report: StepReport) -> bool:
    """Whether a report tells that a valve was turned back though the leak has come back."""
    outage = step.plan.outage
    return (
        report.result == "done"
        and step.direction in _BACK
        and step.status != StepStatus.DONE
        and step.plan.status in _OVER
        and outage is not None
        and outage.status == OutageStatus.IN_EFFECT
    )


def record(step: ValveOperation, report: StepReport, *, by: Actor, at: datetime) -> None:
    """Record a late step of a locked plan. Raises StepRefused for another crew's."""
    require_accepted_order(step.plan, by=by)
    require(STEP_TRANSITIONS, f"step {step}", step.status, StepStatus.DONE)
    write_step(step, report, by=by, at=at)  # RULE 1
    assert step.plan.outage is not None, "is_late asked"
    plan = lifecycle.plan_in_force(step.plan.outage)
    turned = _turned_in(plan, step) if plan is not None else None
    if turned is not None and turned.done_at and step.done_at and turned.done_at > step.done_at:
        return  # shut again since
    tell_turned(step, by=by, at=at)
    if plan is not None and plan.pk == step.plan_id:
        _compute_again(plan, step, at=at)  # RULE 3
    elif plan is not None and turned is not None:
        _to_do_again(lifecycle.lock_plan(plan), turned, by=by, at=at)  # RULE 2


def _turned_in(plan: IsolationPlan, step: ValveOperation) -> ValveOperation | None:
    direction = _BACK[Direction(step.direction)]
    done = plan.operations.filter(status=StepStatus.DONE, direction=direction, valve=step.valve)
    return done.exclude(plan=step.plan_id).first()


def _to_do_again(plan: IsolationPlan, step: ValveOperation, *, by: Actor, at: datetime) -> None:
    require(STEP_TRANSITIONS, f"step {step}", step.status, StepStatus.PENDING)
    was, step.status = step.status, StepStatus.PENDING
    step.done_at = step.done_by = step.turns = None
    step.save()
    Event.objects.append(
        step, "valve_to_do_again", by=by, at=at, old=was, new=step.status, valve=step.valve
    )
    assert plan.outage is not None, "a plan in force is an outage's"
    in_force.advance(plan, lifecycle.lock_outage(plan.outage), by=by, at=at)


def _compute_again(plan: IsolationPlan, step: ValveOperation, *, at: datetime) -> None:
    why = f"{step.valve}: {step.direction}"
    try:
        with transaction.atomic():
            planning.plan_again(plan, by=None, at=at, reason=why)
    except PlanningRefused as refused:
        Event.objects.append_refusal(plan, "plan_refused", refused, by=None, at=at)
