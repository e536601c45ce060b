"""Senders killed in mid-send: nothing lost, nothing twice, by three records that know nothing of
one another: the rows, the gateway's journal, the events.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from outages.delivery.gateway import Promise
from outages.delivery.simulator import Faults
from outages.models import Delivery, Event
from tests.outages import deliveries
from tests.simulators.sms_gateway import RunningGateway, sms_gateway

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MESSAGES = 200
SEED = 20261121


def start_sender(gateway: RunningGateway, promise: Promise, *extra: str, lease_s: float) -> Any:
    database = connection.settings_dict
    url = (
        f"postgis://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:"
        f"{database['PORT']}/{database['NAME']}"
    )
    code = (
        "import os, runpy, sys;"
        "import tests.settings as s;"
        f"s.GATEWAYS = {{'sms': {{'url': '{gateway.url}', 'promise': '{promise}'}}}};"
        "runpy.run_module('tests.outages.sender', run_name='__main__')"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(lease_s), *extra],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def stop(sender: Any) -> None:
    sender.send_signal(signal.SIGKILL)
    sender.wait(timeout=10)
    sender.stdout.close()


def left() -> int:
    return Delivery.objects.exclude(status__in=["accepted", "unknown", "failed"]).count()


def in_mid_send() -> int:
    return Delivery.objects.filter(status="sending", send_started_at__isnull=False).count()


def kill_until_done(
    gateway: RunningGateway, promise: Promise, *, kills: int, within_s: float
) -> int:
    """Keep two senders alive, kill one now and then; returns how many died in mid-send."""
    chance = random.Random(SEED)
    senders = [start_sender(gateway, promise, lease_s=1.0) for _ in range(2)]
    for sender in senders:
        assert sender.stdout.readline().startswith("ready")
    ends, landed = time.monotonic() + within_s, 0
    try:
        while left() and time.monotonic() < ends:
            time.sleep(chance.uniform(0.05, 0.3))
            if landed < kills and in_mid_send():
                victim = chance.randrange(2)
                stop(senders[victim])
                landed += in_mid_send() > 0
                senders[victim] = start_sender(gateway, promise, lease_s=1.0)
    finally:
        for sender in senders:
            stop(sender)
    return landed


@pytest.mark.parametrize("promise", [Promise.IDEMPOTENT, Promise.QUERYABLE])
def test_killed_senders_lose_none_and_double_none(tmp_path: Path, promise: Promise) -> None:
    deliveries.notice(recipients=MESSAGES)
    faults = Faults(refuse=0.01, drop=0.02, latency_s=0.03, seed=SEED)
    with sms_gateway(tmp_path, promise=promise, faults=faults) as gateway:
        landed = kill_until_done(gateway, promise, kills=4, within_s=60)
        journal = Counter(gateway.accepted())
    assert landed >= 3, "the test did not kill a sender in mid-send often enough"
    keys = {str(key) for key in Delivery.objects.values_list("key", flat=True)}
    assert Counter(Delivery.objects.values_list("status", flat=True)) == {"accepted": MESSAGES}
    assert journal.keys() == keys, "lost"
    assert set(journal.values()) == {1}, "doubled"
    events = Event.objects.filter(verb="delivery_accepted").values_list("subject_id", flat=True)
    assert Counter(Counter(events).values()) == {1: MESSAGES}


def test_without_the_fence_messages_go_out_twice(tmp_path: Path) -> None:
    """The negative control: a lease shorter than the send, and nobody looks at the claim."""
    deliveries.notice(recipients=40)
    with sms_gateway(
        tmp_path, promise=Promise.QUERYABLE, faults=Faults(latency_s=0.1, seed=SEED)
    ) as gateway:
        senders = [
            start_sender(gateway, Promise.QUERYABLE, "unfenced", lease_s=0.2) for _ in range(3)
        ]
        try:
            ends = time.monotonic() + 30
            while left() and time.monotonic() < ends:
                time.sleep(0.1)
        finally:
            for sender in senders:
                stop(sender)
        journal = Counter(gateway.accepted())
    assert max(journal.values()) > 1
