"""What is masked is shown for a reason, on record, not without end; supervision can look it up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from network.models import Customer
from outages.models import Alert, BurstReport, Disclosure, Event
from outages.services.desk import disclosures
from outages.services.desk.disclosures import ShownTooMany, Why, WhyMissing
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.offices import client_of, member, ordered, told
from tests.outages.test_plans import LINE

pytestmark = pytest.mark.django_db
PHONE, NAME = "13800772207", "林记饭店"
CALL_BACK = Why("call_back")
JSON = {"Accept": "application/json"}


@pytest.fixture
def lin(desk: Desk) -> Customer:
    lay(LINE, c_p3={"phone": PHONE, "name": NAME, "search_text": NAME, "address": "解放路3号"})
    return Customer.objects.get(asset_id="c.p3")


@pytest.fixture
def ada() -> Any:
    return member("call_agent", department="call_centre", username="ada")


@pytest.fixture
def sue() -> Client:
    return client_of(member("supervision", username="sue"))


def log(client: Client, **asked: str) -> str:
    return client.get(reverse("outages:access-log"), asked).content.decode()


@pytest.mark.parametrize("why", [Why(""), Why("because"), Why("other", "  "), Why("unasked")])
def test_without_a_reason_nothing_is_shown_and_nothing_is_recorded(
    lin: Customer, ada: Any, why: Why
) -> None:
    with pytest.raises(WhyMissing):
        disclosures.show_customer_phone(lin, why=why, by=ada, at=NOON)
    assert not Disclosure.objects.exists()
    assert not Event.objects.filter(verb="phone_shown").exists()


def test_a_number_is_shown_with_who_when_whose_and_why_but_never_the_number(
    lin: Customer, ada: Any
) -> None:
    why = Why("other", "  抄表员请求核对 ")
    assert disclosures.show_customer_phone(lin, why=why, by=ada, at=NOON) == PHONE
    seen = Disclosure.objects.get()
    told_ = (seen.by, seen.at, seen.thing, seen.customer, seen.reason, seen.note)
    assert told_ == (ada, NOON, "number", "c.p3", "other", "抄表员请求核对")
    event = Event.objects.get(verb="phone_shown")
    assert (event.subject, event.by, event.new) == ("disclosure", ada, "other")
    assert PHONE not in str([vars(seen), vars(event)])


def test_what_was_recorded_is_not_taken_back(lin: Customer, ada: Any) -> None:
    disclosures.show_customer_phone(lin, why=CALL_BACK, by=ada, at=NOON)
    for change in (
        lambda: Disclosure.objects.update(reason="identity"),
        lambda: Disclosure.objects.get().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_the_agent_says_why_by_the_same_click(lin: Customer, ada: Any) -> None:
    url = reverse("outages:desk-customer-phone", args=[lin.pk])
    browser = client_of(ada)
    page = browser.get(reverse("outages:desk"), {"c": lin.pk}).content.decode()
    assert PHONE not in page
    assert 'value="identity"' in page
    silent = browser.post(url, headers=JSON)
    assert (silent.status_code, list(silent.json())) == (422, ["error"])
    # Without script the question comes as a page of its own, and its buttons lead on.
    asked = browser.post(url)
    assert asked.status_code == 422
    assert f'action="{url}"' in asked.content.decode()
    shown = browser.post(url, {"reason": "identity"}, headers=JSON)
    assert shown.json() == {"phone": PHONE, "seconds": 30}
    assert shown["Cache-Control"] == "no-store"


def test_after_so_many_it_stops_and_supervision_hears_of_it_once(
    lin: Customer, ada: Any, sue: Client, settings: Any
) -> None:
    settings.DISCLOSURES_AT_MOST, settings.DISCLOSURES_WITHIN_S = 3, 600
    for minute in range(3):
        at = NOON + timedelta(minutes=minute)
        disclosures.show_customer_phone(lin, why=CALL_BACK, by=ada, at=at)
    for _again in range(2):
        with pytest.raises(ShownTooMany):
            disclosures.show_customer_phone(
                lin, why=CALL_BACK, by=ada, at=NOON + timedelta(minutes=5)
            )
    alert = Alert.objects.get(code="numbers_shown_often")
    assert (alert.to_name, alert.facts) == (
        "supervision",
        {"staff": "ada", "count": 3, "minutes": 10},
    )
    page = sue.get(reverse("outages:alerts")).content.decode()
    assert "ada 在 10 分钟内要查看超过 3 户的资料" in page
    assert "/access-log/?q=ada" in page
    # Others go on, and so does she once the first of them is old enough.
    bob = member("call_agent", username="bob")
    assert disclosures.show_customer_phone(lin, why=CALL_BACK, by=bob, at=NOON)
    later = NOON + timedelta(minutes=10, seconds=1)
    assert disclosures.show_customer_phone(lin, why=CALL_BACK, by=ada, at=later)


def test_the_limit_is_answered_in_words(lin: Customer, ada: Any, settings: Any) -> None:
    settings.DISCLOSURES_AT_MOST = 1
    url = reverse("outages:desk-customer-phone", args=[lin.pk])
    browser = client_of(ada)
    browser.post(url, {"reason": "identity"})
    refused = browser.post(url, {"reason": "identity"}, headers=JSON)
    assert refused.status_code == 429
    assert "请稍后再试" in refused.json()["error"]
    page = browser.post(url, {"reason": "identity"})
    assert page.status_code == 429
    assert PHONE not in page.content.decode()


def test_supervision_finds_it_by_person_customer_case_and_kind(
    lin: Customer, ada: Any, sue: Client
) -> None:
    now = timezone.now()
    report = told("conduct", contact_phone="13911112222", by=ada)
    disclosures.show_customer_phone(lin, why=CALL_BACK, by=ada, at=now)
    disclosures.show_caller_phone(report, why=Why("other", "核对地址"), by=ada, at=now)
    disclosures.open_file(lin, why=Why("identity"), by=ada, at=now)
    for asked in ("ada", "A0002", "林记", "c.p3", PHONE):
        page = log(sue, q=asked)
        assert "解放路3号" in page, asked
        assert "没有查阅" not in page, asked
    by_case = log(sue, q=report.reference)
    assert "核对地址" in by_case
    assert "解放路3号" not in by_case
    assert "没有查阅" in log(sue, q="nobody")
    assert "没有查阅" in log(sue, until="2020-01-01", since="2019-01-01")
    assert log(sue, thing="file").count("<tr>") == 2
    assert "没有查阅" in log(sue, thing="list")


def test_the_log_holds_no_number_in_full(lin: Customer, ada: Any, sue: Client) -> None:
    disclosures.show_customer_phone(lin, why=CALL_BACK, by=ada, at=timezone.now())
    page = log(sue)
    assert "ada" in page
    assert PHONE not in page


def test_a_list_that_is_taken_away_is_on_record(lin: Customer, desk: Desk, sue: Client) -> None:
    plan = desk.propose(desk.report("p3"))
    url = reverse("outages:plan-customers", args=[plan.pk])
    browser = client_of(desk.dana)
    browser.get(url)
    assert not Disclosure.objects.exists()
    assert NAME in b"".join(browser.get(url, {"format": "csv"})).decode()
    seen = Disclosure.objects.get()
    assert (seen.thing, seen.by, seen.reason) == ("list", desk.dana, "unasked")
    assert seen.rows == plan.affected.count()
    sue.get(reverse("outages:complaint-file"))
    assert Disclosure.objects.filter(thing="list").count() == 2


def test_the_crew_sees_a_masked_number_and_may_ring_for_the_way(desk: Desk) -> None:
    lay(LINE)
    leak = told("low_pressure", contact_phone="13911112222", by=desk.dana)
    order = ordered(leak, about="pipe_repair", crew=desk.crew)
    browser = client_of(desk.cruz)
    page = browser.get(reverse("outages:work-order", args=[order.number])).content.decode()
    assert "139****2222" in page
    assert "13911112222" not in page
    url = reverse("outages:work-order-phone", args=[order.number])
    assert browser.post(url, headers=JSON).json()["phone"] == "13911112222"
    seen = Disclosure.objects.get()
    assert (seen.by, seen.report, seen.reason) == (desk.cruz, leak, "on_site")
    stranger = client_of(member("crew", crew="C9", username="stranger"))
    assert stranger.post(url).status_code == 404


def test_the_crew_learns_nothing_of_who_must_be_protected(desk: Desk) -> None:
    lay(LINE)
    leak = told("low_pressure", contact_phone="13911112222", is_confidential=True, by=desk.dana)
    order = ordered(leak, about="pipe_repair", crew=desk.crew)
    browser = client_of(desk.cruz)
    page = browser.get(reverse("outages:work-order", args=[order.number])).content.decode()
    assert "2222" not in page
    url = reverse("outages:work-order-phone", args=[order.number])
    assert browser.post(url).status_code == 404
    assert not Disclosure.objects.exists()


# -- One customer, one file (SEC-06) -----------------------------------------------------------


def file_url(name: str = "customer-file") -> str:
    return reverse(f"outages:{name}", args=["c.p3"])


def test_a_file_asks_why_before_it_opens_and_closes_again(
    lin: Customer, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client_of(ada)
    told("no_water", customer="c.p3", by=ada)
    reference = BurstReport.objects.get().reference
    closed = browser.get(file_url()).content.decode()
    assert reference not in closed
    assert NAME not in closed
    assert browser.post(file_url("customer-file-open")).status_code == 422
    opened = browser.post(file_url("customer-file-open"), {"reason": "identity"}, follow=True)
    assert reference in opened.content.decode()
    assert NAME in opened.content.decode()
    assert PHONE not in opened.content.decode()
    assert Disclosure.objects.filter(thing="file", reason="identity").count() == 1
    # Another agent's reason opens it to that agent alone, and only for a while.
    other = client_of(member("call_agent", username="bob"))
    assert reference not in other.get(file_url()).content.decode()
    late = timezone.now() + timedelta(minutes=31)
    monkeypatch.setattr("outages.views.privacy.customer_file.timezone.now", lambda: late)
    assert reference not in browser.get(file_url()).content.decode()


def test_a_file_holds_reports_orders_outages_and_messages(
    lin: Customer, ada: Any, desk: Desk
) -> None:
    report = told("no_water", customer="c.p3", by=ada)
    order = ordered(report, about="pipe_repair")
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    browser = client_of(ada)
    page = browser.post(file_url("customer-file-open"), {"reason": "identity"}, follow=True)
    text = page.content.decode()
    for held in (report.reference, order.number, outage.code, "A0002"):
        assert held in text, held
    assert outage.notices.filter(deliveries__customer="c.p3").exists()
    assert "短信" in text


def test_a_file_says_only_that_something_is_protected(lin: Customer, ada: Any) -> None:
    secret = told("conduct", customer="c.p3", is_confidential=True, by=ada)
    order = ordered(secret, about="service_attitude")
    other = client_of(member("call_agent", username="bob"))
    text = other.post(
        file_url("customer-file-open"), {"reason": "identity"}, follow=True
    ).content.decode()
    assert secret.reference not in text
    assert order.number not in text
    assert "有 1 条受保护的报障不向您显示" in text
    for reader in (ada, member("supervision", username="sue")):
        opened = client_of(reader).post(
            file_url("customer-file-open"), {"reason": "inspection"}, follow=True
        )
        assert secret.reference in opened.content.decode()


def test_a_customer_that_is_not_there_has_no_file(lin: Customer, ada: Any) -> None:
    browser = client_of(ada)
    assert browser.get(reverse("outages:customer-file", args=["nobody"])).status_code == 404
