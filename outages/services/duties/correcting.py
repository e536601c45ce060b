"""Whoever was rung and is spared now, or the other way round: one call puts it right.

    told "off"       ──► not in the area any more ──► a call: water stays on
    told "stays on"  ──► in the area again        ──► a call: it goes off after all

Notices that go out by themselves correct themselves (notices.tell_spared); this is for people whom
people telephone.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from django.db.models import Max

from outages.choices import DutyAbout
from outages.models import Event, Outage, OutageTask
from outages.models.events import Actor
from outages.policy.matrix import Due, Gate, Task
from outages.selectors.rules import policy
from outages.services.publishing import audience
from outages.workflow import DutyStatus

# Whom somebody rings one by one because of where they are.
TOLD_SINGLY: Final = (Task.PHONE_ORGANISATIONS, Task.PHONE_KEY_USERS, Task.TELL_SPECIAL_USERS)
Key = tuple[str, str]


def correct(
    outage: Outage, wanted: Collection[Key], *, by: Actor, at: datetime
) -> list[OutageTask]:
    """Make a round of calls for those whom the change makes what they were told wrong.

    `wanted` holds (task, target) of the list as it should be. Returns the calls made.
    """
    histories: dict[Key, list[OutageTask]] = {}
    rows = outage.duties.filter(task__in=TOLD_SINGLY, target__contains=":")
    for row in rows.exclude(asked_by__isnull=False).order_by("round", "pk"):
        histories.setdefault((row.task, row.target), []).append(row)
    still_dry = _still_dry(outage, (key for key in histories if key not in wanted), at=at)
    calls: list[tuple[OutageTask, DutyAbout]] = []
    for key, history in histories.items():
        spared = key not in wanted
        if spared and key[1] in still_dry:
            continue
        _drop_contrary(history, spared=spared)
        said = [row for row in history if row.status == DutyStatus.DONE]
        waits = any(row.status == DutyStatus.PENDING for row in history)
        heard_off = bool(said) and said[-1].about != DutyAbout.CORRECTION
        if said and not waits and heard_off is spared:
            calls.append((said[-1], DutyAbout.CORRECTION if spared else DutyAbout.UPDATE))
    return _made(outage, calls, by=by, at=at) if calls else []


def _still_dry(outage: Outage, keys: Iterable[Key], *, at: datetime) -> set[str]:
    """Targets among these whose water is off for another reason: nothing is to be corrected."""
    customers = {target.partition(":")[2] for _task, target in keys if target[:9] == "customer:"}
    return {f"customer:{each}" for each in audience.dry_otherwise(outage, customers, at=at)}


def _drop_contrary(history: list[OutageTask], *, spared: bool) -> None:
    """A call that waits and would say what does not hold any more is not made."""
    for row in history:
        says_off = row.about != DutyAbout.CORRECTION
        if row.round and row.status == DutyStatus.PENDING and says_off is spared:
            row.status, row.reason = DutyStatus.NOT_NEEDED, "no_longer_needed"
            row.save(update_fields=["status", "reason"])


def _made(
    outage: Outage, calls: list[tuple[OutageTask, DutyAbout]], *, by: Actor, at: datetime
) -> list[OutageTask]:
    number = (outage.duties.aggregate(last=Max("round"))["last"] or 0) + 1
    due_at = at + policy.limits(at=at).publish_after_receipt
    made = [
        OutageTask(
            outage=outage,
            task=row.task,
            about=about,
            round=number,
            target=row.target,
            target_name=row.target_name,
            target_name_en=row.target_name_en,
            owner=row.owner,
            due=Due.ON_RECEIPT,
            due_at=due_at,
            gate=Gate.NONE,
            article=row.article,
            made_at=at,
        )
        for row, about in calls
    ]
    OutageTask.objects.bulk_create(made)
    Event.objects.append(
        outage,
        "duties_changed",
        by=by,
        at=at,
        reason=str(DutyAbout.CORRECTION),
        added=sorted({row.task for row in made}),
        dropped=[],
        count=len(made),
        gone=0,
    )
    return made
