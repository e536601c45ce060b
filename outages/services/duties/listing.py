"""The duty list follows the outage: made with it, changed with its plan, its time, its severity."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from outages.choices import DutyAbout
from outages.models import Event, Outage, OutageTask, Permit
from outages.models.events import Actor
from outages.policy.matrix import (
    Due,
    Duty,
    Facts,
    Owner,
    Task,
    due_at,
    duties,
    waits_for_gates,
)
from outages.selectors.rules import policy
from outages.services.duties.correcting import correct
from outages.services.duties.facts import facts_of
from outages.services.duties.limits import follow
from outages.services.duties.targets import Target, targets_of
from outages.services.rules import clocks, majors
from outages.workflow import OPEN_OUTAGES, DutyStatus, OutageKind


@dataclass(frozen=True)
class Wanted:
    """One row that the list should have; one that is new is due from now on (`due_if_new`)."""

    duty: Duty
    target: Target
    due_at: datetime | None
    due_if_new: datetime | None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same row as before."""
        return str(self.duty.task), self.target.key

    @property
    def owner(self) -> Owner:
        """Who does it."""
        return self.target.owner or self.duty.owner


def refresh(outage: Outage, *, by: Actor, at: datetime, reason: str = "") -> list[OutageTask]:
    """Bring the duty list of a locked outage in line with what holds now. Returns what is new.

    1. what is needed and missing is added; what was dropped and is needed again, taken up again;
    2. what waits and is needed no longer becomes `not_needed` with why; what was done stays;
    3. due times and owners of what waits follow the outage;
    4. who was told and is spared now, or the other way round, is told so.

    One event tells of all of it; the clocks follow.
    """
    if outage.status not in OPEN_OUTAGES:
        return []
    facts = _facts(outage)
    majors.judge_outage(outage, facts=facts, at=at)
    wanted = {each.key: each for each in _wanted(outage, facts, at=at)}
    known = {(row.task, row.target): row for row in _first_round(outage)}
    added = [
        _made(outage, each, at=at, is_later=bool(known))
        for key, each in wanted.items()
        if key not in known
    ]
    OutageTask.objects.bulk_create(added)
    again, dropped = [], []
    for key, row in known.items():
        needed = wanted.get(key)
        if needed is None:
            if _by_hand(row):
                _kept(row, outage, at=at)
            elif row.status in (DutyStatus.PENDING, DutyStatus.FAILED):
                dropped.append(_dropped(row, reason or "no_longer_needed"))
        elif row.status == DutyStatus.NOT_NEEDED:
            again.append(_followed(row, needed, taken_up=True))
        elif row.status == DutyStatus.PENDING:
            _followed(row, needed)
    told = correct(outage, set(wanted), by=by, at=at)
    if added or again or dropped:
        _tell(outage, added, again, dropped, by=by, at=at, reason=reason)
    _require_permit(outage, at=at)
    follow(outage, by=by, at=at, is_moved=reason == "postponed")
    _follow_key_users(outage, by=by, at=at)
    return [*added, *again, *told]


def _follow_key_users(outage: Outage, *, by: Actor, at: datetime) -> None:
    """The one clock of the calls before planned works runs while somebody is left to ring."""
    if outage.kind != OutageKind.PLANNED or outage.handed_over_at is None:
        return
    rows = outage.duties.filter(task=Task.PHONE_KEY_USERS, round=0)
    stands = set(rows.values_list("status", flat=True))
    if DutyStatus.PENDING in stands:
        clocks.key_users_to_tell(outage, at=at)
    elif DutyStatus.FAILED in stands:
        return
    elif DutyStatus.DONE in stands:
        clocks.key_users_told(outage, by=by, at=at)
    else:
        clocks.key_users_spared(outage, by=by, at=at)


def _facts(outage: Outage) -> Facts:
    return facts_of(outage, received_at=outage.handed_over_at or outage.created_at)


def _wanted(outage: Outage, facts: Facts, *, at: datetime) -> list[Wanted]:
    limits = policy.limits(at=outage.created_at)
    heard_now = replace(facts, received_at=at)
    return [
        Wanted(
            duty,
            target,
            None if _is_untold(outage, duty) else duty.due_at,
            None if _is_untold(outage, duty) else due_at(duty.due, heard_now, limits),
        )
        for duty in duties(facts, limits)
        for target in targets_of(duty.task, outage)
    ]


