"""The outbox against a gateway that fails in every way: nothing lost, nothing twice."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from outages.choices import NoticeChannel
from outages.delivery import outbox
from outages.delivery.gateway import Habits, Message, Promise
from outages.delivery.gateways import NoGateway, gateway_for
from outages.delivery.mail import MailGateway
from outages.delivery.simulator import Faults
from outages.models import Delivery, Event, OutageNotice
from outages.services.publishing import notices
from outages.workflow import TransitionRefused
from tests.outages import deliveries
from tests.simulators.sms_gateway import RunningGateway, sms_gateway

pytestmark = pytest.mark.django_db


def point_at(settings: Any, gateway: RunningGateway, promise: Promise) -> None:
    settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": str(promise)}}


def statuses() -> dict[str, int]:
    rows = Delivery.objects.values_list("status", flat=True)
    return {status: list(rows).count(status) for status in set(rows)}


def make_due() -> None:
    """Let back-off and leases be over."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    Delivery.objects.filter(status="pending").update(due_at=past)
    Delivery.objects.filter(status="sending").update(lease_until=past)


def die_midway(claim_channel: str = "sms") -> outbox.Claim:
    """Claim a row and begin its send as a process does that is killed right after."""
    [claim] = outbox.claim_due(claim_channel, limit=1, lease_s=30)
    assert outbox.Sender().is_still_mine(claim)
    make_due()
    return claim


def test_everything_due_is_accepted_once_and_a_second_round_does_nothing(
    settings: Any, tmp_path: Path
) -> None:
    deliveries.notice(recipients=45)
    with sms_gateway(tmp_path) as gateway:
        point_at(settings, gateway, Promise.IDEMPOTENT)
        assert outbox.send_due() == {"accepted": 45}
        assert outbox.send_due() == {}
        assert len(set(gateway.numbers())) == len(gateway.accepted()) == 45
    assert statuses() == {"accepted": 45}
    assert Event.objects.filter(verb="delivery_accepted").count() == 45
    assert not Delivery.objects.filter(provider_reference="").exists()


@pytest.mark.parametrize(
    ("promise", "sent", "status"),
    [
        (Promise.IDEMPOTENT, 1, "accepted"),  # the same key again, dropped by the gateway
        (Promise.QUERYABLE, 1, "accepted"),  # asked first: it is there
        (Promise.NEITHER, 1, "unknown"),  # a person decides
    ],
)
def test_an_answer_that_never_came_sends_nothing_twice(
    settings: Any, tmp_path: Path, promise: Promise, sent: int, status: str
) -> None:
    deliveries.notice(recipients=1)
    with sms_gateway(tmp_path, promise=promise, faults=Faults(drop=1.0)) as gateway:
        point_at(settings, gateway, promise)
        outbox.send_due()
        assert len(gateway.accepted()) == 1
    with sms_gateway(tmp_path, promise=promise) as gateway:
        point_at(settings, gateway, promise)
        make_due()
        outbox.send_due()
        assert len(gateway.accepted()) == sent
    assert statuses() == {status: 1}


@pytest.mark.parametrize(
    ("promise", "sent", "status"),
    [
        (Promise.IDEMPOTENT, 1, "accepted"),
        (Promise.QUERYABLE, 1, "accepted"),
        (Promise.NEITHER, 0, "unknown"),
    ],
)
def test_a_sender_that_died_before_the_gateway_heard_of_it(
    settings: Any, tmp_path: Path, promise: Promise, sent: int, status: str
) -> None:
    deliveries.notice(recipients=1)
    die_midway()
    with sms_gateway(tmp_path, promise=promise) as gateway:
        point_at(settings, gateway, promise)
        outbox.send_due()
        assert len(gateway.accepted()) == sent
    assert statuses() == {status: 1}


def test_a_claim_that_was_never_begun_is_simply_sent(settings: Any, tmp_path: Path) -> None:
    deliveries.notice(recipients=3)
    assert len(outbox.claim_due("sms", limit=3, lease_s=30)) == 3
    make_due()
    with sms_gateway(tmp_path, promise=Promise.NEITHER) as gateway:
        point_at(settings, gateway, Promise.NEITHER)
        assert outbox.send_due() == {"accepted": 3}


def test_a_sender_whose_claim_was_taken_over_stops(settings: Any, tmp_path: Path) -> None:
    deliveries.notice(recipients=1)
    [slow] = outbox.claim_due("sms", limit=1, lease_s=30)
    make_due()
    with sms_gateway(tmp_path) as gateway:
        point_at(settings, gateway, Promise.NEITHER)
        assert outbox.send_due() == {"accepted": 1}
        assert outbox.Sender().send_one(slow) == "fenced_out"
        assert len(gateway.accepted()) == 1


