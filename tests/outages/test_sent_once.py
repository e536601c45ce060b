"""A form that is sent twice counts once: a double click, a page sent again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from gisapp.accounts.roles import sync_roles
from outages.models import Alert, Event, Outage, SentForm
from outages.services.desk import follow_ups
from outages.services.once import forget_sent_forms, take_once
from outages.workflow import Refused
from tests.factories import NOON, lay
from tests.outages.callbacks import by_phone
from tests.outages.conftest import Desk
from tests.outages.offices import client_of, member, told

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r'name="once" value="([0-9a-f-]{36})"')


def number_on(client: Any, page: str, form: str) -> str:
    """The number of the form with this address, as it stands on a page."""
    shown = client.get(page).content.decode()
    found = NUMBER.search(shown[shown.index(f'action="{form}"') :])
    assert found
    return found[1]


def test_a_call_in_vain_that_is_sent_twice_is_one() -> None:
    agent = client_of(member("call_agent", username="ada"))
    callback = by_phone(timezone.now() - timedelta(minutes=2))
    page = reverse("outages:callback", args=[callback.order.number])
    form = reverse("outages:callback-call", args=[callback.order.number])
    sent = {"result": "no_answer", "once": number_on(agent, page, form)}
    for _click in range(2):
        assert agent.post(form, sent).status_code == 302
    callback.refresh_from_db()
    assert callback.tries == 1
    again = sent | {"once": number_on(agent, page, form)}
    assert agent.post(form, again).status_code == 302
    callback.refresh_from_db()
    assert callback.tries == 2, "the page opened anew is another call"


def test_a_form_that_was_refused_may_be_sent_again() -> None:
    agent = client_of(member("call_agent", username="ada"))
    callback = by_phone(timezone.now() - timedelta(minutes=2))
    form = reverse("outages:callback-call", args=[callback.order.number])
    sent = {"result": "reached", "once": str(uuid4())}
    assert agent.post(form, sent).status_code == 422
    assert agent.post(form, sent | {"result": "no_answer"}).status_code == 302
    callback.refresh_from_db()
    assert callback.tries == 1


def test_a_caller_s_displeasure_sent_twice_alerts_once() -> None:
    agent = client_of(member("call_agent", username="ada"))
    report = told("low_pressure")
    page = reverse("outages:case", args=[report.reference])
    form = reverse("outages:case-dissatisfied", args=[report.reference])
    sent = {"once": number_on(agent, page, form)}
    for _click in range(2):
        assert agent.post(form, sent).status_code == 302
    assert Event.objects.filter(verb="dissatisfied").count() == 1
    told_to = Alert.objects.filter(code="caller_dissatisfied").values_list("to_name", flat=True)
    assert len(told_to) == len(set(told_to)) > 0


def test_planned_works_drafted_twice_are_one_and_both_lead_there(desk: Desk) -> None:
    sync_roles()
    lay("(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)")
    client = client_of(member("dispatcher", username="dora"))
    form = reverse("outages:planned-new")
    now = timezone.localtime()
    sent = {
        "pipes": "p3", "place": "解放路", "cause": "renewal", "supply": "no_water",
        "works": "network", "on_trunk_road": "no",
        "planned_start_at": f"{now + timedelta(days=3):%Y-%m-%dT%H:%M}",
        "planned_end_at": f"{now + timedelta(days=3, hours=5):%Y-%m-%dT%H:%M}",
        "once": number_on(client, form, form),
    }  # fmt: skip
    answers = [client.post(form, sent) for _click in range(2)]
    outage = Outage.objects.get()
    assert [answer.url for answer in answers] == [reverse("outages:outage", args=[outage.pk])] * 2
    assert outage.plans.count() == 1


def test_a_number_counts_in_the_transaction_of_what_it_did() -> None:
    key, made = uuid4(), []

    def act() -> str:
        made.append(1)
        return "there"

    def refused() -> str:
        raise Refused("out_of_order")

    with pytest.raises(Refused):
        take_once(key, refused, by=None, at=NOON)
    first = take_once(key, act, by=None, at=NOON)
    second = take_once(key, act, by=None, at=NOON)
    assert (first.led_to, first.is_new) == ("there", True)
    assert (second.led_to, second.is_new) == ("there", False)
    assert len(made) == 1
    assert forget_sent_forms(at=NOON + timedelta(hours=23)) == 0
    assert forget_sent_forms(at=NOON + timedelta(hours=25)) == 1
    assert not SentForm.objects.exists()


def test_two_who_put_the_same_call_on_the_list_at_once_owe_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = told("low_pressure")
    owed = {"kind": "promised", "by": None, "at": NOON, "due_at": NOON + timedelta(hours=1)}
    rival = follow_ups.owe_call(report, **owed)
    with monkeypatch.context() as earlier:  # the look came before the other's word was there
        earlier.setattr(QuerySet, "first", lambda _rows: None)
        made = follow_ups.owe_call(report, **owed)
    assert made == rival
    assert report.follow_ups.get() == made
    assert Event.objects.filter(verb="call_owed").count() == 1
    follow_ups.call_made(made, outcome="已告知", by=None, at=NOON)
    assert follow_ups.owe_call(report, **owed) != made
