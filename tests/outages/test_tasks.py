"""The deferred halves: a lost broker loses nothing, and a task run twice changes nothing."""

from typing import Any

import pytest
from django.core.management import call_command
from kombu.exceptions import OperationalError

from outages import tasks
from outages.delivery.gateway import Promise
from outages.delivery.sole_sender import sole_sender
from outages.models import Delivery, IsolationPlan
from tests.factories import lay
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
    monkeypatch.setattr(tasks.current_app, "send_task", away)
    lay(LINE)
    with commits(execute=True):
        report = desk.report("p3")
    assert not report.plans.exists()
    tasks.plan_waiting_reports()
    assert report.plans.count() == 1


@pytest.mark.parametrize(
    "task",
    [
        tasks.plan_waiting_reports,
        tasks.send_due_deliveries,
        tasks.advance_planned_outages,
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
