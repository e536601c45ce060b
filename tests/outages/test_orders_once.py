"""Orders told twice, sent back, passed on with a request open; and who locks what before what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outages.models import Alert, Deadline, Event, ExtensionRequest, LeaderApproval, WorkOrder
from outages.services import orders, outages
from outages.services.orders import OrderRefused, ResultFacts
from outages.services.papers import approvals
from outages.services.rules.policy import set_policy_text
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.offices import member, office, ordered, staffed, told
from tests.outages.scenarios.test_outage_duties import handed_over, with_persons
from tests.outages.test_plans import LINE

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


# -- Told twice ----------------------------------------------------------------------------------


def test_a_repair_told_twice_stays_as_it_was_told_first(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    first = desk.repair(outage).repaired_at
    desk.repair(outage)
    outages.record_repair(outage, reason="电话告知", by=desk.dana, at=desk.now)
    outage.refresh_from_db()
    assert outage.repaired_at == first
    assert Event.objects.filter(verb="repair_done").count() == 1


def test_one_crew_has_one_order_for_an_outage(desk: Desk) -> None:
    lay(LINE)
    approval = desk.burst("p3")
    with pytest.raises(OrderRefused, match="order_exists"):
        orders.issue_order(approval.outage, crew=desk.crew, by=desk.dana, at=desk.now)
    assert approval.order is not None
    orders.void_order(approval.order, reason="改派", by=desk.dana, at=desk.now)
    again = orders.issue_order(approval.outage, crew=desk.crew, by=desk.dana, at=desk.now)
    assert again.number != approval.order.number


def test_what_was_sent_back_is_checked_for_leaks_again() -> None:
    lay("(S) -p1- a -p2- b")
    order = at_work("low_pressure", about="pipe_repair")
    tight = ResultFacts(result="换管", leak_check_passed=True)
    orders.enter_result(order, facts=tight, by=None, at=NOON + HOUR)
    back = orders.send_back(order, reason="还在漏", by=None, at=NOON + 2 * HOUR)
    assert (back.repaired_at, back.leak_check_passed) == (None, None)
    first, again = Deadline.objects.filter(order=order, key="repair_finish").order_by("pk")
    assert (first.met_at, again.met_at) == (NOON + HOUR, None)
    assert again.started_at == NOON + 2 * HOUR
    with pytest.raises(OrderRefused, match="leak_check_missing"):
        orders.enter_result(back, result="再换", by=None, at=NOON + 3 * HOUR)
    done = orders.enter_result(back, facts=tight, by=None, at=NOON + 3 * HOUR)
    assert done.repaired_at == NOON + 3 * HOUR
    again.refresh_from_db()
    assert again.met_at == NOON + 3 * HOUR


# -- More time asked, and then the order goes elsewhere --------------------------------------------


def at_work(kind: str = "low_pressure", **facts: Any) -> WorkOrder:
    order = ordered(told(kind), **facts)
    order = orders.accept_order(order, by=None, at=NOON + 3 * MINUTE, assignee="李工")
    order = orders.start_work(order, by=None, at=NOON + 4 * MINUTE)
    orders.contact_user(order, method="phone", by=None, at=NOON + 5 * MINUTE)
    return order


def asked(order: WorkOrder, *, by: Any = None, at: Any = NOON + HOUR) -> ExtensionRequest:
    return orders.ask_extension(
        order,
        key="repair_finish",
        wanted_until=NOON + 48 * HOUR,
        plan="明天修好",
        reason="缺配件",
        by=by,
        at=at,
    )


@pytest.fixture
def waiting() -> ExtensionRequest:
    lay("(S) -p1- a -p2- b")
    return asked(at_work())


def test_the_next_department_may_ask_and_its_own_leader_decides(waiting: ExtensionRequest) -> None:
    staffed("production")
    order = orders.transfer_order(
        waiting.order, to=office("production"), reason="泵站的事", by=None, at=NOON + 2 * HOUR
    )
    waiting.refresh_from_db()
    assert (waiting.decision, waiting.decision_note) == ("rejected", "泵站的事")
    again = asked(order, at=NOON + 3 * HOUR)
    boss = member("leader", department="production")
    orders.decide_extension(again, approve=True, by=boss, at=NOON + 4 * HOUR)
    again.refresh_from_db()
    assert again.decision == "approved"


@pytest.mark.parametrize(
    "end",
    [
        lambda order: orders.void_order(order, reason="重复", by=None, at=NOON + 2 * HOUR),
        lambda order: orders.enter_result(order, result="修好了", by=None, at=NOON + 2 * HOUR),
    ],
)
def test_nobody_grants_time_to_an_order_that_is_over(
    waiting: ExtensionRequest, end: Callable[[WorkOrder], WorkOrder]
) -> None:
    end(waiting.order)
    boss = member("leader", department="engineering")
    with pytest.raises(OrderRefused, match="extension_decided"):
        orders.decide_extension(waiting, approve=True, by=boss, at=NOON + 3 * HOUR)
    assert not waiting.order.follow_ups.filter(kind="tell_delay").exists()


# -- Locks in one order: outage, report, order -----------------------------------------------------


def locked_by(act: Callable[[], Any]) -> list[str]:
    """The tables that an act locks rows of, in the order in which it does."""
    with CaptureQueriesContext(connection) as seen:
        act()
    found = []
    for query in seen.captured_queries:
        if "FOR NO KEY UPDATE" in query["sql"] or "FOR UPDATE" in query["sql"]:
            table = query["sql"].split(' FROM "')[1].split('"')[0].removeprefix("outages_")
            found.append(table)
    return found


def in_order(found: list[str], *tables: str) -> bool:
    firsts = [found.index(table) for table in tables]
    return firsts == sorted(firsts)


def test_a_decision_on_more_time_locks_the_report_before_the_order(
    waiting: ExtensionRequest,
) -> None:
    boss = member("leader", department="engineering")
    found = locked_by(
        lambda: orders.decide_extension(waiting, approve=True, by=boss, at=NOON + 2 * HOUR)
    )
    assert in_order(found, "burstreport", "workorder"), found


def test_an_order_taken_back_locks_the_report_before_the_order(waiting: ExtensionRequest) -> None:
    found = locked_by(
        lambda: orders.void_order(waiting.order, reason="重复", by=None, at=NOON + 2 * HOUR)
    )
    assert in_order(found, "burstreport", "workorder"), found


def test_a_crews_order_locks_outage_report_and_waiting_order_in_turn(desk: Desk) -> None:
    lay("(S) -p1- [V1] -p2- a -p3- [V2] -p4- b")
    report = desk.report("p2")
    ordered(report, about="pipe_repair", at=NOON + 5 * MINUTE)
    outage = desk.approve(desk.propose(report), crew=None).outage
    found = locked_by(lambda: orders.issue_order(outage, crew=desk.crew, by=desk.dana, at=desk.now))
    assert in_order(found, "outage", "burstreport", "workorder"), found


@pytest.mark.parametrize("approve", [True, False])
def test_the_leaders_word_locks_the_outage_before_what_was_asked(desk: Desk, approve: bool) -> None:
    with_persons(100)
    handed_over(desk, works="plant")
    question = LeaderApproval.objects.get()

    def decide() -> Any:
        if approve:
            return approvals.approve_outage(question, by=desk.dana, at=desk.now)
        return approvals.reject_outage(question, comment="再算", by=desk.dana, at=desk.now)

    assert in_order(locked_by(decide), "outage", "leaderapproval")


# -- Who decides is the policy's matter ------------------------------------------------------


def test_the_policy_may_let_the_company_leader_grant_more_time() -> None:
    lay("(S) -p1- a -p2- b")
    order = at_work()
    set_policy_text(
        "extension_approver",
        "company_leader",
        source="会议",
        effective_from=NOON + 10 * MINUTE,
        by=None,
        at=NOON + 10 * MINUTE,
    )
    company = member("leader", department="leaders")
    own = member("leader", department="engineering")
    request = asked(order)
    told_of = Alert.objects.filter(code="extension_asked", to_kind="user")
    assert set(told_of.values_list("to_name", flat=True)) == {str(company.pk)}
    with pytest.raises(OrderRefused, match="extension_other_department"):
        orders.decide_extension(request, approve=True, by=own, at=NOON + 2 * HOUR)
    done = orders.decide_extension(request, approve=True, by=company, at=NOON + 2 * HOUR)
    assert done.decision == "approved"
