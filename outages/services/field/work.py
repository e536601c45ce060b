"""The crew's part: orders, and the steps of the plan as they are carried out.

A step report is one tap on a phone that may have been without signal for an hour. So each
carries a key made on the phone (sent twice is recorded once), steps out of order are refused
with what to do, and a valve that was shut under a plan replaced meanwhile is not forgotten: it
counts for the plan in force.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT

from network import services as network
from network.choices import Operability, ValveState
from outages import planning
from outages.choices import OUTLET_STEPS, REOPENING, CannotReason, Direction
from outages.models import Event, IsolationPlan, Outage, ValveOperation, lifecycle
from outages.models.events import Actor
from outages.models.locking import whole
from outages.planning import PlanningRefused, WhatIf
from outages.planning.holding import open_during
from outages.selectors.shutdown.steps import copy_done
from outages.services import orders
from outages.services.field import late_opening
from outages.services.field.step_order import (
    Refusal,
    StepOutcome,
    StepRefused,
    StepReport,
    require_in_order,
)
from outages.services.field.step_records import (
    tell_network,
    tell_turned,
    tell_works_again,
    verb_of,
    write_step,
)
from outages.services.orders import (
    OrderRefused,
    ResultFacts,
    accept_order,
    archive_order,
    arrive,
    complete_repair,
    enter_result,
    feed_back,
    issue_order,
    notify_crew,
    open_order,
    set_out,
    start_work,
    void_order,
)
from outages.services.shutdown import in_force
from outages.workflow import (
    HOLDING_PLANS,
    PlanStatus,
    StepStatus,
    TransitionRefused,
)

__all__ = [
    "OrderRefused",
    "Refusal",
    "ResultFacts",
    "StepOutcome",
    "StepRefused",
    "StepReport",
    "accept_order",
    "archive_order",
    "arrive",
    "complete_repair",
    "enter_result",
    "feed_back",
    "issue_order",
    "notify_crew",
    "open_order",
    "record_operations",
    "record_valve_operation",
    "set_out",
    "start_work",
    "void_order",
]


def record_valve_operation(
    operation: ValveOperation,
    *,
    result: Literal["done", "cannot"],
    done_at: datetime,
    client_key: UUID,
    by: Actor,
    at: datetime,
    turns: int | None = None,
    remark: str = "",
    cannot_reason: CannotReason | str = "",
) -> StepOutcome:
    """Record what the crew did to one valve of the plan in force.

    *done* changes the valve's state in the network; *cannot* marks it inoperable, computes again
    from the state the network is in by then and leaves a proposal for the dispatcher to adopt
    (`StepOutcome.proposal`). Repeating a `client_key` changes nothing. Raises StepRefused.
    """
    report = StepReport(
        operation=operation.pk,
        client_key=client_key,
        result=result,
        done_at=done_at,
        turns=turns,
        remark=remark,
        cannot_reason=cannot_reason,
    )
    return _record(report, by=by, at=at)


def record_operations(batch: Sequence[StepReport], *, by: Actor, at: datetime) -> list[StepOutcome]:
    """Apply what a phone collected while it was offline, in the order it was done.

    Each item is its own transaction and gets its own answer, in the order given; one refused
    item never stops the others. What was done under a plan that was replaced in the meantime is
    recorded under the plan in force.
    """
    outcomes: dict[int, StepOutcome] = {}
    for index, report in sorted(enumerate(batch), key=lambda pair: (pair[1].done_at, pair[0])):
        try:
            outcomes[index] = _record(report, by=by, at=at, carry=True)
        except (StepRefused, TransitionRefused) as error:
            refused = _as_refusal(error)
            outcomes[index] = StepOutcome(
                client_key=report.client_key,
                outcome="refused",
                proposal=refused.current,
                code=refused.code,
            )
    return [outcomes[index] for index in range(len(batch))]


def _as_refusal(error: StepRefused | TransitionRefused) -> StepRefused:
    if isinstance(error, StepRefused):
        return error
    return StepRefused(Refusal.STEP_DECIDED)


@whole
def _record(report: StepReport, *, by: Actor, at: datetime, carry: bool = False) -> StepOutcome:
    """Record one step report.

    1. lock the plan, so that two phones of a crew come one after the other;
    2. a key that is known changes nothing;
    3. refuse what is out of order;
    4. write the step, the valve, the event, and what follows for plan and outage.
    """
    step = _locked_step(report, carry=carry)
    if _is_repeated(step, report):
        return StepOutcome(client_key=report.client_key, outcome="repeated", operation=step)
    if late_opening.is_late(step, report):
        late_opening.record(step, report, by=by, at=at)
        return StepOutcome(client_key=report.client_key, outcome="recorded", operation=step)
    require_in_order(step, report, by=by, at=at)
    moved_after_all = step.status == StepStatus.FAILED
    write_step(step, report, by=by, at=at)
    proposal = None
    if report.result == "done":
        if moved_after_all:
            tell_works_again(step, by=by, at=at)
        _done(step, by=by, at=at)
    else:
        proposal = _cannot(step, by=by, at=at)
    return StepOutcome(
        client_key=report.client_key, outcome="recorded", operation=step, proposal=proposal
    )


def _locked_step(report: StepReport, *, carry: bool) -> ValveOperation:
    """Return the step with its plan and outage locked; with `carry`, that of the plan in force."""
    steps = ValveOperation.objects.select_related("plan__outage")
    step = steps.filter(pk=report.operation).first()
    if step is None:
        raise StepRefused(Refusal.UNKNOWN_STEP)
    if step.plan.outage is not None:
        outage = _lock_outages(step)
        in_force_now = lifecycle.plan_in_force(outage)
        superseded = IsolationPlan.objects.get(pk=step.plan_id).status == PlanStatus.SUPERSEDED
        if carry and superseded and in_force_now and not _is_repeated(step, report):
            step = _same_step_now(step, in_force_now, report) or step
    plan = lifecycle.lock_plan(step.plan)
    step = ValveOperation.objects.select_for_update(of=("self",), no_key=True).get(pk=step.pk)
    step.plan = plan
    return step


def _lock_outages(step: ValveOperation) -> Outage:
    """Lock the step's outage and those that wait for the same valve, always in the same order."""
    sharing = ValveOperation.objects.filter(
        valve=step.valve, status=StepStatus.PENDING, plan__status__in=HOLDING_PLANS
    ).values("plan__outage")
    rows = Outage.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    locked = {row.pk: row for row in rows.filter(Q(pk=step.plan.outage_id) | Q(pk__in=sharing))}
    return locked[step.plan.outage_id or 0]


