"""Each gateway against a simulator that fails in its own ways: what surely arrived, what surely
did not, and what nobody knows.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

from outages.delivery import inbox, outbox, push
from outages.delivery.gateway import (
    Message,
    OutcomeUnknown,
    Permanent,
    Promise,
    Temporary,
)
from outages.delivery.gateways import gateway_for
from outages.delivery.sealing import seal
from outages.delivery.signatures import new_secret
from outages.delivery.simulator import Faults, SmsSimulator
from outages.delivery.wechat import WeChatGateway
from outages.models import Delivery, GatewayToken, InboundMessage, WebhookSubscriber
from tests.crash.ports import free_port
from tests.outages import deliveries
from tests.simulators.running import Running, running
from tests.simulators.subscriber import SubscriberSimulator
from tests.simulators.tencent import TencentSimulator
from tests.simulators.wechat import WeChatSimulator

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


def message(**facts: Any) -> Message:
    given = {"recipient": "+8613800000001", "subject": "停水公告", "text": "解放路停水"}
    params = ("解放路", "抢修", "11月21日12:00", "11月21日18:00", "952525")
    return Message(key=uuid4(), kind="first", params=params, body=b"{}", **{**given, **facts})


def due_now() -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    Delivery.objects.filter(status="pending").update(due_at=past)


def statuses() -> list[str]:
    return sorted(Delivery.objects.values_list("status", flat=True))


# -- SMS over HTTP ------------------------------------------------------------------------------


def point_sms(settings: Any, gateway: Running) -> None:
    settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "neither"}}


def test_a_gateway_that_asks_for_time_is_given_it(settings: Any, tmp_path: Path) -> None:
    simulator = SmsSimulator(journal=tmp_path / "j", faults=Faults(throttle=1.0))
    with running(simulator) as gateway:
        point_sms(settings, gateway)
        with pytest.raises(Temporary) as refused:
            gateway_for("sms").send(message())
    assert refused.value.retry_after_s == 1


def test_an_answer_that_comes_too_late_is_unknown(settings: Any, tmp_path: Path) -> None:
    settings.GATEWAY_TIMEOUT_S = 0.2
    simulator = SmsSimulator(journal=tmp_path / "j", faults=Faults(late=1.0, late_s=0.6))
    with running(simulator) as gateway:
        point_sms(settings, gateway)
        with pytest.raises(OutcomeUnknown):
            gateway_for("sms").send(message())
        assert len(gateway.accepted()) == 1


def test_nobody_listening_is_surely_not_sent(settings: Any) -> None:
    settings.GATEWAYS = {"sms": {"url": f"http://127.0.0.1:{free_port()}"}}
    with pytest.raises(Temporary, match="refused"):
        gateway_for("sms").send(message())


# -- the provider's SDK -------------------------------------------------------------------------


@contextmanager
def tencent(settings: Any, tmp_path: Path, faults: Faults | None = None) -> Iterator[Running]:
    simulator = TencentSimulator(journal=tmp_path / "j", faults=faults)
    with running(simulator) as gateway:
        settings.GATEWAYS = {
            "sms": {
                "provider": "tencent",
                "secret_id": "id",
                "secret_key": "key",
                "app_id": "1400",
                "sign": "清江供水",
                "templates": {"first": "100", "text": "900"},
                "endpoint": f"127.0.0.1:{gateway.port}",
                "scheme": "http",
            }
        }
        yield gateway


def test_the_sdk_sends_an_approved_template_with_our_key(settings: Any, tmp_path: Path) -> None:
    with tencent(settings, tmp_path) as gateway:
        sent = message()
        reference = gateway_for("sms").send(sent)
        [body] = gateway.simulator.sent
    assert reference == body["SerialNo"]
    assert body["TemplateId"] == "100"
    assert body["TemplateParamSet"] == list(sent.params)
    assert body["SessionContext"] == str(sent.key)
    assert body["PhoneNumberSet"] == ["+8613800000001"]


@pytest.mark.parametrize(
    ("code", "error", "raised"),
    [
        ("FailedOperation.PhoneNumberInBlacklist", "", Permanent),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", "", Temporary),
        ("LimitExceeded.DeliveryFrequencyLimit", "", Temporary),
        ("Ok", "RequestLimitExceeded", Temporary),
        ("Ok", "AuthFailure.SignatureFailure", Permanent),
        ("Ok", "InternalError.Timeout", OutcomeUnknown),
    ],
)
def test_the_services_codes_are_told_apart(
    settings: Any, tmp_path: Path, code: str, error: str, raised: type[Exception]
) -> None:
    with tencent(settings, tmp_path) as gateway:
        gateway.simulator.code, gateway.simulator.error = code, error
        with pytest.raises(raised):
            gateway_for("sms").send(message())


def test_a_notice_without_a_template_is_not_sent_as_something_else(
    settings: Any, tmp_path: Path
) -> None:
    with tencent(settings, tmp_path), pytest.raises(Permanent, match="no template"):
        gateway_for("sms").send(replace(message(), kind="all_clear"))


@pytest.mark.django_db
def test_a_lost_answer_of_the_sdk_is_settled_by_its_receipt(settings: Any, tmp_path: Path) -> None:
    deliveries.notice(recipients=1)
    with tencent(settings, tmp_path, Faults(drop=1.0)) as gateway:
        assert outbox.send_due() == {"later": 1}
        due_now()
        assert outbox.send_due() == {"later": 1}  # no receipt yet: nothing is sent again
        assert gateway.simulator.actions.count("SendSms") == 1
        gateway.simulator.deliver()
        due_now()
        assert outbox.send_due() == {"accepted": 1}
        assert len(gateway.accepted()) == 1
    assert Delivery.objects.get().provider_reference == gateway.lines()[0]["reference"]


@pytest.mark.django_db
def test_without_a_receipt_for_ten_minutes_a_person_decides(settings: Any, tmp_path: Path) -> None:
    deliveries.notice(recipients=1)
    with tencent(settings, tmp_path, Faults(drop=1.0)) as gateway:
        outbox.send_due()
        long_ago = datetime.now(UTC) - timedelta(minutes=11)
        Delivery.objects.update(send_started_at=long_ago)
        due_now()
        assert outbox.send_due() == {"unknown": 1}
        assert gateway.simulator.actions.count("SendSms") == 1


@pytest.mark.django_db
def test_a_receipt_that_was_collected_settles_an_unknown_one(settings: Any, tmp_path: Path) -> None:
    deliveries.notice(recipients=1)
    with tencent(settings, tmp_path, Faults(drop=1.0)) as gateway:
        outbox.send_due()
        Delivery.objects.update(status="unknown")
        gateway.simulator.deliver()
        gateway.simulator.reply("+8613800000000", " 2 ")
        assert inbox.collect(at=NOW) == 2
        assert inbox.collect(at=NOW) == 0  # the service gives each once
    row = Delivery.objects.get()
    assert (row.status, row.is_received) == ("accepted", True)
    assert InboundMessage.objects.get(kind="reply").answer == "unsatisfied"


@pytest.mark.django_db
def test_what_cannot_be_kept_costs_none_of_what_came_with_it(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service gives each once: what is not kept then is lost."""
    take = inbox.take

    def fails(heard: Any, **more: Any) -> Any:
        if heard.text == "nobody thought of this":
            raise ValueError
        return take(heard, **more)

    monkeypatch.setattr(inbox, "take", fails)
    with tencent(settings, tmp_path) as gateway:
        gateway.simulator.reply("+8613800000000", "谢谢\ud83d")  # cut in the middle of an emoji
        gateway.simulator.reply("+8613800000001", "nobody thought of this")
        gateway.simulator.reply("+8613800000002", "1")
        assert inbox.collect(at=NOW) == 2
    assert set(InboundMessage.objects.values_list("text", flat=True)) == {"谢谢?", "1"}


