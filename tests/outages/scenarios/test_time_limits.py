"""T01 to T03: the dispatch, acceptance and transfer limits, to the second."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from outages.models import Alert, Deadline, Event, Outage, WorkOrder
from outages.selectors.rules.deadlines import breaches, late_by, next_deadline
from outages.services import orders
from outages.services.rules import deadlines
from tests.factories import lay
from tests.outages.conftest import Desk

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEN = datetime(2026, 11, 21, 10, 0, tzinfo=SHANGHAI)
TOWN = "(S) -p1- [V1] -p2- a -p3- [V2] -p4- b"


def at(clock: str) -> datetime:
    """Read 10:04:59 as that second of the day."""
    return datetime.combine(TEN.date(), datetime.strptime(clock, "%H:%M:%S").time(), SHANGHAI)  # noqa: DTZ007


class Clocked(Desk):
    """A desk whose clock stands where the test puts it."""

    moment = TEN

    @property
    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def ordered(desk: Desk) -> Any:
    """A burst reported at 10:00, its plan approved and the order issued at 10:02."""
    lay(TOWN)
    clocked = Clocked(desk.dana, desk.cruz, desk.crew, desk.clock)
    report = clocked.report("p2")
    plan = clocked.propose(report)
    clocked.moment = at("10:02:00")
    approval = clocked.approve(plan, estimated_restoration_at=at("16:00:00"))
    return clocked, report, approval.order


def dispatch_of(report: Any) -> Deadline:
    return Deadline.objects.get(key="dispatch_notify", subject="report", subject_id=report.pk)


def verbs(deadline: Deadline) -> list[str]:
    rows = Event.objects.filter(subject="deadline", subject_id=deadline.pk).order_by("pk")
    return list(rows.values_list("verb", flat=True))


def test_t01_a_department_told_at_4_59_is_told_in_time(ordered: Any) -> None:
    desk, report, order = ordered
    orders.notify_crew(order, by=desk.dana, at=at("10:04:59"))
    assert deadlines.scan(at=at("10:05:01")) == 0
    deadline = dispatch_of(report)
    assert deadline.met_at == at("10:04:59")
    assert (deadline.value, deadline.policy_value) == ("5 min", None)
    assert deadline.order == order
    assert verbs(deadline) == ["deadline_met"]
    assert not breaches(at=at("10:30:00")).filter(key="dispatch_notify").exists()


def test_t01_at_four_minutes_it_warns_and_after_five_it_is_a_breach_with_an_alarm(
    ordered: Any,
) -> None:
    desk, report, order = ordered
    assert deadlines.scan(at=at("10:03:59")) == 0
    assert deadlines.scan(at=at("10:04:00")) == 1
    assert {alert.to_name for alert in Alert.objects.filter(code="deadline_warned")} == {
        "dispatcher",
        "call_agent",
    }
    # Its last second still keeps it; one later it is late, before any scan has been by.
    assert not breaches(at=at("10:05:00")).exists()
    assert [row.key for row in breaches(at=at("10:05:01"))] == ["dispatch_notify"]
    assert deadlines.scan(at=at("10:05:00")) == 0
    assert deadlines.scan(at=at("10:05:01")) == 1
    alarms = Alert.objects.filter(code="deadline_breached")
    assert {alarm.to_name for alarm in alarms} >= {"leader", "supervision", "dispatcher"}
    assert all(alarm.facts["alarm"] for alarm in alarms)
    orders.notify_crew(order, by=desk.dana, at=at("10:07:30"))
    deadline = dispatch_of(report)
    assert (deadline.breached_at, deadline.met_at) == (at("10:05:00"), at("10:07:30"))
    assert late_by(deadline, at=at("11:00:00")) == timedelta(minutes=2, seconds=30)
    assert verbs(deadline) == ["deadline_warned", "deadline_breached", "deadline_met"]


def test_t01_a_department_told_too_late_before_the_scan_came_by_is_a_breach_all_the_same(
    ordered: Any,
) -> None:
    desk, report, order = ordered
    orders.notify_crew(order, by=desk.dana, at=at("10:05:01"))
    assert deadlines.scan(at=at("10:05:15")) == 0
    assert verbs(dispatch_of(report)) == ["deadline_breached", "deadline_met"]
    assert Alert.objects.filter(code="deadline_breached").exists()


def test_t01_the_clock_runs_from_the_report_even_where_no_order_was_ever_issued(
    desk: Desk,
) -> None:
    lay(TOWN)
    clocked = Clocked(desk.dana, desk.cruz, desk.crew, desk.clock)
    report = clocked.report("p2")
    running = next_deadline(report)
    assert running is not None
    assert (running.started_at, running.due_at) == (TEN, at("10:05:00"))
    assert running.department == "call_centre"


@pytest.mark.parametrize(("accepted", "in_time"), [("10:59:00", True), ("11:01:00", False)])
def test_t02_a_complaint_is_accepted_within_an_hour_of_the_report_not_of_the_order(
    ordered: Any, accepted: str, in_time: bool
) -> None:
    desk, report, order = ordered
    started = deadlines.start(
        order, "accept_complaint", at=report.received_at, department="engineering"
    )
    assert started is not None
    assert started.due_at == at("11:00:00")
    orders.notify_crew(order, by=desk.dana, at=at("10:05:00"))
    orders.accept_order(order, by=desk.cruz, at=at(accepted))
    late = breaches(at=at("12:00:00"), key="accept_complaint", department="engineering")
    assert late.exists() is not in_time


@pytest.mark.parametrize(
    ("accepted", "in_time"), [("10:20:00", True), ("10:23:00", True), ("10:23:01", False)]
)
def test_t03_other_orders_are_accepted_within_20_minutes_of_the_notification(
    ordered: Any, accepted: str, in_time: bool
) -> None:
    desk, _report, order = ordered
    orders.notify_crew(order, by=desk.dana, at=at("10:03:00"))
    running = next_deadline(order)
    assert running is not None
    assert (running.key, running.due_at) == ("accept_normal", at("10:23:00"))
    orders.accept_order(order, by=desk.cruz, at=at(accepted))
    assert breaches(at=at("12:00:00"), key="accept_normal").exists() is not in_time


def test_t03_an_order_nobody_takes_is_a_breach_of_the_department_that_got_it(ordered: Any) -> None:
    desk, _report, order = ordered
    orders.notify_crew(order, by=desk.dana, at=at("10:03:00"))
    deadlines.scan(at=at("10:24:00"))
    [late] = breaches(at=at("10:24:00"), key="accept_normal", department="engineering")
    assert late.order == order
    assert late_by(late, at=at("10:24:00")) == timedelta(minutes=1)


def test_a_fault_is_begun_in_six_hours_and_repaired_in_a_day_counted_from_the_report(
    ordered: Any,
) -> None:
    desk, _report, order = ordered
    outage = Outage.objects.get()
    due = dict(
        Deadline.objects.filter(outage=outage, subject="outage").values_list("key", "due_at")
    )
    assert due["repair_start"] == TEN + timedelta(hours=6)
    assert due["repair_finish"] == TEN + timedelta(hours=24)
    orders.accept_order(order, by=desk.cruz, at=at("10:04:00"))
    orders.arrive(order, by=desk.cruz, at=at("15:59:00"))
    orders.start_work(order, by=desk.cruz, at=at("16:10:00"))
    orders.complete_repair(
        order,
        cause_found="接口断裂",
        action_taken="更换管段",
        leak_check_passed=True,
        by=desk.cruz,
        at=at("18:00:00"),
    )
    met = dict(
        Deadline.objects.filter(outage=outage, subject="outage").values_list("key", "met_at")
    )
    assert met["repair_start"] == at("15:59:00")
    assert met["repair_finish"] == at("18:00:00")
    assert not breaches(at=at("23:00:00")).filter(about="").exists(), "duties aside"
    assert WorkOrder.objects.count() == 1
