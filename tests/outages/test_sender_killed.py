"""Senders killed in mid-send: nothing lost, nothing twice, by three records that know nothing of
one another: the rows, the gateways' journals, the events. `./run bench --deliveries 5000` does the
same at the size of a burst main (docs/notices.md).
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from outages.delivery import outbox
from outages.delivery.gateway import Promise
from outages.delivery.kill_points import POINTS
from outages.delivery.sealing import seal
from outages.delivery.signatures import new_secret
from outages.delivery.simulator import SmsSimulator
from outages.models import Delivery, Event, WebhookSubscriber
from tests.crash.cluster import Cluster
from tests.crash.harness import Trial, Verdict, running_cluster, try_it
from tests.outages import deliveries
from tests.prepared import prepared_database
from tests.simulators.running import Running, running
from tests.simulators.subscriber import SubscriberSimulator
from tests.simulators.wechat import WeChatSimulator

pytestmark = pytest.mark.slow

# A slice of the bench's: minutes there, seconds here.
SLICE = {"deliveries": 240, "stops": 1, "losses": 1, "lease_s": 3.0, "with_worker": False}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A database server that the trials of this file stop the hard way, one after the other."""
    with running_cluster(like=prepared_database(os.environ["DATABASE_URL"])) as made:
        yield made


@pytest.mark.parametrize("promise", [Promise.IDEMPOTENT, Promise.QUERYABLE])
def test_killed_senders_lose_none_and_double_none(promise: Promise, cluster: Cluster) -> None:
    verdict = try_it(Trial(kills=4, promise=promise, within_s=120, **SLICE), cluster)  # type: ignore[arg-type]
    assert verdict.is_exercised, f"not exercised: {verdict}"
    assert verdict.lost == 0, verdict
    assert verdict.doubled == 0, verdict
    assert verdict.is_good, verdict


def test_without_the_fence_messages_go_out_twice(cluster: Cluster) -> None:
    """The negative control: every send outlives its lease, and nobody looks at the claim."""
    verdict = try_it(
        Trial(
            deliveries=12,
            kills=0,
            stops=0,
            losses=0,
            with_worker=False,
            fenced=False,
            lease_s=0.1,
            latency_s=0.6,
            channels=("sms",),
            within_s=15,
        ),
        cluster,
    )
    assert verdict.doubled > 0, "the harness sees no doubles: it proves nothing"


def test_a_run_whose_kills_met_nothing_proves_nothing() -> None:
    accepted = {"accepted": 10}
    trial = Trial(deliveries=10, kills=3, stops=1)
    assert not Verdict(trial, kills=2, stops=1, statuses=accepted).is_good
    assert not Verdict(trial, kills=3, stops=0, statuses=accepted).is_good
    assert Verdict(trial, kills=3, stops=1, statuses=accepted).is_good


# -- each place, each channel -------------------------------------------------------------------


@contextmanager
def gateway_of(channel: str, folder: Path) -> Iterator[tuple[Running, dict[str, Any]]]:
    """The channel's simulator, and GATEWAYS for it."""
    journal = folder / "journal"
    secret = new_secret()
    simulator: Any = {
        "sms": lambda: SmsSimulator(journal=journal, promise=Promise.QUERYABLE),
        "wechat": lambda: WeChatSimulator(journal=journal),
        "webhook": lambda: SubscriberSimulator(journal=journal, secret=secret),
    }[channel]()
    with running(simulator) as gateway:
        if channel == "webhook":
            row = WebhookSubscriber.objects.create(
                name="S", url=gateway.url, secret=seal(secret), created_at=deliveries.now()
            )
            Delivery.objects.filter(channel=channel).update(recipient=str(row.pk))
        account = {"app_id": "wx", "secret": "account-secret", "template": "T1"}
        yield (
            gateway,
            {
                "sms": {"url": gateway.url, "promise": "queryable"},
                "wechat": {"url": gateway.url, **account},
            },
        )


def run_sender(*, kill_at: str = "") -> int:
    """Send one round in a fork of this process; returns how it ended."""
    connection.close()  # each side opens its own
    child = os.fork()
    if not child:
        try:
            os.environ["KILL_AT"] = kill_at
            outbox.send_due(lease_s=0.2)
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("channel", ["sms", "wechat", "webhook"])
@pytest.mark.parametrize("point", POINTS)
def test_death_at_each_place_loses_and_doubles_nothing(
    settings: Any, tmp_path: Path, channel: str, point: str
) -> None:
    deliveries.notice(recipients=1, channel=channel)
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1"]
    with gateway_of(channel, tmp_path) as (gateway, gateways):
        settings.GATEWAYS = gateways
        assert run_sender(kill_at=point) == -signal.SIGKILL, "it did not die there"
        time.sleep(0.25)  # the lease runs out
        assert run_sender() == 0
        journal = Counter(gateway.accepted())
    row = Delivery.objects.get()
    assert row.status == "accepted"
    assert journal == {str(row.key): 1}
    assert Event.objects.filter(verb="delivery_accepted").count() == 1
