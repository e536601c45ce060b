"""Two open outages, one graph: what one needs shut, the other does not open."""

from datetime import timedelta

import pytest

from network.selectors import network_state
from outages.models import (
    AffectedCustomer,
    Delivery,
    Event,
    IsolationPlan,
    Outage,
    OutageNotice,
)
from outages.services import outages
from outages.services.field import reopening, work
from outages.services.field.work import Refusal
from outages.services.publishing import notices
from outages.services.shutdown import plans
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.test_plans import customers, valves

# p2 and p3 are neighbours: V2 between them belongs to both.
NEIGHBOURS = "(S) -p1-V1| a -p2-V2| b -p3-V3| c -p4- (T)"


def test_a_shared_valve_stays_shut_when_the_first_outage_reopens(desk: Desk) -> None:
    lay(NEIGHBOURS)
    first = desk.burst("p2").outage
    desk.close_all(first)
    assert network_state().closed == {"V1", "V2"}
    second = desk.burst("p3")
    assert valves(second.plan) == {"V2", "V3"}
    shared = second.plan.operations.get(valve="V2")
    assert (shared.status, shared.facts["shared_with"]) == ("done", [first.code])
    assert customers(second.plan) == {"c.p3"}
    desk.step(second.outage, "V3")

    desk.repair(first)
    opened = reopening.plan_reopening(first, by=desk.dana, at=desk.now)
    assert [(each.valve, each.outage) for each in opened.handed_over] == [("V2", second.outage)]
    left = opened.plan.operations.get(valve="V2", direction="open")
    assert left.status == "left_closed"
    assert second.outage.code in left.remark
    desk.step(first, "V1", direction="open")
    assert desk.restore(first).status == "restored"
    assert network_state().closed == {"V2", "V3"}

    desk.repair(second.outage)
    again = reopening.plan_reopening(second.outage, by=desk.dana, at=desk.now)
    assert {s.valve for s in again.steps if s.direction == "open"} == {"V2", "V3"}
    assert again.handed_over == ()
    for step in again.steps:
        desk.step(second.outage, step.valve, direction=step.direction)
    desk.restore(second.outage)
    assert not network_state().closed


def test_a_valve_that_both_wait_for_is_shut_once_for_both(desk: Desk) -> None:
    lay(NEIGHBOURS)
    first, second = desk.burst("p2").outage, desk.burst("p3").outage
    desk.step(second, "V2")
    assert first.plans.get().operations.get(valve="V2").status == "done"
    assert Event.objects.filter(verb="valve_close_done", facts__shut_for=str(second)).exists()


def test_a_valve_needed_after_the_reopening_was_planned_is_not_opened(desk: Desk) -> None:
    lay(NEIGHBOURS)
    first = desk.burst("p2").outage
    desk.close_all(first)
    desk.repair(first)
    reopening.plan_reopening(first, by=desk.dana, at=desk.now)
    second = desk.burst("p3").outage
    left = first.plans.get().operations.get(valve="V2", direction="open")
    assert (left.status, left.facts["held_by"]) == ("left_closed", second.code)
    desk.step(first, "V1", direction="open")
    assert desk.restore(first).status == "restored"
    assert "V2" in network_state().closed


def test_opening_what_another_outage_holds_is_refused(desk: Desk) -> None:
    lay(NEIGHBOURS)
    first = desk.burst("p2").outage
    desk.close_all(first)
    desk.repair(first)
    reopening.plan_reopening(first, by=desk.dana, at=desk.now)
    desk.burst("p3")
    first.plans.get().operations.filter(valve="V2", direction="open").update(status="pending")
    with pytest.raises(work.StepRefused, match="held_by_other") as refused:
        desk.step(first, "V2", direction="open")
    assert refused.value.code == Refusal.HELD_BY_OTHER


def test_only_the_combination_dries_a_loop_and_the_second_plan_says_so(desk: Desk) -> None:
    """Either side of the loop alone feeds p5; both outages together dry it."""
    lay(
        """
        (S) -p1- a |Va-p2-Vb| b |Vc-p5-Vd| c
        a |Ve-p3-Vf| b
        """
    )
    first = desk.burst("p2")
    assert customers(first.plan) == {"c.p2"}
    second = desk.burst("p3")
    assert customers(second.plan) == {"c.p3", "c.p5"}
    effects = dict(
        AffectedCustomer.objects.filter(plan=second.plan).values_list("customer", "effect")
    )
    assert effects["c.p5"] == "unintended"


