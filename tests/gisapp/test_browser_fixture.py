"""The browser that the tests get: what it is told, and what it does not let pass."""

import pytest
from playwright.sync_api import Page

from tests.conftest import Complaints


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


def test_what_is_expected_is_named_and_the_rest_stays():
    complaints = Complaints()
    complaints.found = ["console error: 409 (Conflict)", "console error: x is undefined"]
    assert complaints.unexpected([r"409 \(Conflict\)"]) == ["console error: x is undefined"]
