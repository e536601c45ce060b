"""A crew on a phone: valves closed with and without signal, one that cannot be, a new plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from gisapp.accounts.roles import sync_roles
from outages.models import Event, OrderMilestone, OutageTask, ValveOperation, WorkOrder
from outages.policy.matrix import Task
from outages.services import orders
from outages.services.field import work
from outages.services.shutdown import plans
from tests.factories import lay
from tests.outages.conftest import Desk, make_desk
from tests.outages.scenarios.test_outage_duties import with_persons

# V2 stuck: the next valve on that side is V4.
TOWN = """
(S) -p1- a -p2-V1| b -p3- c |V2-p5- d |V4-p6- (T)
c |V3-p7- e -p8- (U)
"""
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # Without signal the browser says so for every request that fails.
    pytest.mark.expects_console_errors(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch"),
]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr("outages.tasks._send", lambda name, **arguments: None)
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def desk() -> Desk:
    sync_roles()
    return make_desk()


@pytest.fixture
def order(desk: Desk) -> WorkOrder:
    lay(TOWN)
    made = desk.burst("p3", accepted=False).order
    assert made is not None
    return made


@pytest.fixture
def phone(
    new_context: Callable[..., BrowserContext], live_server: Any, client: Any, desk: Desk
) -> Page:
    client.force_login(desk.cruz)
    context = new_context(base_url=live_server.url, **PHONE)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    context.add_cookies([cookie])
    return context.new_page()


def open_order(phone: Page, order: WorkOrder) -> None:
    phone.goto(f"/work-orders/{order.number}/")
    until_awake(phone)


def until_awake(phone: Page) -> None:
    """Wait for the script: a tap before it is posted at once, as on a phone without script."""
    expect(phone.locator("html[data-taps=kept]")).to_have_count(1)


def accept(phone: Page) -> None:
    with phone.expect_navigation():
        phone.get_by_role("button", name="接单").click()


def card(phone: Page) -> Any:
    return phone.locator("[data-card]:visible")


def status(order: WorkOrder, valve: str) -> str:
    steps = ValveOperation.objects.filter(plan__outage=order.outage, valve=valve)
    return steps.latest("pk").status


def until(phone: Page, check: Callable[[], bool], *, seconds: int = 20) -> None:
    for _try in range(seconds * 5):
        if check():
            return
        phone.wait_for_timeout(200)
    raise AssertionError("it did not happen in time")


def kept_in_phone(phone: Page, path: str) -> bool:
    """Whether the worker has the page for the time without signal."""
    return bool(
        phone.evaluate("async (path) => Boolean(await caches.match(path))", path)
        and phone.evaluate("() => Boolean(navigator.serviceWorker.controller)")
    )


def test_valves_are_closed_with_and_without_signal(
    phone: Page, order: WorkOrder, desk: Desk
) -> None:
    open_order(phone, order)
    accept(phone)
    until_awake(phone)
    first = card(phone).locator("h2").inner_text()
    card(phone).get_by_role("button", name="关好了").click()
    # The next step is there at once, and the tap can be taken back.
    expect(card(phone).locator("h2")).not_to_have_text(first)
    expect(phone.get_by_role("button", name=f"撤销 {first}")).to_be_visible()
    assert status(order, first) == "pending"
    until(phone, lambda: status(order, first) == "done")

    until(phone, lambda: kept_in_phone(phone, f"/work-orders/{order.number}/"))
    phone.wait_for_timeout(1000)
    phone.context.set_offline(True)
    second = card(phone).locator("h2").inner_text()
    card(phone).get_by_text("圈数、备注、照片").click()
    card(phone).get_by_label("实际圈数").fill("57")
    card(phone).get_by_role("button", name="关好了").click()
    expect(phone.locator("[data-offline]")).to_contain_text("1 条操作存在手机里", timeout=20_000)
    assert status(order, second) == "pending"
    # Switched off and on again without signal: nothing is forgotten.
    phone.reload()
    expect(phone.locator(f'[data-valve="{second}"]')).to_contain_text("57 圈")
    expect(phone.locator(f'[data-valve="{second}"]')).to_contain_text("待上传", timeout=15_000)
    expect(phone.locator(f'[data-valve="{first}"] [data-row]')).to_be_visible()
    # What is seen without signal says from when it is.
    age = phone.locator("#order [data-as-of]")
    expect(age).to_be_visible(timeout=40_000)
    expect(age).to_contain_text("方案是")

    phone.context.set_offline(False)
    until(phone, lambda: status(order, second) == "done", seconds=30)
    operation = ValveOperation.objects.get(plan__outage=order.outage, valve=second)
    assert operation.turns == 57
    assert Event.objects.filter(verb="valve_close_done").count() == 2
    expect(phone.locator("[data-offline]")).to_be_hidden()


def test_a_tap_can_be_taken_back(phone: Page, order: WorkOrder, desk: Desk) -> None:
    work.accept_order(order, by=desk.cruz, at=desk.now)
    open_order(phone, order)
    valve = card(phone).locator("h2").inner_text()
    card(phone).get_by_role("button", name="关好了").click()
    phone.get_by_role("button", name=f"撤销 {valve}").click()
    expect(card(phone).locator("h2")).to_have_text(valve)
    expect(card(phone).get_by_role("button", name="关好了")).to_be_enabled()
    phone.wait_for_timeout(6000)
    assert status(order, valve) == "pending"
    # Nobody signed in any more: the plan shown is followed no longer, and that is said.
    phone.context.clear_cookies()
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    state = phone.locator("[data-offline]")
    expect(state).to_contain_text("登录")
    expect(state.get_by_role("link")).to_have_attribute(
        "href", f"/sign-in?next=/work-orders/{order.number}/"
    )


def test_a_stuck_valve_waits_for_the_dispatcher_and_the_new_plan_must_be_read(
    phone: Page, order: WorkOrder, desk: Desk
) -> None:
    work.accept_order(order, by=desk.cruz, at=timezone.now())
    open_order(phone, order)
    phone.locator('[data-valve="V2"] [data-choose]').or_(
        phone.locator('[data-valve="V2"] [data-card]:visible h2')
    ).first.click()
    expect(card(phone).locator("h2")).to_have_text("V2")
    card(phone).get_by_text("关不了…").click()
    card(phone).get_by_role("button", name="方榫打滑").click()
    until(phone, lambda: status(order, "V2") == "failed")
    expect(phone.locator(".stuck")).to_contain_text("V4")
    expect(phone.locator(".stuck del")).to_have_text("V2")

    proposal = order.outage.plans.latest("version")
    plans.adopt_plan(proposal, by=desk.dana, at=timezone.now(), reason="V2 打滑")
    # Nobody reloads: the phone finds out by itself and stops everything else.
    expect(phone.locator("header.stop")).to_contain_text("先停手", timeout=30_000)
    expect(phone.locator("[data-step-form]")).to_have_count(0)
    phone.get_by_role("button", name="看懂了").click()
    expect(card(phone)).to_be_visible()
    assert Event.objects.filter(verb="plan_acknowledged").count() == 1


def test_it_works_without_script(
    new_context: Callable[..., BrowserContext],
    live_server: Any,
    client: Any,
    order: WorkOrder,
    desk: Desk,
) -> None:
    client.force_login(desk.cruz)
    context = new_context(base_url=live_server.url, java_script_enabled=False, **PHONE)
    name = settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"/work-orders/{order.number}/")
    page.get_by_role("button", name="接单").click()
    for _valve in range(
        ValveOperation.objects.filter(plan__outage=order.outage, direction="close").count()
    ):
        card(page).get_by_role("button", name="关好了").click()
    page.get_by_label("哪里坏了").fill("接口断裂")
    page.get_by_label("怎么修的").fill("更换管段 6 米")
    page.get_by_label("带压查漏，不漏").check()
    page.get_by_role("button", name="修好了").click()
    expect(page.get_by_text("已报修好")).to_be_visible()
    order.refresh_from_db()
    assert order.repaired_at is not None


def test_gloves_fit(phone: Page, order: WorkOrder, desk: Desk) -> None:
    work.accept_order(order, by=desk.cruz, at=desk.now)
    open_order(phone, order)
    heights = {
        name: card(phone).locator(selector).bounding_box()["height"]
        for name, selector in (("done", "button[value=done]"), ("cannot", ".cannot > summary"))
    }
    assert heights["done"] >= 68
    assert heights["cannot"] >= 52
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_phone_without_room_posts_the_tap_at_once(
    phone: Page, order: WorkOrder, desk: Desk
) -> None:
    work.accept_order(order, by=desk.cruz, at=desk.now)
    open_order(phone, order)
    phone.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('no room'); }; }"
    )
    valve = card(phone).locator("h2").inner_text()
    with phone.expect_navigation():
        card(phone).get_by_role("button", name="关好了").click()
    assert status(order, valve) == "done"


def test_what_is_done_without_signal_is_told_once_and_the_office_sees_it_by_itself(
    phone: Page, office: Page, desk: Desk
) -> None:
    """A notice hung with its photo, and a node of the works; the list of duties refreshes."""
    with_persons(100)
    back = timezone.now() + timedelta(hours=6)
    approval = desk.approve(desk.propose(desk.report("p2")), estimated_restoration_at=back)
    order = desk.take(approval).order
    assert order is not None
    duty = order.outage.duties.get(task=Task.POSTING)
    node, _later = orders.plan_milestones(order, names=["开挖", "换管"], by=None, at=desk.now)
    office.goto("/duties/")
    waiting = office.locator(f"#duty-{duty.pk}")
    waiting.locator("summary").first.click()
    open_order(phone, order)
    until(phone, lambda: kept_in_phone(phone, f"/work-orders/{order.number}/"))
    phone.context.set_offline(True)
    row = phone.locator(f'[data-posting="{duty.pk}"]')
    row.locator("summary").click()
    door = {"name": "door.png", "mimeType": "image/png", "buffer": picture()}
    row.get_by_label("照片").set_input_files([door])
    row.get_by_label("备注").fill("桥头")
    row.locator("button[type=submit]").click()
    # The phone keeps it and says so; the server knows nothing.
    expect(row.locator("[data-posting-end]")).to_have_text("待上传")
    expect(row.locator("form")).to_be_hidden()
    dug = phone.locator(f'[data-posting="node-{node.pk}"]')
    dug.get_by_role("button", name="完成").click()
    expect(dug.locator("[data-posting-end]")).to_have_text("待上传")
    expect(dug.locator("form")).to_be_hidden()
    duty.refresh_from_db()
    node.refresh_from_db()
    assert (duty.status, node.done_at) == ("pending", None)
    back_at = timezone.now()

    phone.context.set_offline(False)
    until(phone, lambda: OutageTask.objects.get(pk=duty.pk).status == "done", seconds=30)
    hung = phone.locator(f'[data-posting="{duty.pk}"][data-status=done] [data-posting-end] svg')
    expect(hung).to_be_visible()
    duty.refresh_from_db()
    assert (duty.done_by, bool(duty.photo)) == (desk.cruz, True)
    told = Event.objects.filter(subject="duty", subject_id=duty.pk, verb="duty_status", new="done")
    assert told.count() == 1
    until(phone, lambda: OrderMilestone.objects.get(pk=node.pk).done_at is not None)
    node.refresh_from_db()
    assert (node.done_by, node.done_at < back_at) == (desk.cruz, True), "as of the tap"
    assert Event.objects.filter(verb="milestone_done").count() == 1

    # The office's list asks by itself; what somebody fills in there is left alone.
    with office.expect_response("**/duties/"):
        office.clock.fast_forward(16_000)
    expect(waiting.locator("form").first).to_be_visible()
    waiting.locator("summary").first.click()
    office.locator("h1").click()
    with office.expect_response("**/duties/"):
        office.clock.fast_forward(61_000)
    expect(waiting).to_have_count(0)


@pytest.fixture
def office(new_context: Callable[..., BrowserContext], live_server: Any, desk: Desk) -> Page:
    """A dispatcher's page, whose clock the test may put forward."""
    client = Client()
    client.force_login(desk.dana)
    context = new_context(base_url=live_server.url)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.clock.install()
    return page


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return out.getvalue()
