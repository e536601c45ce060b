"""What each person does on their screens, in the words that the screens use."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

SHANGHAI = ZoneInfo("Asia/Shanghai")
TILE_PX = 256
READING_MS = 3200  # nobody fills in a form faster; the guard against machines counts on it
SOON_MS = 30_000


def in_hours(hours: float) -> str:
    """A time from now as a datetime-local field takes it, in Shanghai."""
    return f"{datetime.now(SHANGHAI) + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def click_on_map(page: Page, selector: str, *, east_m: float, north_m: float, zoom: int) -> None:
    """Click beside the middle of a map that nobody has moved yet, in metres on the ground."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    metres_a_pixel = 40_075_016.7 * 0.921 / (TILE_PX * 2**zoom)  # cosine of 22.93 degrees
    x = box["x"] + box["width"] / 2 + east_m / metres_a_pixel
    y = box["y"] + box["height"] / 2 - north_m / metres_a_pixel
    page.mouse.click(x, y)


def panel(page: Page) -> Locator:
    """The dispatcher's right-hand panel."""
    return page.locator("#panel")


# -- Residents ---------------------------------------------------------------------------------


def report_a_leak(page: Page, *, address: str, description: str) -> str:
    """Fill in the public form, with a pin where one stands, and return the reference."""
    page.goto("/public/")
    page.get_by_role("link", name="我要报漏").last.click()
    page.get_by_label("在哪里？").fill(address)
    page.locator("[data-report-map]").scroll_into_view_if_needed()
    click_on_map(page, "[data-report-map]", east_m=148, north_m=373, zoom=15)
    expect(page.locator("[data-pick-state]")).to_have_text("位置已选好")
    page.locator("label", has_text="路面冒水").click()
    page.locator("[name=description]").fill(description)
    page.wait_for_timeout(READING_MS)
    page.get_by_role("button", name="提交").click()
    reference = page.locator(".preport__reference")
    expect(reference).to_be_visible()
    return reference.inner_text()


def ask_the_public_page(page: Page, place: str) -> Locator:
    """Type a place into the public page and return the answer."""
    page.goto("/public/")
    page.get_by_role("search").get_by_role("textbox").fill(place)
    page.get_by_role("button", name="查询").click()
    answer = page.locator(".public-answer")
    expect(answer).to_be_visible()
    return answer


# -- The call agent ----------------------------------------------------------------------------


def find_caller(page: Page, typed: str) -> None:
    """Find a caller by what they say, and take the first that fits."""
    page.goto("/desk/")
    page.locator("#desk-q").fill(typed)
    page.locator("#desk-results a").first.click()
    expect(page.locator(".verdict__text")).to_be_visible()


def merge_into_the_report_nearby(page: Page, *, phone: str) -> None:
    """Register the caller's report as the one that is offered."""
    expect(page.locator("[data-duplicate]")).to_be_visible()
    page.locator("#desk-panel [name=contact_phone]").fill(phone)
    page.get_by_label("地点、电话已向来电人复述").check()
    page.get_by_role("button", name="是同一处，并入").click()
    expect(page.get_by_text(re.compile("已并入"))).to_be_visible()


# -- The dispatcher ----------------------------------------------------------------------------


def report_on_pipe(page: Page, pipe: str) -> None:
    """Report a burst by a pipe's code and wait for its plan."""
    page.goto("/map/burst")
    page.get_by_label("管段编号").fill(pipe)
    page.get_by_role("button", name="报告并算方案").click()
    expect(panel(page).locator("#approve-form")).to_be_visible()


def open_case(page: Page, text: str) -> None:
    """Choose a case on the left."""
    page.goto("/map/")
    page.locator("#cases [data-case]").filter(has_text=text).first.click()
    expect(panel(page).locator("[data-panel]")).to_be_visible()


def steps(page: Page) -> list[str]:
    """The valves of the plan shown, in their order."""
    rows = panel(page).locator('.steps [data-direction="close"] .step__code')
    return rows.all_inner_texts()


def suppose(page: Page, *, stuck: str, reason: str) -> None:
    """Compute the plan again as if valves could not be turned ("" for none)."""
    page.keyboard.press("e")
    form = panel(page).locator("form[data-what-if]")
    expect(form).to_be_visible()
    for choice in form.locator("select[name=choice]").all():
        choice.select_option(index=0)
    form.get_by_label("关不动的阀").fill(stuck)
    form.get_by_label("改动原因").fill(reason)
    form.get_by_role("button", name="重算").click()
    expect(form).to_have_count(0)


def approve(page: Page, *, hours: int, crew: str = "", why: str = "") -> None:
    """Say until when and who goes, read what follows from it, and approve."""
    form = page.locator("#approve-form")
    form.locator(f'[data-eta-hours="{hours}"]').click()
    if crew:
        form.get_by_label("派谁去").select_option(label=crew)
    if why:
        form.get_by_label("光靠阀门关不住，为什么还要批准").fill(why)
    form.get_by_role("button", name="批准并派单").click()
    dialog = page.locator("#approve-dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="批准并派单").click()
    expect(form).to_have_count(0)
    expect(panel(page).get_by_role("heading", name="抢修人员")).to_be_visible()


def press_next_step(page: Page, name: str) -> None:
    """Press the panel's main button."""
    button = panel(page).get_by_role("button", name=name)
    expect(button).to_be_visible(timeout=SOON_MS)
    button.click()
    expect(button).to_have_count(0)


# -- The crew ----------------------------------------------------------------------------------


def card(phone: Page) -> Locator:
    """The step that fills the phone's screen."""
    return phone.locator("[data-card]:visible")


def current_valve(phone: Page) -> str:
    """The valve that the crew is asked to turn now."""
    expect(card(phone)).to_be_visible()
    return card(phone).locator("h2").inner_text()


def turn(phone: Page, answer: str) -> str:
    """Answer the step on the screen (关好了 or 开好了) and return its valve.

    At an outlet the answer is that its own work is done.
    """
    valve = current_valve(phone)
    step = phone.locator("[data-step]", has=phone.locator("[data-card]:visible"))
    number, at_outlet = step.get_attribute("data-step"), step.get_attribute("data-outlet")
    if at_outlet is None:
        card(phone).get_by_role("button", name=answer).click()
    else:
        card(phone).locator("button[value=done]").click()
    expect(phone.locator(f'[data-step="{number}"] [data-row]')).to_be_visible()
    return valve


def work_through(phone: Page, phase: str, answer: str) -> list[str]:
    """Answer every step that is left in a phase, wait until the server knows, return the valves."""
    turned = []
    # The page's script shows the step that is next: until then there is none to count.
    expect(card(phone)).to_be_visible()
    while card(phone).count():
        at_outlet = phone.locator("[data-outlet] [data-card]:visible").count()
        valve = turn(phone, answer)
        turned += [] if at_outlet else [valve]
    order = phone.locator("#order")
    expect(order).not_to_have_attribute("data-phase", phase, timeout=SOON_MS)
    return turned


def cannot_close(phone: Page, why: str) -> str:
    """Say that the valve on the screen cannot be closed, and why."""
    valve = current_valve(phone)
    step = phone.locator(f'[data-valve="{valve}"] [data-card]')
    step.get_by_text("关不了…").click()
    step.get_by_role("button", name=why).click()
    return valve


def kept_in_phone(phone: Page) -> bool:
    """Whether the page shown can be opened without signal."""
    return bool(
        phone.evaluate(
            "async () => Boolean(navigator.serviceWorker.controller)"
            " && Boolean(await caches.match(location.pathname))"
        )
    )
