"""What a log line may not hold."""

from typing import Any

from django.test import RequestFactory
from django.urls import reverse

from gisapp.logs import PathOnlyRequestMiddleware
from gisapp.public_side import urls


def test_a_searched_name_never_reaches_the_log():
    request = RequestFactory().get("/outages/search", {"q": "王晓明 13800001234"})
    assert PathOnlyRequestMiddleware.format_request(request) == "GET /outages/search"


def test_a_request_is_logged_without_query_address_or_form(client, caplog, settings):
    with caplog.at_level("INFO"):
        client.get("/healthz/live", {"q": "13800001234"}, REMOTE_ADDR="203.0.113.7")
    text = caplog.text
    assert "/healthz/live" in text
    assert "13800001234" not in text
    assert "203.0.113.7" not in text


def test_what_opens_a_page_to_its_bearer_never_reaches_the_log():
    told: dict[str, Any] = {"reference": "R260101-ABCDE", "token": "dG9rZW4tb2Ytb25l"}
    addresses = [
        reverse(f"public:{each.name}", urls, kwargs={name: told[name] for name in names})
        for each in urls._REPORTS
        if "token" in (names := each.pattern.converters)
    ]
    assert len(addresses) == 3
    for address in addresses:
        line = PathOnlyRequestMiddleware.format_request(RequestFactory().get(address))
        assert told["token"] in address
        assert told["token"] not in line
        assert line.startswith("GET /public/r")
