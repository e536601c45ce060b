"""The nodes of pipe works that were done before one that comes earlier."""

from collections.abc import Sequence

from outages.models import OrderMilestone


def ahead_of(rows: Sequence[OrderMilestone]) -> dict[int, list[str]]:
    """Return, by node's key, the names of the earlier nodes that were still to do at its time.

    The order is the plan, not a gate: what happened in the trench is kept as it was told (and a
    phone without signal tells it late). Backfilled before the pressure test is for people to see.
    """
    found: dict[int, list[str]] = {}
    for position, row in enumerate(rows):
        done_at = row.done_at
        if done_at is not None and (
            names := [
                earlier.name
                for earlier in rows[:position]
                if earlier.done_at is None or earlier.done_at > done_at
            ]
        ):
            found[row.pk] = names
    return found
