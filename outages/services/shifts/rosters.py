"""The crews' roster: entered ahead, taken back with a reason; a gap is warned of in time."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from outages.models import Alert, Crew, CrewDuty, Event
from outages.models.events import Actor
from outages.selectors.shifts import open_shift
from outages.selectors.shifts.rosters import gaps_between
from outages.services.rules.alerts import raise_alert, to_role
from outages.services.rules.leaders import DISPATCHER, SHIFT_LEADER
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused

# How far ahead a gap is looked for: whoever finds a crew for the night must still have the day.
AHEAD: Final = timedelta(hours=24)


class RosterRefused(Refused):
    """What the roster does not take."""

    codes = ("duty_overlaps", "duty_no_time", "duty_voided", "duty_over")


def enter_duty(
    crew: Crew, *, starts_at: datetime, ends_at: datetime, by: Actor, at: datetime
) -> CrewDuty:
    """Put a crew on the roster. Refused where it is on it already for some of the time."""
    if ends_at <= starts_at:
        raise RosterRefused(code="duty_no_time")
    with transaction.atomic():
        crew = Crew.objects.select_for_update(no_key=True).get(pk=crew.pk)
        rows = crew.duties.filter(voided_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at)
        if rows.exists():
            raise RosterRefused(code="duty_overlaps", crew=crew.name)
        duty = CrewDuty.objects.create(
            crew=crew, starts_at=starts_at, ends_at=ends_at, entered_at=at, entered_by=by
        )
        Event.objects.append(duty, "crew_duty_entered", by=by, at=at, **_named(crew))
    return duty


def void_duty(duty: CrewDuty, *, reason: str, by: Actor, at: datetime) -> CrewDuty:
    """Take a duty off the roster, with a reason. What is over stays: it was so."""
    why = required_reason(reason)
    with transaction.atomic():
        duty = CrewDuty.objects.select_for_update(of=("self",)).get(pk=duty.pk)
        if duty.voided_at is not None:
            raise RosterRefused(code="duty_voided")
        if duty.ends_at <= at:
            raise RosterRefused(code="duty_over")
        duty.voided_at, duty.voided_by, duty.void_reason = at, by, why[:200]
        duty.save(update_fields=["voided_at", "voided_by", "void_reason"])
        Event.objects.append(
            duty, "crew_duty_voided", by=by, at=at, reason=why, **_named(duty.crew)
        )
    return duty


def _named(crew: Crew) -> dict[str, str]:
    """The crew as the duty log names it, also after it was renamed."""
    return {"crew": crew.code, "crew_name": crew.name, "crew_name_en": crew.name_en}


def warn_of_gaps(*, at: datetime) -> int:
    """Warn once of each stretch of the coming day without a crew; return how many were new.

    Only where a roster is kept at all, and somebody is on duty to be warned.
    """
    shift = open_shift()
    if shift is None or not CrewDuty.objects.filter(voided_at=None).exists():
        return 0
    new = 0
    for start, end in gaps_between(at, at + AHEAD):
        with transaction.atomic():
            if _is_told(start, end, at=at):
                continue
            for role in (SHIFT_LEADER, DISPATCHER):
                raise_alert(
                    "roster_gap",
                    audience=to_role(role),
                    subject=shift,
                    at=at,
                    since=start.isoformat(),
                    until=end.isoformat(),
                )
            new += 1
    return new


def _is_told(start: datetime, end: datetime, *, at: datetime) -> bool:
    """Whether somebody was warned of a gap, by that of its ends that stays where it is.

    One that has begun starts at every look a little later; one that runs past the horizon ends a
    little later. One that does both is named by the day on which it was seen.
    """
    told = Alert.objects.filter(code="roster_gap")
    if start > at:
        if told.filter(facts__since=start.isoformat()).exists():
            return True
    elif end == at + AHEAD:
        return told.filter(created_at__gt=at - AHEAD).exists()
    return end != at + AHEAD and told.filter(facts__until=end.isoformat()).exists()
