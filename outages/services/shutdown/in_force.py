"""Putting a plan in force: is it still the answer, and what follows for its outage."""

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import Max

from outages import planning
from outages.choices import OUTLET_STEPS, Direction
from outages.impact import PlanDifference
from outages.models import Event, IsolationPlan, Outage, ValveOperation, lifecycle
from outages.models.events import Actor
from outages.models.locking import lock_decisions, whole
from outages.planning import holding
from outages.selectors import plan_areas
from outages.selectors.shutdown.areas import merged
from outages.selectors.shutdown.steps import copy_done
from outages.services import exchange
from outages.services.publishing.journal import journal_plan
from outages.services.shutdown.comparing import compare_plans
from outages.workflow import (
    HOLDING_PLANS,
    OutageKind,
    OutageStatus,
    PlanStatus,
    Refused,
    StepStatus,
)

UNDECIDED = (PlanStatus.COMPUTED, PlanStatus.ADJUSTED)
ATTEMPTS = 5

Decision = TypeVar("Decision")


class StalePlan(Refused):
    """The network changed since the plan was computed, and the answer with it.

    `fresh` is the plan computed on what holds now (stored, not approved); `difference` says what
    changed from `plan` to `fresh`. Show it, then approve `fresh`.
    """

    codes = ("plan_stale",)

    def __init__(
        self, plan: IsolationPlan, fresh: IsolationPlan, difference: PlanDifference
    ) -> None:
        self.plan, self.fresh, self.difference = plan, fresh, difference
        super().__init__(version=plan.version, fresh=fresh.version)


class PlanSuperseded(Refused):
    """Somebody else was faster: `plan` is decided already, or no longer the newest.

    `newer` is the one to look at; it is `plan` itself if that was approved by somebody else.
    """

    codes = ("plan_decided", "plan_replaced")

    def __init__(self, plan: IsolationPlan, newer: IsolationPlan) -> None:
        self.plan, self.newer = plan, newer
        code = "plan_decided" if plan.pk == newer.pk else "plan_replaced"
        super().__init__(code, version=plan.version, newer=newer.version)


class NotIsolating(Refused):
    """The plan's valves alone do not stop the water, and no reason to go on was given.

    `sources` are the sources to shut first.
    """

    codes = ("not_isolating",)

    def __init__(self, plan: IsolationPlan, sources: Sequence[str]) -> None:
        self.plan, self.sources = plan, tuple(sources)
        super().__init__(sources=", ".join(self.sources))


def refreshed(plan: IsolationPlan, *, by: Actor, at: datetime) -> IsolationPlan:
    """Return the plan, or its fresh version if the basis changed but the answer did not.

    Runs before the caller's transaction, so that the fresh version is kept when it is refused.
    Raises StalePlan when the answer changed, PlanSuperseded when the plan is decided already.
    """
    require_undecided(plan)
    plan = planning.make_steps(plan, by=by, at=at)
    if planning.is_current(plan, at=at):
        return plan
    fresh = planning.plan_again(plan, by=by, at=at, reason=plan.override_reason)
    difference = compare_plans(plan, fresh)
    if not difference.is_empty or sources_to_shut(plan) != sources_to_shut(fresh):
        plan.refresh_from_db()
        raise StalePlan(plan, fresh, difference)
    return fresh


def sources_to_shut(plan: IsolationPlan) -> list[str]:
    """Return the sources that the plan's valves do not shut off; none where it isolates."""
    return list(plan.answer["sources_to_shut"])


def decided(
    plan: IsolationPlan,
    *,
    by: Actor,
    at: datetime,
    reason: str,
    then: Callable[[IsolationPlan], Decision],
) -> Decision:
    """Decide on a plan by `then`, which gets it locked and true of what holds at that moment.

    1. look: an answer that changed is refused here, its fresh version kept;
    2. lock what could change it, and look again: what came in between starts it over.

    Raises StalePlan, PlanSuperseded, NotIsolating, and what `then` raises.
    """
    for _attempt in range(ATTEMPTS):
        require_isolating(plan, reason)
        plan = refreshed(plan, by=by, at=at)
        with contextlib.suppress(_Moved):
            return _under_lock(plan, at=at, then=then)
    raise StalePlan(plan, plan, compare_plans(plan, plan))


