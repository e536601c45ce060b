"""Doing a duty: with the evidence that its channel asks for, by whom it belongs to."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import CharField

from outages.choices import CallResult
from outages.models import Event, Outage, OutageTask, lifecycle
from outages.models.events import Actor
from outages.policy.matrix import Task, waits_for_gates
from outages.selectors.rules import policy
from outages.services.duties.limits import follow
from outages.services.field.photos import reencoded
from outages.services.rules import clocks
from outages.services.rules.crew_rights import may_act_for as may_act_for_crew
from outages.services.rules.reasons import required_reason
from outages.workflow import DUTY_TRANSITIONS, DutyStatus, OutageKind, Refused, require

PHONE_TASKS: Final = frozenset(
    {
        Task.PHONE_ORGANISATIONS,
        Task.PHONE_KEY_USERS,
        Task.TELL_SPECIAL_USERS,
        Task.PHONE_PRODUCTION,
        Task.PHONE_LEADER,
        Task.NOTIFY_BUREAU_SECTION,
    }
)
# Done by their own record and by nothing else: the sheet, the permit, a notice that went out.
BY_RECORD: Final = frozenset(
    {Task.OUTAGE_SHEET, Task.LEADER_APPROVAL, Task.PERMIT, Task.SMS, Task.EXCHANGE}
)
# One of these must be given; a task that is not named here needs none.
EVIDENCE: Final[dict[str, tuple[str, ...]]] = {
    Task.PORTAL: ("evidence_url",),
    Task.NEWSPAPER: ("evidence", "photo"),
    Task.POSTING: ("photo", "evidence"),
    Task.WECHAT_AND_WEBSITE: ("evidence_url", "evidence"),
    Task.REPORT_UPWARD: ("told_to",),
    Task.PHONE_PRODUCTION: ("told_to",),
    Task.PHONE_LEADER: ("told_to",),
    Task.NOTIFY_BUREAU_SECTION: ("told_to",),
    Task.EMERGENCY_STEP: (),
}


class DutyRefused(Refused):
    """Not yours, not by hand, without its evidence, or too early."""

    codes = (
        "duty_of_other",
        "duty_by_record",
        "duty_lacks_evidence",
        "duty_before_notice",
        "duty_is_no_call",
        "duty_listed",
        "duty_not_asked",
        "duty_no_address",
    )


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What shows that it was done. `told_to` is who was spoken to; `recording` the call's number.

    Of a photo only the pixels are kept.
    """

    evidence: str = ""
    evidence_url: str = ""
    recording: str = ""
    told_to: str = ""
    photo: UploadedFile | None = None


def complete(
    duty: OutageTask, *, given: Evidence | None = None, by: Actor, at: datetime
) -> OutageTask:
    """Record that a duty is done. Raises DutyRefused, photos.PhotoRefused, TransitionRefused."""
    given = given or Evidence()
    picture = reencoded(given.photo) if given.photo else None
    with transaction.atomic():
        duty = _locked(duty)
        _require_own(duty, by)
        if duty.task in BY_RECORD:
            raise DutyRefused(code="duty_by_record", task=duty.task)
        _require_told(duty)
        _prove(duty, given, picture)
        if duty.task in PHONE_TASKS:
            duty.call_result, duty.attempts = CallResult.REACHED, duty.attempts + 1
        _move(duty, DutyStatus.DONE, by=by, at=at)
        if duty.task == Task.PHONE_KEY_USERS:
            _stop_key_user_clock(duty.outage, by=by, at=at)
        follow(duty.outage, by=by, at=at)
    return duty


def post_by_crew(
    duty: OutageTask,
    *,
    crew: str,
    given: Evidence,
    client_key: UUID,
    done_at: datetime,
    by: Actor,
    at: datetime,
) -> OutageTask:
    """Record that a crew put the notice up, as its phone tells; told twice, it is once.

    `done_at` is the phone's time. What somebody else has posted meanwhile stays as it is.
    Raises DutyRefused, photos.PhotoRefused, TransitionRefused.
    """
    picture = reencoded(given.photo) if given.photo else None
    with transaction.atomic():
        duty = _locked(duty)
        if duty.task != Task.POSTING or not may_act_for_crew(by, crew):
            raise DutyRefused(code="duty_of_other", owner=duty.owner)
        if duty.status == DutyStatus.DONE:
            return duty
        _require_told(duty)
        _prove(duty, given, picture)
        told = {"client_key": str(client_key), "told_at": done_at.isoformat(), "crew": crew}
        _move(duty, DutyStatus.DONE, by=by, at=at, done_at=min(done_at, at), **told)
        follow(duty.outage, by=by, at=at)
    return duty


