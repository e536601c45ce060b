"""Characters that no database can hold: refused in one place, on every page and interface."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from gisapp.accounts.roles import sync_roles
from gisapp.plain_text import is_storable
from tests import factories

HALF = "\ud800"


@pytest.fixture
def dana(db: None) -> Client:
    sync_roles()
    client = Client()
    client.force_login(factories.person("dispatcher"))
    return client


@pytest.mark.parametrize(
    "address",
    [
        "outages:search", "outages:reports", "outages:board", "outages:notices", "outages:desk",
        "outages:burst", "network:check",
    ],
)  # fmt: skip
def test_a_nul_in_a_query_is_a_bad_request(dana: Client, address: str) -> None:
    assert dana.get(reverse(address) + "?q=%00&page=a%00b&code=%00").status_code == 400


def test_a_nul_in_a_form_or_a_path_gets_no_further(dana: Client) -> None:
    address = reverse("outages:report-invalidate", args=[1])
    assert dana.post(address, {"reason": "a\0b"}).status_code == 400
    assert dana.post(address, {"reason": "noise"}).status_code == 404
    assert dana.get("/map/plans/1/customers/%00/phone").status_code == 404


def test_json_with_what_cannot_be_stored_is_refused_and_other_json_is_not(dana: Client) -> None:
    address = reverse("outages:work-order-batch", args=["W1"])
    for text, status in (("\0", 400), (HALF, 400), ("\\u0000", 403), ("😀 \\ud800", 403)):
        body = json.dumps({"items": [{"remark": text}]})
        answer = dana.post(address, body, content_type="application/json")
        assert answer.status_code == status, text
    assert dana.post(address, "{", content_type="application/json").status_code == 403


def test_what_people_write_is_storable() -> None:
    assert all(map(is_storable, ("解放路", "a\tb\n", "😀", "\u2028", "")))
    assert not any(map(is_storable, ("\0", f"a{HALF}", "\udfff")))
