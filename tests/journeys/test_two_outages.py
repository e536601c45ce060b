"""Two bursts side by side, one valve between them: who opens what, and when."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import people
from tests.journeys.conftest import Album, Arrival
from tests.journeys.people import panel
from tests.journeys.product import Product

pytestmark = [
    pytest.mark.slow,
]

CREW = "抢修三班"
# Neighbours of the demo town: V-2439 stands between them.
FIRST, SECOND, SHARED = "P-00014", "P-00349", "V-2439"


def test_closing_one_outage_leaves_the_others_valve_shut(
    product: Product, arrive: Arrival, album: Album
) -> None:
    dispatcher, crew = arrive("dispatcher"), arrive("crew", phone=True)
    first = outage_on(dispatcher, product, FIRST)
    close_all(crew, product, first)
    assert state_of(product, SHARED) == "closed"

    second = outage_on(dispatcher, product, SECOND)
    album(dispatcher, "31-second-outage-shares-a-valve-1440")
    step = panel(dispatcher).locator(f'.steps [data-asset="{SHARED}"]')
    expect(step).to_have_class("step step--done")
    close_all(crew, product, second)

    finish(dispatcher, crew, product, first, album)
    assert state_of(product, SHARED) == "closed", "the second outage still needs it"
    finish(dispatcher, crew, product, second, album)
    assert state_of(product, SHARED) == "open"


def outage_on(page: Page, product: Product, pipe: str) -> int:
    """Report and approve; the number of the outage that it made."""
    people.report_on_pipe(page, pipe)
    people.approve(page, hours=4, crew=CREW)
    return int(product.value("SELECT max(id) FROM outages_outage"))


def state_of(product: Product, valve: str) -> str:
    """Whether a valve stands open or closed now: what was last done to it, else its register."""
    done = product.value("SELECT state FROM network_valvecondition WHERE asset_id = %s", valve)
    return str(done or product.value("SELECT state FROM network_valve WHERE asset_id = %s", valve))


def order_of(product: Product, outage: int) -> str:
    return str(product.value("SELECT number FROM outages_workorder WHERE outage_id = %s", outage))


def close_all(phone: Page, product: Product, outage: int) -> None:
    """Accept the order and close what is left to close."""
    phone.goto(f"/work-orders/{order_of(product, outage)}/")
    phone.get_by_role("button", name="接单").click()
    people.work_through(phone, "close", "关好了")
    expect(phone.get_by_text("阀门都关好了，修管。")).to_be_visible()


def finish(page: Page, phone: Page, product: Product, outage: int, album: Album) -> None:
    """Repair, reopen in the order of the plan, restore, close."""
    phone.goto(f"/work-orders/{order_of(product, outage)}/")
    phone.get_by_label("哪里坏了").fill("接口漏水")
    phone.get_by_label("怎么修的").fill("换密封圈")
    phone.get_by_label("带压查漏，不漏").check()
    phone.get_by_role("button", name="修好了").click()
    page.goto(f"/map/outages/{outage}/")
    people.press_next_step(page, "排开阀步骤")
    album(page, f"32-reopening-{outage}-1440")
    phone.reload()
    expect(phone.locator("#order")).to_have_attribute("data-phase", "open")
    album(phone, f"33-opening-{outage}-390", whole=True)
    people.work_through(phone, "open", "开好了")
    page.goto(f"/map/outages/{outage}/")
    people.press_next_step(page, "恢复供水并通知")
    people.press_next_step(page, "结束停水")
