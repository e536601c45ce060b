"""The call desk: finding the caller, the verdict, the words, reports and their duplicates."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from itertools import repeat
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisapp.accounts.roles import sync_roles
from network.models import Customer, ValveCondition
from outages.models import BurstReport, CallNote, Event, Outage
from outages.services.field import work
from outages.views.desk.script import scripts, spoken_en, spoken_zh
from tests import factories
from tests.factories import NOON, lay
from tests.outages.conftest import Desk

TOWN = """
(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)
c |V3-p4- e
"""


@pytest.fixture
def ada(desk: Desk) -> Client:
    sync_roles()
    lay(TOWN, c_p3={"name": "林记药房", "phone": "13800772207", "search_text": "解放路3号林记药房"})
    client = Client()
    client.force_login(factories.person("call_agent"))
    return client


def customer(asset_id: str = "c.p3") -> Customer:
    return Customer.objects.get(asset_id=asset_id)


def client_in_english(client: Client) -> None:
    client.cookies["django_language"] = "en"


def desk_page(client: Client, **query: Any) -> str:
    answer = client.get(reverse("outages:desk"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def form(**more: Any) -> dict[str, Any]:
    here = customer().geom
    given = {
        "lat": here.y,
        "lon": here.x,
        "address": "解放路3号",
        "kind": "burst",
        "meter_side": "before",
        "contact_phone": "13811112222",
        "read_back": "on",
        "client_key": str(uuid4()),
    }
    return {**given, **more}


@pytest.mark.parametrize("typed", ["A0002", "解放路3号", "13800772207", "2207", "林记"])
def test_one_box_finds_the_caller_by_whatever_is_typed(ada: Client, typed: str) -> None:
    customer_found = Customer.objects.get(asset_id="c.p3")
    if typed == "A0002":
        typed = customer_found.account
    assert f"c={customer_found.pk}" in desk_page(ada, q=typed)


def test_nothing_on_record_is_the_verdict_in_large(ada: Client) -> None:
    assert "这个地址没有停水" in desk_page(ada, c=customer().pk)


def test_an_outage_is_said_with_time_reason_and_apology(ada: Client, desk: Desk) -> None:
    outage = desk.burst("p3", accepted=False).outage
    assert "这个地址马上停水" in desk_page(ada, c=customer().pk)
    order = work.open_order(outage)
    assert order is not None
    work.accept_order(order, by=desk.cruz, at=desk.now)
    desk.close_all(outage)
    body = desk_page(ada, c=customer().pk)
    assert "这个地址正在停水" in body
    assert "解放路的供水管爆了" in body
    assert "非常抱歉" in body
    assert "We are very sorry" in body
    for secret in ("V1", "V2", desk.crew.name):
        shown = body.split('id="desk-answer"', 1)[1].split("desk__close", 1)[0]
        # As a word: two letters may well stand inside a form's token.
        assert not re.search(rf"\b{secret}\b", shown)


def test_who_is_cut_off_outside_the_zone_is_told_so(ada: Client, desk: Desk) -> None:
    desk.burst("p3")
    assert "连带停水" in desk_page(ada, c=customer("c.p4").pk)


def why(client: Client, asset_id: str) -> str:
    url = reverse("outages:desk-customer-why", args=[customer(asset_id).pk])
    answer = client.get(url, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_agent_is_told_why_and_through_which_valves(ada: Client, desk: Desk) -> None:
    desk.burst("p3")
    client_in_english(ada)
    assert "no working valve stands between them and the burst" in why(ada, "c.p3")
    cut_off = why(ada, "c.p4")
    assert "Why no water" in cut_off
    assert "Outside the zone: their water came through the zone" in cut_off
    fed = why(ada, "c.p1")
    assert "Why there should be water" in fed
    assert "water comes from S" in fed


def test_a_valve_that_does_not_hold_is_named_to_the_agent(ada: Client, desk: Desk) -> None:
    ValveCondition.objects.create(asset_id="V3", changed_at=NOON, operability="inoperable")
    desk.burst("p4")
    client_in_english(ada)
    assert "only valves that do not hold, V3, stand before the burst" in why(ada, "c.p3")


def test_who_is_dry_without_an_outage_on_record_goes_to_the_dispatcher(ada: Client) -> None:
    client_in_english(ada)
    assert "water comes from S by way of V1" in why(ada, "c.p3")
    for valve in ("V1", "V2"):
        ValveCondition.objects.create(asset_id=valve, changed_at=NOON, state="closed")
    shut = why(ada, "c.p3")
    assert "As valves and sources stand on record no water comes here" in shut
    assert "is-warn" in shut


def test_the_caller_hears_why_without_the_name_of_a_valve(ada: Client, desk: Desk) -> None:
    outage = desk.burst("p3").outage
    said = {
        effect: [
            "".join(part for part, _strong in script.said)
            for script in scripts("off", outage, now=NOON, effect=effect)
        ]
        for effect in ("zone", "unintended", "already_dry")
    }
    assert "给您家供水的那一段水管" in said["zone"][0]
    assert "您家的水要从那一段过来" in said["unintended"][0]
    assert "comes through that one" in said["unintended"][-1]
    # Who was dry before is not promised water by the repair of somebody else's burst.
    assert all("预计" not in text and "师傅正在抢修" not in text for text in said["already_dry"])
    assert "before this outage" in said["already_dry"][-1]
    assert not any("V1" in text or "V2" in text for texts in said.values() for text in texts)
    assert "您家的水要从那一段过来" in desk_page(ada, c=customer("c.p4").pk)


def test_a_place_without_customer_is_answered_from_the_area(ada: Client, desk: Desk) -> None:
    desk.burst("p3")
    here = customer().geom
    assert "这个地址马上停水" in desk_page(ada, lat=here.y, lon=here.x)
    assert "这个地址没有停水" in desk_page(ada, lat=here.y + 1, lon=here.x)


def test_the_number_is_masked_until_it_is_shown_and_that_is_on_record(ada: Client) -> None:
    body = desk_page(ada, c=customer().pk)
    assert "138****2207" in body
    assert "13800772207" not in body
    url = reverse("outages:desk-customer-phone", args=[customer().pk])
    why = {"reason": "identity"}
    shown = ada.post(url, why, headers={"Accept": "application/json"})
    assert shown.json() == {"phone": "13800772207", "seconds": 30}
    event = Event.objects.get(verb="phone_shown")
    assert event.facts == {"customer": "c.p3"}
    assert event.by is not None
    assert event.by.username == "ada"
    assert "13800772207" not in str(event.facts)
    # Without script the same button leads to a page.
    assert "13800772207" in ada.post(url, why).content.decode()


def test_a_report_is_registered_with_its_dangers(ada: Client) -> None:
    answer = ada.post(reverse("outages:desk-report"), form(dangers=["traffic", "electricity"]))
    made = BurstReport.objects.get()
    assert answer.url == f"{reverse('outages:desk')}?made={made.reference}"
    assert (made.channel, made.pipe, made.is_danger, made.priority) == ("phone", "p3", True, 1)
    assert "影响行车" in made.description


@pytest.mark.parametrize("missing", ["contact_phone", "read_back", "kind"])
def test_what_a_report_needs_is_asked_for(ada: Client, missing: str) -> None:
    told = form()
    del told[missing]
    assert ada.post(reverse("outages:desk-report"), told).status_code == 422
    assert not BurstReport.objects.exists()


def test_a_report_nearby_must_be_decided_on(ada: Client, desk: Desk) -> None:
    desk.clock = repeat(timezone.now())
    there = desk.report("p3", address="解放路 12 号")
    url = reverse("outages:desk-report")
    undecided = ada.post(url, form())
    assert undecided.status_code == 409
    assert "解放路 12 号" in undecided.content.decode()
    assert BurstReport.objects.count() == 1

    ada.post(url, form(duplicate_of=str(there.pk)))
    merged = BurstReport.objects.exclude(pk=there.pk).get()
    assert (merged.status, merged.duplicate_of_id) == ("duplicate", there.pk)

    ada.post(url, form(duplicate_of="none"))
    apart = BurstReport.objects.latest("pk")
    assert (apart.status, apart.duplicate_of_id) == ("received", None)


def test_a_form_sent_twice_is_no_duplicate_of_itself(ada: Client, desk: Desk) -> None:
    """A double click, or the browser's own repeat after a lost answer."""
    desk.clock = repeat(timezone.now())
    url = reverse("outages:desk-report")
    twice = form()
    assert [ada.post(url, twice).status_code for _time in range(2)] == [302, 302]
    there = BurstReport.objects.get()
    merging = form(duplicate_of=str(there.pk), description="又一位邻居")
    for _time in range(2):
        answer = ada.post(url, merging, follow=True)
        assert "但没并入" not in answer.content.decode()
    assert BurstReport.objects.count() == 2
    assert Event.objects.filter(verb="merged").count() == 1


