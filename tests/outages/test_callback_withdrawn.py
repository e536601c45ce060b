"""A call-back that goes on in another way takes its SMS back, if nobody has it yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outages.delivery import outbox
from outages.models import CallBack, Delivery, Event
from outages.services.callbacks.asking import Answers, record_call
from outages.services.callbacks.hearing import watch
from outages.services.callbacks.locked import CallBackRefused
from tests import factories
from tests.factories import NOON
from tests.outages.callbacks import finished
from tests.simulators.sms_gateway import sms_gateway

GOOD = Answers(
    **dict.fromkeys(("quality", "attitude", "engineering", "timeliness", "overall"), "satisfied")
)
LATER = NOON + timedelta(hours=1)
pytestmark = pytest.mark.django_db


def waiting() -> CallBack:
    """A call-back by SMS that is still in the outbox."""
    for _order in range(3):  # of 20 in a row one is by telephone
        callback = CallBack.objects.get(order=finished(contact_phone="13900001111"))
        if callback.delivery is not None:
            return callback
    raise AssertionError("three in a row were drawn for the telephone")


def row_of(callback: CallBack) -> Delivery:
    assert callback.delivery is not None
    return Delivery.objects.get(pk=callback.delivery.pk)


def send_now(settings: Any, tmp_path: Path) -> int:
    """Let everything in the outbox go; return how many the gateway took."""
    Delivery.objects.filter(status="pending").update(due_at=datetime(2026, 1, 1, tzinfo=UTC))
    with sms_gateway(tmp_path) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "idempotent"}}
        outbox.send_due()
        return len(gateway.accepted())


def test_who_calls_first_is_asked_then_and_gets_no_sms(settings: Any, tmp_path: Path) -> None:
    callback = waiting()
    done = record_call(callback, result="reached", answers=GOOD, by=None, at=LATER)
    assert (done.status, done.turned, done.verdict) == ("satisfied", "user_called", "satisfied")
    row = row_of(callback)
    assert (row.status, row.why) == ("superseded", "otherwise")
    assert Event.objects.filter(verb="message_withdrawn", subject_id=row.pk).count() == 1
    assert send_now(settings, tmp_path) == 0


def test_an_sms_that_did_not_go_out_in_days_is_not_sent_after_the_call(
    settings: Any, tmp_path: Path
) -> None:
    callback = waiting()
    watch(at=NOON + timedelta(days=4))
    callback.refresh_from_db()
    assert (callback.status, callback.turned) == ("to_call", "not_delivered")
    assert row_of(callback).why == "otherwise"
    assert send_now(settings, tmp_path) == 0


def test_a_sender_that_has_claimed_it_finds_its_claim_gone(settings: Any, tmp_path: Path) -> None:
    callback = waiting()
    Delivery.objects.update(due_at=datetime(2026, 1, 1, tzinfo=UTC))
    [claim] = outbox.claim_due("sms", limit=1, lease_s=30)
    watch(at=NOON + timedelta(days=4))
    with sms_gateway(tmp_path) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "idempotent"}}
        assert outbox.Sender().send_one(claim) == "fenced_out"
        assert gateway.accepted() == []
    assert row_of(callback).status == "superseded"


def test_what_may_be_out_already_is_left_alone(settings: Any, tmp_path: Path) -> None:
    callback = waiting()
    Delivery.objects.update(due_at=datetime(2026, 1, 1, tzinfo=UTC))
    [claim] = outbox.claim_due("sms", limit=1, lease_s=30)
    assert outbox.Sender().is_still_mine(claim)
    with pytest.raises(CallBackRefused, match="callback_not_to_call"):
        record_call(callback, result="reached", answers=GOOD, by=None, at=LATER)
    watch(at=NOON + timedelta(days=4))
    assert row_of(callback).status == "sending"


def test_the_page_offers_to_ask_a_user_who_calls_first() -> None:
    callback = waiting()
    browser = Client()
    browser.force_login(factories.person("call_agent"))
    url = reverse("outages:callback", args=[callback.order.number])
    page = browser.get(url).content.decode()
    assert "短信尚未发出" in page
    Delivery.objects.filter(pk=row_of(callback).pk).update(status="accepted", accepted_at=NOON)
    assert "短信尚未发出" not in browser.get(url).content.decode()
