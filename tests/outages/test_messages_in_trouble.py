"""Messages that are stuck, lost or withheld: who hears of it, what the desk reads and can do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from network.models import Pipe
from outages.delivery import outbox
from outages.delivery.simulator import Faults, Reply, Request, SmsSimulator
from outages.delivery.sms_http import SmsGateway
from outages.models import Alert, ChannelState, Delivery, Event, OutageNotice, WebhookSubscriber
from outages.policy.addresses import mask_phone
from outages.selectors.publishing.troubles import LATE, TOO_LONG
from outages.services.publishing import notices, watching
from outages.services.publishing.notices import NothingFailed
from outages.services.rules import alerts
from outages.views.messages.errors import in_plain_words
from outages.views.words.alerts import told
from outages.workflow import DeliveryStatus
from tests import factories
from tests.factories import lay
from tests.outages import deliveries
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE
from tests.simulators.running import running

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


def open_codes(role: str = "call_agent") -> list[str]:
    rows = Alert.objects.filter(to_name=role, acknowledged_at__isnull=True)
    return sorted(rows.values_list("code", flat=True))


def after(**time: float) -> datetime:
    """Some time from now: what is due now has waited so long by then."""
    return now() + timedelta(**time)


def agent() -> Client:
    client = Client()
    client.force_login(factories.person("call_agent"))
    return client


# -- stuck --------------------------------------------------------------------------------------


def test_messages_that_nobody_sends_are_told_of_once_and_once_more_when_they_move() -> None:
    notice = deliveries.notice(recipients=3)
    watching.watch(at=now())
    assert not Alert.objects.exists(), "just queued"
    for minutes in (2, 3, 4):
        watching.watch(at=after(minutes=minutes))
    assert open_codes() == open_codes("admin") == ["messages_stuck"]
    alert = Alert.objects.get(to_name="call_agent")
    with translation.override("en"):
        assert "SMS: messages wait since" in told(alert).text
    assert told(alert).url == reverse("outages:notices")
    assert told(Alert.objects.get(to_name="admin")).url == reverse("outages:channels")
    since = notice.deliveries.earliest("due_at").due_at
    assert alert.facts == {"channel": "sms", "count": 3, "since": since.isoformat()}
    # Seen to, it is not told again while it lasts.
    alerts.acknowledge(alert, by=factories.person("call_agent"), at=after(minutes=5))
    watching.watch(at=after(minutes=6))
    assert open_codes() == []
    notice.deliveries.update(status=DeliveryStatus.ACCEPTED, accepted_at=now())
    for minutes in (7, 8):
        watching.watch(at=after(minutes=minutes))
    assert open_codes() == open_codes("admin") == ["messages_move_again"]
    deliveries.notice(recipients=1)
    watching.watch(at=after(minutes=12))
    assert open_codes() == ["messages_stuck"], "a second time is told anew"


def test_what_waits_for_the_morning_or_goes_out_in_bulk_is_not_stuck() -> None:
    notice = deliveries.notice(recipients=2)
    Delivery.objects.update(due_at=after(hours=5), why="quiet_hours")
    watching.watch(at=after(hours=4))
    assert not Alert.objects.exists()
    Delivery.objects.update(due_at=now())
    at_work = ChannelState.objects.create(channel="sms", worked_at=after(minutes=4))
    assert LATE < timedelta(minutes=5) < TOO_LONG
    watching.watch(at=after(minutes=5))
    assert not Alert.objects.exists(), "the sender is at it"
    ChannelState.objects.filter(pk=at_work.pk).update(worked_at=after(minutes=16))
    watching.watch(at=after(minutes=16))
    assert open_codes() == ["messages_stuck"], "however well the rest fares"
    notice.deliveries.update(status=DeliveryStatus.SUPERSEDED)
    watching.watch(at=after(minutes=17))
    assert open_codes() == ["messages_move_again"]


def test_a_gateway_that_refuses_is_told_though_each_message_is_due_anew(
    settings: Any, tmp_path: Path
) -> None:
    settings.GATEWAY_TIMEOUT_S = 0.5
    since = deliveries.notice(recipients=2).published_at
    assert since is not None
    with running(SmsSimulator(journal=tmp_path / "j", faults=Faults(refuse=1.0))) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "neither"}}
        for _round in range(3):
            outbox.send_due()
            watching.watch(at=now())
            assert not Alert.objects.exists() or _round == 2
            if _round < 2:
                Delivery.objects.update(due_at=now() - timedelta(seconds=1))
    assert not Delivery.objects.filter(due_at__lte=now()).exists(), "all of them are due later"
    assert open_codes() == ["messages_stuck"]
    page = agent().get(reverse("outages:notices"), headers={"accept-language": "en"})
    shown = page.content.decode()
    assert "2 messages do not go out" in shown
    assert "the gateway takes nothing for the moment (status 503)" in shown
    assert Alert.objects.first().facts["since"] == since.isoformat()  # type: ignore[union-attr]


def test_a_channel_that_is_off_says_so_and_why_on_the_list_of_notices() -> None:
    deliveries.notice(recipients=1)
    Delivery.objects.update(due_at=after(minutes=-2))
    ChannelState.objects.create(channel="sms", is_on=False, off_reason="provider moves house")
    shown = agent().get(reverse("outages:notices")).content.decode()
    assert "provider moves house" in shown


# -- undecided and refused ----------------------------------------------------------------------


def test_a_notice_whose_messages_are_lost_is_told_of_until_that_is_put_right() -> None:
    notice = deliveries.notice(recipients=4)
    rows = list(notice.deliveries.order_by("pk"))
    for row, status in zip(rows, ("unknown", "failed", "accepted", "accepted"), strict=True):
        Delivery.objects.filter(pk=row.pk).update(status=status)
    for _again in range(2):
        watching.watch(at=now())
    assert open_codes() == ["messages_not_through", "messages_undecided"]
    assert {told(each).url for each in Alert.objects.all()} == {
        reverse("outages:notice", args=[notice.pk])
    }
    notices.resolve_delivery(
        rows[0], arrived=True, reason="rang", by=factories.person("call_agent"), at=now()
    )
    watching.watch(at=now())
    assert open_codes() == ["messages_not_through"]
    # What somebody has seen to comes back only where it became more.
    alerts.acknowledge(
        Alert.objects.get(code="messages_not_through"),
        by=factories.person("call_agent"),
        at=now(),
    )
    watching.watch(at=now())
    assert open_codes() == []
    Delivery.objects.filter(pk=rows[2].pk).update(is_received=False, receipt_at=now())
    watching.watch(at=now())
    assert open_codes() == ["messages_not_through"]


def test_the_page_says_which_messages_nobody_got_why_and_sends_the_refused_again(
    settings: Any, tmp_path: Path
) -> None:
    notice = deliveries.notice(recipients=3)
    outbox.send_due()  # nothing is set up
    assert set(notice.deliveries.values_list("status", flat=True)) == {"failed"}
    client, url = agent(), reverse("outages:notice", args=[notice.pk])
    shown = client.get(url, headers={"accept-language": "en"}).content.decode()
    assert "Did not get through" in shown
    assert "this channel is not set up: the administrator has to look (no gateway)" in shown
    for row in notice.deliveries.all():
        assert mask_phone(row.recipient) in shown
        assert row.recipient not in shown
    again = reverse("outages:notice-again", args=[notice.pk, "sms"])
    assert client.post(again, {"reason": ""}).status_code == 422
    assert client.post(again, {"reason": "it is set up now"}).status_code == 302
    assert Event.objects.get(verb="notice_sent_again").facts["count"] == 3
    with running(SmsSimulator(journal=tmp_path / "j")) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "neither"}}
        outbox.send_due()
        assert len(gateway.accepted()) == len(set(gateway.accepted())) == 3
    assert client.post(again, {"reason": "once more"}).status_code == 409
    assert "Did not get through" not in client.get(url).content.decode()


def test_what_nobody_knows_of_is_decided_on_alike_as_many_as_were_shown() -> None:
    notice = deliveries.notice(recipients=12)
    notice.deliveries.update(status=DeliveryStatus.UNKNOWN, last_error="connection lost")
    client, url = agent(), reverse("outages:notice", args=[notice.pk])
    shown = client.get(url, headers={"accept-language": "en"}).content.decode()
    assert "SMS: decide on all 12 at once" in shown
    assert "The first 10 are shown." in shown
    assert shown.count("the line broke before an answer came (connection lost)") == 1
    decide = reverse("outages:notice-decide", args=[notice.pk, "sms"])
    said = {"arrived": "yes", "reason": "the provider's list has them", "count": "11"}
    assert client.post(decide, said).status_code == 409, "one more than was looked at"
    assert client.post(decide, {**said, "reason": "", "count": "12"}).status_code == 422
    assert notice.deliveries.filter(status=DeliveryStatus.UNKNOWN).count() == 12
    assert client.post(decide, {**said, "count": "12"}).status_code == 302
    assert notice.deliveries.filter(status=DeliveryStatus.ACCEPTED).count() == 12
    assert Event.objects.filter(verb="delivery_resolved", reason=said["reason"]).count() == 12


def test_the_page_costs_the_same_however_many_messages_are_in_trouble(
    django_assert_max_num_queries: Any,
) -> None:
    notice = deliveries.notice(recipients=300)
    notice.deliveries.update(status=DeliveryStatus.FAILED, last_error="no gateway")
    client, url = agent(), reverse("outages:notice", args=[notice.pk])
    client.get(url)
    with django_assert_max_num_queries(30):
        shown = client.get(url).content.decode()
    assert shown.count("138****") == 10


def test_what_a_newer_notice_replaced_is_not_sent_again() -> None:
    notice = deliveries.notice(recipients=1)
    notice.deliveries.update(status=DeliveryStatus.FAILED)
    OutageNotice.objects.update(status="superseded")
    with pytest.raises(NothingFailed):
        notices.send_failed_again(
            notice, channel="sms", reason="why", by=factories.person("call_agent"), at=now()
        )


# -- what may have arrived has not failed --------------------------------------------------------


class Forgetful(SmsSimulator):
    """Takes the first message and says nothing; afterwards it knows no key any more."""

    taken = False

    def take(self, request: Request) -> Reply:
        if self.taken:
            return Reply(401, {"error": "key"})
        self.taken = True
        return super().take(request)


def lost_then_refused(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    settings.GATEWAY_TIMEOUT_S = 0.5
    monkeypatch.setattr(
        SmsGateway, "habits", replace(SmsGateway.habits, max_attempts=2), raising=False
    )
    [row] = deliveries.notice(recipients=1).deliveries.all()
    with running(Forgetful(journal=tmp_path / "j", faults=Faults(drop=1.0))) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "idempotent"}}
        outbox.send_due()
        assert len(gateway.accepted()) == 1
        row.refresh_from_db()
        assert row.status == DeliveryStatus.PENDING
        Delivery.objects.update(due_at=now() - timedelta(seconds=1))
        outbox.send_due()
    row.refresh_from_db()
    return row


def test_a_repeat_that_is_refused_leaves_open_whether_the_first_arrived(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = lost_then_refused(settings, tmp_path, monkeypatch)
    assert row.status == DeliveryStatus.UNKNOWN
    assert row.last_error == "status 401"


def test_a_gateway_that_is_taken_away_leaves_open_what_it_may_have_sent(settings: Any) -> None:
    begun, fresh = deliveries.notice(recipients=2).deliveries.order_by("pk")
    Delivery.objects.filter(pk=begun.pk).update(send_started_at=now(), provider="first")
    settings.GATEWAYS = {}
    outbox.send_due()
    begun.refresh_from_db()
    fresh.refresh_from_db()
    assert (begun.status, fresh.status) == (DeliveryStatus.UNKNOWN, DeliveryStatus.FAILED)


def test_nobody_is_asked_what_became_of_an_event_for_a_program(settings: Any) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = []
    subscriber = WebhookSubscriber.objects.create(
        name="S", url="https://127.0.0.1/", is_on=False, secret=b"", created_at=now()
    )
    [row] = deliveries.notice(recipients=1, channel="webhook").deliveries.all()
    Delivery.objects.update(recipient=str(subscriber.pk), send_started_at=now())
    outbox.send_due()
    row.refresh_from_db()
    assert row.status == DeliveryStatus.FAILED
    shown = agent().get(reverse("outages:notice", args=[row.notice_id])).content.decode()
    assert f">{subscriber.name}<" in shown, "a program is called by its name"


# -- withheld -----------------------------------------------------------------------------------


def test_a_notice_that_cannot_be_said_is_told_at_once_and_taken_back_when_it_is(
    desk: Desk,
) -> None:
    lay(LINE)
    Pipe.objects.update(street="", street_en="")
    outage = desk.burst("p3").outage
    assert not outage.notices.exists()
    assert open_codes() == open_codes("dispatcher") == open_codes("leader") == ["notice_withheld"]
    with translation.override("en"):
        said = told(Alert.objects.filter(to_name="call_agent").get())
    assert said.text.startswith("Withheld: outage notice. The notice lacks: ")
    assert said.url == reverse("outages:notices")
    client, url = agent(), reverse("outages:notice-withheld", args=[outage.pk])
    shown = client.get(reverse("outages:notices"), headers={"accept-language": "en"})
    assert f"Withheld: outage notice of {outage.code}" in shown.content.decode()
    assert client.post(url, {"place": ""}).status_code == 409, "the place is still missing"
    place = "解放路" * 20
    done = client.post(url, {"place": place, "place_en": "Jiefang Road"})
    draft = OutageNotice.objects.get()
    assert done["Location"] == reverse("outages:notice", args=[draft.pk])
    assert place in draft.text_zh
    assert "Jiefang Road" in draft.text_en
    assert Event.objects.get(verb="outage_placed").facts["place"] == place
    assert "Withheld" not in client.get(reverse("outages:notices")).content.decode()
    assert client.post(url, {"place": "别处"}).status_code == 409, "nothing is withheld any more"
    notices.publish_notice(draft, by=desk.dana, at=desk.now)
    assert open_codes() == []


# -- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "start"),
    [
        ("status 429", "the gateway takes nothing for the moment"),
        ("status 401", "the gateway does not know our key"),
        ("status 400", "the gateway refuses this message"),
        ("status 502", "the gateway has an error of its own"),
        ("refused [550]", "the mail server knows no such address"),
        ("refused [451]", "the mail server asks to try later"),
        ("no answer in time", "the line broke"),
        ("sender died midway", "the sender stopped"),
        ("no token: errcode 40125", "WeChat gives us no key"),
        ("errcode 45009", "WeChat's quota"),
    ],
)
def test_what_a_gateway_says_stands_in_plain_words(error: str, start: str) -> None:
    with translation.override("en"):
        assert in_plain_words(error).startswith(start)
        assert in_plain_words(error).endswith(f"({error})")


def test_what_nobody_has_words_for_stands_as_it_is() -> None:
    assert in_plain_words("FailedOperation.ContainSensitiveWord") == (
        "FailedOperation.ContainSensitiveWord"
    )
    assert in_plain_words("") == ""
