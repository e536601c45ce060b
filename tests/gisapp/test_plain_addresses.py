"""An address with a NUL is refused as such: the database could hold no text with one."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from gisapp.plain_addresses import PlainAddressMiddleware
from tests.outages.offices import client_of, member


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("callback-opinions", "department"),
        ("escalations", "department"),
        ("orders", "department"),
        ("search", "q"),
        ("desk", "q"),
        ("access-log", "q"),
    ],
)
def test_a_page_that_looks_texts_up_is_not_broken_by_a_nul(name: str, field: str) -> None:
    client = client_of(member("admin"))
    page = reverse(f"outages:{name}")
    assert client.get(page, {field: "解放路"}).status_code == 200
    assert client.get(page, {field: "解放\0路"}).status_code == 400


@pytest.mark.django_db
def test_nor_is_a_page_by_its_name() -> None:
    assert Client().get("/outages/cases/R1\0/").status_code == 400


def test_every_other_address_goes_on() -> None:
    asked: list[str] = []
    middleware = PlainAddressMiddleware(lambda request: asked.append(request.path))
    for path in ("/", "/a?q=%E8%A7%A3", "/a?q=100%25"):
        middleware(RequestFactory().get(path))
    assert len(asked) == 3