def test_nobody_is_told_all_clear_whom_the_other_outage_leaves_dry(desk: Desk) -> None:
    lay("(S) -p1-V1| a -p2-V2| b -p3- c |V3-p4- d")
    first = desk.burst("p2")
    assert customers(first.plan) == {"c.p2", "c.p3", "c.p4"}
    desk.close_all(first.outage)
    second = desk.burst("p3")
    assert customers(second.plan) == set(), "p3 and p4 were dry before: the first outage did it"
    assert valves(second.plan) == {"V2"}, "it must hold when the first outage opens V1"
    desk.step(second.outage, "V2")
    desk.repair(first.outage)
    desk.reopen_all(first.outage)
    desk.restore(first.outage)
    proposal = IsolationPlan.objects.filter(outage=second.outage).latest("version")
    assert proposal.version == 2
    assert customers(proposal) == {"c.p3", "c.p4"}
    all_clear = OutageNotice.objects.get(outage=first.outage, kind="all_clear")
    told = all_clear.deliveries.filter(channel="sms").values_list("customer", flat=True)
    assert set(told) == {"c.p2"}


def planned(desk: Desk, pipe: str = "p2") -> tuple[Outage, IsolationPlan]:
    outage = outages.draft_planned_outage(
        place="解放路",
        planned_start_at=NOON + timedelta(days=2),
        planned_end_at=NOON + timedelta(days=2, hours=6),
        on_trunk_road=False,
        by=desk.dana,
        at=desk.now,
    )
    return outage, plans.propose_plan(outage=outage, pipes=[pipe], by=desk.dana, at=desk.now)


def test_next_weeks_works_hold_nothing_today(desk: Desk) -> None:
    lay(NEIGHBOURS)
    outage, plan = planned(desk)
    outages.confirm_impact(outage, plan=plan, by=desk.dana, at=desk.now)
    burst = desk.propose(desk.report("p3"))
    assert burst.basis["held"] == {}
    assert burst.operations.get(valve="V2").status == "pending"


def test_a_planned_outage_begins_only_after_its_notice_and_an_emergency_at_once(desk: Desk) -> None:
    """T25."""
    lay(NEIGHBOURS)
    outage, plan = planned(desk)
    outage = outages.confirm_impact(outage, plan=plan, by=desk.dana, at=desk.now)
    order = work.issue_order(outage, crew=desk.crew, by=desk.dana, at=desk.now)
    work.accept_order(order, by=desk.cruz, at=desk.now)
    with pytest.raises(outages.NotPublished, match="not_published"):
        outages.start_outage(outage, by=desk.dana, at=desk.now)
    outage = outages.make_ready(outage, by=desk.dana, at=desk.now)
    with pytest.raises(work.StepRefused) as refused:
        desk.step(outage, "V1")
    assert refused.value.code == Refusal.NOT_PUBLISHED
    notice = outage.notices.get()
    assert notice.status == "draft"
    notices.publish_notice(notice, by=desk.dana, at=desk.now)
    outage.refresh_from_db()
    assert outage.status == "published"
    starts_at = outage.planned_start_at
    assert outages.start_outage(outage, by=desk.dana, at=starts_at).status == "in_effect"

    emergency = desk.burst("p3")
    assert outages.start_outage(emergency.outage, by=desk.dana, at=desk.now).status == "in_effect"


def test_a_cancelled_outage_tells_those_who_were_told(desk: Desk) -> None:
    lay(NEIGHBOURS)
    outage, plan = planned(desk)
    outages.confirm_impact(outage, plan=plan, by=desk.dana, at=desk.now)
    outage = outages.make_ready(outage, by=desk.dana, at=desk.now)
    notices.publish_notice(outage.notices.get(), by=desk.dana, at=desk.now)
    cancelled = outages.cancel_outage(outage, reason="材料未到", by=desk.dana, at=desk.now)
    assert cancelled.status == "cancelled"
    plan.refresh_from_db()
    assert plan.status == "aborted"
    pending = Delivery.objects.filter(channel="sms", status="pending")
    assert {d.notice.kind for d in pending} == {"cancellation"}
    assert (
        Delivery.objects.filter(channel="sms", status="superseded").count() == pending.count() > 0
    )


def test_the_clock_begins_a_published_planned_outage(desk: Desk) -> None:
    lay(NEIGHBOURS)
    outage, plan = planned(desk)
    outages.confirm_impact(outage, plan=plan, by=desk.dana, at=desk.now)
    outage = outages.make_ready(outage, by=desk.dana, at=desk.now)
    assert outages.begin_due_outages(at=NOON + timedelta(days=3)) == 0
    notices.publish_notice(outage.notices.get(), by=desk.dana, at=desk.now)
    assert outages.begin_due_outages(at=NOON + timedelta(days=1)) == 0
    assert outages.begin_due_outages(at=NOON + timedelta(days=2)) == 1
    outage.refresh_from_db()
    assert outage.status == "in_effect"