@whole
def _under_lock(
    plan: IsolationPlan, *, at: datetime, then: Callable[[IsolationPlan], Decision]
) -> Decision:
    lock_decisions()
    if plan.report is not None:
        lifecycle.lock_report(plan.report)
    plan = lifecycle.lock_plan(plan)
    require_undecided(plan)
    if not planning.is_current(plan, at=at):
        raise _Moved
    return then(plan)


class _Moved(Exception):
    """Something changed between the look and the lock."""


def require_undecided(plan: IsolationPlan) -> None:
    """Raise PlanSuperseded unless this is the newest version and nobody has decided on it."""
    current = IsolationPlan.objects.get(pk=plan.pk)
    newer = getattr(current, "replaced_by", None)
    if current.status not in UNDECIDED or newer is not None:
        raise PlanSuperseded(current, newest_of(current))


def newest_of(plan: IsolationPlan) -> IsolationPlan:
    """Follow a plan's replacements to the last one."""
    while (newer := getattr(plan, "replaced_by", None)) is not None:
        plan = newer
    return plan


def require_isolating(plan: IsolationPlan, reason: str) -> None:
    """Raise NotIsolating for a burst that valves alone cannot stop, unless a reason is given."""
    if not plan.is_isolatable and not reason.strip():
        raise NotIsolating(plan, sources_to_shut(plan))


def put_in_force(plan: IsolationPlan, outage: Outage, *, by: Actor, at: datetime) -> None:
    """Approve a locked plan for a locked outage and give the outage the plan's figures."""
    areas = plan_areas(plan)
    lifecycle.move_plan(
        plan,
        PlanStatus.APPROVED,
        by=by,
        at=at,
        outage=outage,
        zone_area=areas.zone,
        unintended_area=areas.unintended,
        approved_at=at,
        approved_by=by,
    )
    lifecycle.change_outage(
        outage,
        area=merged(*areas),
        customers=plan.customers_in_zone + plan.customers_unintended,
        connections=plan.connections,
        persons=plan.persons,
        key_users=plan.key_users,
    )
    if holding.is_due(outage, at):
        _keep_shut_for(plan, outage, by=by, at=at)
    _move_on(plan, outage, by=by, at=at)
    journal_plan(plan, outage, by=by, at=at)


def _keep_shut_for(plan: IsolationPlan, outage: Outage, *, by: Actor, at: datetime) -> None:
    """Take valves that this plan needs out of reopenings that are under way elsewhere."""
    needed = plan.operations.filter(direction=Direction.CLOSE).values("valve")
    opening = ValveOperation.objects.filter(
        direction=Direction.OPEN,
        status=StepStatus.PENDING,
        valve__in=needed,
        plan__status=PlanStatus.REOPENING,
    ).exclude(plan__outage=outage)
    for step in opening.select_related("plan__outage"):
        hand_over(step, outage, by=by, at=at)
        finish_reopening(step.plan, by=by, at=at)


def hand_over(step: ValveOperation, to: Outage, *, by: Actor, at: datetime) -> None:
    """Leave a valve shut for another outage, which owns its reopening from here on."""
    step.status = StepStatus.LEFT_CLOSED
    step.remark = f"{to.code}"
    step.facts = {**step.facts, "held_by": to.code}
    step.recorded_at = at
    step.save()
    Event.objects.append(
        step,
        "valve_handed_over",
        by=by,
        at=at,
        old=StepStatus.PENDING,
        new=StepStatus.LEFT_CLOSED,
        reason=f"still needed shut by {to.code}",
        valve=step.valve,
        to_outage=to.pk,
    )


