"""Duties that a person puts on the list: one more posting, call, or publication elsewhere.

They are done, proved and told again as those of the matrix, and stay whatever changes.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from outages.models import Event, Outage, OutageTask, lifecycle
from outages.models.events import Actor
from outages.policy.matrix import Due, Gate, Owner, Task, waits_for_gates
from outages.services.duties.doing import DutyRefused, may_act_for
from outages.services.duties.limits import follow
from outages.services.rules.reasons import required_reason
from outages.workflow import OPEN_OUTAGES, DutyStatus, OutageKind

# What may be asked for, and whose it is.
ASKABLE: Final[dict[Task, Owner]] = {
    Task.PHONE_ORGANISATIONS: Owner.CALL_CENTRE,
    Task.PORTAL: Owner.CALL_CENTRE,
    Task.NEWSPAPER: Owner.CALL_CENTRE,
    Task.NOTIFY_BUREAU_SECTION: Owner.CALL_CENTRE,
    Task.PHONE_PRODUCTION: Owner.CALL_CENTRE,
    Task.PHONE_LEADER: Owner.CALL_CENTRE,
    Task.POSTING: Owner.ENGINEERING,
}
# These need somebody or somewhere; of the others there is one.
_NAMED: Final = frozenset({Task.PHONE_ORGANISATIONS, Task.POSTING})


def ask_for(
    outage: Outage, *, task: Task | str, name: str = "", by: Actor, at: datetime
) -> OutageTask:
    """Put a duty on the list, due at once; a posting for planned works before their start.

    `name` is whom to ring, or where to post. Raises DutyRefused (not one that may be asked for,
    not yours, on the list already, an outage that is over), ReasonMissing for no name.
    """
    if task not in ASKABLE:
        raise DutyRefused(code="duty_not_asked", task=str(task))
    task = Task(task)
    owner = ASKABLE[task]
    said = required_reason(name)[:74] if task in _NAMED else ""
    if not may_act_for(owner, by):
        raise DutyRefused(code="duty_of_other", owner=owner)
    target = f"place:{said}" if said else ""
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if outage.status not in OPEN_OUTAGES:
            raise DutyRefused(code="duty_not_asked", task=str(task))
        known = outage.duties.filter(task=task, target=target, round=0).first()
        # What the matrix dropped may be asked for all the same, and is one row.
        if known is not None and known.status != DutyStatus.NOT_NEEDED:
            raise DutyRefused(code="duty_listed", place=said, task=str(task))
        duty = known or OutageTask(outage=outage, task=task, target=target, target_name=said)
        planned = outage.kind == OutageKind.PLANNED
        ahead = planned and task in (Task.POSTING, Task.PORTAL, Task.NEWSPAPER)
        untold = planned and outage.handed_over_at is None and waits_for_gates(task, owner)
        due_at = outage.planned_start_at if ahead else at
        duty.status, duty.reason, duty.owner = DutyStatus.PENDING, "", owner
        duty.due = Due.BEFORE_START if ahead else Due.AT_ONCE
        duty.due_at = None if untold else due_at
        duty.gate, duty.made_at, duty.asked_by = Gate.NONE, at, by
        duty.save()
        Event.objects.append(duty, "duty_asked", by=by, at=at, task=str(task), place=said)
        follow(outage, by=by, at=at)
    return duty
