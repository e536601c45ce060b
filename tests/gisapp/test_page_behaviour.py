"""What the shared scripts do in a browser: dialogs, keys, theme, map symbols and the cross-hair."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from gisapp.accounts.models import User


@pytest.fixture
def open_page(
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    transactional_db: None,
) -> Callable[..., Page]:
    """Return a function that opens a page as somebody who may see the gallery."""
    builder = User.objects.create_user("pat", display_name="林晓", is_superuser=True)
    client = Client()
    client.force_login(builder)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_at(path: str, **differences: object) -> Page:
        context = new_context(**differences)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        # The gallery's map asks for tiles of a town that no test has loaded.
        context.route("**/*.mvt", lambda route: route.fulfill(status=200, body=b""))
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    return open_at


def test_a_dialog_starts_on_the_safe_button_and_danger_asks_for_the_code(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/gallery/")
    page.click("[data-dialog='#approve']")
    expect(page.locator("#approve [data-close-dialog]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#approve")).to_be_hidden()
    page.click("[data-dialog='#dry']")
    danger = page.locator("#dry .button--danger")
    expect(danger).to_be_disabled()
    page.fill("#dry-typed", "V-040")
    expect(danger).to_be_disabled()
    page.fill("#dry-typed", "V-0403")
    expect(danger).to_be_enabled()


def test_letters_are_commands_outside_fields_only_and_can_be_switched_off(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/gallery/")
    field = page.locator("textarea")
    field.focus()
    page.keyboard.type("what? jk")
    expect(field).to_have_value("what? jk")
    field.blur()
    page.keyboard.press("?")
    sheet = page.locator("dialog[open]")
    expect(sheet).to_contain_text("全部按键")
    sheet.locator("input[type=checkbox]").uncheck()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("?")
    page.wait_for_timeout(200)
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_the_theme_is_pinned_at_once_and_stays(open_page: Callable[..., Page]) -> None:
    page = open_page("/gallery/", color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(background)
    page.click("[data-theme-switch] button")
    after = page.evaluate(background)
    assert after != before
    page.reload()
    assert page.evaluate(background) == after
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_countdown_ticks_by_the_servers_clock(open_page: Callable[..., Page]) -> None:
    page = open_page("/gallery/", timezone_id="America/New_York")
    time = page.locator("[data-countdown] .countdown__time").first
    first = time.inner_text()
    assert first.startswith("11:")
    page.wait_for_timeout(2200)
    assert time.inner_text() != first
    assert page.locator(".countdown[data-stage=late] .countdown__time").first.inner_text()[0] == "+"


def test_a_row_lights_its_symbol_on_the_map(open_page: Callable[..., Page]) -> None:
    page = open_page("/gallery/map/")
    symbol = page.locator(".glyph-icon[data-asset='V-0426']")
    expect(symbol).to_have_count(1)
    page.hover("li[data-asset='V-0426']")
    expect(symbol).to_have_class(has_class("is-lit"))
    page.hover("h1")
    expect(symbol).not_to_have_class(has_class("is-lit"))
    symbol.hover()
    expect(page.locator("li[data-asset='V-0426']")).to_have_class(has_class("is-lit"))


def has_class(name: str) -> re.Pattern[str]:
    return re.compile(rf"(^|\s){name}(\s|$)")


def test_plan_numbers_merge_far_out_and_are_never_dropped(open_page: Callable[..., Page]) -> None:
    page = open_page("/gallery/map/", reduced_motion="reduce")  # Leaflet drops clicks in mid-zoom
    numbers = page.locator(".glyph-icon--todo, .glyph-icon--operating, .glyph-icon--done")
    expect(numbers).to_have_count(3)
    for _step in range(5):
        page.get_by_role("button", name="缩小").click()
    expect(page.locator(".map-tag--plan")).to_have_text("3 阀")


def test_the_legend_names_only_what_is_on_screen_and_remembers_being_folded(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/gallery/public/")
    legend = page.locator(".legend")
    expect(legend.locator("li")).to_have_text(["正在停水", "计划停水", "正在来水"])
    legend.locator(":scope > summary").click()
    page.reload()
    expect(page.locator(".legend")).not_to_have_attribute("open", "")


def test_the_networks_own_signs_are_folded_away_until_asked_for(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/gallery/map/")
    more = page.locator(".legend__more")
    expect(more).to_be_visible()
    expect(page.locator(".legend__more > ul > li").first).to_be_hidden()
    expect(page.locator(".legend > ul > li").first).to_be_visible()
    more.locator("summary").click()
    expect(page.locator(".legend__more > ul > li").first).to_be_visible()
    page.reload()
    expect(page.locator(".legend__more > ul > li").first).to_be_visible()


def test_a_point_is_placed_by_keys_ten_metres_at_a_time(open_page: Callable[..., Page]) -> None:
    page = open_page("/gallery/map/")
    page.wait_for_selector(".legend")
    picked = page.evaluate(
        """async () => {
          const { createMap } = await import("gisapp/map/base");
          const { createPicker } = await import("gisapp/map/pick");
          const live = createMap(document.querySelector("[data-map]"));
          const start = live.map.getCenter();
          const press = (key, shiftKey) => live.element.dispatchEvent(
            new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
          const point = await new Promise((resolve) => {
            const picker = createPicker(live, { onPick: resolve });
            picker.start();
            press("ArrowRight", false);
            press("ArrowUp", true);
            press("Enter", false);
          });
          return { east: live.map.distance(start, [start.lat, point.lng]),
                   north: live.map.distance(start, [point.lat, start.lng]),
                   left: document.querySelectorAll(".cross-hair").length };
        }"""
    )
    # Setting the view snaps to whole pixels, which is under half a metre at this zoom.
    assert picked["east"] == pytest.approx(10, abs=0.6)
    assert picked["north"] == pytest.approx(1, abs=0.6)
    assert picked["left"] == 0


@pytest.mark.parametrize(
    "path", ["/gallery/", "/gallery/map/", "/gallery/public/", "/gallery/phone/"]
)
def test_nothing_scrolls_sideways_on_a_small_phone(
    open_page: Callable[..., Page], path: str
) -> None:
    page = open_page(path, viewport={"width": 320, "height": 700})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_pages_are_whole_without_script(open_page: Callable[..., Page]) -> None:
    page = open_page("/gallery/phone/", java_script_enabled=False)
    expect(page.get_by_text("V-0426")).to_be_visible()
    page.goto(page.url.replace("/phone/", "/"))
    page.locator("form[action='/theme'] button").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"


@pytest.mark.expects_console_errors(r"401")
def test_who_is_signed_out_is_told_once_and_leaves_nothing_at_the_door(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/gallery/")
    cookies = page.context.cookies()

    def ask_for_the_bell() -> None:
        with page.expect_response("**/alerts/bell"):
            page.evaluate("htmx.trigger(document.body, 'alerts-changed')")

    page.context.clear_cookies()
    ask_for_the_bell()
    ask_for_the_bell()
    told = page.locator("#toasts [role=alert]")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("登录已失效")
    expect(page.locator(".topbar__bell form")).to_have_count(0)
    page.context.add_cookies(cookies)
    ask_for_the_bell()
    expect(told).to_have_count(0)

    # The phone goes to somebody else: pages that were kept for the first are gone.
    page.evaluate(
        "async () => { for (const name of ['crew-pages-9', 'crew-files-9'])"
        " await (await caches.open(name)).put('/work-orders/', new Response('解放路')); }"
    )
    page.context.clear_cookies()
    page.goto(page.url.replace("/gallery/", "/sign-in"))
    page.wait_for_function("async () => (await caches.keys()).join() === 'crew-files-9'")
