"""Second persons, recounts, calls, evidence, receipts, replies, and what logs and brokers hold."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from outages.delivery import http, inbox, outbox
from outages.delivery.gateway import Heard
from outages.delivery.sealing import Unsealable, seal, unseal
from outages.delivery.signatures import BadSignature, new_secret, signed_headers, verify
from outages.models import (
    Alert,
    Delivery,
    Event,
    InboundMessage,
    OutageNotice,
    PolicyValue,
    WebhookSubscriber,
)
from outages.services.publishing import channels, messages, notices
from outages.services.publishing.notices import PublishRefused, Seen
from outages.workflow import DeliveryStatus
from tests import factories
from tests.factories import NOON, lay
from tests.outages import deliveries
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE
from tests.simulators.sms_gateway import sms_gateway

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


def limit_of(customers: int) -> None:
    PolicyValue.objects.create(
        key="second_approver_customers",
        value=customers,
        effective_from=NOON - timedelta(days=30),
        set_at=NOON - timedelta(days=30),
        source="test",
    )


# -- large notices, and audiences that change ---------------------------------------------------


def test_a_large_notice_needs_a_second_person_by_every_path(desk: Desk) -> None:
    limit_of(0)
    lay(LINE)
    approval = desk.burst("p3")
    notice = approval.notice
    assert notice is not None
    assert notice.status == "draft", "the emergency's own notice does not go out by itself"
    assert Event.objects.get(verb="notice_withheld").facts["code"] == "notice_needs_second"
    assert Alert.objects.filter(code="notice_needs_second").count() == 3
    assert approval.outage.status == "impact_confirmed", "the outage itself does not wait"
    agent = factories.person("call_agent")
    with pytest.raises(PublishRefused, match="notice_needs_second"):
        notices.publish_notice(notice, by=agent, at=desk.now)
    notice = notices.approve_notice(notice, by=desk.dana, at=desk.now)
    with pytest.raises(PublishRefused, match="notice_needs_other"):
        notices.publish_notice(notice, by=desk.dana, at=desk.now)
    assert notices.publish_notice(notice, by=agent, at=desk.now).status == "published"
    assert not Alert.objects.filter(acknowledged_at__isnull=True).exists()


def test_an_approval_holds_for_as_many_customers_as_it_was_given_for(desk: Desk) -> None:
    limit_of(0)
    lay(LINE)
    notice = desk.burst("p3").notice
    assert notice is not None
    notice = notices.approve_notice(notice, by=desk.dana, at=desk.now)
    OutageNotice.objects.filter(pk=notice.pk).update(customers=0)
    notice.refresh_from_db()
    with pytest.raises(PublishRefused, match="notice_needs_second"):
        notices.publish_notice(notice, by=factories.person("call_agent"), at=desk.now)


def test_what_follows_a_large_notice_of_the_same_size_goes_by_itself(desk: Desk) -> None:
    from outages.services import outages

    limit_of(0)
    lay(LINE)
    approval = desk.burst("p3")
    assert approval.notice is not None
    agent = factories.person("call_agent")
    approved = notices.approve_notice(approval.notice, by=desk.dana, at=desk.now)
    notices.publish_notice(approved, by=agent, at=desk.now)
    outages.change_estimate(
        approval.outage,
        estimated_restoration_at=NOON + timedelta(hours=9),
        reason="管件送到晚",
        by=desk.dana,
        at=desk.now,
    )
    assert OutageNotice.objects.get(kind="update").status == "published"


def test_an_audience_that_changed_since_it_was_looked_at_is_looked_at_again(
    desk: Desk, settings: Any
) -> None:
    settings.NOTICE_AUTO_PUBLISH_UNPLANNED = False
    lay(LINE)
    notice = desk.burst("p3").notice
    assert notice is not None
    preview = notices.preview_notice(notice.outage)
    right = Seen(preview.customers, sum(preview.recipients_by_channel.values()))
    for wrong in (
        Seen(right.customers + 1, right.messages),
        Seen(right.customers, right.messages + 1),
    ):
        with pytest.raises(PublishRefused, match="notice_count_changed"):
            notices.publish_notice(notice, by=desk.dana, at=desk.now, seen=wrong)
    assert not Delivery.objects.exists()
    notices.publish_notice(notice, by=desk.dana, at=desk.now, seen=right)
    assert Delivery.objects.exists()


# -- the inbox ----------------------------------------------------------------------------------


def receipt(row: Delivery, *, delivered: bool, minutes: int, number: str) -> Heard:
    return Heard(
        source="sms",
        external_id=number,
        kind="receipt",
        at=NOW + timedelta(minutes=minutes),
        key=str(row.key),
        delivered=delivered,
    )


@examples(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations([0, 1, 2, 0, 1, 2]))
@pytest.mark.django_db
def test_receipts_twice_and_in_any_order_come_to_the_newest(order: list[int]) -> None:
    made = deliveries.notice(recipients=1)
    row = made.deliveries.get()
    kinds = [(False, 1), (False, 2), (True, 3)]
    for each in order:
        delivered, minutes = kinds[each]
        inbox.take(
            receipt(row, delivered=delivered, minutes=minutes, number=f"{row.pk}-{each}"),
            channel="sms",
            at=NOW,
        )
    row.refresh_from_db()
    assert (row.is_received, row.receipt_at) == (True, NOW + timedelta(minutes=3))
    assert InboundMessage.objects.filter(delivery=row).count() == 3


@pytest.mark.django_db
def test_a_receipt_for_nothing_we_know_is_kept() -> None:
    heard = Heard(
        source="sms", external_id="x", kind="receipt", at=NOW, reference="?", delivered=True
    )
    kept = inbox.take(heard, channel="sms", at=NOW)
    assert kept is not None
    assert kept.delivery is None
    assert inbox.take(heard, channel="sms", at=NOW) is None


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("1", "satisfied"),
        (" １ ", "satisfied"),
        ("满意。", "satisfied"),
        ("2", "unsatisfied"),
        ("不满意", "unsatisfied"),
        ("12", ""),
        ("还是没水", ""),
    ],
)
def test_a_reply_is_read_or_left_to_a_person(words: str, answer: str) -> None:
    assert inbox.answer_of(words) == answer


class TestInboundAddress:
    secret = new_secret()

    @pytest.fixture(autouse=True)
    def _gateway(self, settings: Any, db: None) -> None:
        settings.GATEWAYS = {"sms": {"url": "http://127.0.0.1:1", "inbound_secret": self.secret}}

    def post(self, body: bytes, *, secret: str = "", age_s: int = 0, **more: str) -> int:
        headers = signed_headers(
            "m1", body, secrets=[secret or self.secret], at_s=int(time.time()) - age_s
        )
        answer = Client(enforce_csrf_checks=True).post(
            reverse("outages:inbound", args=["sms"]),
            body,
            content_type="application/json",
            headers={**headers, **more},
        )
        return answer.status_code

    def body(self, **facts: Any) -> bytes:
        given = {"id": "r1", "kind": "reply", "at": NOW.isoformat(), "from": "+8613800000000"}
        return json.dumps({**given, "text": "1", **facts}).encode()

    def test_a_reply_is_taken_once(self) -> None:
        assert self.post(self.body()) == self.post(self.body()) == 204
        assert InboundMessage.objects.get().answer == "satisfied"

    def test_a_reply_finds_the_message_that_it_answers(self) -> None:
        row = deliveries.notice(recipients=1).deliveries.get()
        Delivery.objects.update(status="accepted", accepted_at=NOW)
        assert self.post(self.body()) == 204
        assert InboundMessage.objects.get().delivery == row

    @pytest.mark.parametrize("wrong", [{"secret": new_secret()}, {"age_s": 3600}, {"age_s": -3600}])
    def test_who_does_not_sign_is_not_heard(self, wrong: dict[str, Any]) -> None:
        assert self.post(self.body(), **wrong) == 401
        assert not InboundMessage.objects.exists()

    @pytest.mark.parametrize(
        "facts",
        [
            {"kind": "gossip"},
            {"at": "soon"},
            {"at": "2026-11-22T04:00:00"},
            {"text": 5},
            {"text": "a\0b"},
            {"id": None},
            {"kind": "receipt"},
        ],
    )
    def test_what_cannot_be_read_changes_nothing(self, facts: dict[str, Any]) -> None:
        assert self.post(self.body(**facts)) == 400
        assert not InboundMessage.objects.exists()

    def test_half_a_character_costs_nobody_a_receipt(self) -> None:
        """An SMS that was cut in the middle of an emoji."""
        assert self.post(self.body(text="谢谢\ud83d")) == 204
        assert InboundMessage.objects.get().text == "谢谢?"
        assert self.post(self.body(id="9\ud83d", **{"from": "1065\ud83d"})) == 204
        assert InboundMessage.objects.filter(external_id="9?", sender="1065?").exists()

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"nonsense", b'{"items": 3}', b"\xff", b"[" * 100_000]
    )
    def test_nonsense_is_refused(self, body: bytes) -> None:
        assert self.post(body) == 400

    def test_no_other_channel_listens(self) -> None:
        for channel in ("email", "wechat", "nothing"):
            assert Client().post(reverse("outages:inbound", args=[channel])).status_code == 404


# -- signatures, seals, addresses ---------------------------------------------------------------


@examples(max_examples=60)
@given(
    body=st.binary(max_size=300), message_id=st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
)
def test_signatures_are_those_of_the_reference_library(body: bytes, message_id: str) -> None:
    secret, old = new_secret(), new_secret()
    now = int(time.time())
    text = body.hex()  # the library verifies JSON text
    raw = json.dumps({"b": text}).encode()
    headers = signed_headers(message_id, raw, secrets=[secret, old], at_s=now)
    for each in (secret, old):
        assert Webhook(each).verify(raw, headers) == {"b": text}
        assert verify(headers, raw, secret=each, now_s=now) == message_id
    theirs = Webhook(secret).sign(message_id, datetime.fromtimestamp(now, tz=UTC), raw.decode())
    assert theirs in headers["webhook-signature"]
    for broken in (raw + b" ", raw[:-1]):
        with pytest.raises(BadSignature):
            verify(headers, broken, secret=secret, now_s=now)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(broken, headers)


def test_a_secret_is_sealed_with_the_key_of_the_settings(settings: Any) -> None:
    sealed = seal("whsec_secret")
    assert b"secret" not in sealed
    assert unseal(sealed) == "whsec_secret"
    settings.SECRET_KEY = "another" * 8
    with pytest.raises(Unsealable):
        unseal(sealed)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.8/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1]/",
        "https://user:pass@example.org/",
        "https://localhost/",
        "https://example.org:99999/",
        "https:///nowhere",
        "nonsense",
    ],
)
def test_no_event_goes_inside_our_own_network(url: str) -> None:
    with pytest.raises(http.Blocked):
        http.reachable(url)


def test_a_name_with_one_private_address_is_not_spoken_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(http.socket, "getaddrinfo", lambda *_a, **_k: answers)
    with pytest.raises(http.Blocked, match="no public address"):
        http.reachable("https://rebinding.example.org/")
    monkeypatch.setattr(http.socket, "getaddrinfo", lambda *_a, **_k: answers[:1])
    assert http.reachable("https://example.org/") == "93.184.216.34"


# -- channels -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_channel_that_is_switched_off_waits_and_loses_nothing(
    settings: Any, tmp_path: Path
) -> None:
    deliveries.notice(recipients=3)
    admin = factories.person("admin")
    with sms_gateway(tmp_path) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "idempotent"}}
        channels.switch_channel("sms", on=False, reason="余额不足", by=admin, at=NOW)
        assert outbox.send_due() == {}
        channels.switch_channel("sms", on=True, reason="已充值", by=admin, at=NOW)
        assert outbox.send_due() == {"accepted": 3}


@pytest.mark.django_db
def test_a_test_message_goes_to_oneself_once(settings: Any, tmp_path: Path) -> None:
    admin = factories.person("admin")
    with sms_gateway(tmp_path) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "idempotent"}}
        for _each in range(2):
            channels.send_test("sms", address="138 0000 0009", by=admin, at=NOW)
        with pytest.raises(channels.ChannelRefused, match="test_address"):
            channels.send_test("sms", address="0775-1", by=admin, at=NOW)
        with pytest.raises(channels.ChannelRefused, match="no_gateway"):
            channels.send_test("wechat", address="x", by=admin, at=NOW)
        Delivery.objects.update(due_at=NOW - timedelta(days=1))
        assert outbox.send_due() == {"accepted": 1}
        assert gateway.numbers() == ["+8613800000009"]


@pytest.mark.django_db
def test_a_message_about_the_same_thing_is_queued_once() -> None:
    facts: dict[str, Any] = {
        "purpose": "order",
        "about": "order:17:issued",
        "channel": "sms",
        "recipient": "+8613800000001",
        "text": "【工单17】请接单",
        "by": None,
        "at": NOW,
    }
    first, second = messages.queue_message(**facts), messages.queue_message(**facts)
    other = messages.queue_message(**{**facts, "about": "order:17:urged"})
    assert first.pk == second.pk != other.pk
    with pytest.raises(messages.NothingToSay):
        messages.queue_message(**{**facts, "text": " "})


@pytest.mark.django_db
def test_programs_that_listen_hear_of_what_is_published_while_they_do(
    desk: Desk, settings: Any
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1"]
    row, secret = channels.subscribe(
        name="街道办", url="http://127.0.0.1:9/x", by=desk.dana, at=NOW
    )
    assert secret.encode() not in bytes(WebhookSubscriber.objects.get().secret)
    with pytest.raises(channels.ChannelRefused, match="webhook_name_taken"):
        channels.subscribe(name="街道办", url="http://127.0.0.1:9/y", by=desk.dana, at=NOW)
    lay(LINE)
    desk.burst("p3")
    assert Delivery.objects.get(channel="webhook").recipient == str(row.pk)


def test_a_persons_data_are_in_no_wake_up_no_address_and_no_log(
    desk: Desk, settings: Any, tmp_path: Path, commits: Any, _no_broker: list[Any], capfd: Any
) -> None:
    lay(LINE, c_p3={"name": "王小明", "phone": "13812345678", "email": "wang@example.org"})
    with commits(execute=True):
        desk.burst("p3")
    settings.GATEWAYS = {}
    outbox.send_due()
    row = Delivery.objects.get(channel="sms")
    Delivery.objects.filter(pk=row.pk).update(status=DeliveryStatus.UNKNOWN)
    page = reverse("outages:delivery-resolve", args=[row.pk])
    client = Client()
    client.force_login(factories.person("call_agent"))
    shown = client.get(page).content.decode()
    out, err = capfd.readouterr()
    for secret in ("13812345678", "王小明", "wang@example.org"):
        assert secret not in json.dumps(_no_broker)
        assert secret not in out + err
        assert secret not in page
        assert secret not in shown
        assert not Event.objects.filter(facts__icontains=secret).exists()
