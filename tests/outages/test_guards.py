"""The services are the guard, whoever calls them: accepted orders, own crews, times to come."""

from datetime import timedelta

import pytest

from network.selectors import network_state
from outages.models import Outage
from outages.services import orders, outages
from outages.services.field import reopening
from outages.services.field.work import Refusal, StepRefused
from outages.services.rules import estimates
from outages.services.shutdown import plans
from outages.workflow import TransitionRefused
from tests.factories import NOON, crew, lay, person
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE
from tests.outages.test_two_outages import NEIGHBOURS, planned


def test_no_valve_is_turned_before_the_order_is_accepted(desk: Desk) -> None:
    """WO-04: somebody answers for it first, whether by phone or out of its queue."""
    lay(LINE)
    approval = desk.burst("p3", accepted=False)
    assert approval.order is not None
    for told in (False, True):
        if told:
            orders.notify_crew(approval.order, by=desk.dana, at=desk.now)
        with pytest.raises(StepRefused) as refused:
            desk.step(approval.outage, "V1")
        assert refused.value.code == Refusal.NOT_ACCEPTED
    assert not network_state().closed
    desk.take(approval)
    assert desk.step(approval.outage, "V1").outcome == "recorded"


def test_no_valve_is_turned_without_any_order(desk: Desk) -> None:
    lay(LINE)
    outage = desk.approve(desk.propose(desk.report("p3")), crew=None).outage
    desk.cruz = desk.dana
    with pytest.raises(StepRefused) as refused:
        desk.step(outage, "V1")
    assert refused.value.code == Refusal.NOT_ACCEPTED


def test_the_acceptance_of_one_crew_is_not_that_of_another(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    orders.issue_order(outage, crew=crew("C2"), by=desk.dana, at=desk.now)
    desk.cruz = person("crew", crew="C2")
    with pytest.raises(StepRefused) as refused:
        desk.step(outage, "V1")
    assert refused.value.code == Refusal.NOT_ACCEPTED


def test_a_step_before_its_turn_is_refused_by_the_service(desk: Desk) -> None:
    """Opening waits for the reopening, closing ends with it, the result waits for the water."""
    lay(LINE)
    approval = desk.burst("p3")
    order, outage = approval.order, approval.outage
    assert order is not None
    with pytest.raises(orders.OrderRefused) as early:
        orders.enter_result(order, result="好", by=desk.cruz, at=desk.now)
    assert early.value.code == "result_too_early"
    with pytest.raises(TransitionRefused):
        orders.complete_repair(
            order,
            cause_found="裂",
            action_taken="换",
            leak_check_passed=True,
            by=desk.cruz,
            at=desk.now,
        )
    desk.close_all(outage)
    desk.repair(outage)
    reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    with pytest.raises(StepRefused) as late:
        desk.step(outage, "V1")
    assert late.value.code == Refusal.CLOSING_IS_OVER


@pytest.mark.parametrize("role", ["crew", "call_agent", "production", "gis_editor", "supervision"])
def test_without_a_crew_code_only_the_control_room_acts_for_a_crew(desk: Desk, role: str) -> None:
    """A crew's account that lacks its code is no control room."""
    lay(LINE)
    approval = desk.burst("p3", accepted=False)
    order, outage = approval.order, approval.outage
    assert order is not None
    stray = person(role)
    with pytest.raises(orders.OrderRefused) as other:
        orders.accept_order(order, by=stray, at=desk.now)
    assert other.value.code == "order_of_other_crew"
    desk.take(approval)
    desk.cruz = stray
    with pytest.raises(StepRefused) as refused:
        desk.step(outage, "V1")
    assert refused.value.code == Refusal.WRONG_CREW
    assert not network_state().closed


@pytest.mark.parametrize("role", ["dispatcher", "admin"])
def test_the_control_room_enters_what_a_crew_tells_by_telephone(desk: Desk, role: str) -> None:
    lay(LINE)
    approval = desk.burst("p3", accepted=False)
    assert approval.order is not None
    desk.cruz = person(role)
    orders.accept_order(approval.order, by=desk.cruz, at=desk.now)
    assert desk.step(approval.outage, "V1").outcome == "recorded"


def test_a_crew_leaves_no_valve_of_another_crew_closed(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    desk.repair(outage)
    steps = reopening.plan_reopening(outage, by=desk.dana, at=desk.now).steps
    step = next(step for step in steps if step.direction == "open")
    crew("C2")
    with pytest.raises(StepRefused) as refused:
        reopening.leave_closed(step, reason="锈", by=person("crew", crew="C2"), at=desk.now)
    assert refused.value.code == Refusal.WRONG_CREW
    assert reopening.leave_closed(step, reason="锈", by=desk.cruz, at=desk.now)


def _estimates(outage: Outage) -> int:
    return outage.estimates.count()


@pytest.mark.parametrize("minutes", [-60, 0])
def test_water_is_not_promised_for_a_time_that_is_over(desk: Desk, minutes: int) -> None:
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    at = NOON + timedelta(hours=1)
    over = at + timedelta(minutes=minutes)
    with pytest.raises(estimates.EstimateRefused) as refused:
        plans.approve_plan(plan, by=desk.dana, at=at, estimated_restoration_at=over)
    assert refused.value.code == "estimate_over"
    assert not Outage.objects.exists()
    outage = desk.approve(plan).outage
    with pytest.raises(estimates.EstimateRefused):
        outages.change_estimate(
            outage, estimated_restoration_at=over, reason="换管", by=desk.dana, at=at
        )
    assert _estimates(outage) == 1


def test_planned_works_end_after_they_begin_and_not_in_the_past(desk: Desk) -> None:
    lay(NEIGHBOURS)
    outage, _plan = planned(desk)
    start = outage.planned_start_at
    assert start is not None
    with pytest.raises(estimates.EstimateRefused) as refused:
        outages.change_estimate(
            outage, estimated_restoration_at=start, reason="早完", by=desk.dana, at=desk.now
        )
    assert refused.value.code == "estimate_before_start"
    assert _estimates(outage) == 0
    with pytest.raises(outages.WindowRefused) as over:
        outages.draft_planned_outage(
            place="解放路",
            planned_start_at=NOON - timedelta(hours=9),
            planned_end_at=NOON - timedelta(hours=3),
            by=desk.dana,
            at=NOON,
        )
    assert over.value.code == "window_over"
