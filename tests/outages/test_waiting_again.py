"""What was decided for a report is taken back: it waits again, and nobody is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outages.models import BurstReport, Deadline
from outages.selectors import open_board
from outages.services import orders, outages
from outages.services.desk import reports
from outages.services.shutdown import plans
from outages.workflow import TransitionRefused
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.offices import ordered, told
from tests.outages.test_plans import LINE

HOUR = timedelta(hours=1)


def running(report: BurstReport) -> dict[str, Deadline]:
    rows = Deadline.objects.filter(subject="report", report=report, met_at=None, cancelled_at=None)
    return {row.key: row for row in rows}


def test_a_report_whose_outage_was_called_off_is_planned_anew(desk: Desk) -> None:
    """The wrong pipe: approved, called off, put right, approved again."""
    lay(LINE)
    report = desk.report("p3")
    twin = reports.merge_report(desk.report("p3"), into=report, by=desk.dana, at=desk.now)
    first = desk.approve(desk.propose(report)).outage
    outages.cancel_outage(first, reason="定位错误", by=desk.dana, at=desk.now)
    report.refresh_from_db()
    twin.refresh_from_db()
    assert (report.status, report.outage, twin.outage) == ("received", None, None)
    assert [row.report for row in open_board(at=desk.now)] == [report]
    assert running(report)["dispatch_notify"].outage is None
    reports.place_report(report, pipe="p4", by=desk.dana, at=desk.now)
    report.refresh_from_db()
    second = desk.approve(desk.propose(report)).outage
    twin.refresh_from_db()
    assert second != first
    assert twin.outage == second
    assert second.plans.get(status="approved").burst_pipes[0]["pipe"] == "p4"


def test_a_false_alarm_is_called_off_and_then_filed_as_one(desk: Desk) -> None:
    lay(LINE)
    approval = desk.approve(desk.propose(desk.report("p3")), crew=None)
    report = BurstReport.objects.get()
    outages.cancel_outage(approval.outage, reason="误报", by=desk.dana, at=desk.now)
    report.refresh_from_db()
    assert (report.status, report.outage) == ("received", None), "though no crew was sent"
    reports.invalidate_report(report, reason="误报", by=desk.dana, at=desk.now)
    assert not running(report)


@pytest.mark.django_db
def test_a_case_whose_only_order_was_taken_back_may_be_answered() -> None:
    report = told("charges")
    order = ordered(report, to="business", about="charges")
    with pytest.raises(TransitionRefused):
        reports.reopen_report(report, reason="手快了", by=None, at=NOON + HOUR)
    orders.void_order(order, reason="下错单", by=None, at=NOON + HOUR)
    report.refresh_from_db()
    assert report.status == "received"
    assert "dispatch_notify" in running(report)
    answered = reports.answer_report(report, text="已解释", by=None, at=NOON + 2 * HOUR)
    assert answered.status == "answered"


@pytest.mark.django_db
def test_an_order_beside_it_keeps_the_case_with_its_department() -> None:
    report = told("conduct")
    first = ordered(report, about="service_attitude")
    after = ordered(report, about="other_facilities", follows=first, at=NOON + HOUR)
    orders.void_order(after, reason="不必", by=None, at=NOON + 2 * HOUR)
    report.refresh_from_db()
    assert report.status == "order_issued"


def test_a_complaint_is_still_owed_its_answer_when_the_water_is_back(desk: Desk) -> None:
    lay(LINE)
    report = desk.report("p3", is_complaint=True, contact_phone="13900001111")
    approval = desk.take(desk.approve(desk.propose(report)))
    outage, order = approval.outage, approval.order
    assert order is not None
    desk.close_all(outage)
    desk.repair(outage)
    desk.reopen_all(outage)
    desk.restore(outage)
    assert set(running(report)) == {"complaint_reply"}, "water is no answer"
    orders.enter_result(order, result="已修复", by=desk.cruz, at=desk.now)
    orders.feed_back(order, told="已修复，致歉", by=desk.dana, at=desk.now)
    assert not running(report)


def test_a_report_taken_out_of_its_group_did_not_come_back_about_it(desk: Desk) -> None:
    lay(LINE)
    first, second = desk.report("p3"), desk.report("p3")
    reports.merge_report(second, into=first, by=desk.dana, at=desk.now)
    first.refresh_from_db()
    assert first.repeat_count == 1
    reports.unmerge_report(second, reason="另一处", by=desk.dana, at=desk.now)
    first.refresh_from_db()
    assert first.repeat_count == 0
    with pytest.raises(TransitionRefused):
        reports.unmerge_report(second, reason="再来", by=desk.dana, at=desk.now)


def test_plans_of_a_called_off_outage_are_not_approved_again(desk: Desk) -> None:
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    outages.cancel_outage(desk.approve(plan).outage, reason="误报", by=desk.dana, at=desk.now)
    with pytest.raises(plans.PlanSuperseded):
        desk.approve(plan)


def test_a_plan_that_somebody_approved_meanwhile_is_not_given_up(desk: Desk) -> None:
    """Two dispatchers, one screen behind: the outage does not lose the plan its crew works on."""
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    outage = desk.approve(plan).outage
    with pytest.raises(plans.PlanSuperseded, match="plan_decided"):
        plans.abort_plan(plan, reason="不必了", by=desk.dana, at=desk.now)
    assert outage.plans.get().status == "approved"
