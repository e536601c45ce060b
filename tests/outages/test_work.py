"""The crew's steps: in order, once, and what happens when a valve does not move."""

from datetime import timedelta
from uuid import uuid4

import pytest

from network.models import ValveStateChange
from network.selectors import network_state
from outages.models import Event, IsolationPlan, Outage, ValveOperation
from outages.services import outages
from outages.services.field import reopening, work
from outages.services.field.work import Refusal, StepRefused, StepReport
from outages.services.shutdown import plans
from outages.workflow import TransitionRefused
from tests import factories
from tests.factories import lay
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE, customers, valves


def tap(operation: ValveOperation, desk: Desk, result: str = "done", **facts: object) -> StepReport:
    return StepReport(
        **{
            "operation": operation.pk,
            "client_key": uuid4(),
            "result": result,
            "done_at": desk.now,
            **facts,
        }  # type: ignore[arg-type]
    )


def close_step(outage: Outage, valve: str) -> ValveOperation:
    return ValveOperation.objects.get(
        plan__outage=outage, plan__status__in=["approved", "executing"], valve=valve
    )


def test_no_step_before_the_plan_is_approved(desk: Desk) -> None:
    """T24."""
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    with pytest.raises(StepRefused, match="plan_not_in_force") as refused:
        work.record_valve_operation(
            plan.operations.get(valve="V1"),
            result="done",
            done_at=desk.now,
            client_key=uuid4(),
            by=desk.cruz,
            at=desk.now,
        )
    assert refused.value.code == Refusal.PLAN_NOT_IN_FORCE
    assert not network_state().closed


def test_a_step_changes_the_valve_and_its_history(desk: Desk) -> None:
    """T24."""
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.step(outage, "V1", turns=19)
    assert network_state().closed == {"V1"}
    change = ValveStateChange.objects.get()
    assert (change.asset_id, change.old, change.new, change.by) == (
        "V1",
        "open",
        "closed",
        desk.cruz,
    )
    assert outage.code in change.occasion
    with pytest.raises(StepRefused) as refused:
        desk.step(outage, "V1")
    assert refused.value.code == Refusal.STEP_DECIDED


def test_the_same_tap_twice_is_recorded_once(desk: Desk) -> None:
    lay(LINE)
    step = close_step(desk.burst("p3").outage, "V1")
    once = tap(step, desk)
    answers = work.record_operations([once, once, once], by=desk.cruz, at=desk.now)
    assert [a.outcome for a in answers] == ["recorded", "repeated", "repeated"]
    assert Event.objects.filter(verb="valve_close_done").count() == 1
    assert ValveStateChange.objects.count() == 1