# -- WeChat -------------------------------------------------------------------------------------


@contextmanager
def wechat(settings: Any, tmp_path: Path, **facts: Any) -> Iterator[Running]:
    with running(WeChatSimulator(journal=tmp_path / "j", **facts)) as gateway:
        settings.GATEWAYS = {
            "wechat": {
                "url": gateway.url,
                "app_id": "wx1",
                "secret": "account-secret",
                "template": "T1",
            }
        }
        yield gateway


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["followers", "openid-1"])
def test_a_repeat_within_the_memory_reaches_nobody_twice(
    settings: Any, tmp_path: Path, to: str
) -> None:
    with wechat(settings, tmp_path) as gateway:
        sent = message(recipient=to)
        account = gateway_for("wechat")
        assert account.send(sent) == account.send(sent) != ""
        assert len(gateway.accepted()) == 1


@pytest.mark.django_db
def test_after_the_memory_a_person_decides(settings: Any, tmp_path: Path) -> None:
    deliveries.notice(recipients=1, channel="wechat")
    with wechat(settings, tmp_path, faults=Faults(drop=1.0)) as gateway:
        assert outbox.send_due() == {"later": 1}
        Delivery.objects.update(send_started_at=datetime.now(UTC) - timedelta(minutes=9))
        due_now()
        assert outbox.send_due() == {"unknown": 1}
        assert len(gateway.accepted()) == 1


