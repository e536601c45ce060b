"""T02, T04, T05, T18, T19, T29 and T30: orders to departments, from the report to the archive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from network.models import Customer
from outages.choices import NETWORK_KINDS, ReportKind
from outages.models import BurstReport, CallBack, Deadline, Event, ExtensionRequest, WorkOrder
from outages.selectors.orders import open_orders
from outages.selectors.rules.deadlines import breaches, next_deadline
from outages.services import orders
from outages.services.desk import reports
from outages.services.orders import OrderFacts, OrderRefused
from outages.services.orders.extension import decide_extension
from outages.services.rules import deadlines
from outages.services.rules.reasons import ReasonMissing
from outages.workflow import TransitionRefused
from tests.application_role import as_owner
from tests.factories import NOON, lay
from tests.outages.offices import category, client_of, member, office, ordered, staffed, told

TOWN = "(S) -p1- [V1] -p2- a -p3- [V2] -p4- b"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


# -- T02 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "in_time"),
    [(timedelta(minutes=59, seconds=59), True), (timedelta(hours=1, seconds=1), False)],
)
def test_t02_a_complaint_has_an_hour_from_the_report_whenever_the_order_was_issued(
    accepted: timedelta, in_time: bool
) -> None:
    report = told("conduct", is_complaint=True)
    order = ordered(report, about="service_attitude", at=NOON + 4 * MINUTE)
    running = Deadline.objects.get(key="accept_complaint", order=order)
    assert (running.started_at, running.due_at) == (NOON, NOON + HOUR)
    orders.notify_department(order, method="recorded_call", by=None, at=NOON + 4 * MINUTE)
    orders.accept_order(order, by=None, at=NOON + accepted, assignee="李工")
    late = breaches(at=NOON + 2 * HOUR, key="accept_complaint", department="engineering")
    assert late.exists() is not in_time


def test_t02_a_complaint_has_no_twenty_minutes_besides(db: None) -> None:
    order = ordered(told("conduct", is_complaint=True), about="service_attitude")
    orders.notify_department(order, method="sms", by=None, at=NOON + 2 * MINUTE)
    assert not Deadline.objects.filter(key="accept_normal").exists()


# -- T04 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("about", ["pipe_repair", "valve_chamber", "hydrant_replacement"])
def test_t04_an_order_about_pipe_valve_or_hydrant_without_a_place_is_refused(about: str) -> None:
    report = told("workmanship")
    assert report.geom is None
    with pytest.raises(OrderRefused) as refused:
        ordered(report, about=about)
    assert refused.value.code == "order_without_place"
    assert not WorkOrder.objects.exists()
    # Named by its code, or put on the map, it goes out.
    assert ordered(report, about=about, asset_kind="valve", asset="V1").status == "issued"


def test_t04_with_a_place_it_goes_out_and_stands_on_the_dispatchers_map() -> None:
    lay(TOWN)
    report = told("low_pressure")
    order = ordered(report, about="pipe_repair")
    assert order.geom == report.geom
    dispatcher = client_of(member("dispatcher"))
    shown = dispatcher.get(reverse("layers:reports")).json()["features"]
    assert [each["properties"]["reference"] for each in shown] == [report.reference]


# -- T05 ---------------------------------------------------------------------------------------


@pytest.fixture
def asked() -> ExtensionRequest:
    """An order of engineering that was accepted, and its clerk's request for two more hours."""
    clerk = member("department", department="engineering", username="clerk")
    report = told("low_pressure", by=member("call_agent", username="ada"))
    order = ordered(report, about="other_facilities")
    order = orders.notify_department(order, method="recorded_call", by=None, at=NOON + 2 * MINUTE)
    order = orders.accept_order(order, by=clerk, at=NOON + 3 * MINUTE, assignee="李工")
    due = Deadline.objects.get(key="repair_finish", order=order).due_at
    return orders.ask_extension(
        order,
        key="repair_finish",
        wanted_until=due + 2 * HOUR,
        plan="配件明天到，明天修好",
        reason="缺配件",
        by=clerk,
        at=NOON + HOUR,
    )


