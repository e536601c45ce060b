"""Make a plan: ask the topology on what holds now, and store the answer with its basis.

1. lock the report or outage, so that two workers never make the same version;
2. read the basis; the same question of the same basis is the plan already there;
3. ask, add up the people; areas are drawn when looked at (selectors);
4. write plan, customers and the event: from here on everybody sees them;
5. make the steps and write them (`planning.steps`), in a transaction of their own.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import Any, Final

from django.db.models import QuerySet

from network.selectors.compiled import NUMBER, CompiledRows
from network.topology.engine.isolation import Burst
from outages.choices import Effect
from outages.models import (
    BurstReport,
    Event,
    IsolationPlan,
    Outage,
    lifecycle,
)
from outages.models.events import Actor
from outages.models.locking import whole
from outages.planning import affected, answers, feeding, steps
from outages.planning.basis import Basis, current_basis
from outages.planning.refusals import NoPlan, PlanningRefused
from outages.planning.whatif import WhatIf
from outages.selectors.rules import policy
from outages.workflow import HOLDING_PLANS, PlanStatus

UNDECIDED = frozenset({PlanStatus.COMPUTED, PlanStatus.ADJUSTED})


@dataclass(frozen=True)
class Question:
    """What is asked: the burst pipes, whose they are, and the assumptions."""

    bursts: tuple[Burst, ...]
    report: BurstReport | None
    outage: Outage | None
    what_if: WhatIf
    reason: str = ""


def plan_isolation(
    *,
    by: Actor,
    at: datetime,
    report: BurstReport | None = None,
    outage: Outage | None = None,
    pipes: Sequence[str] = (),
    what_if: WhatIf | None = None,
    reason: str = "",
) -> IsolationPlan:
    """Return the newest plan for this question, computed now unless it is there already.

    For a report without an outage, for an outage (with the pipes to work on, if it has no plan
    yet), or for both. Replaces a version that nobody has approved; leaves one in force alone.
    Once it is stored, and before its steps are made, others may see it already; they find its steps
    with `selectors.plan_steps`. Within a transaction of the caller's there is no such moment.
    Raises PlanningRefused.
    """
    plan = _answered(report, outage, pipes, what_if, reason, by=by, at=at)
    return steps.make_steps(plan, by=by, at=at)


@whole
def _answered(
    report: BurstReport | None,
    outage: Outage | None,
    pipes: Sequence[str],
    what_if: WhatIf | None,
    reason: str,
    *,
    by: Actor,
    at: datetime,
) -> IsolationPlan:
    """Return the newest plan for this question, its steps perhaps not made yet."""
    question = _question(report, outage, pipes, what_if or WhatIf(), reason)
    last = _last_version(question)
    basis = current_basis(question.outage, at=at)
    question = replace(question, what_if=feeding.settled(question.what_if, question.bursts, basis))
    if last and _answers(last, question, basis):
        return last
    plan = _store(question, basis, last=last, by=by, at=at)
    if last and last.status in UNDECIDED:
        _supersede(last, plan, by=by, at=at)
    return plan


def plan_again(
    plan: IsolationPlan, *, by: Actor, at: datetime, reason: str, what_if: WhatIf | None = None
) -> IsolationPlan:
    """Ask a stored plan's question anew; its assumptions stay unless others are given.

    Raises PlanningRefused.
    """
    return plan_isolation(
        by=by,
        at=at,
        report=plan.report,
        outage=plan.outage,
        pipes=[] if plan.report_id else [burst.pipe for burst in bursts_of(plan)],
        what_if=WhatIf.from_json(plan.what_if) if what_if is None else what_if,
        reason=reason,
    )


def is_current(plan: IsolationPlan, *, at: datetime) -> bool:
    """Whether what holds now, and where the report is now, are what the plan was computed on."""
    asked = bursts_of(plan)
    if plan.report_id is not None:
        place = BurstReport.objects.values_list("pipe", "pipe_fraction").get(pk=plan.report_id)
        asked = (Burst(*place),)
    return asked == bursts_of(plan) and plan.basis_digest == (
        current_basis(plan.outage, at=at).digest
    )


def _question(
    report: BurstReport | None,
    outage: Outage | None,
    pipes: Sequence[str],
    what_if: WhatIf,
    reason: str,
) -> Question:
    if outage is not None:
        outage = lifecycle.lock_outage(outage)
    if report is not None:
        report = lifecycle.lock_report(report)
        outage = outage or report.outage
    bursts = tuple(Burst(pipe) for pipe in pipes)
    if not bursts and report is not None:
        if not report.pipe:
            raise PlanningRefused(NoPlan.NO_PIPE, report=report.reference)
        bursts = (Burst(report.pipe, report.pipe_fraction),)
    if not bursts and outage is not None:
        bursts = _bursts_of_last_plan(outage)
    if not bursts:
        raise PlanningRefused(NoPlan.NO_PIPES)
    return Question(bursts, report, outage, what_if, reason)


def _bursts_of_last_plan(outage: Outage) -> tuple[Burst, ...]:
    plan = outage.plans.order_by("-version").first()
    return bursts_of(plan) if plan else ()


def bursts_of(plan: IsolationPlan) -> tuple[Burst, ...]:
    """Return the bursts that a stored plan is about."""
    return tuple(Burst(b["pipe"], b.get("fraction")) for b in plan.burst_pipes)


def _last_version(question: Question) -> IsolationPlan | None:
    plans = IsolationPlan.objects.order_by("-version")
    if question.report is not None:
        for (newest,) in _NEWEST.rows(report=question.report.pk):
            return plans.get(pk=newest)
        return None
    return plans.filter(report__isnull=True, outage=question.outage).first()


def _newest(report: int) -> QuerySet[IsolationPlan, Any]:
    return IsolationPlan.objects.filter(report=report).order_by("-version").values_list("pk")[:1]


_NEWEST: Final = CompiledRows(_newest, report=NUMBER)


def _answers(plan: IsolationPlan, question: Question, basis: Basis) -> bool:
    """Whether a stored plan is the answer to this question on this basis."""
    # A plan that is being taken back is no answer to what is to be shut.
    return (
        plan.status in (UNDECIDED | HOLDING_PLANS) - {PlanStatus.REOPENING}
        and plan.basis_digest == basis.digest
        and plan.what_if == question.what_if.as_json()
        and bursts_of(plan) == question.bursts
    )


def _ask(question: Question, basis: Basis, what_if: WhatIf) -> answers.Answer:
    return feeding.asked(question.bursts, basis, what_if)


def _store(
    question: Question, basis: Basis, *, last: IsolationPlan | None, by: Actor, at: datetime
) -> IsolationPlan:
    started = perf_counter()
    found = _ask(question, basis, question.what_if)
    computed_in_ms = (perf_counter() - started) * 1000
    automatic = _ask(question, basis, WhatIf()) if question.what_if else None
    people = affected.people(basis.revision, found)
    steps_to_make = steps.to_make(found, basis, question.what_if)
    plan = IsolationPlan.objects.create(
        report=question.report,
        outage=question.outage,
        version=last.version + 1 if last else 1,
        replaces=_replaceable(last),
        status=PlanStatus.ADJUSTED if question.what_if else PlanStatus.COMPUTED,
        computed_at=at,
        computed_by=by,
        computed_in_ms=computed_in_ms,
        revision_number=basis.revision.number,
        basis=basis.as_json(),
        basis_digest=basis.digest,
        what_if=question.what_if.as_json(),
        override_reason=question.reason[:200],
        answer=answers.as_json(found),
        automatic=answers.as_json(automatic) if automatic else None,
        is_isolatable=found.isolation.is_isolatable,
        burst_pipes=[{"pipe": b.pipe, "fraction": b.fraction} for b in question.bursts],
        burst_point=question.report.geom if question.report else None,
        steps_to_make=steps_to_make.as_json(),
        on_trunk_road=people.on_trunk_road,
        **_counts(found, people, at=question.outage.created_at if question.outage else at),
    )
    affected.store(plan, found.effects)
    Event.objects.append(
        plan,
        "plan_computed",
        by=by,
        at=at,
        new=plan.status,
        reason=question.reason,
        version=plan.version,
        customers=plan.customers_in_zone + plan.customers_unintended,
        persons=plan.persons,
        valves=len(steps_to_make.close) + len(steps_to_make.feed),
        isolatable=plan.is_isolatable,
    )
    return plan


def _replaceable(last: IsolationPlan | None) -> IsolationPlan | None:
    """Return the version that the new one replaces; an aborted one is not replaced but followed."""
    return last if last and last.status != PlanStatus.ABORTED else None


def _counts(found: answers.Answer, people: affected.People, *, at: datetime) -> dict[str, int]:
    """Return the plan's counts: newly dry customers only, those dry before apart.

    Counted by the policy of `at`: of when the outage began, whatever was set since. It is asked
    only where somebody's persons were never counted.
    """
    by_effect = Counter(found.effects.values())
    uncounted = people.connections_uncounted
    each = policy.number("persons_per_connection", at=at) if uncounted else 0
    return {
        "customers_in_zone": by_effect[Effect.ZONE],
        "customers_unintended": by_effect[Effect.UNINTENDED],
        "customers_already_dry": by_effect[Effect.ALREADY_DRY],
        "connections": people.connections,
        "persons": people.persons(each),
        "key_users": people.key_users,
    }


def _supersede(old: IsolationPlan, new: IsolationPlan, *, by: Actor, at: datetime) -> None:
    was = old.status
    IsolationPlan.objects.filter(pk=old.pk).update(status=PlanStatus.SUPERSEDED)
    Event.objects.append(
        old, "plan_superseded", by=by, at=at, old=was, new=PlanStatus.SUPERSEDED, newer=new.pk
    )
