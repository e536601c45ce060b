"""Runs of imports and checks: which of those that say "running" still have their process."""

from typing import Final

from network.models import ImportRun
from network.selectors.locks import held

# Each run holds this lock under its own key as long as its process lives.
RUNNING_LOCK: Final = 7_130_011


def broken_off() -> set[int]:
    """Return the runs that say "running" and whose process is gone. Two queries, mostly one."""
    running = ImportRun.objects.filter(outcome=ImportRun.Outcome.RUNNING)
    said = set(running.values_list("pk", flat=True))
    return said - held(RUNNING_LOCK) if said else said