@pytest.fixture
def _lay_town() -> None:
    lay(TOWN)


@pytest.mark.usefixtures("_lay_town")
def test_t05_the_leader_of_another_department_gets_403(asked: ExtensionRequest) -> None:
    other = client_of(member("leader", department="production"))
    url = reverse("outages:order-decide", args=[asked.order.number])
    assert other.post(url, {"approve": "yes"}).status_code == 403
    # Nor does the one who asks decide, whatever rank.
    with pytest.raises(OrderRefused) as own:
        decide_extension(asked, approve=True, by=asked.asked_by, at=NOON + 2 * HOUR)
    assert own.value.code == "extension_own"
    asked.refresh_from_db()
    assert asked.decision == "pending"


@pytest.mark.usefixtures("_lay_town")
def test_t05_the_own_leader_moves_the_due_time_and_the_history_is_kept(
    asked: ExtensionRequest,
) -> None:
    leader = client_of(member("leader", department="engineering"))
    limit = Deadline.objects.get(key="repair_finish", order=asked.order)
    assert limit.due_at == limit.first_due_at, "nothing moves before the decision"
    url = reverse("outages:order-decide", args=[asked.order.number])
    with time_machine.travel(NOON + 2 * HOUR, tick=False):
        assert leader.post(url, {"approve": "yes", "note": "同意"}).status_code == 302
    limit.refresh_from_db()
    assert (limit.due_at, limit.first_due_at) == (asked.wanted_until, asked.due_before)
    assert Event.objects.filter(verb="deadline_extended", subject_id=limit.pk).exists()
    assert set(Event.objects.filter(verb__startswith="extension").values_list("verb", "new")) == {
        ("extension_asked", ""),
        ("extension_decided", "approved"),
    }
    # The user is to be told the plan within the limit that was not kept (WO-11).
    [call] = asked.order.follow_ups.all()
    assert (call.kind, call.text, call.due_at) == ("tell_delay", asked.plan, asked.due_before)
    assert call.owner.username == "ada"


@pytest.mark.usefixtures("_lay_town")
def test_t05_a_rejection_says_why_and_keeps_the_limit(asked: ExtensionRequest) -> None:
    leader = member("leader", department="engineering")
    with pytest.raises(ReasonMissing):
        decide_extension(asked, approve=False, by=leader, at=NOON + 2 * HOUR)
    decide_extension(asked, approve=False, note="先抢修", by=leader, at=NOON + 2 * HOUR)
    assert Deadline.objects.get(key="repair_finish", order=asked.order).due_at == asked.due_before
    with pytest.raises(OrderRefused) as again:
        decide_extension(asked, approve=True, by=leader, at=NOON + 2 * HOUR)
    assert again.value.code == "extension_decided"


@pytest.mark.usefixtures("_lay_town")
def test_t05_filed_after_the_limit_it_is_flagged_late_and_the_breach_remains() -> None:
    order = ordered(told("low_pressure"))
    orders.accept_order(order, by=None, at=NOON + 3 * MINUTE, assignee="李工")
    due = Deadline.objects.get(key="repair_start", order=order).due_at
    late = orders.ask_extension(
        order,
        key="repair_start",
        wanted_until=due + 5 * HOUR,
        plan="明早到场",
        reason="人手不足",
        by=None,
        at=due + HOUR,
    )
    assert late.is_late
    decide_extension(
        late, approve=True, by=member("leader", department="engineering"), at=due + 2 * HOUR
    )
    limit = Deadline.objects.get(key="repair_start", order=order)
    assert limit.due_at == due + 5 * HOUR
    assert limit.breached_at == due
    assert breaches(at=due + 3 * HOUR, key="repair_start").exists()


# -- T18 ---------------------------------------------------------------------------------------