def _is_untold(outage: Outage, duty: Duty | OutageTask) -> bool:
    """Whether it waits for the gates of planned works: nothing is due before.

    The call centre's clocks run from when it is told; a planned outage may be days old by then.
    """
    waits = outage.kind == OutageKind.PLANNED and outage.handed_over_at is None
    return waits and waits_for_gates(duty.task, duty.owner)


def _first_round(outage: Outage) -> Iterable[OutageTask]:
    rows = OutageTask.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(outage=outage, round=0).order_by("pk")


def _by_hand(row: OutageTask) -> bool:
    """What a person added stays, whatever map and matrix say."""
    return row.asked_by_id is not None or row.target.startswith("place:")


def _kept(row: OutageTask, outage: Outage, *, at: datetime) -> None:
    """Let what a person asked for follow the gates and the start of the works, while it waits."""
    if row.status != DutyStatus.PENDING or _is_untold(outage, row):
        return
    due_at = outage.planned_start_at if row.due == Due.BEFORE_START else row.due_at or at
    if due_at != row.due_at:
        row.due_at = due_at
        row.save(update_fields=["due_at"])


def _made(outage: Outage, wanted: Wanted, *, at: datetime, is_later: bool) -> OutageTask:
    return OutageTask(
        outage=outage,
        task=wanted.duty.task,
        about=DutyAbout.FIRST,
        target=wanted.target.key,
        target_name=wanted.target.name[:120],
        target_name_en=wanted.target.name_en[:120],
        geom=wanted.target.geom,
        owner=wanted.owner,
        due=wanted.duty.due,
        due_at=wanted.due_if_new if is_later else wanted.due_at,
        gate=wanted.duty.gate,
        article=wanted.duty.article,
        made_at=at,
    )


def _followed(row: OutageTask, wanted: Wanted, *, taken_up: bool = False) -> OutageTask:
    values = {
        "owner": str(wanted.owner),
        "due": str(wanted.duty.due),
        "due_at": _due_at(row, wanted),
        "gate": str(wanted.duty.gate),
        "geom": wanted.target.geom,
    }
    if taken_up:
        values |= {"status": DutyStatus.PENDING, "reason": "", "due_at": wanted.due_if_new}
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.save(update_fields=list(changed))
    return row


def _due_at(row: OutageTask, wanted: Wanted) -> datetime | None:
    """When a row that waits is due now.

    What is counted back from the start moves with it. What is counted from when its owner heard of
    the outage is no earlier for a row that came onto the list later: it counts from then.
    """
    if row.due_at is None or wanted.due_at is None:
        return wanted.due_at
    if row.due != wanted.duty.due:  # asked for sooner, or later, than until now
        return wanted.due_if_new
    match wanted.duty.due:
        case Due.AT_ONCE | Due.ON_RECEIPT:
            return max(row.due_at, wanted.due_at)
        case Due.KEY_USER_NOTICE:
            return max(row.made_at, wanted.due_at)
        case Due.BEFORE_START:
            return wanted.due_at


def _dropped(row: OutageTask, reason: str) -> OutageTask:
    row.status, row.reason = DutyStatus.NOT_NEEDED, reason[:200]
    row.save(update_fields=["status", "reason"])
    return row


def _tell(
    outage: Outage,
    added: list[OutageTask],
    again: list[OutageTask],
    dropped: list[OutageTask],
    *,
    by: Actor,
    at: datetime,
    reason: str,
) -> None:
    Event.objects.append(
        outage,
        "duties_changed",
        by=by,
        at=at,
        reason=reason,
        added=sorted({str(row.task) for row in [*added, *again]}),
        dropped=sorted({str(row.task) for row in dropped}),
        count=len(added) + len(again),
        gone=len(dropped),
    )


def _require_permit(outage: Outage, *, at: datetime) -> None:
    """Open the permit's record beside its duty."""
    needs = outage.duties.filter(task=Task.PERMIT, status=DutyStatus.PENDING).exists()
    if needs:
        Permit.objects.get_or_create(
            outage=outage,
            defaults={"authority": settings.PERMIT_AUTHORITY, "required_at": at},
        )
