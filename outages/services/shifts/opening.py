"""Opening a shift: the first one at the desk, and every next one that takes over."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction

from outages.models import Event, Shift, ShiftTemplate
from outages.models.events import Actor
from outages.policy.shifts import SHIFTS
from outages.selectors.shifts import open_shift, template_at
from outages.services.rules import deadlines
from outages.services.rules.reasons import required_reason
from outages.services.shifts.keeping import ShiftRefused, lock_shift

# Who takes over shortly before the hour takes over the shift that begins then.
EARLY: Final = timedelta(hours=2)
# Where the pattern has no shift for the hour.
UNPLANNED_HOURS: Final = timedelta(hours=8)
HANDED_OVER: Final = "handover_delay_max"


def ship_shifts() -> None:
    """Make the shifts of the shipped patterns where they are missing. Safe to repeat."""
    known = set(ShiftTemplate.objects.values_list("code", flat=True))
    for row in SHIFTS:
        if row.code not in known:
            ShiftTemplate.objects.create(
                code=row.code,
                pattern=row.pattern,
                name=row.name.zh,
                name_en=row.name.en,
                starts=row.starts,
                ends=row.ends,
            )


def open_first_shift(*, leader: Any, people: Iterable[Any], at: datetime) -> Shift:
    """Open a shift where none is on duty. Raises ShiftRefused while one is: that hands over."""
    if open_shift() is not None:
        raise ShiftRefused(code="shift_open_already")
    try:
        with transaction.atomic():
            return start_shift(leader=leader, people=people, at=at)
    except IntegrityError as error:  # somebody opened one in the same moment
        if open_shift() is None:
            raise
        raise ShiftRefused(code="shift_open_already") from error


def start_shift(
    *, leader: Any, people: Iterable[Any], at: datetime, after: Shift | None = None
) -> Shift:
    """Make the shift that begins now, with its end by the pattern in force and its clock.

    The leader is one of its people. Part of the caller's transaction.
    """
    template, starts_at, ends_at = _hours(at, after)
    shift = Shift.objects.create(
        template=template, leader=leader, starts_at=starts_at, ends_at=ends_at, opened_at=at
    )
    shift.people.set({leader, *people})
    deadlines.start(shift, HANDED_OVER, at=ends_at)
    Event.objects.append(
        shift,
        "shift_opened",
        by=leader,
        at=at,
        people=sorted(shift.people.values_list("pk", flat=True)),
        ends_at=ends_at.isoformat(),
    )
    return shift


def _hours(at: datetime, after: Shift | None) -> tuple[ShiftTemplate | None, datetime, datetime]:
    """Return the shift of the pattern that begins now: handed over early, the one to come."""
    moment = at
    if after is not None and at < after.ends_at <= at + EARLY:
        moment = after.ends_at
    found = template_at(moment)
    if found is None:
        return None, at, at + UNPLANNED_HOURS
    template, (starts_at, ends_at) = found
    return template, starts_at, ends_at


def change_leader(shift: Shift, *, leader: Any, reason: str, by: Actor, at: datetime) -> Shift:
    """Let somebody else lead the shift, with a reason: fallen ill, called away."""
    why = required_reason(reason)
    with transaction.atomic():
        shift = lock_shift(shift)
        was, shift.leader = shift.leader_id, leader
        shift.save(update_fields=["leader"])
        shift.people.add(leader)
        Event.objects.append(
            shift, "leader_changed", by=by, at=at, old=str(was), new=str(leader.pk), reason=why
        )
    return shift