def fed_back(**facts: Any) -> WorkOrder:
    order = ordered(told("conduct", **facts), about="service_attitude")
    order = orders.accept_order(order, by=None, at=NOON + 2 * MINUTE, assignee="李工")
    order = orders.start_work(order, by=None, at=NOON + 3 * MINUTE)
    orders.contact_user(order, method="phone", by=None, at=NOON + 4 * MINUTE)
    order = orders.enter_result(order, result="已整改", by=None, at=NOON + 5 * MINUTE)
    return orders.feed_back(order, told="已整改", by=None, at=NOON + 6 * MINUTE)


def test_t18_an_order_is_not_filed_while_its_call_back_is_owed() -> None:
    order = fed_back(is_complaint=True)
    assert order.status == "callback"
    callback = CallBack.objects.get(order=order)
    with pytest.raises(OrderRefused) as refused:
        orders.archive_order(order, by=None, at=NOON + HOUR)
    assert refused.value.code == "callback_pending"
    order.refresh_from_db()
    assert order.status == "callback"
    callback.status, callback.done_at = "declined", NOON + HOUR
    callback.save()
    assert orders.archive_order(order, by=None, at=NOON + HOUR).status == "archived"


def test_t18_nor_before_the_user_was_told() -> None:
    order = ordered(told("conduct"), about="service_attitude")
    with pytest.raises(TransitionRefused):
        orders.archive_order(order, by=None, at=NOON + HOUR)


# -- T19 ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_t19_reports_and_orders_are_not_deleted_even_by_a_superuser() -> None:
    report = told("conduct", is_complaint=True)
    order = ordered(report, about="service_attitude")
    boss = get_user_model().objects.create(username="root", is_superuser=True, is_staff=True)
    for row in (order, report):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            type(row).objects.filter(pk=row.pk)._raw_delete("default")
        with as_owner(), pytest.raises(IntegrityError, match="not deleted"), transaction.atomic():
            type(row).objects.filter(pk=row.pk)._raw_delete("default")
    browser = client_of(boss)
    for url in (
        reverse("outages:order", args=[order.number]),
        reverse("outages:case", args=[report.reference]),
    ):
        assert browser.delete(url).status_code == 405
    with pytest.raises(ReasonMissing):
        orders.void_order(order, reason=" ", by=boss, at=NOON + HOUR)
    orders.void_order(order, reason="重复下单", by=boss, at=NOON + HOUR)
    order.refresh_from_db()
    assert order.status == "void"
    assert Event.objects.filter(verb="order_status", new="void", reason="重复下单").exists()
    assert not Deadline.objects.filter(order=order, met_at=None, cancelled_at=None).exists()
    # The report too: taken off the list with a reason, and still there.
    with pytest.raises(ReasonMissing):
        reports.invalidate_report(report, reason=" ", by=boss, at=NOON + HOUR)
    reports.invalidate_report(report, reason="误报", by=boss, at=NOON + HOUR)
    report.refresh_from_db()
    assert report.status == "invalid"
    assert Event.objects.filter(verb="invalidated", report=report, reason="误报").exists()


# -- T29 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["charges", "metering"])
def test_t29_charges_and_metering_never_open_an_outage_only_are_forwarded(kind: str) -> None:
    lay(TOWN)
    report = told(kind)
    order = ordered(report, to="business", about=kind)
    assert order.category.forward_only
    assert report.geom is None
    # No clock of repair or acceptance, no row of the control room, no plan.
    keys = set(Deadline.objects.filter(order=order).values_list("key", flat=True))
    assert keys <= {"dispatch_notify"}
    orders.notify_department(order, method="app", by=None, at=NOON + 2 * MINUTE)
    assert next_deadline(order) is None
    assert not reports.wants_plan(report)
    from outages.models import Outage
    from outages.selectors import waiting_reports

    assert not waiting_reports().filter(pk=report.pk).exists()
    outage = Outage(code="P1", kind="unplanned", created_at=NOON, status="draft")
    outage.save()
    with pytest.raises(IntegrityError, match="only_faults_open_outages"), transaction.atomic():
        BurstReport.objects.filter(pk=report.pk).update(outage=outage)


