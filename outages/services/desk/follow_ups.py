"""Calls that somebody owes: promised, due after a transfer, telling of a delay, asking the crew."""

from datetime import datetime

from django.db import IntegrityError, transaction

from outages.choices import FollowUpKind
from outages.models import BurstReport, Event, FollowUp, WorkOrder
from outages.models.events import Actor
from outages.services.rules import clocks
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused


class FollowUpRefused(Refused):
    """The call is on record already."""

    codes = ("call_made",)


def owe_call(
    report: BurstReport,
    *,
    kind: FollowUpKind | str,
    by: Actor,
    at: datetime,
    owner: Actor = None,
    order: WorkOrder | None = None,
    text: str = "",
    due_at: datetime | None = None,
) -> FollowUp:
    """Put a call on somebody's list. Without `due_at` the policy of its kind says by when.

    One open call of a kind a report: asked for again, it is the one that is owed already.
    """
    owed = report.follow_ups.filter(kind=kind, order=order, done_at=None)
    if (known := owed.first()) is not None:
        return known
    with transaction.atomic():
        made = FollowUp(
            report=report,
            order=order,
            kind=kind,
            text=text.strip()[:300],
            created_at=at,
            created_by=by,
            owner=owner or report.first_owner or by,
            due_at=due_at,
        )
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError:  # somebody put it on the list at the same moment
            return owed.get()
        if due_at is None:
            made.due_at = clocks.call_owed(report, str(kind), order=order, at=at)
            made.save(update_fields=["due_at"])
        due = made.due_at.isoformat() if made.due_at else ""
        Event.objects.append(report, "call_owed", by=by, at=at, new=str(kind), due=due)
    return made


def call_made(follow_up: FollowUp, *, outcome: str, by: Actor, at: datetime) -> FollowUp:
    """Record that the call was made and what came of it. Raises FollowUpRefused, ReasonMissing."""
    said = required_reason(outcome)
    with transaction.atomic():
        follow_up = FollowUp.objects.select_for_update(of=("self",)).get(pk=follow_up.pk)
        if follow_up.done_at is not None:
            raise FollowUpRefused(code="call_made")
        follow_up.done_at, follow_up.done_by, follow_up.outcome = at, by, said[:300]
        follow_up.save()
        # What the caller said may be personal: it stands in the record, not in the event.
        Event.objects.append(
            follow_up.report,
            "call_made",
            by=by,
            at=at,
            new=follow_up.kind,
            late=bool(follow_up.due_at and at > follow_up.due_at),
        )
        clocks.call_made(follow_up.report, follow_up.kind, by=by, at=at)
    return follow_up
