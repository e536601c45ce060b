"""Marked secrets are seeded once and looked for where they must not be (SEC-01, SEC-03).

No telephone number in full on any page of anybody; no customer's name with whoever may not see
customers; none of them in a log line, an address, an event or a message to a worker.
"""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from gisapp.accounts.roles import Role
from network.models import Customer
from outages.models import Disclosure, Event
from tests.factories import lay, person
from tests.outages.conftest import Desk, _no_broker, _own_snapshots, desk  # noqa: F401
from tests.outages.offices import client_of, member, told
from tests.outages.test_confidential import pages_of
from tests.outages.test_desk_views import TOWN, form

pytestmark = pytest.mark.django_db
CUSTOMER = {"name": "金丝雀甲", "phone": "13987654321", "email": "canary@example.org"}
CALLER = {"contact_name": "金丝雀乙", "contact_phone": "13912345678"}
LEADER_PHONE = "13700000001"
NUMBERS = (CUSTOMER["phone"], CALLER["contact_phone"], LEADER_PHONE)
PEOPLE = (*NUMBERS, *CUSTOMER.values(), CALLER["contact_name"])


@pytest.fixture
def seeded(desk: Desk) -> Desk:  # noqa: F811
    """A key user of a running outage, a caller and a leader, all with marked secrets."""
    lay(TOWN, c_p3={**CUSTOMER, "key_user": True, "search_text": CUSTOMER["name"]})
    told("no_water", customer="c.p3", by=desk.dana, **CALLER)
    get_user_model().objects.filter(pk=person("leader").pk).update(phone=LEADER_PHONE)
    desk.burst("p3")
    return desk


@pytest.mark.parametrize("role", [Role.CALL_AGENT, Role.DEPARTMENT, Role.LEADER, Role.CREW])
def test_no_page_shows_a_number_in_full_nor_a_name_to_who_may_not_see_it(
    seeded: Desk, role: Role
) -> None:
    crew = "C1" if role == Role.CREW else None
    text = pages_of(client_of(member(role.value, username="reader", crew=crew)))
    assert len(text) > 10_000
    assert [number for number in NUMBERS if number in text] == []
    if role == Role.CALL_AGENT:
        assert "139****4321" in text, "masked, so the walk did see the customer"
    else:
        assert CUSTOMER["name"] not in text


def test_no_log_address_event_or_message_to_a_worker_tells_on_anybody(
    seeded: Desk,
    _no_broker: list[tuple[str, dict[str, Any]]],  # noqa: F811
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    agent = client_of(member("call_agent", username="ada"))
    customer = Customer.objects.get(asset_id="c.p3")
    visited = []
    with caplog.at_level(logging.DEBUG), django_capture_on_commit_callbacks(execute=True):
        sent = agent.post(reverse("outages:desk-report"), form(**CALLER))
        visited.append(sent.headers.get("Location", ""))
        seeded.burst("p4")
        for url, data in (
            (reverse("outages:desk-customer-phone", args=[customer.pk]), {"reason": "identity"}),
            (reverse("outages:customer-file-open", args=["c.p3"]), {"reason": "identity"}),
        ):
            answer = agent.post(url, data)
            visited += [url, answer.headers.get("Location", "")]
        agent.get(reverse("outages:desk"), {"q": CUSTOMER["phone"]})
        agent.get(reverse("outages:search"), {"q": CUSTOMER["name"]})
    assert caplog.records, "nothing was logged, so nothing was proved"
    assert _no_broker, "no worker was told anything, so nothing was proved"
    kept = {
        "log": "\n".join(
            record.getMessage()
            for record in caplog.records
            if not record.name.startswith("django.db")  # development alone logs statements
        ),
        "addresses": str(visited),
        "messages to workers": str(_no_broker),
        "events": str(list(Event.objects.values_list("facts", "reason", "old", "new"))),
        "access log": str(list(Disclosure.objects.values())),
    }
    for where, text in kept.items():
        assert [secret for secret in PEOPLE if secret in text] == [], where