@pytest.mark.django_db
def test_the_first_attempt_counts_not_the_last(settings: Any, tmp_path: Path) -> None:
    deliveries.notice(recipients=1, channel="wechat")
    with wechat(settings, tmp_path, faults=Faults(drop=1.0)) as gateway:
        outbox.send_due()
        first = Delivery.objects.get().send_started_at
        gateway.simulator.faults = Faults(refuse=1.0)
        due_now()
        assert outbox.send_due() == {"later": 1}
    assert first is not None
    assert Delivery.objects.get().send_started_at == first


@pytest.mark.django_db
def test_a_token_that_somebody_else_ended_is_fetched_anew_once(
    settings: Any, tmp_path: Path
) -> None:
    with wechat(settings, tmp_path) as gateway:
        account = gateway_for("wechat")
        account.send(message())
        gateway.simulator.token = "ended-by-another-program"
        with pytest.raises(Temporary, match="40001"):
            account.send(message())
        account.send(message())
        assert gateway.simulator.tokens_fetched == 2
    assert b"token-2" not in bytes(GatewayToken.objects.get().token)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_fetch_one_token(settings: Any, tmp_path: Path) -> None:
    with wechat(settings, tmp_path) as gateway:

        def send() -> None:
            gateway_for("wechat").send(message())
            connection.close()

        threads = [threading.Thread(target=send) for _each in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert gateway.simulator.tokens_fetched == 1
        assert len(gateway.accepted()) == 6


@pytest.mark.django_db
@pytest.mark.parametrize(("facts", "code"), [({"quota": 0}, "45009"), ({"busy": 1}, "-1")])
def test_a_quota_that_is_used_up_and_a_busy_account_are_waited_for(
    settings: Any, tmp_path: Path, facts: dict[str, int], code: str
) -> None:
    with wechat(settings, tmp_path) as gateway:
        for name, value in facts.items():
            setattr(gateway.simulator, name, value)
        with pytest.raises(Temporary, match=code):
            gateway_for("wechat").send(message())
        assert gateway.accepted() == []


def test_the_account_is_idempotent_for_less_than_its_memory() -> None:
    assert WeChatGateway.promise == Promise.IDEMPOTENT
    assert WeChatGateway.habits.window_s is not None
    assert WeChatGateway.habits.window_s < 10 * 60
    waits = WeChatGateway.habits.back_off_s
    assert sum(waits[:4]) < WeChatGateway.habits.window_s


# -- webhooks -----------------------------------------------------------------------------------


@contextmanager
def subscriber(settings: Any, tmp_path: Path, **facts: Any) -> Iterator[tuple[Running, int]]:
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1"]
    secret = new_secret()
    with running(SubscriberSimulator(journal=tmp_path / "j", secret=secret, **facts)) as gateway:
        row = WebhookSubscriber.objects.create(
            name="S", url=f"{gateway.url}/hook", secret=seal(secret), created_at=NOW
        )
        yield gateway, row.pk


def webhook_due(pk: int) -> None:
    deliveries.notice(recipients=1, channel="webhook")
    Delivery.objects.update(recipient=str(pk))


@pytest.mark.django_db
def test_a_published_notice_reaches_a_program_signed(settings: Any, tmp_path: Path) -> None:
    with subscriber(settings, tmp_path) as (gateway, pk):
        webhook_due(pk)
        assert outbox.send_due() == {"accepted": 1}
        assert gateway.accepted() == [str(Delivery.objects.get().key)]
        body = gateway.simulator.raw[0].body.decode()
    assert '"type": "outage.first"' in body
    assert "+86" not in body


@pytest.mark.django_db
def test_a_lost_answer_is_repeated_with_the_same_id_and_the_same_bytes(
    settings: Any, tmp_path: Path
) -> None:
    with subscriber(settings, tmp_path, faults=Faults(drop=1.0)) as (gateway, pk):
        webhook_due(pk)
        outbox.send_due()
        gateway.simulator.faults.drop = 0
        due_now()
        assert outbox.send_due() == {"accepted": 1}
        first, second = gateway.simulator.raw
        assert first.body == second.body
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert len(gateway.accepted()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 500, 503])
def test_whatever_is_not_2xx_is_tried_again_and_no_redirect_followed(
    settings: Any, tmp_path: Path, status: int
) -> None:
    with subscriber(settings, tmp_path) as (gateway, pk):
        gateway.simulator.answers = status
        webhook_due(pk)
        assert outbox.send_due() == {"later": 1}
        assert len(gateway.simulator.raw) == 1
    assert Delivery.objects.get().status == "pending"


