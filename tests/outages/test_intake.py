"""What the desk takes: every kind, the guided form, triage, marks, first owner, back-entry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from network.models import Customer
from outages.models import Alert, BurstReport, Deadline, Event, FollowUp
from outages.selectors import waiting_reports
from outages.services import orders
from outages.services.desk import marking, reports
from outages.services.desk.marking import MarkRefused, Marks
from outages.services.desk.placing import PlaceRefused
from outages.services.desk.reports import ReportRefused
from tests.factories import NOON, lay
from tests.outages.offices import client_of, member, ordered, told
from tests.workbooks import formulas_in, sheets_of

pytestmark = pytest.mark.django_db
TOWN = "(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)"


@pytest.fixture
def agent_user() -> Any:
    return member("call_agent", department="call_centre", username="ada")


@pytest.fixture
def ada(agent_user: Any) -> Client:
    lay(TOWN)
    return client_of(agent_user)


def form(**more: Any) -> dict[str, Any]:
    here = Customer.objects.order_by("asset_id").first()
    assert here is not None
    given = {
        "lat": here.geom.y,
        "lon": here.geom.x,
        "address": "解放路3号",
        "kind": "leak",
        "meter_side": "before",
        "contact_phone": "13811112222",
        "description": "说明",
        "read_back": "on",
        "client_key": str(uuid4()),
    }
    return {name: value for name, value in {**given, **more}.items() if value is not None}


def send(client: Client, **more: Any) -> Any:
    return client.post(reverse("outages:desk-report"), form(**more))


def sent(client: Client, **more: Any) -> BurstReport:
    answer = send(client, **more)
    assert answer.status_code == 302, answer.content.decode()
    return BurstReport.objects.latest("pk")


def audiences(code: str) -> set[str]:
    return {f"{a.to_kind}:{a.to_name}" for a in Alert.objects.filter(code=code)}


# -- Taking it down ----------------------------------------------------------------------------


def test_a_call_at_three_on_a_sunday_is_taken_and_its_clock_starts_at_once(ada: Client) -> None:
    sunday = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)  # 03:00 on Sunday in Shanghai
    with time_machine.travel(sunday, tick=False):
        made = sent(ada)
    limit = Deadline.objects.get(key="dispatch_notify")
    assert made.received_at == limit.started_at == sunday
    assert limit.due_at == sunday + timedelta(minutes=5)


def test_the_leak_form_asks_for_diameter_meter_side_landmark_and_contact(ada: Client) -> None:
    made = sent(
        ada, told_diameter_mm="200", landmark="超市门口", meter_side="unknown", language="yue",
        contact_name="陈阿姨",
    )  # fmt: skip
    assert (made.told_diameter_mm, made.landmark, made.meter_side) == (200, "超市门口", "unknown")
    assert (made.triage, made.language, made.address) == ("unknown", "yue", "解放路3号")
    for missing in ("contact_phone", "read_back", "kind", "address"):
        assert send(ada, **{missing: None}, contact_name=missing).status_code == 422, missing


@pytest.mark.parametrize(
    "kind", ["charges", "metering", "workmanship", "conduct", "suggestion", "praise"]
)
def test_what_is_no_fault_needs_no_place_and_makes_no_plan(ada: Client, kind: str) -> None:
    made = sent(ada, kind=kind, lat=None, lon=None, address="营业厅")
    assert (made.geom, made.pipe, made.meter_side) == (None, "", "unknown")
    assert not waiting_reports().filter(pk=made.pk).exists()
    page = ada.get(reverse("outages:case", args=[made.reference]))
    assert page.status_code == 200
    # Whoever asks for it on the map is led to the case.
    on_map = ada.get(reverse("outages:report", args=[made.pk]))
    assert on_map.url == reverse("outages:case", args=[made.reference])


def test_a_fault_without_a_place_is_refused_even_by_the_database() -> None:
    with pytest.raises(PlaceRefused):
        reports.report_burst(facts=reports.ReportFacts(kind="leak"), by=None, at=NOON)
    made = told("conduct")
    with pytest.raises(IntegrityError, match="network_report_has_place"), transaction.atomic():
        BurstReport.objects.filter(pk=made.pk).update(kind="leak")


@pytest.mark.parametrize("channel", ["email", "walk_in", "letter", "mayor_hotline", "crew"])
def test_the_channel_is_kept(ada: Client, channel: str) -> None:
    assert sent(ada, channel=channel).channel == channel


def test_paper_is_entered_later_with_the_time_of_the_call_and_a_reason(ada: Client) -> None:
    earlier = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=2)
    typed = timezone.localtime(earlier).strftime("%Y-%m-%dT%H:%M")
    assert send(ada, received_at=typed).status_code == 422
    made = sent(ada, received_at=typed, entry_reason="系统停机，纸上登记")
    assert made.received_at == earlier
    assert made.entered_at is not None
    assert made.entered_at > earlier
    assert Deadline.objects.get(key="dispatch_notify").started_at == earlier
    later = timezone.localtime(timezone.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert send(ada, received_at=later, entry_reason="x", contact_name="x").status_code == 422


# -- Triage ------------------------------------------------------------------------------------


def test_after_the_meter_the_caller_is_guided_and_no_valve_is_looked_for(ada: Client) -> None:
    assert send(ada, meter_side="after").status_code == 422  # how was the caller guided?
    made = sent(ada, meter_side="after", answer="请先关表后阀")
    assert (made.triage, made.status, made.answer) == ("customer_side", "answered", "请先关表后阀")
    assert not reports.wants_plan(made)


def test_ours_behind_the_meter_needs_a_reason_and_then_gets_its_plan(ada: Client) -> None:
    assert send(ada, meter_side="after", triage="utility_side").status_code == 422
    made = sent(ada, meter_side="after", triage="utility_side", triage_reason="表后立管归供水")
    assert (made.status, made.triage_reason) == ("received", "表后立管归供水")
    assert reports.wants_plan(made)


@pytest.mark.parametrize("side", ["before", "unknown"])
def test_what_is_ours_or_unclear_ends_in_an_order_not_in_words(ada: Client, side: str) -> None:
    assert send(ada, meter_side=side, answer="没事").status_code == 422
    made = sent(ada, kind="no_water", meter_side=side)
    with pytest.raises(ReportRefused) as refused:
        reports.answer_report(made, text="没事", by=None, at=timezone.now())
    assert refused.value.code == "triage_needs_order"
    assert ordered(made, about="pipe_repair", at=timezone.now()).status == "issued"


def test_a_triage_found_out_later_is_kept_with_its_reason(ada: Client) -> None:
    made = sent(ada, kind="no_water")
    with pytest.raises(MarkRefused):
        marking.triage_report(made, triage="customer_side", by=None, at=NOON)
    marking.triage_report(made, triage="customer_side", reason="邻居有水", by=None, at=NOON)
    assert reports.answer_report(made, text="请查表后阀", by=None, at=NOON).status == "answered"


# -- Questions ---------------------------------------------------------------------------------


def test_a_question_is_answered_on_the_spot_or_becomes_an_order_never_both(ada: Client) -> None:
    spot = sent(ada, kind="consultation", description="怎么过户", answer="带身份证到营业厅")
    assert (spot.status, spot.work_orders.count()) == ("answered", 0)
    reply = Deadline.objects.get(key="consult_reply", report=spot)
    assert reply.met_at is not None
    assert reply.due_at == reply.started_at + timedelta(minutes=30)
    open_ = sent(ada, kind="consultation", description="水费", contact_phone="13899998888")
    order = ordered(open_, about="business_matters", at=timezone.now())
    open_.refresh_from_db()
    assert (open_.status, order.status) == ("order_issued", "issued")
    answer = ada.post(reverse("outages:case-answer", args=[open_.reference]), {"text": "好"})
    assert answer.status_code == 409


def test_noise_is_kept_with_what_it_was_and_makes_no_order(ada: Client) -> None:
    made = sent(ada, kind="praise", contact_phone="13877776666")
    url = reverse("outages:case-invalid", args=[made.reference])
    assert ada.post(url, {"disposition": "", "reason": "x"}).status_code == 422
    ada.post(url, {"disposition": "off_topic", "reason": "问路"})
    made.refresh_from_db()
    assert (made.status, made.disposition) == ("invalid", "off_topic")
    assert not Deadline.objects.filter(report=made, met_at=None, cancelled_at=None).exists()


# -- Whose it is -------------------------------------------------------------------------------


def test_who_takes_it_first_stays_its_owner_whoever_changes_it(
    ada: Client, agent_user: Any
) -> None:
    made = sent(ada, kind="conduct")
    assert made.first_owner == agent_user
    other = member("call_agent", username="bea")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        BurstReport.objects.filter(pk=made.pk).update(first_owner=other)
    page = ada.get(reverse("outages:my-cases")).content.decode()
    assert made.reference in page
    assert made.reference not in client_of(other).get(reverse("outages:my-cases")).content.decode()


def test_a_promised_call_stands_on_the_list_until_it_was_made(ada: Client) -> None:
    made = sent(ada, kind="conduct")
    ada.post(reverse("outages:case-promise", args=[made.reference]), {"text": "问清后回电"})
    call = FollowUp.objects.get()
    assert call.due_at == call.created_at + timedelta(minutes=30)
    assert "问清后回电" in ada.get(reverse("outages:my-cases")).content.decode()
    url = reverse("outages:case-call-made", args=[made.reference])
    ada.post(url, {"call": call.pk, "outcome": "已答复"})
    call.refresh_from_db()
    assert call.done_at is not None
    assert "问清后回电" not in ada.get(reverse("outages:my-cases")).content.decode()


# -- Who hears of it ---------------------------------------------------------------------------


def test_the_urgent_goes_to_the_leader_whose_instruction_is_kept(ada: Client) -> None:
    boss = member("leader", department="call_centre", username="boss")
    made = sent(ada, urgency="urgent")
    assert (made.priority, audiences("urgent_report")) == (1, {f"user:{boss.pk}"})
    url = reverse("outages:case-instruct", args=[made.reference])
    assert ada.post(url, {"text": "x"}).status_code == 403
    client_of(boss).post(url, {"text": "先派二班，我马上到"})
    made.refresh_from_db()
    assert (made.instruction, made.instructed_by) == ("先派二班，我马上到", boss)
    assert audiences("instructed") == {f"user:{made.first_owner_id}"}
    assert "先派二班" in ada.get(reverse("outages:case", args=[made.reference])).content.decode()


@pytest.mark.parametrize("urgency", ["important", "urgent"])
def test_an_important_complaint_goes_to_the_centres_leader(ada: Client, urgency: str) -> None:
    sent(ada, kind="conduct", is_complaint="on", urgency=urgency)
    assert audiences("urgent_report") == {"role:leader"}
    assert audiences("complaint_made") == {"role:supervision"}


@pytest.mark.parametrize("facts", [{"with_media": "on"}, {"channel": "media"}])
def test_what_the_press_asks_is_major_and_goes_to_the_company_leaders(
    ada: Client, facts: dict[str, str]
) -> None:
    boss = member("leader", department="leaders", username="chief")
    made = sent(ada, kind="conduct", **facts)
    assert made.is_major
    assert audiences("major_report") == {f"user:{boss.pk}"}


def test_marks_set_later_tell_the_same_people_once(ada: Client) -> None:
    made = sent(ada, kind="conduct")
    marks = Marks(is_complaint=True, with_media=True, urgency="urgent")
    for _time in range(2):
        marking.mark_report(made, marks=marks, by=None, at=timezone.now())
    made.refresh_from_db()
    assert (made.is_complaint, made.is_major, made.priority) == (True, True, 1)
    codes = list(Alert.objects.values_list("code", flat=True))
    assert sorted(codes) == ["complaint_made", "major_report", "urgent_report"]
    assert Deadline.objects.filter(key="complaint_reply", report=made).count() == 1


def test_one_click_tells_shift_leader_and_leader_of_a_caller_who_is_not_content(
    ada: Client,
) -> None:
    made = sent(ada, kind="conduct")
    ada.post(reverse("outages:case-dissatisfied", args=[made.reference]))
    made.refresh_from_db()
    assert made.dissatisfied_at is not None
    assert audiences("caller_dissatisfied") == {"role:shift_leader", "role:leader"}


def test_a_complaint_by_letter_is_classified_within_two_hours(ada: Client) -> None:
    made = sent(ada, kind="conduct", is_complaint="on", channel="letter")
    limit = Deadline.objects.get(key="complaint_classify")
    assert limit.due_at == made.received_at + timedelta(hours=2)
    ordered(made, about="service_attitude", at=timezone.now())
    limit.refresh_from_db()
    assert limit.met_at is not None
    sent(ada, kind="conduct", is_complaint="on", contact_phone="13866665555")
    assert Deadline.objects.filter(key="complaint_classify").count() == 1


def test_urgent_cases_lead_the_queue(ada: Client) -> None:
    last = sent(ada, kind="no_water", duplicate_of="none")
    first = sent(ada, kind="low_pressure", urgency="urgent", duplicate_of="none")
    middle = sent(ada, kind="other", urgency="important", duplicate_of="none")
    assert list(waiting_reports()) == [first, middle, last]


# -- The register of complaints ----------------------------------------------------------------


def test_the_complaint_register_has_content_process_and_result(ada: Client) -> None:
    made = sent(ada, kind="conduct", is_complaint="on", description="=HYPERLINK(1)")
    order = ordered(made, about="service_attitude", at=timezone.now())
    order = orders.accept_order(order, by=None, at=timezone.now(), assignee="李工")
    order = orders.start_work(order, by=None, at=timezone.now())
    orders.contact_user(order, method="phone", by=None, at=timezone.now())
    orders.enter_result(order, result="已整改", by=None, at=timezone.now())
    sent(ada, kind="praise", contact_phone="13844443333")
    page = ada.get(reverse("outages:complaints")).content.decode()
    assert made.reference in page
    assert "已整改" in page
    file = ada.get(reverse("outages:complaint-file")).content.decode("utf-8-sig")
    assert file.count("\n") == 2
    assert ",'=HYPERLINK(1)," in file
    today = timezone.localdate().isoformat()
    for query, rows in ((f"since={today}&until={today}", 2), ("until=2020-01-01", 1),
                        ("since=2026-99-99", 2)):  # fmt: skip
        answer = ada.get(f"{reverse('outages:complaint-file')}?{query}")
        assert answer.content.decode("utf-8-sig").count("\n") == rows, query
    book = ada.get(f"{reverse('outages:complaint-file')}?format=xlsx")
    assert formulas_in(book.content) == 0
    [_about, [_head, row]] = sheets_of(book.content).values()
    assert row[0] == made.reference
    assert "已整改" in row


def test_everything_that_happens_to_a_case_is_an_event_without_names_and_numbers(
    ada: Client,
) -> None:
    made = sent(ada, kind="conduct", contact_name="陈秀英", is_complaint="on")
    ordered(made, about="service_attitude", at=timezone.now())
    ada.post(reverse("outages:case-dissatisfied", args=[made.reference]))
    written = str(list(Event.objects.values_list("facts", "reason", "old", "new")))
    assert "陈秀英" not in written
    assert "13811112222" not in written
    assert {"reported", "order_issued", "dissatisfied"} <= set(
        Event.objects.values_list("verb", flat=True)
    )
