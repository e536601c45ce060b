"""Tasks of the whole product: what no single app may call because it lies above the caller.

`outages.tasks` asks for publication by name (`layers.publish_public`) when a transaction commits.
"""

import contextlib
from collections.abc import Callable

from celery import shared_task
from django.utils import timezone

from gisapp.backups import BackupRunning, back_up, is_due
from layers.public.snapshots import publish_public_snapshot
from layers.rate_limits import forget_old_counts
from network.selectors import prepare_current_state
from network.services.criticality import take_up_criticality
from outages.selectors.rules import policy
from outages.services import monthly, orders, outages, shifts
from outages.services.callbacks import hearing, rating
from outages.services.desk.public_reports import take_public_reports, update_stages
from outages.services.once import forget_sent_forms
from outages.services.publishing import watching
from outages.services.rules import deadlines
from outages.services.shifts import rosters


def _each(*duties: Callable[[], object]) -> None:
    """Do them all: one that fails holds up none of the others, and is told when all are through."""
    failed: list[Exception] = []
    for duty in duties:
        try:
            duty()
        except Exception as error:
            failed.append(error)
    if failed:
        raise failed[0]


@shared_task(name="layers.publish_public")
def publish_public() -> None:
    """Write the public files. Beat asks every half minute, so a lost wake-up costs no more."""
    now = timezone.now()
    _each(
        lambda: publish_public_snapshot(now),
        lambda: update_stages(now),
        forget_old_counts,
        lambda: forget_sent_forms(at=now),
    )


@shared_task(name="network.prepare_state")
def prepare_state() -> None:
    """Make the valves' present states ready to be asked. Until then questions are searched."""
    prepare_current_state()


@shared_task(name="gisapp.reckon_risk", acks_late=False, time_limit=7_200, soft_time_limit=7_000)
def reckon_risk() -> None:
    """Reckon the risk map where somebody asked for it. The row is the queue, not the message."""
    take_up_criticality(at=timezone.now())


@shared_task(
    name="gisapp.back_up_when_due", acks_late=False, time_limit=7_200, soft_time_limit=7_000
)
def back_up_when_due() -> None:
    """Back everything up once a week, or as often as the policy says (`backup_interval`)."""
    now = timezone.now()
    interval = policy.length("backup_interval", at=now)
    if interval is not None and is_due(at=now, interval=interval):
        with contextlib.suppress(BackupRunning):  # by hand, or since the last time it was asked
            back_up(at=now)


@shared_task(name="gisapp.take_public_reports")
def take_reports() -> None:
    """Take what the public filed: its process may wake nobody, so this one looks every time."""
    take_public_reports()


@shared_task(name="outages.begin_planned_outages")
def begin_planned_outages() -> None:
    """Let published planned outages begin at their time."""
    outages.begin_due_outages(at=timezone.now())


@shared_task(name="outages.scan_deadlines")
def scan_deadlines() -> None:
    """Warn of limits that run out, record those that ran out, escalate what stays undone."""
    now = timezone.now()
    _each(lambda: deadlines.scan(at=now), lambda: orders.escalate_overdue(at=now))


@shared_task(name="outages.watch_the_desk")
def watch_the_desk() -> None:
    """Ask for a self-check when nobody calls, and warn of hours without a crew."""
    now = timezone.now()
    _each(lambda: shifts.watch_for_silence(at=now), lambda: rosters.warn_of_gaps(at=now))


@shared_task(name="outages.watch_messages")
def watch_messages() -> None:
    """Tell of messages that are stuck or lost."""
    watching.watch(at=timezone.now())


@shared_task(name="outages.watch_callbacks")
def watch_callbacks() -> None:
    """Take replies and ratings, and look after the SMS that stay without a reply."""
    at = timezone.now()
    _each(
        lambda: hearing.take_replies(at=at),
        lambda: hearing.look_after_sms(at=at),
        lambda: rating.take_ratings(at=at),
    )


@shared_task(name="outages.watch_monthly_report")
def watch_monthly_report() -> None:
    """Draft the month's report on its day, and alarm when it stays a draft."""
    monthly.watch(at=timezone.now())
