"""The deferred halves: a lost broker loses nothing, and a task run twice changes nothing."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.core.management import call_command
from kombu import pools
from kombu.exceptions import OperationalError
from redis import Redis

from gisapp.tasks import begin_planned_outages
from outages import tasks
from outages.delivery.gateway import Promise
from outages.delivery.sole_sender import sole_sender
from outages.models import Delivery, IsolationPlan
from tests.factories import NOON, lay
from tests.outages import deliveries
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE
from tests.simulators.sms_gateway import sms_gateway


def test_a_broker_that_is_away_does_not_stop_a_report(
    desk: Desk, commits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.undo()
    monkeypatch.setattr(tasks, "_quiet_until", 0.0)
    monkeypatch.setattr(tasks.current_app, "send_task", away)
    lay(LINE)
    with commits(execute=True):
        report = desk.report("p3")
    assert not report.plans.exists()
    # The sweeper looks back a day, and the desk's clock stands at a noon that goes by.
    with time_machine.travel(NOON + timedelta(hours=1)):
        tasks.plan_waiting_reports()
    assert report.plans.count() == 1


@pytest.fixture
def real_sending(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Undo what keeps the other tests from the broker; nothing of it is remembered afterwards."""
    monkeypatch.undo()
    monkeypatch.setattr(tasks, "_quiet_until", 0.0)
    yield monkeypatch
    pools.reset()


@pytest.fixture(params=["refuses", "says nothing"])
def dead_broker(request: pytest.FixtureRequest, real_sending: pytest.MonkeyPatch) -> Iterator[None]:
    """A port where nobody listens, and one where somebody does who never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "says nothing":
            listener.listen(10)
        url = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        real_sending.setattr(current_app.conf, "broker_url", url)
        yield


def test_a_broker_that_is_away_costs_a_blink_once(dead_broker: None) -> None:
    began = monotonic()
    tasks.wake_publication()
    first = monotonic() - began
    for _wake in range(200):
        tasks.wake_publication()
    rest = monotonic() - began - first
    # Celery's own patience is six seconds; a busy machine may make a blink of a second.
    assert first < 3
    assert rest < 0.2


def test_the_broker_is_tried_again_after_a_while(
    dead_broker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.wake_publication()
    sent: list[str] = []
    monkeypatch.setattr(tasks.current_app, "send_task", lambda name, **_more: sent.append(name))
    tasks.wake_publication()
    assert sent == []
    monkeypatch.setattr(tasks, "monotonic", lambda: monotonic() + tasks.QUIET_S)
    tasks.wake_publication()
    assert sent == ["layers.publish_public"]


def test_a_wake_up_reaches_the_workers_queue(
    real_sending: pytest.MonkeyPatch, redis_client: Redis
) -> None:
    tasks.wake(tasks.plan_report, report_id=7)
    queued = [key for key in redis_client.scan_iter() if b"celery" in key and b"kombu" not in key]
    assert len(queued) == 1, queued
    [message] = redis_client.lrange(queued[0], 0, -1)
    assert json.loads(message)["headers"]["task"] == "outages.tasks.plan_report"


@pytest.mark.parametrize(
    "task",
    [
        tasks.plan_waiting_reports,
        tasks.send_due_deliveries,
        begin_planned_outages,
    ],
)
def test_a_task_run_twice_is_as_good_as_once(
    desk: Desk, task: Any, settings: Any, tmp_path: Any
) -> None:
    lay(LINE)
    desk.report("p3")
    deliveries.notice(recipients=3)
    with sms_gateway(tmp_path) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": str(Promise.NEITHER)}}
        task()
        before = records()
        task()
        assert records() == before
        assert len(gateway.accepted()) == len(set(gateway.accepted()))


def test_planning_a_report_twice_makes_one_plan(desk: Desk) -> None:
    lay(LINE)
    report = desk.report("p3")
    tasks.plan_report(report_id=report.pk)
    tasks.plan_report(report_id=report.pk)
    assert IsolationPlan.objects.count() == 1


@pytest.mark.django_db
def test_one_process_of_a_worker_sends_and_the_others_stay_free(
    settings: Any, tmp_path: Any
) -> None:
    deliveries.notice(recipients=2)
    with sms_gateway(tmp_path) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "idempotent"}}
        settings.STATE_DIR = tmp_path
        with sole_sender() as first:
            assert first
            tasks.send_due_deliveries()
            assert gateway.accepted() == []
        tasks.send_due_deliveries()
        assert len(gateway.accepted()) == 2


@pytest.mark.django_db
def test_the_outbox_drains_without_celery(settings: Any, tmp_path: Any) -> None:
    deliveries.notice(recipients=2)
    with sms_gateway(tmp_path) as gateway:
        settings.GATEWAYS = {"sms": {"url": gateway.url, "promise": "idempotent"}}
        call_command("send_due")
        assert len(gateway.accepted()) == 2
    assert not Delivery.objects.exclude(status="accepted").exists()


def records() -> list[Any]:
    return [
        *IsolationPlan.objects.order_by("pk").values_list("pk", "status"),
        *Delivery.objects.order_by("pk").values_list("pk", "status", "attempts"),
    ]
