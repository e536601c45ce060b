"""Planned works from the drawing board to the last valve, and what the gate before them holds."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import people
from tests.journeys.conftest import Album, Arrival
from tests.journeys.people import panel
from tests.journeys.product import Product, wait_for
from tests.journeys.test_two_outages import CREW, close_all, finish

pytestmark = [
    pytest.mark.slow,
    # The browser reports the refusal that this journey provokes.
    pytest.mark.expects_console_errors(r"status of 409"),
]

PLACE, PLACE_EN = "城西支巷", "West Lane"


def test_planned_works_begin_only_when_people_know(
    product: Product, arrive: Arrival, album: Album
) -> None:
    dispatcher, agent, crew = arrive("dispatcher"), arrive("call_agent"), arrive("crew", phone=True)
    outage = drafted(dispatcher, product, album)
    people.press_next_step(dispatcher, "确认影响")
    people.press_next_step(dispatcher, "移交停水报告")
    refused_before_publishing(dispatcher, product, outage)

    published_by_the_agent(agent, product, outage, album)
    anyone = arrive()
    anyone.goto("/public/")
    wait_for("the public list names the works", lambda: listed(anyone))
    album(anyone, "42-planned-public-1440")
    phone = arrive(phone=True, english=True)
    phone.goto("/public/")
    album(phone, "42-planned-public-en-390", whole=True)

    dispatcher.goto(f"/map/outages/{outage}/")
    panel(dispatcher).get_by_label("派谁去").select_option(label=CREW)
    panel(dispatcher).get_by_role("button", name="派单").click()
    begun_earlier_than_told(dispatcher, product, outage)
    close_all(crew, product, outage)
    finish(dispatcher, crew, product, outage, album)
    assert status_of(product, outage) == "closed"


def drafted(page: Page, product: Product, album: Album) -> int:
    page.goto("/map/planned")
    form = page.locator("form[data-planned-form]")
    form.get_by_label("施工管段").fill(product.burst("dead-end")["pipe"])
    form.get_by_label("从", exact=True).fill(people.in_hours(26))
    form.get_by_label("到", exact=True).fill(people.in_hours(32))
    form.get_by_role("group", name="是否在主干道路上施工").get_by_role("radio", name="否").check()
    form.get_by_label("对外地点（中文）").fill(PLACE)
    form.get_by_label("对外地点（英文）").fill(PLACE_EN)
    form.get_by_role("button", name="拟定并算方案").click()
    expect(panel(page).locator(".steps .step").first).to_be_visible()
    album(page, "40-planned-draft-1440")
    return int(product.value("SELECT max(id) FROM outages_outage"))


def refused_before_publishing(page: Page, product: Product, outage: int) -> None:
    """No button offers it, and asking for it all the same is refused with the reason."""
    expect(panel(page).get_by_role("button", name="现在开工")).to_have_count(0)
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    answer = page.request.post(
        f"/map/outages/{outage}/start",
        form={"csrfmiddlewaretoken": token},
        headers={"Referer": page.url},
    )
    assert answer.status == 409
    assert "发布" in answer.text()
    assert status_of(product, outage) == "ready"


def published_by_the_agent(page: Page, product: Product, outage: int, album: Album) -> None:
    notice = product.value("SELECT id FROM outages_outagenotice WHERE outage_id = %s", outage)
    page.goto(f"/notices/{notice}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(PLACE)
    album(page, "41-planned-notice-1440")
    page.get_by_role("button", name="发布并发送").click()
    wait_for("the works are published", lambda: status_of(product, outage) == "published")


def listed(page: Page) -> bool:
    page.reload()
    return PLACE in page.locator("main").inner_text()


def begun_earlier_than_told(page: Page, product: Product, outage: int) -> None:
    """Nobody begins before the time in the notice: the works are moved to now, and people told."""
    expect(panel(page).get_by_role("button", name="现在开工")).to_have_count(0)
    panel(page).get_by_role("link", name="改期").click()
    form = page.locator("form#move")
    form.get_by_label("从", exact=True).fill(people.in_hours(0))
    form.get_by_label("到", exact=True).fill(people.in_hours(6))
    form.get_by_label("对外原因（中文）").fill("管件提前到货")
    form.get_by_role("button").click()
    wait_for("the works begin at their time", lambda: begun(page, product, outage))


def begun(page: Page, product: Product, outage: int) -> bool:
    """By itself, or by the dispatcher where that is quicker."""
    page.goto(f"/map/outages/{outage}/")
    button = panel(page).get_by_role("button", name="现在开工")
    if button.count():
        button.click()
        page.wait_for_load_state()
    return status_of(product, outage) == "in_effect"


def status_of(product: Product, outage: int) -> str:
    return str(product.value("SELECT status FROM outages_outage WHERE id = %s", outage))
