"""What every test can ask for: the instance's Redis, and a Chromium that tolerates no error.

The database is pytest-django's (`db`, `transactional_db`): made once a run on the instance's own
cluster, with the real migrations.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)
from redis import Redis

from gisapp.guards.application_role import close_functions, grant_application
from tests.application_role import PASSWORD, ROLE
from tests.emptying import Rows
from tests.prepared import prepared_database

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
# Fixed, so that no test depends on the machine's language, clock or screen.
CONTEXT_OPTIONS: dict[str, Any] = {
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "viewport": {"width": 1440, "height": 900},
}
# A busy machine is slow, not wrong.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
# A run by hand tries other random cases each time and keeps what failed. MAINBREAK_SAME_CASES makes
# a run judge by the same cases on every machine: what fails there fails here.
settings.register_profile(
    "tests",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize="MAINBREAK_SAME_CASES" in os.environ,
)
settings.load_profile("tests")
FAILED = pytest.StashKey[bool]()
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker that lets a test expect complaints of the browser."""
    config.addinivalue_line(
        "markers",
        "expects_console_errors(pattern): console errors matching the pattern are part of the test",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that opens a page, so that `-m 'not browser'` leaves them out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a test failed, so that its browser is photographed before it closes."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def redis_client() -> Iterator[Redis]:
    """Return a client of the tests' own Redis database, empty before and after."""
    with Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_keepdb: bool) -> None:
    """Let the run's database be a copy of the prepared one; one that is kept is as it is."""
    if not django_db_keepdb:
        template = prepared_database(os.environ["DATABASE_URL"])
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_keepdb: bool, django_db_blocker: Any
) -> Iterator[None]:
    """After each test that commits, put the tables back as they are now."""
    with django_db_blocker.unblock():
        if django_db_keepdb:  # a run that was broken off may have left rows
            call_command("flush", verbosity=0, interactive=False)
        rows = Rows.of_now()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: rows.put_back())
        yield


@pytest.fixture(scope="session")
def application_role(django_db_setup: None, django_db_blocker: Any) -> str:
    """Return the name of the application's role, which has its rights in the tests' database."""
    with django_db_blocker.unblock():
        close_functions()
        grant_application(ROLE, PASSWORD)
    return ROLE


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the distribution's Chromium; where there is none, the one Playwright installed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
        )
        yield browser
        browser.close()


# A machine that gets or loses a network address drops every request that is under way in Chromium,
# those to itself too. The product asks again for these reads; nothing else is forgiven.
DROPPED = "ERR_NETWORK_CHANGED"
ASKED_AGAIN = re.compile(
    r"/tiles/\d+/\d+/\d+\.mvt$|\.geojson$|^/events|^/map/cases$|^/board/$|^/alerts/bell$"
)
# What htmx adds to the console for each read of its own that was dropped.
HTMX_SAYS = re.compile(r"htmx:(afterRequest|sendError)")
MOST_DROPPED = 8


class Complaints:
    """What went wrong in a browser besides the test's own assertions."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.forgiven: list[str] = []  # paths of dropped reads, in order
        self._unanswered: set[str] = set()

    def listen_to(self, context: BrowserContext) -> None:
        """Collect from every page of the context, those opened later too."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self.failed)
        context.on("requestfinished", self.finished)

    def unexpected(self, patterns: list[str]) -> list[str]:
        """Return the complaints that no pattern matches and that no dropped read explains."""
        left = [
            complaint
            for complaint in self.found
            if not any(re.search(pattern, complaint) for pattern in patterns)
            and not self._is_forgiven(complaint)
        ]
        if len(self.forgiven) > MOST_DROPPED:
            left.append(f"{len(self.forgiven)} reads were dropped: {self.forgiven}")
        return left

    def failed(self, request: Request) -> None:
        """Forgive a read that is asked for again, once; complain of any other that was dropped."""
        if DROPPED not in (request.failure or ""):
            return
        path = urlsplit(request.url).path
        is_read = request.method == "GET" and not request.is_navigation_request()
        if not (is_read and ASKED_AGAIN.search(path)):
            self.found.append(f"request dropped: {request.method} {path}")
        elif path in self._unanswered:
            self.found.append(f"dropped again when it was asked for again: {path}")
        else:
            self._unanswered.add(path)
            self.forgiven.append(path)

    def finished(self, request: Request) -> None:
        """Note that a dropped read was answered after all."""
        self._unanswered.discard(urlsplit(request.url).path)

    def _is_forgiven(self, complaint: str) -> bool:
        if DROPPED in complaint and complaint.startswith("console error"):
            return any(f"{path})" in complaint or f"{path}?" in complaint for path in self.forgiven)
        by_htmx = any(not path.endswith((".mvt", ".geojson")) for path in self.forgiven)
        return bool(by_htmx and HTMX_SAYS.search(complaint))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            place = message.location.get("url", "")
            self.found.append(f"console error: {message.text} ({place})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in LOCAL_HOSTS:
            self.found.append(f"request to the outside: {request.url}")


@pytest.fixture
def new_context(
    browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens one more browser context: one person's cookies and pages.

    Console errors, script errors and outside requests in any of them fail the test.
    """
    contexts: list[BrowserContext] = []
    complaints = Complaints()

    def open_context(**differences: Any) -> BrowserContext:
        context = browser.new_context(**{**CONTEXT_OPTIONS, **differences})
        context.set_default_timeout(PATIENCE_MS)
        complaints.listen_to(context)
        contexts.append(context)
        return context

    yield open_context
    for number, context in enumerate(contexts):
        if request.node.stash.get(FAILED, False):
            _keep_pictures(context, f"{request.node.name}-{number}")
        context.close()
    if "live_server" in request.fixturenames:
        _let_the_server_finish()
    expected = [mark.args[0] for mark in request.node.iter_markers("expects_console_errors")]
    left = complaints.unexpected(expected)
    assert not left, "the browser complained:\n" + "\n".join(left)


def _let_the_server_finish(within_s: float = 10.0) -> None:
    """Wait until no request is under way: emptying the tables would lock horns with it."""
    busy = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND (state <> 'idle' OR state_change > clock_timestamp() - interval '300 ms')
    """
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(busy)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.1)


def _keep_pictures(context: BrowserContext, name: str) -> None:
    folder = Path("test-results")
    folder.mkdir(exist_ok=True)
    for number, page in enumerate(context.pages):
        page.screenshot(path=folder / f"{re.sub('[^A-Za-z0-9_-]+', '-', name)}-{number}.png")


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    """Return one person's browser at desktop size."""
    return new_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Return a page of 1440 x 900 CSS pixels."""
    return context.new_page()


@pytest.fixture
def phone_page(new_context: Callable[..., BrowserContext]) -> Page:
    """Return a page of a phone: 390 x 844 CSS pixels, touched with fingers."""
    return new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    ).new_page()