def _prove(duty: OutageTask, given: Evidence, picture: bytes | None) -> None:
    """Keep what shows that it was done. Raises DutyRefused where that is not what is asked for."""
    wanted = EVIDENCE.get(duty.task, ())
    if wanted and not any(getattr(given, name) for name in wanted):
        raise DutyRefused(code="duty_lacks_evidence", task=duty.task)
    if given.evidence_url and urlsplit(given.evidence_url).scheme not in ("http", "https"):
        raise DutyRefused(code="duty_no_address", task=duty.task)
    _take(duty, given)
    if picture is not None:
        duty.photo.save(f"{uuid4().hex}.jpg", ContentFile(picture), save=False)


def _stop_key_user_clock(outage: Outage, *, by: Actor, at: datetime) -> None:
    """The last of the key users has been told."""
    left = outage.duties.filter(
        task=Task.PHONE_KEY_USERS,
        round=0,
        status__in=[DutyStatus.PENDING, DutyStatus.FAILED],
    )
    if not left.exists():
        clocks.key_users_told(outage, by=by, at=at)


def record_call(
    duty: OutageTask,
    *,
    result: CallResult | str,
    given: Evidence | None = None,
    by: Actor,
    at: datetime,
) -> OutageTask:
    """Record one call: reached is done, no answer comes again, a wrong number is a failure.

    Raises DutyRefused, TransitionRefused.
    """
    if duty.task not in PHONE_TASKS:
        raise DutyRefused(code="duty_is_no_call", task=duty.task)
    given = given or Evidence()
    if result == CallResult.REACHED:
        return complete(duty, given=given, by=by, at=at)
    with transaction.atomic():
        duty = _locked(duty)
        _require_own(duty, by)
        _require_told(duty)
        # Somebody else may have reached them meanwhile: that stays as it is told.
        require(DUTY_TRANSITIONS, str(duty), duty.status, DutyStatus.FAILED)
        duty.call_result, duty.attempts = str(result), duty.attempts + 1
        _take(duty, given)
        if result == CallResult.NO_ANSWER:
            wait = policy.length("call_again", at=at)
            duty.again_at = at + wait if wait else at
            duty.save()
            Event.objects.append(
                duty, "call_unanswered", by=by, at=at, task=duty.task, attempts=duty.attempts
            )
        else:
            duty.reason = str(CallResult.WRONG_NUMBER)
            _move(duty, DutyStatus.FAILED, by=by, at=at)
            follow(duty.outage, by=by, at=at)
    return duty


def fail(duty: OutageTask, *, reason: str, by: Actor, at: datetime) -> OutageTask:
    """Record that a duty could not be done, and why. Raises ReasonMissing, DutyRefused."""
    why = required_reason(reason)
    with transaction.atomic():
        duty = _locked(duty)
        _require_own(duty, by)
        if duty.task in BY_RECORD:
            raise DutyRefused(code="duty_by_record", task=duty.task)
        duty.reason = why[:200]
        _move(duty, DutyStatus.FAILED, by=by, at=at, reason=why)
        follow(duty.outage, by=by, at=at)
    return duty


def reopen(duty: OutageTask, *, by: Actor, at: datetime) -> OutageTask:
    """Take up a duty again that failed: a number was found. Raises TransitionRefused."""
    with transaction.atomic():
        duty = _locked(duty)
        _require_own(duty, by)
        if duty.status != DutyStatus.FAILED:
            require(DUTY_TRANSITIONS, str(duty), DutyStatus.DONE, DutyStatus.FAILED)
        duty.reason, duty.call_result, duty.again_at = "", "", None
        _move(duty, DutyStatus.PENDING, by=by, at=at)
        follow(duty.outage, by=by, at=at)
    return duty


