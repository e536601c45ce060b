"""What happens between a plan and its approval, however late it happens."""

from typing import Any

import pytest

from network.services import set_source_activity
from outages.models import Outage
from outages.planning import waiting
from outages.services.desk import reports
from outages.services.field import reopening
from outages.services.shutdown import in_force, plans
from outages.workflow import TransitionRefused
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE, valves
from tests.outages.test_two_outages import planned


def test_a_report_moved_to_another_pipe_makes_its_plan_stale(desk: Desk) -> None:
    lay(LINE)
    report = desk.report("p3")
    plan = desk.propose(report)
    reports.place_report(report, pipe="p5", by=desk.dana, at=desk.now)
    with pytest.raises(plans.StalePlan) as stale:
        desk.approve(plan)
    assert valves(stale.value.fresh) == {"V3"}
    assert not Outage.objects.exists()


def test_the_sweeper_plans_a_moved_report_whose_message_was_lost(desk: Desk) -> None:
    lay(LINE)
    report = desk.report("p3")
    desk.propose(report)
    reports.place_report(report, pipe="p5", by=desk.dana, at=desk.now)
    assert waiting.plan_waiting_reports(at=desk.now) == 1
    newest = report.plans.latest("version")
    assert newest.burst_pipes[0]["pipe"] == "p5"
    assert waiting.plan_waiting_reports(at=desk.now) == 0


@pytest.mark.parametrize("outcome", ["answer", "invalidate", "merge"])
def test_no_outage_is_opened_for_a_report_that_is_none_any_more(desk: Desk, outcome: str) -> None:
    lay(LINE)
    other = desk.report("p3")
    report = desk.report("p3")
    plan = desk.propose(report)
    if outcome == "answer":
        reports.answer_report(report, text="已处理", by=desk.dana, at=desk.now)
    elif outcome == "invalidate":
        reports.invalidate_report(report, reason="误报", by=desk.dana, at=desk.now)
    else:
        reports.merge_report(report, into=other, by=desk.dana, at=desk.now)
    with pytest.raises(TransitionRefused):
        desk.approve(plan)
    assert not Outage.objects.exists()


def test_a_report_whose_outage_runs_is_neither_merged_nor_moved(desk: Desk) -> None:
    lay(LINE)
    report, other = desk.report("p3"), desk.report("p5")
    desk.approve(desk.propose(report), crew=None)
    report.refresh_from_db()
    with pytest.raises(reports.MergeRefused):
        reports.merge_report(report, into=other, by=desk.dana, at=desk.now)
    with pytest.raises(TransitionRefused):
        reports.place_report(report, pipe="p5", by=desk.dana, at=desk.now)


def test_a_source_gone_between_plan_and_approval_is_noticed(desk: Desk) -> None:
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    assert valves(plan) == {"V1", "V2"}
    set_source_activity("T", is_active=False, at=NOON)
    with pytest.raises(plans.StalePlan):
        desk.approve(plan)


def test_another_source_to_shut_makes_a_plan_stale(desk: Desk) -> None:
    lay("(S) -p1- a -p2- (T)")
    set_source_activity("T", is_active=False, at=NOON)
    plan = desk.propose(desk.report("p1"))
    assert plan.answer["sources_to_shut"] == ["S"]
    set_source_activity("T", is_active=True, at=NOON)
    with pytest.raises(plans.StalePlan) as stale:
        desk.approve(plan, reason="水厂已停泵")
    assert stale.value.fresh.answer["sources_to_shut"] == ["S", "T"]


def test_what_changes_after_the_first_look_is_seen_under_the_lock(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other burst is approved between the look and the lock: the loop is dry by then."""
    lay(
        """
        (S) -p1- a |Va-p2-Vb| b |Vc-p5-Vd| c
        a |Ve-p3-Vf| b
        """
    )
    first, second = desk.propose(desk.report("p2")), desk.propose(desk.report("p3"))
    look, looked = in_force.refreshed, []

    def late(plan: Any, **facts: Any) -> Any:
        seen = look(plan, **facts)
        if not looked:
            looked.append(seen)
            desk.approve(first)
        return seen

    monkeypatch.setattr(in_force, "refreshed", late)
    with pytest.raises(plans.StalePlan) as stale:
        desk.approve(second)
    assert stale.value.difference.customers_added == ("c.p5",)
    assert Outage.objects.count() == 1


def test_a_proposal_is_adopted_only_for_an_outage_with_a_plan_in_force(desk: Desk) -> None:
    lay(LINE)
    _outage, plan = planned(desk, "p3")
    with pytest.raises(TransitionRefused):
        plans.adopt_plan(plan, by=desk.dana, at=desk.now)


def test_the_reopening_ends_what_was_still_proposed(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.step(outage, "V1")
    proposal = desk.step(outage, "V2", "cannot", cannot_reason="seized").proposal
    assert proposal is not None
    desk.repair(outage)
    reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    proposal.refresh_from_db()
    assert proposal.status == "aborted"
    with pytest.raises(plans.PlanSuperseded):
        plans.adopt_plan(proposal, by=desk.dana, at=desk.now)


def test_a_plan_in_force_is_adjusted_again_after_a_proposal_was_given_up(desk: Desk) -> None:
    lay(LINE)
    approved = desk.burst("p3")
    plan = approved.plan
    desk.step(approved.outage, "V1")
    wider = {"what_if": plans.WhatIf.of(removed=["V2"]), "by": desk.dana}
    proposal = plans.adjust_plan(plan, reason="井上停着车", at=desk.now, **wider)
    plans.abort_plan(proposal, reason="车开走了", by=desk.dana, at=desk.now)
    again = plans.adjust_plan(plan, reason="车又来了", at=desk.now, **wider)
    assert (again.version, again.status) == (3, "adjusted")
    assert plans.adopt_plan(again, by=desk.dana, at=desk.now).plan.status == "executing"
