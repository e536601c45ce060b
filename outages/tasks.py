"""The deferred halves of services. One call each; the database is the queue of record.

A task that is never run loses nothing: the sweepers find what it would have done.
"""

from typing import Any

import structlog
from celery import Task, shared_task
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def wake(task: Task, **arguments: Any) -> None:
    """Ask a worker to run `task` now; a broker that is away is only logged."""
    try:
        task.apply_async(kwargs=arguments)
    except OperationalError as error:
        log.warning("broker_away", task=task.name, error=str(error))


@shared_task
def plan_report(*, report_id: int, **_later: Any) -> None:
    """Propose a plan for a report."""
    raise NotImplementedError


@shared_task
def plan_waiting_reports(**_later: Any) -> None:
    """Propose plans for reports that have none yet."""
    raise NotImplementedError


@shared_task
def send_due_deliveries(**_later: Any) -> None:
    """Send what is due."""
    raise NotImplementedError


@shared_task
def advance_planned_outages(**_later: Any) -> None:
    """Let published planned outages begin at their time."""
    raise NotImplementedError