def meet(
    outage: Outage, task: Task, *, by: Actor, at: datetime, evidence: str = "", round: int = 0
) -> None:
    """Tick off a duty that its own record has done: the sheet, the permit, the notice."""
    rows = OutageTask.objects.select_for_update(of=("self",), no_key=True).filter(
        outage=outage,
        task=task,
        round=round,
        status__in=[DutyStatus.PENDING, DutyStatus.FAILED],
    )
    for row in rows:
        row.evidence, row.reason = evidence[:300], ""
        _move(row, DutyStatus.DONE, by=by, at=at)
    follow(outage, by=by, at=at)


def ask_again(outage: Outage, task: Task, *, by: Actor, at: datetime, reason: str) -> None:
    """Take back what its record had done: the leader's word holds no longer."""
    rows = OutageTask.objects.select_for_update(of=("self",), no_key=True).filter(
        outage=outage, task=task, round=0, status=DutyStatus.DONE
    )
    for row in rows:
        row.done_at, row.done_by, row.evidence = None, None, ""
        _move(row, DutyStatus.PENDING, by=by, at=at, reason=reason)
    follow(outage, by=by, at=at)


def drop_all(outage: Outage, *, by: Actor, at: datetime, reason: str) -> None:
    """Nothing waits any more: the outage is called off."""
    rows = outage.duties.filter(status__in=[DutyStatus.PENDING, DutyStatus.FAILED])
    if gone := rows.update(status=DutyStatus.NOT_NEEDED, reason=reason):
        Event.objects.append(
            outage,
            "duties_changed",
            by=by,
            at=at,
            reason=reason,
            added=[],
            dropped=[],
            count=0,
            gone=gone,
        )


def owner_permission(owner: str) -> str:
    """Return the permission to do an owner's duties."""
    return f"outages.act_for_{owner}"


def may_act_for(owner: str, user: Actor) -> bool:
    """Whether somebody does an owner's duties; the system does any."""
    return user is None or bool(user.has_perm(owner_permission(owner)))


def may_do(duty: OutageTask, user: Actor) -> bool:
    """Whether the duty is this person's to do."""
    return may_act_for(duty.owner, user)


def _require_own(duty: OutageTask, by: Actor) -> None:
    if not may_do(duty, by):
        raise DutyRefused(code="duty_of_other", owner=duty.owner)


def is_told(duty: OutageTask) -> bool:
    """Whether it may be done yet: of planned works nobody outside hears before their gates open."""
    outage = duty.outage
    told = outage.kind != OutageKind.PLANNED or outage.handed_over_at is not None
    return told or not waits_for_gates(duty.task, duty.owner)


def _require_told(duty: OutageTask) -> None:
    """Nobody outside is told of a planned outage before its gates are open."""
    if not is_told(duty):
        raise DutyRefused(code="duty_before_notice", outage=duty.outage.code)


def _take(duty: OutageTask, given: Evidence) -> None:
    for each in fields(given):
        value = getattr(given, each.name)
        if each.name != "photo" and value:
            field = OutageTask._meta.get_field(each.name)
            assert isinstance(field, CharField), "all but the photo are texts"
            setattr(duty, each.name, str(value).strip()[: field.max_length])


def _locked(duty: OutageTask) -> OutageTask:
    """Lock a duty behind its outage: whoever does the last of several must see the others done."""
    lifecycle.lock_outage(duty.outage)
    rows = OutageTask.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("outage").get(pk=duty.pk)


def _move(
    duty: OutageTask,
    status: DutyStatus,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    done_at: datetime | None = None,
    **facts: str,
) -> None:
    require(DUTY_TRANSITIONS, str(duty), duty.status, status)
    was, duty.status = duty.status, status
    if status == DutyStatus.DONE:
        duty.done_at, duty.done_by, duty.again_at = done_at or at, by, None
    duty.save()
    Event.objects.append(
        duty,
        "duty_status",
        by=by,
        at=at,
        old=was,
        new=status,
        reason=reason,
        task=duty.task,
        about=duty.about,
        late=bool(duty.due_at and duty.done_at and duty.done_at > duty.due_at),
        **facts,
    )
