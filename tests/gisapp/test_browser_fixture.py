"""The browser that the tests get: what it is told, and what it does not let pass."""

from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.conftest import MOST_DROPPED, Complaints


def test_it_is_a_chinese_browser_in_shanghai(page: Page):
    page.goto("about:blank")
    told = page.evaluate(
        "() => [navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone, innerWidth]"
    )
    assert told == ["zh-CN", "Asia/Shanghai", 1440]


def test_a_phone_page_has_a_phones_width(phone_page: Page):
    phone_page.set_content('<meta name="viewport" content="width=device-width">')
    assert phone_page.evaluate("innerWidth") == 390


@pytest.mark.expects_console_errors("broken on purpose|script error|outside")
def test_errors_and_outside_requests_are_caught(page: Page, context):
    caught = Complaints()
    caught.listen_to(context)
    page.route("**/*", lambda route: route.fulfill(body="<p>here</p>", content_type="text/html"))
    page.goto("http://127.0.0.1:1/")
    page.evaluate("() => console.error('broken on purpose')")
    page.evaluate("() => { setTimeout(() => { throw new Error('thrown') }) }")
    page.evaluate("() => fetch('http://tiles.example/1.png', {mode: 'no-cors'})")
    page.wait_for_timeout(200)
    text = "\n".join(caught.found)
    assert "broken on purpose" in text
    assert "script error" in text
    assert "thrown" in text
    assert "request to the outside: http://tiles.example/1.png" in text


def dropped(path: str, method: str = "GET", *, page: bool = False) -> Any:
    """A request that the browser dropped because the machine's network changed."""
    return SimpleNamespace(
        url=f"http://127.0.0.1:1{path}",
        method=method,
        failure="net::ERR_NETWORK_CHANGED",
        is_navigation_request=lambda: page,
    )


def said(path: str) -> str:
    return f"console error: Failed to load resource: net::ERR_NETWORK_CHANGED (http://x:1{path})"


def test_a_dropped_read_that_is_asked_for_again_is_forgiven():
    complaints = Complaints()
    for path in ("/layers/tiles/15/1/2.mvt", "/layers/outages.geojson", "/map/cases"):
        complaints.failed(dropped(path))
        complaints.found.append(said(path))
        complaints.finished(dropped(path))
    complaints.found.append("console error: htmx:sendError (http://x:1/static/htmx.js)")
    assert complaints.unexpected([]) == []


@pytest.mark.parametrize(
    "request_",
    [
        dropped("/map/burst", "POST"),
        dropped("/map/cases", "POST"),
        dropped("/work-orders/W1/batch", "POST"),
        dropped("/map/outages/1/"),
        dropped("/board/", page=True),
        dropped("/static/gisapp/js/page.js"),
    ],
    ids=lambda request: f"{request.method} {request.url}",
)
def test_no_other_dropped_request_is(request_: Any):
    complaints = Complaints()
    complaints.failed(request_)
    assert len(complaints.unexpected([])) == 1


def test_a_read_that_is_dropped_twice_is_not_forgiven():
    complaints = Complaints()
    complaints.failed(dropped("/layers/outages.geojson"))
    complaints.failed(dropped("/layers/outages.geojson"))
    assert complaints.unexpected([]) == [
        "dropped again when it was asked for again: /layers/outages.geojson"
    ]


def test_a_dropped_read_hides_no_other_message():
    complaints = Complaints()
    complaints.failed(dropped("/layers/tiles/15/1/2.mvt"))
    complaints.found = [
        said("/layers/tiles/15/1/3.mvt"),
        "console error: htmx:sendError (http://x:1/static/htmx.js)",
        "script error: x is undefined",
    ]
    assert complaints.unexpected([]) == complaints.found


def test_too_many_dropped_reads_are_no_accident():
    complaints = Complaints()
    for number in range(MOST_DROPPED + 1):
        complaints.failed(dropped(f"/layers/tiles/15/1/{number}.mvt"))
    assert len(complaints.unexpected([])) == 1


def test_what_is_expected_is_named_and_the_rest_stays():
    complaints = Complaints()
    complaints.found = ["console error: 409 (Conflict)", "console error: x is undefined"]
    assert complaints.unexpected([r"409 \(Conflict\)"]) == ["console error: x is undefined"]