def advance(plan: IsolationPlan, outage: Outage, *, by: Actor, at: datetime) -> None:
    """Move plan and outage on after a step; the dispatch centre hears of a change of state."""
    stood = plan.status, outage.status
    _move_on(plan, outage, by=by, at=at)
    if (plan.status, outage.status) != stood:
        exchange.tell_dispatch_centre(outage, cause="valves", by=by, at=at)


def _move_on(plan: IsolationPlan, outage: Outage, *, by: Actor, at: datetime) -> None:
    """Move plan and outage on to what their close steps say: executing, all closed, in effect.

    What another outage had shut before does not begin this one; a planned outage begins by its
    own valves only.
    """
    closing = list(plan.operations.filter(direction=Direction.CLOSE))
    done = [s for s in closing if s.status == StepStatus.DONE and "shared_with" not in s.facts]
    left = [s for s in closing if s.status in (StepStatus.PENDING, StepStatus.FAILED)]
    all_closed = bool(closing) and not left
    if plan.status == PlanStatus.APPROVED and done and not all_closed:
        lifecycle.move_plan(plan, PlanStatus.EXECUTING, by=by, at=at)
    if plan.status in (PlanStatus.APPROVED, PlanStatus.EXECUTING) and all_closed:
        lifecycle.move_plan(plan, PlanStatus.ALL_CLOSED, by=by, at=at)
    if plan.status == PlanStatus.ALL_CLOSED and left:
        lifecycle.move_plan(plan, PlanStatus.EXECUTING, by=by, at=at)
    unplanned = outage.kind == OutageKind.UNPLANNED
    begins = OutageStatus.IMPACT_CONFIRMED if unplanned else OutageStatus.PUBLISHED
    if outage.status == begins and (done or (unplanned and all_closed)):
        lifecycle.move_outage(
            outage, OutageStatus.IN_EFFECT, by=by, at=at, started_at=outage.started_at or at
        )


def carry_over(old: IsolationPlan, new: IsolationPlan, *, by: Actor, at: datetime) -> None:
    """Hand what was done under the old plan to the new one, and void what was not.

    A valve that is shut but that the new plan does not need stays held: it gets a step that is
    done, so that the reopening does not forget it.
    """
    shut = holding.own_shut(old.outage)
    steps = {s.valve: s for s in new.operations.filter(direction=Direction.CLOSE)}
    for valve, done in shut.items():
        step = steps.get(valve)
        if step is None:
            add_held_step(new, done)
            steps[valve] = done
        elif step.status == StepStatus.PENDING:
            copy_done(done, step)
            step.save()
    _carry_over_beside(old, new)
    Event.objects.append(
        new, "steps_carried_over", by=by, at=at, from_plan=old.pk, done=sorted(shut)
    )
    void_pending(old, by=by, at=at)


def _carry_over_beside(old: IsolationPlan, new: IsolationPlan) -> None:
    """The same for what was opened to feed, and for an outlet that was looked at."""
    beside = old.operations.filter(status=StepStatus.DONE)
    turned_back = beside.filter(direction__in=[Direction.OPEN, Direction.SHUT])
    told = beside.filter(direction__in=[Direction.FEED, Direction.DRAIN])
    if turned_back.exists():  # the reopening was broken off: the ground is wet again
        shut = turned_back.filter(direction=Direction.SHUT).values("valve")
        told = told.exclude(direction=Direction.DRAIN).exclude(valve__in=shut)
    waiting = new.operations.filter(
        direction__in=[Direction.FEED, Direction.DRAIN], status=StepStatus.PENDING
    )
    steps = {(step.direction, step.valve): step for step in waiting}
    for done in told:
        if step := steps.get((done.direction, done.valve)):
            copy_done(done, step)
            step.save()