def _same_step_now(
    step: ValveOperation, plan: IsolationPlan, report: StepReport
) -> ValveOperation | None:
    """Return the step of the plan in force that a report on a replaced plan is about.

    A valve that was turned but that the plan in force does not need gets a step of its own there,
    so that it is held and turned back.
    """
    steps = plan.operations.filter(direction=step.direction)
    if same := steps.filter(valve=step.valve).first():
        return same
    if report.result != "done" or step.direction not in (Direction.CLOSE, Direction.FEED):
        return None
    if plan.status == PlanStatus.REOPENING:
        return None
    return ValveOperation.objects.create(
        plan=plan,
        direction=step.direction,
        sequence=in_force.next_sequence(plan),
        valve=step.valve,
        geom=step.geom,
        facts={**step.facts, "no_longer_needed": True},
    )


def _is_repeated(step: ValveOperation, report: StepReport) -> bool:
    """Whether this tap was recorded before, under whichever plan of the outage.

    Raises StepRefused for a key that told of something else: that would be lost without a word.
    """
    told = (
        Event.objects.filter(subject="operation")
        .alias(key=KT("facts__client_key"))
        .filter(key=str(report.client_key))
        .first()
    )
    if told is None:
        return False
    same = (step.plan.outage_id, step.valve, verb_of(step, report))
    if (told.outage_id, told.facts["valve"], told.verb) != same:
        raise StepRefused(Refusal.KEY_USED, current=step.plan, valve=told.facts["valve"])
    return True


OPENED = "opened"


