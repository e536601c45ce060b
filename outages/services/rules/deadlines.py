"""Clocks on records: started, met, called off, extended, and watched.

A limit takes the value that is in force when it starts and keeps it: the rule may change the
minute after, and concerns only what starts then. Overstepping is a fact of time. The scan, run
every few seconds, records it and tells people; whoever reads before that sees it all the same.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from outages.models import BurstReport, Deadline, Event, Outage, WorkOrder
from outages.models.events import Actor, belongs_to, word_for
from outages.policy import deadlines as arithmetic
from outages.policy.calendar import WorkingCalendar
from outages.policy.keys import KEYS
from outages.policy.rows import PolicyKey, Runs
from outages.policy.values import Span, Unit, Value
from outages.selectors.rules import policy
from outages.selectors.rules.deadlines import open_deadline
from outages.services.rules.alerts import raise_alert, settle, to_department, to_role
from outages.services.rules.leaders import acting_for
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused

log = structlog.get_logger(__name__)

MOST_AT_ONCE: Final = 500


class DeadlineRefused(Refused):
    """More time is granted only to a limit that runs, and only later than it ends now."""

    codes = ("deadline_over", "deadline_not_later")


def start(
    subject: Model,
    key: str,
    *,
    at: datetime,
    department: str = "",
    order: WorkOrder | None = None,
    report: BurstReport | None = None,
    outage: Outage | None = None,
    before: datetime | None = None,
    due_at: datetime | None = None,
    about: str = "",
) -> Deadline | None:
    """Start the clock of `key` on a record, with the value in force at `at`.

    `before` is the moment that a limit such as `key_user_notice` is counted back from; `due_at`
    sets the end where somebody agreed on it (an appointment) or the calendar says it (a day of
    the month); `about` says which duty. None where the policy gives no limit, or `before` is not
    known. While such a clock runs on the record it is returned as is.
    """
    found = policy.in_force(key, at=at)
    if (running := open_deadline(subject, key)) or found.value is None:
        return running
    ends = due_at or _ends(found.key, found.value, at=at, before=before)
    if ends is None:
        return None
    outage_id, report_id = belongs_to(subject)
    deadline = Deadline(
        key=key,
        subject=word_for(subject),
        subject_id=subject.pk,
        about=about,
        report_id=report.pk if report else report_id,
        outage_id=outage.pk if outage else outage_id,
        order=order or (subject if isinstance(subject, WorkOrder) else None),
        department=department or found.key.owner,
        value=found.key.printed(found.value),
        policy_value=found.row,
        started_at=at,
        first_due_at=ends,
        due_at=ends,
        warns_at=_warns(found.key, at, ends),
    )
    return _stored(deadline, subject)


def _stored(deadline: Deadline, subject: Model) -> Deadline | None:
    """Write it; where another process started the same clock meanwhile, that one is it."""
    try:
        with transaction.atomic():
            deadline.save()
    except IntegrityError:
        return open_deadline(subject, deadline.key)
    return deadline


def _ends(
    key: PolicyKey, value: Value, *, at: datetime, before: datetime | None
) -> datetime | None:
    assert isinstance(value, Span), "only durations have a clock without an end that is given"
    calendar = policy.working_calendar() if value.unit is Unit.WORKING_DAYS else WorkingCalendar()
    zone = timezone.get_default_timezone()
    if key.runs is not Runs.BEFORE:
        return arithmetic.due_after(at, value, calendar=calendar, zone=zone)
    if before is None:
        return None
    return arithmetic.due_before(before, value, started_at=at, calendar=calendar, zone=zone)


def _warns(key: PolicyKey, at: datetime, due_at: datetime) -> datetime | None:
    own = policy.value(key.warn_key, at=at) if key.warn_key else None
    if isinstance(own, Span):
        return arithmetic.warns_at(at, due_at, after=own.timedelta, share_percent=None)
    return _warns_by_share(at, due_at)


def _warns_by_share(at: datetime, due_at: datetime) -> datetime | None:
    share = policy.number("deadline_warn_share", at=at)
    return arithmetic.warns_at(at, due_at, after=None, share_percent=share)


def meet(
    subject: Model, key: str, *, at: datetime, by: Actor = None, order: WorkOrder | None = None
) -> Deadline | None:
    """Stop the clock: what it waited for happened at `at`. None where none runs.

    One that is overstepped by then is recorded as such first.
    """
    with transaction.atomic():
        deadline = _locked(open_deadline(subject, key))
        if deadline is None:
            return None
        _breach_if_late(deadline, at=at)
        deadline.met_at = max(at, deadline.started_at)
        deadline.order = deadline.order or order
        deadline.save(update_fields=["met_at", "order"])
        late_s = (at - deadline.due_at).total_seconds() if deadline.breached_at else 0
        _note(deadline, "deadline_met", by=by, at=at, late_s=round(late_s))
        settle(deadline, "deadline_warned", at=at)
    return deadline


def cancel(
    subject: Model, key: str, *, at: datetime, reason: str, by: Actor = None
) -> Deadline | None:
    """Call a clock off: what it waited for is not wanted any more. None where none runs.

    What was overstepped before stays on record. Raises ReasonMissing.
    """
    running = open_deadline(subject, key)
    return None if running is None else call_off(running, at=at, reason=reason, by=by)


def call_off(deadline: Deadline, *, at: datetime, reason: str, by: Actor = None) -> Deadline | None:
    """Call off this very clock. None where it does not run any more. Raises ReasonMissing."""
    why = required_reason(reason)
    with transaction.atomic():
        locked = _locked(deadline)
        if locked is None:
            return None
        _breach_if_late(locked, at=at)
        locked.cancelled_at = at
        locked.save(update_fields=["cancelled_at"])
        _note(locked, "deadline_cancelled", by=by, at=at, reason=why)
        settle(locked, "deadline_warned", at=at)
    return locked


def extend(
    deadline: Deadline, *, due_at: datetime, by: Actor, at: datetime, reason: str
) -> Deadline:
    """Grant more time. A limit that was overstepped before stays overstepped.

    Raises DeadlineRefused, ReasonMissing.
    """
    why = required_reason(reason)
    with transaction.atomic():
        locked = _locked(deadline)
        if locked is None:
            raise DeadlineRefused(code="deadline_over", key=deadline.key)
        if due_at <= locked.due_at or due_at <= at:
            raise DeadlineRefused(code="deadline_not_later", key=deadline.key)
        _breach_if_late(locked, at=at)
        was, locked.due_at = locked.due_at, due_at
        # People are warned of the new end too, when most of the time granted is used.
        locked.warns_at, locked.warned_at = _warns_by_share(at, due_at), None
        locked.save(update_fields=["due_at", "warns_at", "warned_at"])
        _note(
            locked,
            "deadline_extended",
            by=by,
            at=at,
            old=was.isoformat(),
            new=due_at.isoformat(),
            reason=why,
        )
        settle(locked, "deadline_warned", at=at)
    return locked


def scan(*, at: datetime) -> int:
    """Record and tell every warning and breach that is due by `at`; return how many.

    Each in a transaction of its own, under a lock that skips what another scan holds: killed in
    the middle it leaves the rest to the next one, and run twice it does nothing twice.
    """
    running = Deadline.objects.filter(met_at__isnull=True, cancelled_at__isnull=True)
    late = running.filter(breached_at__isnull=True, due_at__lt=at)
    warned = running.filter(warned_at__isnull=True, warns_at__lte=at, due_at__gte=at)
    done = 0
    for rows, act in ((late, _breach_if_late), (warned, _warn)):
        for pk in list(rows.order_by("due_at").values_list("pk", flat=True)[:MOST_AT_ONCE]):
            done += _scan_one(pk, partial(act, at=at))
    return done


def _scan_one(pk: int, act: Callable[[Deadline], bool]) -> int:
    try:
        with transaction.atomic():
            rows = Deadline.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
            row = rows.filter(pk=pk, met_at__isnull=True, cancelled_at__isnull=True).first()
            return int(row is not None and act(row))
    except Exception as error:  # whatever it is, the next one must be looked at
        log.error("deadline_not_scanned", deadline=pk, error=type(error).__name__)
        return 0


def _warn(deadline: Deadline, *, at: datetime) -> bool:
    """Warn once, and not after the end. Whether it was done."""
    is_time = deadline.warns_at is not None and deadline.warns_at <= at <= deadline.due_at
    if deadline.warned_at is not None or not is_time:
        return False
    deadline.warned_at = at
    deadline.save(update_fields=["warned_at"])
    _note(deadline, "deadline_warned", by=None, at=at)
    _tell(deadline, "deadline_warned", KEYS[deadline.key].warned, at=at)
    return True


def _breach_if_late(deadline: Deadline, *, at: datetime) -> bool:
    """Record the breach once, as of the second the limit ran out. Whether it was done."""
    if deadline.breached_at is not None or not arithmetic.is_late(deadline.due_at, at):
        return False
    deadline.breached_at = deadline.due_at
    deadline.save(update_fields=["breached_at"])
    _note(deadline, "deadline_breached", by=None, at=at, due_at=deadline.due_at.isoformat())
    settle(deadline, "deadline_warned", at=at)  # who is alarmed need not be warned any more
    _tell(deadline, "deadline_breached", KEYS[deadline.key].told, at=at, alarm=True)
    return True


def _tell(
    deadline: Deadline, code: str, roles: tuple[str, ...], *, at: datetime, alarm: bool = False
) -> None:
    audiences = [to_role(role) for role in roles]
    # The roles of a rule speak for its own department; another one is told by itself.
    if deadline.about:
        audiences += [to for to in acting_for(deadline.department) if to not in audiences]
    elif deadline.department not in ("", KEYS[deadline.key].owner):
        audiences.append(to_department(deadline.department))
    for audience in audiences:
        raise_alert(
            code,
            audience=audience,
            subject=deadline,
            at=at,
            key=deadline.key,
            value=deadline.value,
            about=deadline.about,
            due_at=deadline.due_at.isoformat(),
            alarm=alarm,
        )


def _locked(deadline: Deadline | None) -> Deadline | None:
    """Read a running limit as it is now and keep it from others until the transaction ends."""
    if deadline is None:
        return None
    rows = Deadline.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=deadline.pk, met_at__isnull=True, cancelled_at__isnull=True).first()


def _note(
    deadline: Deadline,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    old: str = "",
    new: str = "",
    reason: str = "",
    **facts: Any,
) -> None:
    """Append the event, with the rule and the value that this clock runs by."""
    Event.objects.append(
        deadline,
        verb,
        by=by,
        at=at,
        old=old[:40],
        new=new[:40],
        reason=reason,
        key=deadline.key,
        value=deadline.value,
        policy_value=deadline.policy_value_id or "default",
        department=deadline.department,
        of=f"{deadline.subject}:{deadline.subject_id}",
        about=deadline.about,
        **facts,
    )
