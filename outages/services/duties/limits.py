"""The clocks of the duty list: one for each row of the matrix, whomever it has to reach.

    thirty organisations to ring ──► one clock ──► the last of them rung, or why not

The clock hangs on the row's first duty. What waits for its gate has no clock: nobody owes it yet.
What another clock of the outage watches already has none of its own.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from outages.choices import DutyAbout
from outages.models import Deadline, Outage, OutageTask
from outages.models.events import Actor
from outages.policy.matrix import Due, Task
from outages.services.rules import clocks
from outages.workflow import OPEN_OUTAGES, DutyStatus

# What is told of an outage that is over.
_AFTERWARDS: Final = frozenset({DutyAbout.ALL_CLEAR, DutyAbout.CANCELLATION})
_FROM_START: Final = frozenset({Due.BEFORE_START, Due.KEY_USER_NOTICE})


def follow(outage: Outage, *, by: Actor, at: datetime, is_moved: bool = False) -> None:
    """Start, stop and move the clocks of an outage's duties to what waits now. Two queries.

    `is_moved`: the works have another time, so what is counted back from it is counted anew.
    """
    groups: dict[tuple[str, int], list[OutageTask]] = {}
    for row in outage.duties.select_related("outage").order_by("pk"):
        groups.setdefault((row.task, row.round), []).append(row)
    clocks_of: dict[int, list[Deadline]] = {}
    for clock in Deadline.objects.filter(outage=outage, subject="duty"):
        clocks_of.setdefault(clock.subject_id, []).append(clock)
    for group in groups.values():
        first, known = group[0], clocks_of.get(group[0].pk, [])
        running = next((clock for clock in known if clock.is_open), None)
        waiting = [row for row in group if _is_owed(row, outage)]
        if running is not None and is_moved and first.due in _FROM_START:
            clocks.duty_over(running, first, by=by, at=at, why="postponed")
            running = None
        if running is None and waiting:
            since = at if known else _since(waiting)
            clocks.duty_owed(first, since=since)
        elif running is not None and not waiting:
            clocks.duty_over(running, first, by=by, at=at, why=_why(group))


def _is_owed(row: OutageTask, outage: Outage) -> bool:
    if row.status != DutyStatus.PENDING or row.due_at is None:
        return False
    if outage.status not in OPEN_OUTAGES and row.about not in _AFTERWARDS:
        return False
    return not _watched_otherwise(row, outage)


def _watched_otherwise(row: OutageTask, outage: Outage) -> bool:
    """The notice's own limit covers the SMS and the website, that of the key users their calls."""
    if row.round > 0:
        return row.task == Task.SMS
    if row.task == Task.PHONE_KEY_USERS:
        return row.due == Due.KEY_USER_NOTICE
    unpublished = outage.published_at is None
    return row.task == Task.SMS or (row.task == Task.WECHAT_AND_WEBSITE and unpublished)


def _since(waiting: Iterable[OutageTask]) -> datetime:
    """When its owner heard of it: with the duty, or with the hand-over that made it due."""
    told = []
    for row in waiting:
        handed = row.outage.handed_over_at
        told.append(max(row.made_at, handed) if handed and row.due_at else row.made_at)
    return min(told)


def _why(group: list[OutageTask]) -> str:
    """Return "" where somebody did it, else why nobody need."""
    if any(row.status == DutyStatus.DONE for row in group):
        return ""
    return next((row.reason for row in group if row.reason), "") or "no_longer_needed"
