"""What is written down during a shift: the log, and the look at what the last one passed on."""

from datetime import datetime

from django.db import transaction

from outages.choices import LogKind
from outages.models import Event, LogEntry, Shift, ShiftReview
from outages.models.events import Actor
from outages.policy import organisation
from outages.selectors.shifts import passed_on
from outages.services.rules.alerts import raise_alert, to_role
from outages.services.rules.leaders import SHIFT_LEADER, leaders_of
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused


class ShiftRefused(Refused):
    """What a shift does not allow: the wrong hands, or something left undone."""

    codes = (
        "shift_open_already",
        "shift_closed",
        "not_shift_leader",
        "same_signer",
        "given_first",
        "handover_signed",
        "gate_unreviewed",
        "gate_unpublished",
        "gate_untold",
        "self_check_done",
        "shift_pattern_unknown",
        "shift_times_past",
        "shift_times_twice",
    )


def lock_shift(shift: Shift) -> Shift:
    """Read an open shift as it is now and keep it from others. Raises ShiftRefused when closed."""
    row = Shift.objects.select_for_update(of=("self",), no_key=True).get(pk=shift.pk)
    if row.closed_at is not None:
        raise ShiftRefused(code="shift_closed")
    return row


def write_log(
    shift: Shift, *, text: str, by: Actor, at: datetime, kind: LogKind | str = LogKind.NOTE
) -> LogEntry:
    """Write into the duty log; what is important is reported upward at once.

    The words may be personal: the event says only that there is an entry.
    """
    said = required_reason(text)
    with transaction.atomic():
        shift = lock_shift(shift)
        entry = LogEntry.objects.create(shift=shift, at=at, by=by, kind=kind, text=said[:500])
        Event.objects.append(shift, "logged", by=by, at=at, new=str(kind), entry=entry.pk)
        if kind == LogKind.IMPORTANT:
            for audience in (to_role(SHIFT_LEADER), *leaders_of(organisation.CALL_CENTRE)):
                raise_alert("important_logged", audience=audience, subject=shift, at=at, by=by)
    return entry


def review_previous(shift: Shift, *, by: Actor, at: datetime) -> ShiftReview:
    """Record that somebody looked at every order that the shift before passed on."""
    with transaction.atomic():
        shift = lock_shift(shift)
        numbers = list(passed_on(shift).values_list("number", flat=True))
        review = ShiftReview.objects.create(
            shift=shift, checked_at=at, checked_by=by, orders=numbers
        )
        Event.objects.append(shift, "previous_reviewed", by=by, at=at, orders=len(numbers))
    return review