def test_t29_only_faults_may_become_outages() -> None:
    faults = {"burst", "leak", "no_water", "low_pressure", "water_quality", "other"}
    assert {str(kind) for kind in NETWORK_KINDS} == faults
    # The nine kinds of the regulations are all there, and a complaint is a mark on any of them.
    nine = {"leak", "other", "burst", "water_quality", "low_pressure", "charges", "metering",
            "workmanship", "conduct"}  # fmt: skip
    assert nine <= set(ReportKind.values)


# -- T30 ---------------------------------------------------------------------------------------


def desk_form(**more: Any) -> dict[str, Any]:
    here = Customer.objects.order_by("asset_id").first()
    assert here is not None
    return {
        "lat": here.geom.y,
        "lon": here.geom.x,
        "address": "解放路3号",
        "kind": "leak",
        "meter_side": "before",
        "contact_phone": "13811112222",
        "read_back": "on",
        "client_key": str(uuid4()),
        **more,
    }


def test_t30_a_second_report_near_a_burst_is_offered_as_duplicate_and_makes_no_second_order() -> (
    None
):
    lay("(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)")
    ada: Client = client_of(member("call_agent", username="ada"))
    url = reverse("outages:desk-report")
    assert ada.post(url, desk_form(kind="burst")).status_code == 302
    first = BurstReport.objects.get()
    second = desk_form(contact_phone="13822223333")
    offered = ada.post(url, second)
    assert offered.status_code == 409
    assert f'value="{first.pk}"' in offered.content.decode()
    assert BurstReport.objects.count() == 1
    ada.post(url, second | {"duplicate_of": str(first.pk)})
    merged = BurstReport.objects.exclude(pk=first.pk).get()
    first.refresh_from_db()
    assert (merged.status, merged.duplicate_of, first.repeat_count) == ("duplicate", first, 1)
    order = ordered(first, about="pipe_repair", at=timezone.now())
    with pytest.raises(OrderRefused) as again:
        ordered(merged, about="pipe_repair", at=timezone.now())
    assert again.value.code == "order_report_decided"
    with pytest.raises(OrderRefused) as twice:
        ordered(first, about="pipe_repair", at=timezone.now())
    assert twice.value.code == "order_exists"
    assert list(open_orders()) == [order]
    assert "又反映 1 次" in ada.get(reverse("outages:order", args=[order.number])).content.decode()


def test_t30_a_caller_who_comes_back_is_known_by_the_number() -> None:
    lay(TOWN)
    ada = client_of(member("call_agent", username="ada"))
    url = reverse("outages:desk-report")
    asked = {"kind": "conduct", "description": "师傅态度差", "is_complaint": "on"}
    ada.post(url, desk_form(**asked))
    first = BurstReport.objects.get()
    again = ada.post(url, desk_form(**asked))
    assert again.status_code == 409
    assert first.reference in again.content.decode()
    ada.post(url, desk_form(**asked, duplicate_of=str(first.pk)))
    first.refresh_from_db()
    assert first.repeat_count == 1


def test_the_scan_tells_the_department_that_let_an_order_lie() -> None:
    order = ordered(told("conduct"), to="production", about="service_attitude")
    orders.notify_department(order, method="sms", by=None, at=NOON + 2 * MINUTE)
    deadlines.scan(at=NOON + HOUR)
    late = breaches(at=NOON + HOUR, key="accept_normal", department="production")
    assert [row.order for row in late] == [order]


def test_a_draft_is_issued_once_it_has_what_it_lacks() -> None:
    staffed("engineering")
    report = told("workmanship")
    facts = OrderFacts(category=category("pipe_repair"), department=office("engineering"))
    draft = orders.draft_order(report, facts=facts, by=None, at=NOON)
    assert (draft.status, report.status) == ("draft", "received")
    with pytest.raises(OrderRefused):
        orders.issue_draft(draft, by=None, at=NOON)
    WorkOrder.objects.filter(pk=draft.pk).update(asset="p1")
    issued = orders.issue_draft(draft, by=None, at=NOON + MINUTE)
    report.refresh_from_db()
    assert (issued.status, report.status) == ("issued", "order_issued")