def _done(step: ValveOperation, *, by: Actor, at: datetime) -> None:
    plan, outage = step.plan, step.plan.outage
    assert outage is not None
    if step.direction not in OUTLET_STEPS:
        tell_turned(step, by=by, at=at)
    orders.begin_if_accepted(outage, by=by, at=at)
    if step.direction == Direction.CLOSE:
        _share(step, by=by, at=at)
        in_force.advance(plan, lifecycle.lock_outage(outage), by=by, at=at)
    elif step.direction == Direction.FEED and step.valve not in plan.what_if.get("opened", ()):
        # Opened without signal under a plan that was replaced: who has water is another matter now.
        _plan_again(plan, at=at, reason=f"{step.valve}: {OPENED}")
    elif step.direction in REOPENING:
        in_force.finish_reopening(plan, by=by, at=at)


def _share(step: ValveOperation, *, by: Actor, at: datetime) -> None:
    """Mark the same valve's step of other outages done too: it is shut once, for all of them."""
    for other in _waiting_elsewhere(step, at=at):
        copy_done(step, other)
        other.save()
        Event.objects.append(
            other,
            "valve_close_done",
            by=by,
            at=at,
            old=StepStatus.PENDING,
            new=StepStatus.DONE,
            valve=step.valve,
            shut_for=str(step.plan.outage),
        )
        if other.plan.outage:
            in_force.advance(other.plan, lifecycle.lock_outage(other.plan.outage), by=by, at=at)


def _waiting_elsewhere(step: ValveOperation, *, at: datetime) -> QuerySet[ValveOperation]:
    """Return the steps by which other outages, due now, are about to shut the same valve."""
    same = ValveOperation.objects.filter(
        open_during(at),
        valve=step.valve,
        direction=Direction.CLOSE,
        status=StepStatus.PENDING,
        plan__status__in=HOLDING_PLANS,
    )
    return same.exclude(plan__outage=step.plan.outage).select_related("plan__outage")


def _cannot(step: ValveOperation, *, by: Actor, at: datetime) -> IsolationPlan | None:
    """Record that the valve is of no use, and compute again on what holds now."""
    if step.direction in OUTLET_STEPS:
        return None  # no valve: water goes no other way for it
    reason = step.cannot_reason
    unreachable = reason in (CannotReason.NOT_FOUND, CannotReason.BLOCKED)
    stuck = Operability.INACCESSIBLE if unreachable else Operability.INOPERABLE
    useless = partial(network.set_valve_operability, operability=stuck)
    tell_network(step, useless, by=by, at=at)
    if step.direction in REOPENING:
        return None
    if step.direction == Direction.FEED:
        return _plan_without(step, at=at)
    if reason == CannotReason.PASSES_WATER:
        # Turned shut and leaking: it stops no trace, and it has to be opened again later.
        leaking = partial(network.set_valve_state, state=ValveState.UNKNOWN)
        tell_network(step, leaking, by=by, at=at)
    assert step.plan.outage is not None
    in_force.advance(step.plan, lifecycle.lock_outage(step.plan.outage), by=by, at=at)
    why = f"{step.valve}: {reason}"
    for other in _waiting_elsewhere(step, at=at):
        _plan_again(other.plan, at=at, reason=why)
    return _plan_again(step.plan, at=at, reason=why)


def _plan_without(step: ValveOperation, *, at: datetime) -> IsolationPlan | None:
    """Compute again for those whom a valve that cannot be opened leaves without water."""
    assumed = WhatIf.from_json(step.plan.what_if)
    others = assumed.opening({*assumed.opened} - {step.valve})
    why = f"{step.valve}: {step.cannot_reason}"
    return _plan_again(step.plan, at=at, reason=why, what_if=others)


def _plan_again(
    plan: IsolationPlan, *, at: datetime, reason: str, what_if: WhatIf | None = None
) -> IsolationPlan | None:
    try:
        with transaction.atomic():
            proposal = planning.plan_again(plan, by=None, at=at, reason=reason, what_if=what_if)
    except PlanningRefused as refused:
        Event.objects.append_refusal(plan, "plan_refused", refused, by=None, at=at)
        return None
    return proposal if proposal.pk != plan.pk else None