def test_the_offer_comes_while_the_address_is_typed(ada: Client, desk: Desk) -> None:
    desk.clock = repeat(timezone.now())
    desk.report("p3", address="解放路 12 号")
    url = reverse("outages:desk-duplicates")
    assert "解放路 12 号" in ada.get(url, {"address": "解放路3号"}).content.decode()
    assert "解放路 12 号" not in ada.get(url, {"address": "哪里都不是"}).content.decode()


def test_an_answered_call_is_kept_and_one_sent_twice_is_one(ada: Client) -> None:
    here = customer()
    told = {
        "outcome": "answered",
        "lat": here.geom.y,
        "lon": here.geom.x,
        "address": "解放路3号",
        "customer": here.pk,
        "verdict": "这个地址没有停水",
        "client_key": str(uuid4()),
    }
    for _time in range(2):
        assert ada.post(reverse("outages:desk-close"), told).status_code == 302
    made = BurstReport.objects.get()
    assert (made.status, made.kind, made.answer) == ("answered", "no_water", "这个地址没有停水")


def test_an_answer_needs_a_place_or_what_was_asked(ada: Client) -> None:
    told = {"outcome": "answered", "client_key": str(uuid4())}
    refused = ada.post(reverse("outages:desk-close"), told)
    assert refused.status_code == 422
    assert "记下对方问了什么" in refused.content.decode()
    assert not CallNote.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "note"), [("answered", "几点抄表"), ("invalid", ""), ("invalid", "打错了")]
)
def test_a_call_without_a_place_is_kept_once(ada: Client, outcome: str, note: str) -> None:
    """INT-24, ORG-02: answered without an order, or logged with its disposition."""
    told = {"outcome": outcome, "note": note, "client_key": str(uuid4())}
    for _time in range(2):
        assert ada.post(reverse("outages:desk-close"), told).status_code == 302
    call = CallNote.objects.get()
    assert (call.outcome, call.asked, call.taken_by.username) == (outcome, note, "ada")
    event = Event.objects.get()
    assert (event.subject, event.verb, event.new, event.by) == (
        "call", "call_logged", outcome, call.taken_by,
    )  # fmt: skip
    assert note == "" or note not in str(event.facts) + event.reason
    assert not BurstReport.objects.exists()
    with pytest.raises(IntegrityError, match="not deleted"), transaction.atomic():
        call.delete()