def test_cannot_close_leads_to_a_proposal_that_is_adopted(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.step(outage, "V1")
    outcome = desk.step(outage, "V2", "cannot", cannot_reason="seized")
    proposal = outcome.proposal
    assert proposal is not None
    assert network_state().inoperable == {"V2"}
    assert network_state().closed == {"V1"}, "what is shut stays shut"
    assert valves(proposal) == {"V1", "V3"}
    assert customers(proposal) == {"c.p3", "c.p4"}
    steps = dict(proposal.operations.filter(direction="close").values_list("valve", "status"))
    assert steps == {"V1": "done", "V3": "pending"}
    old = IsolationPlan.objects.get(outage=outage, version=1)
    assert old.status == "executing", "in force until the dispatcher adopts the new one"

    approval = plans.adopt_plan(proposal, by=desk.dana, at=desk.now)
    old.refresh_from_db()
    assert old.status == "superseded"
    assert old.operations.get(valve="V2").status == "void"
    assert approval.plan.status == "executing"
    assert approval.outage.customers == 2
    assert approval.notice is not None
    assert approval.notice.kind == "update"
    desk.step(outage, "V3")
    approval.plan.refresh_from_db()
    assert approval.plan.status == "all_closed"


def test_an_offline_batch_is_applied_in_time_order_and_answered_item_by_item(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    first, second = (tap(close_step(outage, valve), desk) for valve in ("V1", "V2"))
    wrong = tap(close_step(outage, "V1"), desk)
    unknown = StepReport(operation=999_999, client_key=uuid4(), result="done", done_at=desk.now)
    batch = [wrong, unknown, second, first]
    answers = work.record_operations(batch, by=desk.cruz, at=desk.now)
    assert [(a.outcome, a.code) for a in answers] == [
        ("refused", "step_decided"),
        ("refused", "unknown_step"),
        ("recorded", ""),
        ("recorded", ""),
    ]
    again = work.record_operations(batch, by=desk.cruz, at=desk.now)
    assert [a.outcome for a in again] == ["refused", "refused", "repeated", "repeated"]
    assert network_state().closed == {"V1", "V2"}


def test_what_was_shut_offline_under_a_replaced_plan_counts_for_the_new_one(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    offline = [tap(close_step(outage, "V1"), desk), tap(close_step(outage, "V2"), desk)]
    proposal = desk.step(outage, "V2", "cannot", cannot_reason="not_found").proposal
    assert proposal is not None
    plans.adopt_plan(proposal, by=desk.dana, at=desk.now)
    with pytest.raises(StepRefused) as refused:
        work.record_valve_operation(
            ValveOperation.objects.get(pk=offline[0].operation),
            result="done",
            done_at=desk.now,
            client_key=uuid4(),
            by=desk.cruz,
            at=desk.now,
        )
    assert refused.value.code == Refusal.PLAN_SUPERSEDED
    assert refused.value.current == proposal
    answers = work.record_operations(offline, by=desk.cruz, at=desk.now)
    assert [a.outcome for a in answers] == ["recorded", "recorded"]
    proposal.refresh_from_db()
    assert network_state().closed == {"V1", "V2"}
    held = proposal.operations.get(valve="V2")
    assert (held.status, held.facts["no_longer_needed"]) == ("done", True)
    desk.step(outage, "V3")
    desk.repair(outage)
    opened = reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    back = {s.valve for s in opened.steps if s.direction == "open"}
    assert back == {"V1", "V2", "V3"}, "nothing shut is forgotten"


def test_a_shut_valve_that_passes_water_is_planned_around_and_opened_later(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    step = ValveOperation.objects.get(plan__outage=outage, valve="V2")
    with pytest.raises(StepRefused):
        work.record_valve_operation(
            step,
            result="cannot",
            cannot_reason="seized",
            done_at=desk.now,
            client_key=uuid4(),
            by=desk.cruz,
            at=desk.now,
        )
    outcome = work.record_valve_operation(
        step,
        result="cannot",
        cannot_reason="passes_water",
        done_at=desk.now,
        client_key=uuid4(),
        by=desk.cruz,
        at=desk.now,
    )
    assert outcome.proposal is not None
    assert valves(outcome.proposal) == {"V1", "V3"}


def test_another_crew_is_refused(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    factories.crew("C2")
    desk.cruz = factories.person("crew", crew="C2")
    with pytest.raises(StepRefused) as refused:
        desk.step(outage, "V1")
    assert refused.value.code == Refusal.WRONG_CREW


def test_restore_is_refused_while_a_valve_is_shut_without_a_reason(desk: Desk) -> None:
    """T24."""
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    with pytest.raises(reopening.RepairNotDone):
        reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    with pytest.raises(outages.RestoreRefused):
        desk.restore(outage)
    desk.repair(outage)
    opened = reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    first, last = [step for step in opened.steps if step.direction == "open"]
    desk.step(outage, first.valve, direction="open")
    with pytest.raises(outages.RestoreRefused) as refused:
        desk.restore(outage)
    assert refused.value.valves == (last.valve,)
    with pytest.raises(plans.ReasonMissing):
        reopening.leave_closed(last, reason="  ", by=desk.dana, at=desk.now)
    reopening.leave_closed(last, reason="阀门待更换", by=desk.dana, at=desk.now)
    assert desk.restore(outage).status == "restored"
    assert network_state().closed == {last.valve}


def test_the_reopening_begins_with_one_refill_valve_and_air_let_out(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    closing = list(
        ValveOperation.objects.filter(plan__outage=outage, direction="close").values_list(
            "valve", flat=True
        )
    )
    desk.close_all(outage)
    desk.repair(outage)
    opened = reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    assert [(s.direction, s.valve) for s in opened.steps] == [
        ("vent", "h.c"),
        ("open", "V1"),
        ("flush", "h.c"),
        ("open", "V2"),
    ]
    assert closing == ["V1", "V2"]
    assert [s.facts["refill"] for s in opened.steps if s.direction == "open"] == [True, False]
    with pytest.raises(TransitionRefused):
        reopening.plan_reopening(outage, by=desk.dana, at=desk.now)


def test_a_step_long_done_is_not_undone_by_the_clock_of_a_phone(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    step = close_step(outage, "V1")
    at = desk.now
    work.record_valve_operation(
        step,
        result="done",
        done_at=at + timedelta(hours=3),
        client_key=uuid4(),
        by=desk.cruz,
        at=at,
    )
    step.refresh_from_db()
    assert (step.done_at, step.recorded_at) == (at, at)
