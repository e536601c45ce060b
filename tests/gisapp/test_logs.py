"""What a log line may not hold."""

from django.test import RequestFactory

from gisapp.logs import PathOnlyRequestMiddleware


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