def test_that_it_was_read_back_is_kept_with_the_report(desk: Desk) -> None:
    """INT-22."""
    lay(TOWN)
    made = desk.report("p3", read_back=True)
    assert made.events.get(verb="reported").facts["read_back"] is True
    other = desk.report("p4")
    assert "read_back" not in other.events.get(verb="reported").facts


def test_times_are_said_as_people_say_them() -> None:
    assert spoken_zh(NOON + timedelta(hours=19, minutes=30), NOON) == "明天早上 7 点 30 分"
    assert spoken_zh(NOON + timedelta(hours=1), NOON) == "今天下午 1 点"
    assert spoken_zh(NOON, NOON) == "今天中午 12 点"
    assert spoken_en(NOON + timedelta(hours=1), NOON) == "13:00 today"


@pytest.mark.parametrize("state", ["off", "soon", "returning", "planned", "restored"])
def test_every_way_to_say_it_has_words_and_no_promise(state: str) -> None:
    outage = Outage(
        code="x",
        place="解放路",
        place_en="Jiefang Road",
        cause="burst",
        estimated_restoration_at=NOON + timedelta(hours=3),
        planned_start_at=NOON,
        planned_end_at=NOON + timedelta(hours=4),
    )
    said = scripts(state, outage, now=NOON)
    assert [script.key for script in said] == ["plain", "upset", "care", "english"]
    for script in said:
        text = "".join(part for part, _strong in script.said)
        assert len(text) > 30
        assert "保证" not in text
        assert "guarantee" not in text


def test_a_missed_estimate_is_not_read_out_as_if_it_held() -> None:
    outage = Outage(place="解放路", cause="burst", estimated_restoration_at=NOON)
    said = scripts("off", outage, now=NOON + timedelta(hours=1))[0].said
    assert "晚了" in "".join(part for part, _strong in said)


def test_a_form_to_be_put_right_keeps_the_caller_and_the_words_for_them(ada: Client) -> None:
    here = customer("c.p3")
    told = {"customer": here.asset_id, "kind": "leak", "meter_side": "before"}
    answer = ada.post(
        reverse("outages:desk-report"),
        told | {"lat": here.geom.y, "lon": here.geom.x, "client_key": str(uuid4())},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "这个地址没有停水" in page
    assert "138****2207" in page
    assert f'name="customer" value="{here.pk}"' in page  # the call is filed where it was


def test_the_number_on_file_needs_not_be_typed_again_nor_shown(ada: Client) -> None:
    here = customer("c.p3")
    page = desk_page(ada, c=here.pk)
    assert "档案号码：138****2207" in page
    told = {
        "customer": here.asset_id,
        "lat": here.geom.y,
        "lon": here.geom.x,
        "address": "解放路2号",
        "kind": "leak",
        "meter_side": "before",
        "read_back": "on",
        "phone_on_file": "on",
        "client_key": str(uuid4()),
    }
    assert ada.post(reverse("outages:desk-report"), told).status_code == 302
    made = BurstReport.objects.get()
    assert made.contact_phone == here.phone == "13800772207"
    # Nobody is on file at that place: a number has to be asked for.
    other = told | {"customer": "", "client_key": str(uuid4()), "duplicate_of": "none"}
    answer = ada.post(reverse("outages:desk-report"), other)
    assert answer.status_code == 422
    assert "先问清能回电的号码" in answer.content.decode()