@pytest.mark.django_db
def test_gone_switches_the_subscriber_off(settings: Any, tmp_path: Path) -> None:
    with subscriber(settings, tmp_path) as (gateway, pk):
        gateway.simulator.answers = 410
        webhook_due(pk)
        assert outbox.send_due() == {"failed": 1}
    row = WebhookSubscriber.objects.get()
    assert (row.is_on, row.off_reason) == (False, "gone")


@pytest.mark.django_db
def test_both_secrets_sign_while_one_is_changed(settings: Any, tmp_path: Path) -> None:
    from outages.services.publishing import channels

    with subscriber(settings, tmp_path) as (gateway, pk):
        row = WebhookSubscriber.objects.get()
        fresh = channels.change_secret(row, by=None, at=datetime.now(UTC))
        webhook_due(pk)
        assert outbox.send_due() == {"accepted": 1}  # the old secret verifies it
        assert len(gateway.simulator.raw[0].headers["webhook-signature"].split()) == 2
        gateway.simulator.secret = fresh
        WebhookSubscriber.objects.update(old_secret_until=datetime.now(UTC))
        webhook_due(pk)
        Delivery.objects.filter(status="pending").update(recipient=str(pk))
        assert outbox.send_due()["accepted"] == 1
        assert len(gateway.simulator.raw[-1].headers["webhook-signature"].split()) == 1


# -- e-mail -------------------------------------------------------------------------------------


class Mailbox:
    """A mail server that lists greylist first, and may cut the line before its 250."""

    def __init__(self, *, greylist: int = 0, cut: bool = False) -> None:
        self.greylist, self.cut = greylist, cut
        self.kept: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.greylist:
            self.greylist -= 1
            return "451 4.7.1 greylisted"
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.kept.append(bytes(envelope.content or b""))
        if self.cut:
            assert server.transport is not None
            server.transport.abort()
        return "250 kept"


@contextmanager
def mail_server(settings: Any, box: Mailbox) -> Iterator[Mailbox]:
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    try:
        yield box
    finally:
        controller.stop()


@pytest.mark.parametrize(
    ("box", "to", "raised", "kept"),
    [
        (Mailbox(greylist=1), "a@example.org", Temporary, 0),
        (Mailbox(), "nobody@example.org", Permanent, 0),
        (Mailbox(cut=True), "a@example.org", OutcomeUnknown, 1),
    ],
)
def test_a_mail_servers_moods_are_told_apart(
    settings: Any, box: Mailbox, to: str, raised: type[Exception], kept: int
) -> None:
    with mail_server(settings, box), pytest.raises(raised):
        gateway_for("email").send(message(recipient=to))
    assert len(box.kept) == kept


def test_a_greylisted_mail_goes_out_the_second_time(settings: Any) -> None:
    with mail_server(settings, Mailbox(greylist=1)) as box:
        sent = message(recipient="a@example.org")
        with pytest.raises(Temporary):
            gateway_for("email").send(sent)
        gateway_for("email").send(sent)
    assert len(box.kept) == 1
    assert str(sent.key).encode() in box.kept[0]


def test_a_mail_server_that_is_away_has_surely_taken_nothing(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with pytest.raises(Temporary):
        gateway_for("email").send(message(recipient="a@example.org"))


# -- apprise ------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_apprise_reaches_whatever_it_knows(settings: Any, tmp_path: Path) -> None:
    class Chat(SmsSimulator):
        def take(self, request: Any) -> Any:
            from outages.delivery.simulator import Reply

            with self.lock:
                self.write_down(key="chat", text=request.body.decode())
            return Reply(200, {}, accepted=True)

    with running(Chat(journal=tmp_path / "j")) as gateway:
        address = f"json://127.0.0.1:{gateway.port}/"
        group = push.PushGateway(targets={"control room": address, "odd": "nonsense"})
        group.send(message(recipient="control room"))
        assert "解放路停水" in json.loads(str(gateway.lines()[0]["text"]))["message"]
        with pytest.raises(Permanent):
            group.send(message(recipient="odd"))
        with pytest.raises(Permanent):
            group.send(message(recipient="unheard of"))
    with pytest.raises(OutcomeUnknown):
        group.send(message(recipient="control room"))
