"""What every test can ask for: the instance's Redis, and a Chromium that tolerates no error.

The database is pytest-django's (`db`, `transactional_db`): made once a run on the instance's own
cluster, with the real migrations.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request
from redis import Redis

# Playwright keeps an event loop in the main thread, which Django would take for async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
]
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]"}


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker that lets a test expect complaints of the browser."""
    config.addinivalue_line(
        "markers",
        "expects_console_errors(pattern): console errors matching the pattern are part of the test",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that opens a page, so that `-m 'not browser'` leaves them out."""
    for item in items:
        if {"page", "context", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def redis_client() -> Iterator[Redis]:
    """Return a client of the tests' own Redis database, empty before and after."""
    with Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the distribution's Chromium; where there is none, the one Playwright installed."""
    chromium = shutil.which("chromium")
    place = {"executable_path": chromium} if chromium else {}
    return {**browser_type_launch_args, **place, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Fix what would differ between machines: language, time zone, size."""
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1440, "height": 900},
    }


class Complaints:
    """What went wrong in a browser besides the test's own assertions."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def listen_to(self, context: BrowserContext) -> None:
        """Collect from every page of the context, those opened later too."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"script error: {error.error}"))
        context.on("request", self._request)

    def unexpected(self, patterns: list[str]) -> list[str]:
        """Return the complaints that no pattern matches."""
        return [
            complaint
            for complaint in self.found
            if not any(re.search(pattern, complaint) for pattern in patterns)
        ]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            place = message.location.get("url", "")
            self.found.append(f"console error: {message.text} ({place})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in LOCAL_HOSTS:
            self.found.append(f"request to the outside: {request.url}")


@pytest.fixture
def context(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """Return a browser context; console errors and outside requests in it fail the test."""
    complaints = Complaints()
    complaints.listen_to(context)
    yield context
    expected = [mark.args[0] for mark in request.node.iter_markers("expects_console_errors")]
    left = complaints.unexpected(expected)
    assert not left, "the browser complained:\n" + "\n".join(left)


@pytest.fixture
def phone_page(page: Page) -> Page:
    """Return a page of a phone's size (390 x 844 CSS pixels)."""
    page.set_viewport_size({"width": 390, "height": 844})
    return page
