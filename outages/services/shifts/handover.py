"""One shift gives, the next one takes: what is open is told item by item, and two people sign.

RULE 1  The leader of the shift gives, another person takes; the same one twice is refused.
RULE 2  Neither signs while an outage that could be published is not, while orders of the shift
        before were not looked at, or while an open matter was not told.
RULE 3  What came up after the first signature is told before the second.
RULE 4  With the second signature the old shift closes and the new one is on duty; who is not in
        the new one is signed out.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from outages.choices import LogKind
from outages.models import Event, Handover, HandoverItem, Shift
from outages.models.events import Actor
from outages.policy import organisation
from outages.selectors.rules import policy
from outages.selectors.shifts import gates, open_matters, untold_items
from outages.services.rules import deadlines
from outages.services.rules.alerts import raise_alert
from outages.services.rules.leaders import leaders_of
from outages.services.shifts.keeping import ShiftRefused, lock_shift, write_log
from outages.services.shifts.opening import HANDED_OVER, start_shift
from outages.services.shifts.sign_out import sign_out


def begin_handover(shift: Shift, *, by: Actor, at: datetime) -> Handover:
    """Collect what is open now; asked again, add what came up since and mark what is settled."""
    with transaction.atomic():
        shift = lock_shift(shift)
        handover, is_new = Handover.objects.get_or_create(
            shift=shift, defaults={"begun_at": at, "begun_by": by}
        )
        collected = _collect(handover, at=at)
        if is_new:
            Event.objects.append(shift, "handover_begun", by=by, at=at, items=collected)
    return handover


def _collect(handover: Handover, *, at: datetime) -> int:
    """Bring the list up to date; return how many matters are open."""
    known = {(row.kind, row.subject_id): row for row in handover.items.all()}
    matters = open_matters()
    for matter in matters:
        row = known.pop((str(matter.kind), matter.subject_id), None) or HandoverItem(
            handover=handover, kind=matter.kind, subject_id=matter.subject_id
        )
        row.label, row.facts, row.due_at = matter.label, matter.facts, matter.due_at
        row.settled_at = None
        row.save()
    for row in known.values():
        if row.settled_at is None:
            row.settled_at = at
            row.save(update_fields=["settled_at"])
    return len(matters)


def tell_item(item: HandoverItem, *, remark: str = "", by: Actor, at: datetime) -> HandoverItem:
    """Tick one matter off: it was explained, with what there is to say of it."""
    with transaction.atomic():
        lock_shift(item.handover.shift)
        item.told_at, item.told_by, item.remark = at, by, remark.strip()[:300]
        item.save(update_fields=["told_at", "told_by", "remark"])
        Event.objects.append(
            item.handover.shift, "item_told", by=by, at=at, new=item.kind, item=item.pk
        )
    return item


def tell_items(handover: Handover, *, kind: str, by: Actor, at: datetime) -> int:
    """Tick off every matter of a kind; return how many."""
    with transaction.atomic():
        lock_shift(handover.shift)
        done = untold_items(handover).filter(kind=kind).update(told_at=at, told_by=by)
        Event.objects.append(handover.shift, "items_told", by=by, at=at, new=kind, items=done)
    return done


def note_handover(
    handover: Handover, *, note: str = "", discrepancy: str = "", by: Actor, at: datetime
) -> Handover:
    """Write what the next shift should know, and what is not as it should be.

    A discrepancy goes into the log and to the head of the call centre.
    """
    with transaction.atomic():
        shift = lock_shift(handover.shift)
        handover = Handover.objects.select_for_update().get(pk=handover.pk)
        is_new = bool(discrepancy.strip()) and discrepancy.strip() != handover.discrepancy
        handover.note, handover.discrepancy = note.strip()[:500], discrepancy.strip()[:500]
        handover.save(update_fields=["note", "discrepancy"])
        Event.objects.append(shift, "handover_noted", by=by, at=at, discrepancy=is_new)
        if is_new:
            write_log(shift, text=discrepancy, kind=LogKind.DISCREPANCY, by=by, at=at)
            for audience in leaders_of(organisation.CALL_CENTRE):
                raise_alert("handover_discrepancy", audience=audience, subject=shift, at=at, by=by)
    return handover


def give(handover: Handover, *, by: Actor, at: datetime) -> Handover:
    """Sign as the leader who goes (RULES 1, 2). Raises ShiftRefused; a refusal is on record."""
    _require_gates(handover, by=by, at=at)
    with transaction.atomic():
        shift = lock_shift(handover.shift)
        handover = Handover.objects.select_for_update().get(pk=handover.pk)
        if handover.given_at is not None:
            raise ShiftRefused(code="handover_signed")
        if by.pk != shift.leader_id:
            raise ShiftRefused(code="not_shift_leader", leader=str(shift.leader))
        handover.given_at, handover.given_by = at, by
        handover.save(update_fields=["given_at", "given_by"])
        Event.objects.append(shift, "handover_given", by=by, at=at)
    return handover


def take_over(handover: Handover, *, people: Iterable[Any] = (), by: Actor, at: datetime) -> Shift:
    """Sign as the leader who comes; the old shift closes and the new one is returned (RULE 4).

    Raises ShiftRefused; a refusal is on record.
    """
    require_other_signer(handover, by=by, at=at)
    _require_gates(handover, by=by, at=at)
    with transaction.atomic():
        old = lock_shift(handover.shift)
        handover = Handover.objects.select_for_update().get(pk=handover.pk)
        late = _late(old, at=at)
        old.closed_at, old.late_s = at, round(late.total_seconds())
        old.save(update_fields=["closed_at", "late_s"])
        deadlines.meet(old, HANDED_OVER, at=at, by=by)
        new = start_shift(leader=by, people=people, at=at, after=old)
        handover.taken_at, handover.taken_by, handover.next_shift = at, by, new
        handover.save(update_fields=["taken_at", "taken_by", "next_shift"])
        Event.objects.append(
            old, "shift_closed", by=by, at=at, late_s=old.late_s, next_shift=new.pk
        )
        stay = set(new.people.values_list("pk", flat=True))
        left = set(old.people.values_list("pk", flat=True)) - stay
        transaction.on_commit(lambda: sign_out(left, at=at))
    return new


def require_other_signer(handover: Handover, *, by: Actor, at: datetime) -> None:
    """Refuse a hand-over that has no first signature, or that the same person would sign twice."""
    needed = policy.number("handover_signatures", at=at)
    if needed < 2:  # the utility lets the next leader alone sign
        return
    if by.pk == handover.given_by_id or (
        handover.given_by_id is None and by.pk == handover.shift.leader_id
    ):
        raise ShiftRefused(code="same_signer")
    if handover.given_at is None:
        raise ShiftRefused(code="given_first", leader=str(handover.shift.leader))


def _require_gates(handover: Handover, *, by: Actor, at: datetime) -> None:
    """Refuse while something is in the way (RULES 2, 3); the shift's record keeps the refusal."""
    shift = handover.shift
    with transaction.atomic():
        lock_shift(shift)
        _collect(handover, at=at)
        missing = next((gate for gate in gates(shift, at=at) if not gate.is_met), None)
        if missing is not None:
            Event.objects.append(
                shift, "close_refused", by=by, at=at, new=missing.code, of=list(missing.missing)
            )
    if missing is not None:
        raise ShiftRefused(
            code=missing.code, of=", ".join(missing.missing[:6]), count=len(missing.missing)
        )


def _late(shift: Shift, *, at: datetime) -> timedelta:
    """Return by how much the hand-over is late; nothing within the delay that is allowed."""
    allowed = policy.length(HANDED_OVER, at=shift.ends_at)
    late = at - shift.ends_at
    return late if allowed is not None and late > allowed else timedelta(0)
