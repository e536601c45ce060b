"""Tasks of the whole product: what no single app may call because it lies above the caller.

`outages.tasks` asks for publication by name (`layers.publish_public`) when a transaction commits.
"""

from celery import shared_task
from django.utils import timezone

from layers.public.snapshots import publish_public_snapshot
from layers.rate_limits import forget_old_counts
from outages.services.public_reports import take_public_reports, update_stages


@shared_task(name="layers.publish_public")
def publish_public() -> None:
    """Write the public files. Beat asks every half minute, so a lost wake-up costs no more."""
    now = timezone.now()
    publish_public_snapshot(now)
    update_stages(now)
    forget_old_counts()


@shared_task(name="gisapp.take_public_reports")
def take_reports() -> None:
    """Take what the public filed: its process may wake nobody, so this one looks every time."""
    take_public_reports()
