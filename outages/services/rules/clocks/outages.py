"""What starts and stops with an outage and its duties: planned, ready, published, over."""

from datetime import datetime
from typing import Final

from outages.models import (
    Deadline,
    Outage,
    OutageTask,
)
from outages.models.events import Actor
from outages.policy.matrix import Due, Owner
from outages.selectors.rules import policy
from outages.selectors.rules.deadlines import open_deadlines
from outages.selectors.shifts import open_shift
from outages.services.rules import deadlines
from outages.services.rules.clocks.calls import OWED_TO_CALLERS

# The policy that says what a duty's due moment means for its clock.
_DUTIES: Final = {
    Due.AT_ONCE: "duty_at_once",
    Due.ON_RECEIPT: "publish_after_receipt",
    Due.KEY_USER_NOTICE: "key_user_notice",
    Due.BEFORE_START: "duty_before_start",
}


def outage_opened(outage: Outage, *, at: datetime) -> None:
    """A fault's plan is in force: its notice is due, and its reports' clocks belong to it."""
    Deadline.objects.filter(report__outage=outage, outage__isnull=True).update(outage=outage)
    publish_soon(outage, at=at)


def outage_planned(outage: Outage, *, at: datetime) -> None:
    """The public is told so long before the start."""
    deadlines.start(outage, "public_notice_lead", at=at, before=outage.planned_start_at)


def key_users_to_tell(outage: Outage, *, at: datetime) -> None:
    """The call centre knows of planned works that key or large users are to be told of."""
    deadlines.start(outage, "key_user_notice", at=at, before=outage.planned_start_at)


def key_users_spared(outage: Outage, *, by: Actor, at: datetime) -> None:
    """None of them loses water any more."""
    deadlines.cancel(outage, "key_user_notice", by=by, at=at, reason="no_longer_needed")


def key_users_told(outage: Outage, *, by: Actor, at: datetime) -> None:
    """Every key and large user of the outage has been telephoned."""
    deadlines.meet(outage, "key_user_notice", by=by, at=at)


def ready_to_publish(outage: Outage, *, at: datetime) -> None:
    """The sheet of a planned outage is in the call centre's hands."""
    publish_soon(outage, at=at)


def publish_soon(outage: Outage, *, at: datetime) -> None:
    """Within the time that is aimed at, and never later than the shift that received it."""
    deadlines.start(outage, "publish_after_receipt", at=at)
    shift = open_shift()
    grace = policy.length("publish_in_shift", at=at)
    if shift is not None and grace is not None and shift.ends_at > at:
        deadlines.start(outage, "publish_in_shift", at=at, due_at=shift.ends_at + grace)


def published(outage: Outage, *, by: Actor, at: datetime) -> None:
    """The first notice is out."""
    for key in ("publish_after_receipt", "publish_in_shift", "public_notice_lead"):
        deadlines.meet(outage, key, by=by, at=at)


def outage_moved(outage: Outage, *, by: Actor, at: datetime) -> None:
    """The works have another time: what is counted back from their start is counted anew."""
    for key in ("public_notice_lead", "key_user_notice"):
        if deadlines.cancel(outage, key, by=by, at=at, reason="postponed"):
            deadlines.start(outage, key, at=at, before=outage.planned_start_at)


def duty_owed(duty: OutageTask, *, since: datetime) -> Deadline | None:
    """A row of the matrix waits for its department from `since` on; one clock for all addressees.

    What is due so long after the receipt ends with the duty; the rest by the policy.
    """
    ends = None
    if duty.due in (Due.ON_RECEIPT, Due.KEY_USER_NOTICE) and duty.due_at is not None:
        ends = max(duty.due_at, since)
    return deadlines.start(
        duty,
        _DUTIES[Due(duty.due)],
        at=since,
        department=Owner(duty.owner).department,
        before=duty.outage.planned_start_at,
        due_at=ends,
        about=duty.task,
    )


def duty_over(deadline: Deadline, duty: OutageTask, *, by: Actor, at: datetime, why: str) -> None:
    """Nobody waits for it any more: done (`why` empty), or called off."""
    if why:
        deadlines.call_off(deadline, by=by, at=at, reason=why)
    else:
        deadlines.meet(duty, deadline.key, by=by, at=at)


def outage_over(outage: Outage, *, by: Actor, at: datetime, reason: str) -> None:
    """Nothing of the outage waits any more, but for the people who are still owed an answer."""
    over = open_deadlines(at=at, outages=[outage.pk]).exclude(
        subject="report", key__in=OWED_TO_CALLERS
    )
    for deadline in over:
        deadlines.call_off(deadline, by=by, at=at, reason=reason)
