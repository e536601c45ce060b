"""Nobody calls: is the telephone dead, or the town asleep? The agent on duty tries it.

Beat looks every minute. A check is asked once for a silence; a call that comes in meanwhile
answers it. Recorded as fine, the next is asked after another silence of the same length.
"""

from datetime import datetime

from django.db import transaction

from outages.choices import LogKind, SelfCheckResult
from outages.models import Event, SelfCheck, Shift
from outages.models.events import Actor
from outages.policy import organisation
from outages.selectors.rules import policy
from outages.selectors.shifts import last_call_at, open_shift
from outages.services.rules.alerts import raise_alert, settle, to_role
from outages.services.rules.leaders import ADMIN, CALL_AGENT, SHIFT_LEADER, leaders_of
from outages.services.rules.reasons import required_reason
from outages.services.shifts.keeping import ShiftRefused, lock_shift, write_log

DUE = "self_check_due"
FAULT = "call_system_fault"


def watch_for_silence(*, at: datetime) -> SelfCheck | None:
    """Ask for a self-check where nobody has called for as long as the policy says.

    Returns the check that waits, None where none does. Without a shift on duty nobody is asked.
    """
    allowed = policy.length("no_call_selfcheck", at=at)
    with transaction.atomic():
        shift = open_shift()
        if shift is None or allowed is None:
            return None
        shift = lock_shift(shift)
        last = last_call_at()
        waiting = shift.self_checks.filter(done_at=None).first()
        if waiting is not None:
            if last is None or last <= waiting.asked_at:
                return waiting
            _finish(waiting, SelfCheckResult.CALL, by=None, at=at)
        if at - _quiet_since(shift, last) <= allowed:
            return None
        check = SelfCheck.objects.create(shift=shift, last_call_at=last, asked_at=at)
        Event.objects.append(check, "self_check_asked", by=None, at=at)
        since = last.isoformat() if last else ""
        raise_alert(DUE, audience=to_role(CALL_AGENT), subject=check, at=at, since=since)
    return check


def _quiet_since(shift: Shift, last_call: datetime | None) -> datetime:
    """Since when nothing shows that the telephone works."""
    checked = SelfCheck.objects.filter(done_at__isnull=False).order_by("-done_at").first()
    known = [at for at in (last_call, checked.done_at if checked else None) if at is not None]
    return max(known, default=shift.opened_at)


def record_self_check(
    check: SelfCheck,
    *,
    result: SelfCheckResult | str,
    by: Actor,
    at: datetime,
    symptom: str = "",
) -> SelfCheck:
    """Record what the self-check showed; a fault is told to all who must know, and logged.

    Raises ShiftRefused when it is on record already, ReasonMissing for a fault without words.
    """
    told = required_reason(symptom) if result == SelfCheckResult.FAULT else ""
    with transaction.atomic():
        shift = lock_shift(check.shift)
        check = SelfCheck.objects.select_for_update().get(pk=check.pk)
        if check.done_at is not None:
            raise ShiftRefused(code="self_check_done")
        check = _finish(check, result, by=by, at=at, symptom=told)
        if result == SelfCheckResult.FAULT:
            write_log(shift, text=told, kind=LogKind.FAULT, by=by, at=at)
            _tell_fault(check, by=by, at=at)
    return check


def report_fault(shift: Shift, *, symptom: str, by: Actor, at: datetime) -> SelfCheck:
    """Record a fault of the telephone system that somebody noticed without being asked."""
    told = required_reason(symptom)
    with transaction.atomic():
        lock_shift(shift)
        waiting = shift.self_checks.filter(done_at=None).first()
        check = waiting or SelfCheck.objects.create(
            shift=shift, last_call_at=last_call_at(), asked_at=at
        )
        return record_self_check(check, result=SelfCheckResult.FAULT, symptom=told, by=by, at=at)


def _finish(
    check: SelfCheck, result: SelfCheckResult | str, *, by: Actor, at: datetime, symptom: str = ""
) -> SelfCheck:
    check.done_at, check.done_by, check.result, check.symptom = at, by, result, symptom[:300]
    check.save()
    Event.objects.append(check, "self_check_done", by=by, at=at, new=str(result))
    settle(check, DUE, at=at)
    return check


def _tell_fault(check: SelfCheck, *, by: Actor, at: datetime) -> None:
    heads = leaders_of(organisation.CALL_CENTRE)
    for audience in (to_role(SHIFT_LEADER), to_role(ADMIN), *heads):
        raise_alert(FAULT, audience=audience, subject=check, at=at, by=by)
