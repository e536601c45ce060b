"""Tasks of the whole product: what no single app may call because it lies above the caller.

`outages.tasks` asks for publication by name (`layers.publish_public`) when a transaction commits.
"""

from celery import shared_task
from django.utils import timezone

from layers.public.snapshots import publish_public_snapshot
from network.selectors import prepare_current_state


@shared_task(name="layers.publish_public")
def publish_public() -> None:
    """Write the public files. Beat asks every half minute, so a lost wake-up costs no more."""
    publish_public_snapshot(timezone.now())


@shared_task(name="network.prepare_state")
def prepare_state() -> None:
    """Make the valves' present states ready to be asked. Until then questions are searched."""
    prepare_current_state()
