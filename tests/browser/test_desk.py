"""A call agent at the desk: the caller found, the answer read out, a duplicate merged, by keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import repeat
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from gisapp.accounts.roles import sync_roles
from network.models import Customer
from outages.models import BurstReport, Event
from outages.models.callbacks.asking import QUESTIONS
from outages.services.field import work
from tests import factories
from tests.factories import lay
from tests.outages.callbacks import by_phone
from tests.outages.conftest import Desk, make_desk

TOWN = """
(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)
c |V3-p4- e
"""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr("outages.tasks._send", lambda name, **arguments: None)
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"


@pytest.fixture
def desk() -> Desk:
    sync_roles()
    lay(TOWN, c_p3={"name": "林记药房", "phone": "13800772207", "search_text": "解放路3号林记药房"})
    return make_desk()


@pytest.fixture
def agent(
    new_context: Callable[..., BrowserContext], live_server: Any, client: Any, desk: Desk
) -> Page:
    client.force_login(factories.person("call_agent"))
    context = new_context(base_url=live_server.url)
    name = settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page = context.new_page()
    page.goto("/desk/")
    return page


def test_a_caller_is_answered_by_keys_alone(agent: Page, desk: Desk) -> None:
    outage = desk.burst("p3", accepted=False).outage
    order = work.open_order(outage)
    assert order is not None
    work.accept_order(order, by=desk.cruz, at=desk.now)
    desk.close_all(outage)
    agent.locator("body").click(position={"x": 700, "y": 20})
    agent.keyboard.press("/")
    agent.keyboard.type("林记")
    hit = agent.locator("#desk-results a")
    expect(hit).to_have_count(1)
    hit.focus()
    agent.keyboard.press("Enter")
    expect(agent.get_by_role("heading", level=1)).to_have_text("这个地址正在停水")
    expect(agent.locator(".script:visible")).to_contain_text("解放路的供水管爆了")
    agent.locator("[data-script=english]").click()
    expect(agent.locator(".script:visible")).to_contain_text("We are very sorry")
    agent.keyboard.press("F9")
    expect(agent.get_by_text("可以接下一个")).to_be_visible()
    filed = BurstReport.objects.get(kind="no_water")
    assert filed.status == "answered"
    assert outage.code in filed.answer


def test_the_number_shows_for_a_while_and_is_logged(agent: Page) -> None:
    agent.goto(f"/desk/?c={Customer.objects.get(asset_id='c.p3').pk}")
    number = agent.locator(".masked__number")
    expect(number).to_have_text("138****2207")
    agent.locator(".masked__ask summary").click()
    agent.get_by_role("button", name="已核实来电人身份").click()
    expect(number).to_have_text("13800772207")
    expect(agent.locator(".masked")).to_contain_text("后遮挡")
    assert Event.objects.filter(verb="phone_shown", facts__customer="c.p3").count() == 1


def test_a_second_caller_is_merged_into_the_first(agent: Page, desk: Desk) -> None:
    desk.clock = repeat(timezone.now())
    there = desk.report("p3", address="解放路 12 号")
    form = agent.locator("[data-desk-report]")
    form.get_by_role("textbox", name="电话").fill("13811112222")
    # Pointing on the map takes nothing away that was typed of the call.
    agent.locator("[data-desk-map]").evaluate("(map) => (map.closest('details').open = true)")
    agent.locator("[data-desk-map]").click()
    expect(agent.locator("#desk-answer h1")).to_be_visible()
    assert form.locator("[name=lat]").input_value() != ""
    expect(form.get_by_role("textbox", name="电话")).to_have_value("13811112222")
    form.get_by_label("地点").first.press_sequentially("解放路3号", delay=30)
    offer = agent.locator("[data-duplicate]")
    expect(offer).to_contain_text("解放路 12 号")
    expect(offer.locator(".leaflet-container")).to_be_visible()
    form.get_by_label("地点、电话已向来电人复述").check()
    offer.get_by_role("button", name="是同一处，并入").click()
    expect(agent.get_by_text(f"已并入 {there.reference}")).to_be_visible()
    second = BurstReport.objects.exclude(pk=there.pk).get()
    assert (second.status, second.duplicate_of_id) == ("duplicate", there.pk)


def test_a_new_burst_is_registered_with_ctrl_enter(agent: Page, desk: Desk) -> None:
    desk.clock = repeat(timezone.now())
    there = desk.report("p3", address="解放路 12 号")
    form = agent.locator("[data-desk-report]")
    form.get_by_label("地点").first.press_sequentially("解放路3号", delay=30)
    agent.get_by_role("button", name="不是，新登记").click()
    expect(agent.locator("[data-duplicate]")).to_have_count(0)
    form.get_by_role("textbox", name="电话").fill("13811112222")
    form.get_by_text("影响行车").click()
    form.get_by_label("地点、电话已向来电人复述").check()
    agent.keyboard.press("Control+Enter")
    expect(agent.locator(".toast")).to_contain_text("已登记")
    made = BurstReport.objects.exclude(pk=there.pk).get()
    assert (made.status, made.is_danger, made.pipe) == ("received", True, "p3")


def test_a_user_is_called_back_by_keys_alone(agent: Page, live_server: Any) -> None:
    callback = by_phone(timezone.now() - timedelta(minutes=2))
    agent.goto(f"{live_server.url}{reverse('outages:callback', args=[callback.order.number])}")
    questions = agent.locator(".asked__questions fieldset")
    for place, key in enumerate("11211"):
        expect(questions.nth(place)).to_have_class(re.compile("is-next"))
        agent.keyboard.press(key)
    expect(agent.locator("[data-questions] button[type=submit]")).to_be_focused()
    agent.keyboard.press("Enter")
    agent.wait_for_url("**/call-backs/")  # nobody else waits
    (said,) = callback.attempts.all()
    assert [getattr(said, name) for name in QUESTIONS] == [
        "satisfied", "satisfied", "unsatisfied", "satisfied", "satisfied",
    ]  # fmt: skip