def test_a_busy_gateway_is_tried_again_later_and_does_not_hold_the_round(
    settings: Any, tmp_path: Path
) -> None:
    deliveries.notice(recipients=10)
    with sms_gateway(tmp_path, faults=Faults(refuse=1.0)) as gateway:
        point_at(settings, gateway, Promise.NEITHER)
        assert outbox.send_due() == {"later": Habits().troubles_in_a_row}
        assert gateway.accepted() == []
    assert statuses() == {"pending": 10}
    with sms_gateway(tmp_path) as gateway:
        point_at(settings, gateway, Promise.NEITHER)
        make_due()
        assert outbox.send_due() == {"accepted": 10}


def test_a_gateway_that_is_away_loses_nothing(settings: Any, tmp_path: Path) -> None:
    deliveries.notice(recipients=1)
    with sms_gateway(tmp_path) as gateway:
        pass
    point_at(settings, gateway, Promise.NEITHER)
    assert outbox.send_due() == {"later": 1}
    assert Delivery.objects.get().send_started_at is None


def test_a_channel_without_a_gateway_fails_and_says_so(settings: Any) -> None:
    deliveries.notice(recipients=1)
    settings.GATEWAYS = {}
    assert outbox.send_due() == {"failed": 1}
    assert Delivery.objects.get().last_error == "no gateway"


def test_a_slow_gateway_gives_the_claims_back(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries.notice(recipients=5)
    with sms_gateway(tmp_path) as gateway:
        point_at(settings, gateway, Promise.IDEMPOTENT)
        assert sum(outbox.send_due(round_s=-1).values()) == 0
    assert statuses() == {"pending": 5}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}


def test_an_unknown_delivery_is_decided_by_a_person_with_a_reason(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries.notice(recipients=2)
    Delivery.objects.update(status="unknown")
    arrived, lost = Delivery.objects.order_by("pk")
    at = datetime.now(UTC)
    notices.resolve_delivery(arrived, arrived=True, reason="回执已到", by=None, at=at)
    notices.resolve_delivery(lost, arrived=False, reason="用户未收到", by=None, at=at)
    assert statuses() == {"accepted": 1, "pending": 1}
    with pytest.raises(TransitionRefused):
        notices.resolve_delivery(arrived, arrived=False, reason="x", by=None, at=at)


def test_mail_goes_out_with_an_id_made_from_the_key(settings: Any) -> None:
    deliveries.notice(recipients=2, channel="email")
    assert outbox.send_due() == {"accepted": 2}
    keys = {str(key) for key in Delivery.objects.values_list("key", flat=True)}
    assert {m.extra_headers["Message-ID"][1:37] for m in mail.outbox} == keys
    assert mail.outbox[0].body == "解放路停水"


def test_the_log_names_nobody(
    settings: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    deliveries.notice(recipients=1)
    settings.GATEWAYS = {}
    with caplog.at_level(logging.DEBUG):
        outbox.send_due()
    out, err = capfd.readouterr()
    said = caplog.text + out + err
    assert "delivery_not_accepted" in said
    assert "138" not in said


def test_history_and_records_cannot_be_changed_or_deleted() -> None:
    from django.db import IntegrityError, transaction

    made = deliveries.notice(recipients=1)
    Event.objects.append(made, "notice_published", by=None, at=datetime.now(UTC))
    for statement in (
        "UPDATE outages_event SET verb = 'x'",
        "DELETE FROM outages_event",
        "DELETE FROM outages_delivery",
        "DELETE FROM outages_outagenotice",
        "DELETE FROM outages_outage",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert OutageNotice.objects.count() == 1


@pytest.mark.parametrize("backend", ["console", "dummy"])
def test_a_mail_that_nobody_would_get_is_not_called_sent(settings, backend) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    with pytest.raises(NoGateway, match="EMAIL_URL"):
        gateway_for(NoticeChannel.EMAIL)


@pytest.mark.parametrize(
    ("address", "status"),
    [("陈\nBcc: else@example.org", "failed"), ("0@example.org", "unknown")],
)
def test_one_message_that_nobody_foresaw_holds_up_none_behind_it(
    address: str, status: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An address that no mail can bear is refused; a defect of ours is left to a person."""
    deliveries.notice(recipients=3, channel="email")
    first = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=first.pk).update(recipient=address)
    send = MailGateway.send

    def stumbles(gateway: MailGateway, message: Message) -> str:
        if message.recipient == "0@example.org":
            raise ZeroDivisionError(message.recipient)
        return send(gateway, message)

    monkeypatch.setattr(MailGateway, "send", stumbles)
    assert outbox.send_due() == {status: 1, "accepted": 2}
    first.refresh_from_db()
    assert (first.status, len(mail.outbox)) == (status, 2)
    assert "example.org" not in caplog.text
