"""The deferred halves of services. One call each; the database is the queue of record.

A task that is never run loses nothing: the sweepers among them find what it would have done.
"""

from typing import Any

import structlog
from celery import Task, current_app, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from outages.delivery import outbox
from outages.delivery.sole_sender import sole_sender
from outages.planning import waiting

log = structlog.get_logger(__name__)


def wake(task: Task, **arguments: Any) -> None:
    """Ask a worker to run `task` now; a broker that is away is only logged."""
    _send(task.name, **arguments)


def wake_publication() -> None:
    """Ask for the public files to be written anew (gisapp.tasks lies above this app)."""
    _send("layers.publish_public")


def _send(name: str, **arguments: Any) -> None:
    try:
        current_app.send_task(name, kwargs=arguments)
    except OperationalError as error:
        log.warning("broker_away", task=name, error=type(error).__name__)


@shared_task
def plan_report(*, report_id: int, **_later: Any) -> None:
    """Propose a plan for a report."""
    waiting.plan_report(report_id, at=timezone.now())


@shared_task
def plan_waiting_reports(**_later: Any) -> None:
    """Propose plans for reports that have none yet."""
    waiting.plan_waiting_reports(at=timezone.now())


@shared_task
def send_due_deliveries(**_later: Any) -> None:
    """Send what is due, unless another process of this worker is at it."""
    with sole_sender() as may_send:
        if may_send:
            outbox.send_due()


@shared_task
def advance_planned_outages(**_later: Any) -> None:
    """Let published planned outages begin at their time."""
    waiting.advance_planned_outages(at=timezone.now())
