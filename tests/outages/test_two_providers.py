"""Two providers of SMS: the second takes over, and nobody ever gets two."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from outages.delivery import inbox, outbox
from outages.delivery.gateway import Heard, Promise
from outages.delivery.providers import TROUBLES
from outages.delivery.simulator import Faults, Reply, Request, SmsSimulator
from outages.models import Alert, Delivery, Event, ProviderState
from outages.selectors.rules.alerts import alerts_for
from outages.services.publishing import notices
from outages.views.words.alerts import told
from tests import factories
from tests.crash.ports import free_port
from tests.outages import deliveries
from tests.simulators.running import Running, running

pytestmark = pytest.mark.django_db
PROMISES = (Promise.IDEMPOTENT, Promise.QUERYABLE, Promise.NEITHER)


class Lying(SmsSimulator):
    """Takes a message and says that something went wrong."""

    def take(self, request: Request) -> Reply:
        answer = super().take(request)
        return Reply(500, {"error": "?"}) if answer.accepted else answer


@contextmanager
def two(
    settings: Any, first: SmsSimulator, second: SmsSimulator, promise: Promise
) -> Iterator[tuple[Running, Running]]:
    settings.GATEWAY_TIMEOUT_S = 0.3
    with running(first) as one, running(second) as other:
        point(settings, one.url, other.url, promise)
        yield one, other


def point(settings: Any, first: str, second: str, promise: Promise = Promise.NEITHER) -> None:
    settings.GATEWAYS = {
        "sms": {"url": first, "promise": str(promise)},
        "sms_second": {"url": second, "promise": str(promise)},
    }


def simulator(
    tmp_path: Path, name: str, promise: Promise = Promise.NEITHER, **faults: float
) -> SmsSimulator:
    return SmsSimulator(journal=tmp_path / name, promise=promise, faults=Faults(**faults))


def rounds(number: int) -> None:
    """Let senders come by so often, back-off, leases and rests over each time."""
    for _round in range(number):
        past = datetime.now(UTC) - timedelta(seconds=1)
        Delivery.objects.filter(status="pending").update(due_at=past)
        Delivery.objects.filter(status="sending").update(lease_until=past)
        ProviderState.objects.exclude(open_until=None).update(open_until=past)
        outbox.send_due()


def accepted(*gateways: Running) -> Counter[str]:
    return Counter(key for gateway in gateways for key in gateway.accepted())


def statuses() -> Counter[str]:
    return Counter(Delivery.objects.values_list("status", flat=True))


@pytest.mark.parametrize("promise", PROMISES)
@pytest.mark.parametrize("faults", [{"refuse": 1.0}, {"throttle": 1.0}])
def test_what_the_first_refuses_goes_out_by_the_second_at_once(
    settings: Any, tmp_path: Path, promise: Promise, faults: dict[str, float]
) -> None:
    deliveries.notice(recipients=3)
    first = simulator(tmp_path, "1", promise, **faults)
    with two(settings, first, simulator(tmp_path, "2", promise), promise) as (one, other):
        assert outbox.send_due() == {"accepted": 3}
        assert (len(one.accepted()), len(other.accepted())) == (0, 3)
    assert set(Delivery.objects.values_list("provider", flat=True)) == {"second"}


def test_where_nobody_listens_the_second_takes_it(settings: Any, tmp_path: Path) -> None:
    deliveries.notice(recipients=1)
    with running(simulator(tmp_path, "2")) as other:
        point(settings, f"http://127.0.0.1:{free_port()}", other.url)
        assert outbox.send_due() == {"accepted": 1}


@pytest.mark.parametrize("promise", PROMISES)
@pytest.mark.parametrize(
    "faults", [{"drop": 1.0}, {"late": 1.0, "late_s": 0.5}, {"refuse": 0.5, "drop": 0.5}]
)
def test_what_the_first_may_have_is_never_the_seconds(
    settings: Any, tmp_path: Path, promise: Promise, faults: dict[str, float]
) -> None:
    """Whatever the first does later: back again, or away for good."""
    deliveries.notice(recipients=2)
    first = simulator(tmp_path, "1", promise, **faults)
    with two(settings, first, simulator(tmp_path, "2", promise), promise) as (one, other):
        rounds(2)
        one.simulator.faults = Faults(refuse=1.0)
        rounds(2)
        one.simulator.faults = Faults()
        rounds(2)
        doubled = {key: n for key, n in accepted(one, other).items() if n > 1}
    assert doubled == {}
    assert sum(accepted(one, other).values()) == 2
    wanted = {"accepted"} if promise != Promise.NEITHER else {"accepted", "unknown"}
    assert set(statuses()) <= wanted


def test_an_error_of_the_firsts_own_proves_nothing(settings: Any, tmp_path: Path) -> None:
    """It may have taken the message and stumbled: the second is not asked, even days later."""
    deliveries.notice(recipients=1)
    lying = Lying(journal=tmp_path / "1", promise=Promise.IDEMPOTENT)
    second = simulator(tmp_path, "2", Promise.IDEMPOTENT)
    with two(settings, lying, second, Promise.IDEMPOTENT) as (one, other):
        rounds(1)
        point(settings, f"http://127.0.0.1:{free_port()}", other.url, Promise.IDEMPOTENT)
        rounds(3)
        assert accepted(one, other).total() == 1
    assert statuses() == {"pending": 1}


def test_a_sender_that_died_with_the_first_leaves_it_to_the_first(
    settings: Any, tmp_path: Path
) -> None:
    deliveries.notice(recipients=1)
    with two(
        settings, simulator(tmp_path, "1", refuse=1.0), simulator(tmp_path, "2"), Promise.NEITHER
    ) as (one, other):
        [claim] = outbox.claim_due("sms", limit=1, lease_s=30)
        assert outbox.Sender().is_still_mine(claim)
        rounds(2)
        assert accepted(one, other).total() == 0
    assert statuses() == {"unknown": 1}
    # A person knows that it never arrived: now anybody may have it.
    row = Delivery.objects.get()
    notices.resolve_delivery(row, arrived=False, reason="未收到", by=None, at=datetime.now(UTC))
    with two(
        settings, simulator(tmp_path, "3", refuse=1.0), simulator(tmp_path, "4"), Promise.NEITHER
    ) as (one, other):
        rounds(1)
        assert (len(one.accepted()), len(other.accepted())) == (0, 1)


def test_a_sender_that_died_with_the_second_leaves_it_to_the_second(
    settings: Any, tmp_path: Path
) -> None:
    deliveries.notice(recipients=1)
    [claim] = outbox.claim_due("sms", limit=1, lease_s=30)
    assert outbox.Sender().is_still_mine(claim, provider="second")
    second = simulator(tmp_path, "2", Promise.IDEMPOTENT)
    first = simulator(tmp_path, "1", Promise.IDEMPOTENT)
    with two(settings, first, second, Promise.IDEMPOTENT) as (one, other):
        rounds(1)
        assert (len(one.accepted()), len(other.accepted())) == (0, 1)


def test_a_provider_that_is_not_set_up_any_more_leaves_it_to_a_person(
    settings: Any, tmp_path: Path
) -> None:
    deliveries.notice(recipients=1)
    [claim] = outbox.claim_due("sms", limit=1, lease_s=30)
    assert outbox.Sender().is_still_mine(claim, provider="second")
    with running(simulator(tmp_path, "1")) as one:
        settings.GATEWAYS = {"sms": {"url": one.url, "promise": "idempotent"}}
        rounds(1)
        assert one.accepted() == []
    assert statuses() == {"unknown": 1}


@pytest.mark.parametrize("seed", range(2))
def test_through_every_failure_mixed_nobody_gets_two(
    settings: Any, tmp_path: Path, seed: int
) -> None:
    """Both refuse, throttle and cut by turns; senders die between the fence and the send."""
    chance = random.Random(seed)
    deliveries.notice(recipients=24)
    mixed = {"refuse": 0.2, "throttle": 0.1, "drop": 0.2, "seed": seed}
    first = simulator(tmp_path, "1", **mixed)
    second = simulator(tmp_path, "2", **(mixed | {"seed": seed + 10}))
    with two(settings, first, second, Promise.NEITHER) as (one, other):
        for _round in range(6):
            for claim in outbox.claim_due("sms", limit=2, lease_s=30):
                dying = chance.choice(["first", "second"])
                if chance.random() < 0.3:
                    outbox.Sender().is_still_mine(claim, provider=dying)
            rounds(1)
        one.simulator.faults = other.simulator.faults = Faults()
        rounds(2)
        assert max(accepted(one, other).values()) == 1
        assert one.accepted()
        assert other.accepted(), "the second was not exercised"
    done = statuses()
    assert set(done) == {"accepted", "unknown"}
    assert done["accepted"] + done["unknown"] == 24


# -- The circuit --------------------------------------------------------------------------------


class Counting(SmsSimulator):
    asked = 0

    def take(self, request: Request) -> Reply:
        self.asked += 1
        return Reply(503, {"error": "busy"}) if self.is_busy else super().take(request)

    is_busy = True


def test_a_provider_in_trouble_is_left_alone_then_tried_by_one_message(
    settings: Any, tmp_path: Path
) -> None:
    first = Counting(journal=tmp_path / "1")
    with two(settings, first, simulator(tmp_path, "2"), Promise.NEITHER) as (_one, other):
        deliveries.notice(recipients=TROUBLES + 10)
        assert outbox.send_due() == {"accepted": TROUBLES + 10}
        assert first.asked == TROUBLES, "the rest did not ask it any more"
        state = ProviderState.objects.get(provider="first")
        assert state.open_until is not None
        assert Event.objects.filter(verb="circuit_open").count() == 1
        for role in ("shift_leader", "admin"):
            assert said_to(role) == ["短信：主用服务商异常，新消息改走另一家。"]

        admin = Client()
        admin.force_login(factories.person("admin"))
        alerts = admin.get(reverse("outages:alerts")).content.decode()
        assert f'<a href="{reverse("outages:channels")}">查看</a>' in alerts, "it has no case"
        page = admin.get(reverse("outages:channels")).content.decode()
        assert "暂停使用" in page
        assert "status 503" in page

        past = datetime.now(UTC) - timedelta(seconds=1)
        ProviderState.objects.filter(provider="first").update(open_until=past)
        deliveries.notice(recipients=3)
        outbox.send_due()
        assert first.asked == TROUBLES + 1, "one message tried it"
        assert Alert.objects.filter(subject="provider").count() == 2, "told once, not at each try"
        ProviderState.objects.filter(provider="first").update(open_until=past)
        first.is_busy = False
        deliveries.notice(recipients=2)
        outbox.send_due()
        assert first.asked == TROUBLES + 3, "it works: its circuit is closed"
        assert len(other.accepted()) == TROUBLES + 13
    assert ProviderState.objects.get(provider="first").open_until is None
    assert Event.objects.filter(verb="circuit_closed").count() == 1
    assert said_to("shift_leader") == ["短信：主用服务商已恢复。"]


def said_to(role: str) -> list[str]:
    """What waits for a role, as it reads it."""
    with translation.override("zh-hans"):
        return [told(each).text for each in alerts_for(factories.person(role))]


def test_that_no_provider_works_is_told_until_one_does(settings: Any, tmp_path: Path) -> None:
    ways = [Counting(journal=tmp_path / name) for name in ("1", "2")]
    with two(settings, ways[0], ways[1], Promise.NEITHER):
        deliveries.notice(recipients=1)
        rounds(TROUBLES)
        assert "短信：两家服务商都异常，消息等其中一家恢复后再发。" in said_to("shift_leader")
        ways[1].is_busy = False
        past = datetime.now(UTC) - timedelta(seconds=1)
        ProviderState.objects.filter(provider="second").update(open_until=past)
        rounds(1)
    assert sorted(said_to("shift_leader")) == [
        "短信：主用服务商异常，新消息改走另一家。",
        "短信：备用服务商已恢复。",
    ]


def test_where_both_rest_messages_wait_and_are_not_counted_out(
    settings: Any, tmp_path: Path
) -> None:
    deliveries.notice(recipients=1)
    later = datetime.now(UTC) + timedelta(minutes=1)
    for provider in ("first", "second"):
        ProviderState.objects.create(channel="sms", provider=provider, open_until=later)
    with two(settings, simulator(tmp_path, "1"), simulator(tmp_path, "2"), Promise.NEITHER) as (
        one,
        other,
    ):
        assert outbox.send_due() == {"later": 1}
        assert accepted(one, other).total() == 0
        rounds(1)
        assert accepted(one, other).total() == 1


def test_one_provider_has_no_circuit(settings: Any, tmp_path: Path) -> None:
    deliveries.notice(recipients=8)
    with running(simulator(tmp_path, "1", refuse=1.0)) as one:
        settings.GATEWAYS = {"sms": {"url": one.url}}
        rounds(3)
    assert not ProviderState.objects.exists()


def test_a_receipt_belongs_to_the_provider_that_told_it() -> None:
    """Both may number their messages alike."""
    mine, other = deliveries.notice(recipients=2).deliveries.order_by("pk")
    for row, provider in ((mine, "first"), (other, "second")):
        Delivery.objects.filter(pk=row.pk).update(
            status="accepted", provider_reference="r-1", provider=provider
        )
    at = datetime.now(UTC)
    heard = Heard(
        source="sms_second",
        external_id="a",
        kind="receipt",
        at=at,
        reference="r-1",
        delivered=False,
        provider="second",
    )
    inbox.take(heard, channel="sms", at=at)
    assert set(Delivery.objects.values_list("provider", "is_received")) == {
        ("first", None),
        ("second", False),
    }


def test_a_rest_of_all_providers_is_no_attempt_and_uses_up_no_patience(
    settings: Any, tmp_path: Path
) -> None:
    refusing = [simulator(tmp_path, name, refuse=1.0) for name in ("a", "b")]
    with two(settings, *refusing, Promise.NEITHER) as (one, other):
        deliveries.notice(recipients=3)
        # Hours of rest: nobody lets the circuits be tried meanwhile.
        for _round in range(40):
            past = datetime.now(UTC) - timedelta(seconds=1)
            Delivery.objects.filter(status="pending").update(due_at=past)
            outbox.send_due()
        assert set(Delivery.objects.values_list("status", flat=True)) == {"pending"}
        assert max(Delivery.objects.values_list("attempts", flat=True)) < 10
        # And one that is let try and is refused has not failed for good.
        ProviderState.objects.update(open_until=datetime.now(UTC) - timedelta(seconds=1))
        rounds(1)
        assert not Delivery.objects.filter(status="failed").exists()
        for gateway in refusing:
            gateway.faults.refuse = 0.0
        rounds(3)
        assert sorted(one.accepted() + other.accepted()) == sorted(
            str(key) for key in Delivery.objects.values_list("key", flat=True)
        )
