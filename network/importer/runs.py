"""Keeping an attempt on record from its beginning, and telling one whose process was killed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from network.models import ImportRun
from network.selectors.import_runs import RUNNING_LOCK, broken_off
from network.selectors.locks import alone


@contextmanager
def kept_run(**facts: Any) -> Iterator[ImportRun]:
    """Begin a run, which counts as running as long as this process lives and the block runs.

    Earlier ones that were killed are told as such first.
    """
    with ExitStack() as lock:
        with transaction.atomic():
            at = timezone.now()
            close_broken_off(at=at)
            run = ImportRun.objects.create(started_at=at, **facts)
            # Before anybody sees the run: without its lock it would count as broken off.
            lock.enter_context(alone(RUNNING_LOCK, run.pk))
        yield run


def close_broken_off(*, at: datetime) -> int:
    """Put down that runs were killed; return how many. When that was nobody knows."""
    gone = broken_off()
    if not gone:
        return 0
    rows = ImportRun.objects.filter(pk__in=gone, outcome=ImportRun.Outcome.RUNNING)
    return rows.update(outcome=ImportRun.Outcome.BROKEN_OFF, finished_at=at)
