"""Layers of the control room in a browser: drawn, told by a legend, there when asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from gisapp.accounts.roles import sync_roles
from outages import tasks
from outages.planning.pressure import reckon_next
from outages.services.shutdown.pressure import ask_pressure
from tests import factories
from tests.outages.conftest import make_desk
from tests.outages.offices import told
from tests.outages.test_pressure import town


@pytest.fixture(autouse=True)
def _quiet(
    transactional_db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    monkeypatch.setattr(tasks, "_send", lambda name, **arguments: None)


def test_weak_pressure_and_heat_are_drawn_and_told(
    live_server: Any, new_context: Callable[..., BrowserContext]
) -> None:
    sync_roles()
    town()
    desk = make_desk()
    plan = desk.propose(desk.report("p1"))
    ask_pressure(plan, by=desk.dana, at=timezone.now())
    reckon_next(timezone.now)
    for nth in range(2):
        told("leak", at=timezone.now() - timedelta(minutes=1), contact_phone=f"1390000222{nth}")
    client = Client()
    client.force_login(factories.person("dispatcher"))
    context = new_context()
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{live_server.url}{reverse('outages:report', args=[plan.report_id])}")

    expect(page.locator(".map[data-pressure]")).to_be_visible()
    expect(page.locator(".map .ov-weak-pipe--under_7")).not_to_have_count(0)
    legend = page.locator(".legend")
    expect(legend.get_by_text("水压降到 7 m 以下")).to_be_visible()
    # What is worse is wider and unbroken, not only another shade.
    weak = page.locator(".map .ov-weak-pipe--under_7").first
    assert weak.evaluate("each => getComputedStyle(each).strokeDasharray") == "none"

    expect(page.locator(".map .ov-heat")).to_have_count(0)
    page.locator("[data-layers] summary").click()
    box = page.locator("[data-heat-layer]")
    box.check()
    expect(page.locator(".map .ov-heat")).not_to_have_count(0)
    expect(page.locator(".heat-number")).to_have_text("1")
    expect(page.locator("[data-heat-told]")).to_contain_text("件来电来访")
    box.uncheck()
    expect(page.locator(".map .ov-heat")).to_have_count(0)
    page.goto("about:blank")