def replace(
    old: IsolationPlan,
    new: IsolationPlan,
    outage: Outage,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
) -> None:
    """Put a locked plan in force for a locked outage in the place of the one that is."""
    carry_over(old, new, by=by, at=at)
    lifecycle.move_plan(old, PlanStatus.SUPERSEDED, by=by, at=at, reason=reason)
    put_in_force(new, outage, by=by, at=at)


def next_sequence(plan: IsolationPlan) -> int:
    """Return the number of a step that comes after all others of the plan."""
    last: int | None = plan.operations.aggregate(last=Max("sequence"))["last"]
    return (last or 0) + 1


def add_held_step(plan: IsolationPlan, done: ValveOperation) -> ValveOperation:
    """Add a close step, done already, for a valve that is shut although the plan needs it not."""
    step = ValveOperation(
        plan=plan,
        direction=Direction.CLOSE,
        sequence=next_sequence(plan),
        valve=done.valve,
        geom=done.geom,
        facts={**done.facts, "no_longer_needed": True},
    )
    copy_done(done, step)
    step.save()
    return step


class ValvesShut(Refused):
    """The plan has shut valves already; `valves` names them. Reopen instead of giving up."""

    codes = ("valves_shut",)

    def __init__(self, plan: IsolationPlan, valves: Sequence[str]) -> None:
        self.plan, self.valves = plan, tuple(valves)
        super().__init__(valves=", ".join(self.valves))


def require_nothing_shut(plan: IsolationPlan, *, at: datetime) -> None:
    """Raise ValvesShut if a valve is shut under a plan in force and nobody else would open it."""
    if plan.status not in HOLDING_PLANS:
        return
    others = {hold.valve for hold in holding.others_holding(plan.outage, at=at) if hold.is_shut}
    done = plan.operations.filter(direction=Direction.CLOSE, status=StepStatus.DONE)
    valves = [s.valve for s in done if "shared_with" not in s.facts or s.valve not in others]
    if valves:
        raise ValvesShut(plan, valves)


def void_pending(plan: IsolationPlan, *, by: Actor, at: datetime) -> None:
    """Void the steps that nobody has taken."""
    undone = plan.operations.filter(status__in=[StepStatus.PENDING, StepStatus.FAILED])
    outlets = sorted(undone.filter(direction__in=OUTLET_STEPS).values_list("valve", flat=True))
    valves = sorted(undone.exclude(direction__in=OUTLET_STEPS).values_list("valve", flat=True))
    if valves or outlets:
        undone.update(status=StepStatus.VOID)
        Event.objects.append(plan, "steps_voided", by=by, at=at, valves=valves, outlets=outlets)


def finish_reopening(plan: IsolationPlan, *, by: Actor, at: datetime) -> None:
    """Move a plan on to reopened once every valve is turned back, or left with a reason."""
    undecided = plan.operations.filter(direction__in=[Direction.OPEN, Direction.SHUT]).exclude(
        status__in=[StepStatus.DONE, StepStatus.LEFT_CLOSED, StepStatus.VOID]
    )
    if plan.status == PlanStatus.REOPENING and not undecided.exists():
        lifecycle.move_plan(plan, PlanStatus.REOPENED, by=by, at=at)


def is_broken_off(plan: IsolationPlan) -> bool:
    """Whether a reopening stands still because the leak came back; a new plan has to shut again."""
    outage = plan.outage
    is_off = outage is not None and outage.status == OutageStatus.IN_EFFECT
    return plan.status == PlanStatus.REOPENING and is_off


def drop_proposals(outage: Outage, *, by: Actor, at: datetime, reason: str) -> None:
    """Close proposals that nobody decided on: there is nothing left to isolate."""
    for plan in outage.plans.filter(status__in=UNDECIDED).order_by("pk"):
        lifecycle.move_plan(
            lifecycle.lock_plan(plan), PlanStatus.ABORTED, by=by, at=at, reason=reason
        )
