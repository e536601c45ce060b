"""The deferred halves of services. One call each; the database is the queue of record.

A task that is never run loses nothing: the sweepers among them find what it would have done.
"""

from time import monotonic
from typing import Any, Final

import structlog
from celery import Task, current_app, shared_task
from django.utils import timezone
from kombu import pools
from kombu.exceptions import OperationalError

from outages.delivery import inbox, shards
from outages.planning import pressure, supply_spells, waiting

log = structlog.get_logger(__name__)


def wake(task: Task, **arguments: Any) -> bool:
    """Ask a worker to run `task` now; a broker that is away is only logged, and gives False."""
    return _send(task.name, **arguments)


def wake_publication() -> None:
    """Ask for the public files to be written anew (gisapp.tasks lies above this app)."""
    _send("layers.publish_public")


# A wake-up is a courtesy: it may cost whoever stores a report or a step a blink, not seconds.
# Celery's own connection tries again for some six seconds, so wake-ups have one of their own.
_IMPATIENT: Final = {
    "socket_connect_timeout": 0.2,
    "socket_timeout": 0.2,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
# After a failure nobody is woken for this long, seconds: the sweepers come by in 10 to 15.
QUIET_S: Final = 5.0
_quiet_until = 0.0


def _send(name: str, **arguments: Any) -> bool:
    global _quiet_until  # noqa: PLW0603 - one broker, one memory of it a process
    if monotonic() < _quiet_until:
        return False
    try:
        connection = current_app.connection_for_write(transport_options=_IMPATIENT)
        with pools.producers[connection].acquire(block=True, timeout=0.2) as producer:
            current_app.send_task(name, kwargs=arguments, producer=producer)
    except (OperationalError, OSError) as error:
        _quiet_until = monotonic() + QUIET_S
        log.warning("broker_away", task=name, error=type(error).__name__, quiet_s=QUIET_S)
        return False
    return True


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
    shards.send_alone()


@shared_task
def collect_inbound(**_later: Any) -> None:
    """Fetch receipts and replies from providers that wait to be asked."""
    inbox.collect(at=timezone.now())


@shared_task
def reckon_pressures(**_later: Any) -> None:
    """Reckon one run that is due; wake another worker for the next. In a queue of its own."""
    pressure.ask_for_proposals(at=timezone.now())
    if pressure.reckon_next(timezone.now) is not None:
        wake(reckon_pressures)


@shared_task
def reckon_supply(**_later: Any) -> None:
    """Derive who was dry when from what was signed since. In the queue of the slow ones."""
    supply_spells.reckon_supply(at=timezone.now())
