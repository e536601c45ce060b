"""Rules that act by themselves: major cases, escalation by time, limits on every road in."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from outages.models import (
    Alert,
    BurstReport,
    Deadline,
    Escalation,
    Event,
    FollowUp,
    Outage,
    WorkOrder,
)
from outages.policy import social_impact
from outages.policy.matrix import Facts, Kind, Limits
from outages.selectors.rules.alerts import alerts_for
from outages.selectors.rules.deadlines import breaches
from outages.services import duties, orders, shifts
from outages.services.desk import follow_ups, marking, reports
from outages.services.rules import clocks, deadlines, policy
from outages.services.rules.afterwards import Started, start_missing
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.offices import category, client_of, member, office, ordered, told

TOWN = "(S) -p1- [V1] -p2- a -p3- [V2] -p4- b"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def major_alerts(report: BurstReport) -> int:
    return Alert.objects.filter(code="major_report", subject_id=report.pk).count()


# -- Major by rule (INT-18) --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persons", "key_users", "wanted", "reasons"),
    [
        (4_999, 0, ("big_outage", "key_user"), ()),
        (5_000, 0, ("big_outage", "key_user"), ("big_outage",)),
        (5_000, 1, ("big_outage", "key_user"), ("big_outage", "key_user")),
        (9_000, 1, ("key_user",), ("key_user",)),
        (9_000, 1, (), ()),
    ],
)
def test_an_outage_makes_its_cases_major_by_persons_or_key_users(
    persons: int, key_users: int, wanted: tuple[str, ...], reasons: tuple[str, ...]
) -> None:
    facts = Facts(
        kind=Kind.UNPLANNED_NETWORK,
        persons=persons,
        key_users=key_users,
        on_trunk_road=False,
        received_at=NOON,
    )
    assert social_impact.of_outage(facts, Limits(), wanted) == reasons


@pytest.mark.parametrize("facts", [{"with_media": True}, {"channel": "media"}])
def test_a_case_of_the_press_is_major_at_once_and_the_leaders_hear_of_it(facts: Any) -> None:
    report = told("conduct", **facts)
    assert report.is_major
    assert major_alerts(report) == 1
    [event] = Event.objects.filter(verb="major_by_rule")
    assert event.facts["reasons"] == ["media"]


def test_a_case_of_a_key_user_is_major_and_of_another_account_not() -> None:
    lay(TOWN, c_p2={"key_user": True})
    assert told("low_pressure", customer="c.p2").is_major
    assert not told("low_pressure", customer="c.p3").is_major
    assert not told("low_pressure").is_major


def test_the_policy_says_what_makes_a_case_major() -> None:
    policy.set_policy_text(
        "major_when", "big_outage", by=None, at=NOON, effective_from=NOON, source="会议纪要"
    )
    assert not told("conduct", with_media=True, at=NOON + HOUR).is_major


def test_an_outage_that_grows_makes_its_case_major_once(desk: Desk) -> None:
    lay("(S) -p1- [V1] -p2- a -p3- b", c_p2={"persons": 6_000})
    approval = desk.burst("p2")
    report = BurstReport.objects.get()
    assert approval.outage is not None
    assert approval.outage.persons >= 5_000
    assert report.is_major
    assert major_alerts(report) == 1
    # A leader decides that it is none: the rule does not insist.
    marking.mark_report(report, marks=marking.Marks(is_major=False), by=desk.dana, at=desk.now)
    outage = Outage.objects.get()
    with transaction.atomic():
        duties.refresh(outage, by=None, at=desk.now)
    report.refresh_from_db()
    assert not report.is_major
    assert major_alerts(report) == 1


# -- Escalation by time (ORG-13) ---------------------------------------------------------------


def overdue() -> WorkOrder:
    """Told at 12:02 and not taken: overdue since 12:22."""
    order = ordered(told("conduct"), about="service_attitude")
    return orders.notify_department(order, method="sms", by=None, at=NOON + 2 * MINUTE)


def test_an_order_nobody_takes_is_laid_before_supervision_two_hours_after_its_limit() -> None:
    order = overdue()
    due = Deadline.objects.get(key="accept_normal", order=order).due_at
    assert orders.escalate_overdue(at=due + 2 * HOUR - timedelta(seconds=1)) == 0
    assert orders.escalate_overdue(at=due + 2 * HOUR) == 1
    assert orders.escalate_overdue(at=due + 3 * HOUR) == 0
    [made] = Escalation.objects.all()
    assert (made.order, made.reason, made.by) == (order, "not_in_time", None)
    boss = member("supervision")
    [alert] = alerts_for(boss).filter(code="escalated_overdue")
    assert alert.facts["key"] == "accept_normal"
    page = client_of(boss).get(reverse("outages:alerts")).content.decode()
    assert order.number in page
    # Answered, it is not asked again for the same limit; a further limit is a new matter.
    orders.resolve_escalation(made, resolution="已协调", by=boss, at=due + 4 * HOUR)
    assert orders.escalate_overdue(at=due + 5 * HOUR) == 0


def test_a_further_limit_that_runs_out_is_escalated_anew() -> None:
    lay(TOWN)
    order = ordered(told("low_pressure"))
    orders.notify_department(order, method="sms", by=None, at=NOON + 2 * MINUTE)
    assert orders.escalate_overdue(at=NOON + 3 * HOUR) == 1
    boss = member("supervision")
    orders.resolve_escalation(
        Escalation.objects.get(), resolution="催办", by=boss, at=NOON + 4 * HOUR
    )
    assert orders.escalate_overdue(at=NOON + 7 * HOUR) == 0
    assert orders.escalate_overdue(at=NOON + 8 * HOUR) == 1, "repair_start ran out at 18:00"
    assert Event.objects.filter(verb="escalated", facts__key="repair_start").exists()


def test_without_the_policy_or_once_taken_nothing_is_escalated_by_itself() -> None:
    order = overdue()
    policy.set_policy_text(
        "escalate_after", "", by=None, at=NOON, effective_from=NOON, source="会议纪要"
    )
    assert orders.escalate_overdue(at=NOON + 9 * HOUR) == 0
    policy.set_policy_text(
        "escalate_after", "1h", by=None, at=NOON + HOUR, effective_from=NOON + HOUR, source="同上"
    )
    orders.accept_order(order, by=None, at=NOON + HOUR, assignee="李工")
    assert orders.escalate_overdue(at=NOON + 9 * HOUR) == 0


# -- A complaint's hour on every road in (WO-05) -----------------------------------------------


def test_a_case_that_turns_out_a_complaint_has_the_complaints_hour_on_its_order() -> None:
    report = told("conduct")
    order = ordered(report, about="service_attitude")
    orders.notify_department(order, method="sms", by=None, at=NOON + 2 * MINUTE)
    marking.mark_report(
        report, marks=marking.Marks(is_complaint=True), by=None, at=NOON + 10 * MINUTE
    )
    running = Deadline.objects.get(key="accept_complaint", order=order)
    assert (running.started_at, running.due_at) == (NOON, NOON + HOUR)
    assert Deadline.objects.get(key="accept_normal", order=order).cancelled_at is not None
    assert Deadline.objects.filter(key="complaint_reply", report=report).exists()


def test_no_complaint_after_all_gives_the_ordinary_limit_back() -> None:
    report = told("conduct", is_complaint=True)
    order = ordered(report, about="service_attitude")
    orders.notify_department(order, method="sms", by=None, at=NOON + 2 * MINUTE)
    marking.mark_report(
        report, marks=marking.Marks(is_complaint=False), by=None, at=NOON + 10 * MINUTE
    )
    open_keys = set(
        Deadline.objects.filter(met_at=None, cancelled_at=None).values_list("key", flat=True)
    )
    assert open_keys == {"accept_normal"}


def test_an_order_that_follows_a_complaints_has_its_hour_from_its_own_issue() -> None:
    report = told("conduct", is_complaint=True)
    first = ordered(report, about="service_attitude")
    later = NOON + 72 * HOUR
    second = ordered(report, about="service_attitude", follows=first, at=later)
    limit = Deadline.objects.get(key="accept_complaint", subject_id=second.pk, subject="order")
    assert (limit.started_at, limit.due_at) == (later, later + HOUR)


def test_a_complaint_that_is_merged_is_answered_all_the_same() -> None:
    first, second = told("conduct"), told("conduct", is_complaint=True, at=NOON + MINUTE)
    reports.merge_report(second, into=first, by=None, at=NOON + 2 * MINUTE)
    reply = Deadline.objects.get(key="complaint_reply", report=second)
    assert reply.cancelled_at is None
    [call] = FollowUp.objects.filter(report=second)
    assert (call.kind, call.due_at, call.text) == ("answer", reply.due_at, first.reference)
    follow_ups.call_made(call, outcome="已答复", by=None, at=NOON + HOUR)
    reply.refresh_from_db()
    assert reply.met_at == NOON + HOUR


# -- Publication within the shift (PUB-07) -----------------------------------------------------


def test_what_a_shift_receives_is_published_before_it_ends() -> None:
    leader = member("shift_leader", username="ada")
    shift = shifts.open_first_shift(leader=leader, people=[], at=NOON)
    outage = Outage.objects.create(
        code="OUT-1", kind="unplanned", cause="burst", status="impact_confirmed", created_at=NOON
    )
    clocks.outage_opened(outage, at=NOON)
    hard = Deadline.objects.get(key="publish_in_shift", outage=outage)
    assert hard.due_at == shift.ends_at
    deadlines.scan(at=shift.ends_at + MINUTE)
    assert breaches(at=shift.ends_at + MINUTE, key="publish_in_shift").exists()
    assert alerts_for(leader).filter(code="deadline_breached", facts__key=hard.key).exists()
    clocks.published(outage, by=None, at=shift.ends_at + HOUR)
    hard.refresh_from_db()
    assert hard.met_at == shift.ends_at + HOUR


def test_a_shift_leader_hears_what_the_agents_hear() -> None:
    deadlines.start(told("conduct"), "transfer_followup_call", at=NOON)
    deadlines.scan(at=NOON + 25 * HOUR)
    for role in ("call_agent", "shift_leader"):
        heard = alerts_for(member(role)).filter(facts__key="transfer_followup_call")
        assert heard.count() == 1, role
    assert not alerts_for(member("gis_editor")).filter(facts__key="transfer_followup_call")


# -- What was there before (backfill) ----------------------------------------------------------


def test_orders_from_before_get_their_limits_with_what_was_late_and_no_old_alarms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lay(TOWN)
    with monkeypatch.context() as before:
        before.setattr(deadlines, "start", lambda *_args, **_facts: None)
        order = ordered(told("low_pressure"))
        order = orders.notify_department(order, method="sms", by=None, at=NOON + 7 * MINUTE)
        orders.accept_order(order, by=None, at=NOON + 40 * MINUTE, assignee="李工")
        told("conduct", at=NOON + HOUR)
    assert not Deadline.objects.exists()

    def run(*options: str) -> str:
        out = StringIO()
        call_command("start_limits", *options, stdout=out)
        return out.getvalue()

    assert run("--dry-run").startswith("5 limits would be started")
    assert not Deadline.objects.exists()
    assert "2 of reports, 3 of orders" in run()
    minutes = {
        (row.key, (row.due_at - NOON) / MINUTE, row.met_at and (row.met_at - NOON) / MINUTE)
        for row in Deadline.objects.all()
    }
    assert minutes == {
        ("dispatch_notify", 5, 7),
        ("accept_normal", 27, 40),
        ("repair_start", 360, None),
        ("repair_finish", 1440, None),
        ("dispatch_notify", 65, None),
    }
    late = {row.key for row in Deadline.objects.filter(breached_at__isnull=False)}
    assert late == {"dispatch_notify", "accept_normal"}
    assert not Alert.objects.filter(code="deadline_breached", acknowledged_at=None).exists()
    assert start_missing(at=NOON + 2 * HOUR) == Started(0, 0, 0)


# -- Written once ------------------------------------------------------------------------------


def test_when_a_report_was_received_is_never_changed() -> None:
    report = told("conduct")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        BurstReport.objects.filter(pk=report.pk).update(received_at=NOON + HOUR)


# -- Milestones and orders that follow ---------------------------------------------------------


def at_work() -> WorkOrder:
    lay(TOWN)
    order = ordered(told("low_pressure"))
    order = orders.accept_order(order, by=None, at=NOON + 3 * MINUTE, assignee="李工")
    return orders.start_work(order, by=None, at=NOON + 4 * MINUTE)


def test_a_department_plans_milestones_and_ticks_them_off_on_the_page() -> None:
    order = at_work()
    clerk = client_of(member("department", department="engineering"))
    url = reverse("outages:order-milestones", args=[order.number])
    assert clerk.post(url, {"names": "开挖\n\n更换管段\n回填"}).status_code == 302
    page = clerk.get(reverse("outages:order", args=[order.number])).content.decode()
    assert "0 / 3" in page
    assert page.index("开挖") < page.index("更换管段") < page.index("回填")
    first = order.milestones.get(name="开挖")
    done = reverse("outages:order-milestone-done", args=[order.number])
    assert clerk.post(done, {"milestone": first.pk}).status_code == 302
    first.refresh_from_db()
    assert first.done_by is not None
    assert "1 / 3" in clerk.get(reverse("outages:order", args=[order.number])).content.decode()
    # Ticked off already, of another order, of another department: refused.
    assert clerk.post(done, {"milestone": first.pk}).status_code == 422
    other = client_of(member("department", department="production"))
    assert other.post(url, {"names": "x"}).status_code == 409
    assert clerk.post(url, {"names": "长" * 81}).status_code == 422


def test_what_is_left_over_becomes_an_order_that_follows() -> None:
    order = at_work()
    agent = client_of(member("call_agent", username="ada"))
    follow = reverse("outages:order-follow-up", args=[order.number])
    shown = reverse("outages:order", args=[order.number])
    assert follow not in agent.get(shown).content.decode(), "not before there is a result"
    orders.contact_user(order, method="visit", by=None, at=NOON + HOUR)
    result = orders.ResultFacts(
        result="已修复", leak_check_passed=True, residual_kind="road", residual="路面待修复"
    )
    orders.enter_result(order, facts=result, by=None, at=NOON + 2 * HOUR)
    page = agent.get(shown).content.decode()
    road = category("road_reinstatement")
    assert f'<option value="{road.pk}" selected>' in page
    given = {"category": road.pk, "department": office("engineering").pk, "task": "路面待修复"}
    assert agent.post(follow, given).status_code == 302
    made = WorkOrder.objects.get(follows=order)
    assert (made.category, made.task, made.report) == (road, "路面待修复", order.report)
    assert made.number in agent.get(shown).content.decode()
    assert order.number in agent.get(reverse("outages:order", args=[made.number])).content.decode()


def test_the_duty_log_names_the_limit_that_was_overstepped() -> None:
    leader = member("shift_leader", username="ada")
    shifts.open_first_shift(leader=leader, people=[], at=NOON)
    order = overdue()
    deadlines.scan(at=NOON + HOUR)
    page = client_of(leader).get(reverse("outages:shift")).content.decode()
    assert "已逾期：普通工单受理时限" in page
    assert "deadline_breached" not in page
    assert order.report is not None


@pytest.mark.parametrize(
    ("act", "told_of_it"),
    [("contact", {"method": "phone"}), ("arrival", {"expected_at": "2099-01-01T10:00"})],
)
def test_another_department_says_nothing_of_an_order(act: str, told_of_it: dict[str, str]) -> None:
    """Callers are told when the crew comes, and a contact lets the result in: whose order it is."""
    order = ordered(told())
    url = reverse(f"outages:order-{act}", args=[order.number])
    stranger = client_of(member("department", department="sales_service"))
    assert stranger.post(url, told_of_it).status_code == 409
    order.refresh_from_db()
    assert (order.contacts.count(), order.expected_at) == (0, None)
    page = stranger.get(reverse("outages:order", args=[order.number])).content.decode()
    assert url not in page
    own = client_of(member("department", department="engineering"))
    agent = client_of(member("call_agent", department="call_centre"))
    assert {each.post(url, told_of_it).status_code for each in (own, agent)} == {302}


def test_a_draft_is_not_issued_once_its_case_was_decided_or_ordered_otherwise() -> None:
    given = orders.OrderFacts(
        category=category("other_facilities"), department=office("engineering")
    )
    case = told()
    draft = orders.draft_order(case, facts=given, by=None, at=NOON)
    reports.invalidate_report(case, reason="误报", by=None, at=NOON)
    with pytest.raises(orders.OrderRefused, match="order_report_decided"):
        orders.issue_draft(draft, by=None, at=NOON + MINUTE)
    reports.reopen_report(case, reason="又来电", by=None, at=NOON + MINUTE)
    ordered(told(), to="engineering")  # somebody there takes orders
    assert orders.issue_draft(draft, by=None, at=NOON + HOUR).status == "issued"


def test_a_draft_is_not_issued_beside_the_order_that_a_crew_has(desk: Desk) -> None:
    lay(TOWN)
    report = desk.report("p2")
    given = orders.OrderFacts(category=category("pipe_repair"), department=office("engineering"))
    draft = orders.draft_order(report, facts=given, by=None, at=NOON)
    approval = desk.approve(desk.propose(report))
    with pytest.raises(orders.OrderRefused, match=r"order_exists.*" + str(approval.order)):
        orders.issue_draft(draft, by=None, at=NOON + HOUR)


@pytest.mark.parametrize("act", ["ask-crew", "follow-up"])
def test_nobody_asks_or_follows_for_a_caller_that_there_is_not(act: str, desk: Desk) -> None:
    lay(TOWN)
    order = desk.approve(desk.propose(desk.report("p2"))).order
    assert order is not None
    WorkOrder.objects.filter(pk=order.pk).update(report=None)
    agent = client_of(member("call_agent", department="call_centre"))
    sent = agent.post(reverse(f"outages:order-{act}", args=[order.number]))
    assert sent.status_code == 403
