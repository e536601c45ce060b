"""The dispatcher in a browser: a click to a plan to its approval, and the same by keys alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from gisapp.accounts.roles import sync_roles
from outages import tasks
from outages.models import BurstReport, IsolationPlan, Outage
from tests import factories
from tests.factories import NORTH, STEP_DEG, WEST, lay

# A machine that is busy with others draws its first map slowly.
expect.set_options(timeout=20_000)
CLOSING = '#panel [data-direction="close"] .step__code'
LINE = "(S) -p1- a -p2-V1| b -p3- c |V2-p4-V3| d -p5- (T)"
# The middle of p3, and of V3 at the far end of p4.
ON_P3 = f"{NORTH},{WEST + 2.5 * STEP_DEG}"


@pytest.fixture(autouse=True)
def _quiet(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    monkeypatch.setattr(tasks, "_send", lambda name, **arguments: None)


def session_of(client: Client, url: str) -> dict[str, str]:
    """The cookie of a signed-in client, for a browser."""
    name = django_settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture
def dispatcher(
    transactional_db: None, live_server: Any, new_context: Callable[..., BrowserContext]
) -> Iterator[Page]:
    """A signed-in dispatcher in front of the map, at the middle of p3."""
    sync_roles()
    lay(LINE)
    factories.crew("C1")
    client = Client()
    client.force_login(factories.person("dispatcher"))
    context = new_context()
    context.add_cookies([session_of(client, live_server.url)])
    page = context.new_page()
    page.goto(f"{live_server.url}/map/?at={ON_P3}&label=p3")
    expect(page.locator(".map .leaflet-popup")).to_be_visible()
    yield page
    # Requests still on their way would hold the tables that are emptied after the test.
    page.goto("about:blank")
    page.wait_for_timeout(500)


def test_a_click_a_plan_an_approval(dispatcher: Page) -> None:
    page = dispatcher
    page.get_by_role("button", name="Close popup").click()
    page.locator("[data-burst-tool]").click()
    box = page.locator("[data-map]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(CLOSING)).to_have_text(["V1", "V2"])
    expect(page.locator(".map .glyph-icon--todo")).to_have_count(2)
    expect(page.locator(".map .ov-zone-pipe")).not_to_have_count(0)
    plan = IsolationPlan.objects.get()
    assert BurstReport.objects.get().pipe == "p3"
    # However low the screen and long the panel: what is hidden in it makes the page no taller.
    page.set_viewport_size({"width": 1280, "height": 420})
    below = "document.querySelector('.why-ask label').getBoundingClientRect().top > innerHeight"
    assert page.evaluate(below), "nothing was proved"
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    page.set_viewport_size({"width": 1280, "height": 720})

    page.locator("[data-eta-hours='4']").click()
    page.get_by_role("button", name="批准并派单").first.click()
    dialog = page.locator("#approve-dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("抢修C1班")
    expect(dialog.locator("[data-close-dialog]")).to_be_focused()
    assert not Outage.objects.exists()
    dialog.locator("[data-confirm-yes]").click()
    page.wait_for_url("**/map/outages/*/")
    expect(page.locator("#panel .chip").first).to_have_text("已派单")
    expect(page.locator("#cases [data-case][aria-current=true]")).to_have_count(1)
    plan.refresh_from_db()
    assert plan.status == "approved"


def test_the_same_by_keys_alone(dispatcher: Page) -> None:
    page = dispatcher
    page.keyboard.press("b")
    expect(page.locator(".cross-hair")).to_be_visible()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowUp", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(CLOSING)).to_have_text(["V1", "V2"])

    page.keyboard.press("e")
    row = page.locator("#choice-V2")
    row.focus()
    page.keyboard.press("Space")
    expect(row).to_have_value("inoperable:V2")
    page.locator("#what-if-reason").focus()
    page.keyboard.type("井盖压住")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#panel .diff")).to_contain_text("+V3")

    page.locator("#approve-estimated_restoration_at").focus()
    page.keyboard.press("Escape")
    page.locator("[data-eta-hours='2']").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#approve-dialog")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/map/outages/*/")
    assert set(
        Outage.objects.get()
        .plans.get(status="approved")
        .operations.filter(direction="close")
        .values_list("valve", flat=True)
    ) == {"V1", "V3"}
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url("**/board/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/map/outages/*/")


@pytest.mark.expects_console_errors("409|422")
def test_a_stale_plan_shows_the_difference_before_it_can_be_approved(dispatcher: Page) -> None:
    from django.utils import timezone

    from network.services import set_valve_operability

    page = dispatcher
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    expect(page.locator(CLOSING)).to_have_text(["V1", "V2"])
    set_valve_operability("V2", operability="inoperable", by=None, at=timezone.now())
    page.locator("[data-eta-hours='4']").click()
    page.keyboard.press("Control+Enter")
    page.locator("[data-confirm-yes]").click()
    expect(page.locator("#panel .banner")).to_contain_text("网络有变")
    expect(page.locator("#panel .diff")).to_contain_text("+V3")
    expect(page.locator(CLOSING)).to_have_text(["V1", "V3"])
    assert not Outage.objects.exists()


def test_pipes_of_planned_works_are_picked_and_unpicked_on_the_map(
    dispatcher: Page, live_server: Any
) -> None:
    page = dispatcher
    page.goto(f"{live_server.url}/map/planned?pipe=p3")
    chips = page.locator("[data-picked] button")
    expect(chips).to_have_text(["p3 ✕"])
    field = page.locator("[name=pipes]")
    area = page.locator("[data-map]")
    box = area.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    # The picked pipe is in the middle and stands out in the colour of plans.
    until_colour(page, shown=True)
    page.mouse.click(*middle)
    expect(field).to_have_value("")
    expect(chips).to_have_count(0)
    until_colour(page, shown=False)
    page.mouse.click(*middle)
    expect(field).to_have_value("p3")
    until_colour(page, shown=True)
    # What is typed is picked too, and a button takes it off without the map.
    field.fill("p3 p4")
    expect(chips).to_have_text(["p3 ✕", "p4 ✕"])
    page.get_by_role("button", name="去掉 p3").click()
    expect(field).to_have_value("p4")


def until_colour(page: Page, *, shown: bool) -> None:
    """Wait until the middle of the map is drawn in the colour of planned works, or is not."""
    page.wait_for_function(
        """(shown) => {
          const map = document.querySelector("[data-map]").getBoundingClientRect();
          const [x, y] = [map.x + map.width / 2, map.y + map.height / 2];
          const plan = getComputedStyle(document.documentElement).getPropertyValue("--m-plan");
          const wanted = plan.trim().match(/\\w\\w/g).map((each) => parseInt(each, 16));
          for (const tile of document.querySelectorAll("canvas.leaflet-tile")) {
            const box = tile.getBoundingClientRect();
            if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;
            const scale = tile.width / box.width;
            const at = [(x - box.left) * scale, (y - box.top) * scale].map(Math.floor);
            const [r, g, b] = tile.getContext("2d").getImageData(at[0], at[1], 1, 1).data;
            const near = [r, g, b].every((part, i) => Math.abs(part - wanted[i]) < 12);
            return near === shown;
          }
          return false;
        }""",
        arg=shown,
        timeout=20_000,
    )


def test_it_works_without_script(
    transactional_db: None, live_server: Any, new_context: Callable[..., BrowserContext]
) -> None:
    sync_roles()
    lay(LINE)
    factories.crew("C1")
    client = Client()
    client.force_login(factories.person("dispatcher"))
    context = new_context(java_script_enabled=False)
    context.add_cookies([session_of(client, live_server.url)])
    page = context.new_page()
    page.goto(f"{live_server.url}/map/burst")
    page.fill("input[name=pipe]", "p3")
    page.get_by_role("button", name="报告并算方案").click()
    expect(page.locator(CLOSING)).to_have_text(["V1", "V2"])
    page.fill("#approve-estimated_restoration_at", "2099-01-01T08:00")
    page.locator("#approve-form button[type=submit]").click()
    page.get_by_role("button", name="批准并派单").click()
    page.wait_for_url("**/map/outages/*/")
    assert Outage.objects.get().work_orders.count() == 1


def test_a_valves_reason_opens_by_keys_and_draws_the_way_of_the_water(dispatcher: Page) -> None:
    dispatcher.keyboard.press("b")
    dispatcher.keyboard.press("Enter")
    expect(dispatcher.locator("#argument-why h3")).to_be_visible()
    link = dispatcher.locator('[data-why="why-V1"]')
    link.focus()
    dispatcher.keyboard.press("Enter")
    reason = dispatcher.locator("#why-V1")
    expect(reason).to_be_visible()
    expect(reason.locator(".way")).to_be_visible()
    expect(dispatcher.locator(".map[data-way]")).to_have_count(1)
    dispatcher.locator("#why-customer").focus()
    expect(dispatcher.locator(".map[data-way]")).to_have_count(0)
