"""From a draft to the first valve: planned, confirmed, ready, begun, moved to another time."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from outages.choices import Cause, NoticeKind, Supply, Works
from outages.models import (
    Event,
    IsolationPlan,
    Outage,
    OutageTask,
    RestorationEstimate,
    lifecycle,
)
from outages.models.events import Actor
from outages.policy.matrix import Gate
from outages.services import duties, exchange
from outages.services.papers import handing_over
from outages.services.publishing import notices
from outages.services.rules import clocks
from outages.services.rules.codes import next_code
from outages.services.rules.reasons import required_reason
from outages.services.shutdown import in_force
from outages.workflow import (
    DutyStatus,
    OutageKind,
    OutageStatus,
    Refused,
    TransitionRefused,
    outage_transitions,
    require,
)

log = structlog.get_logger(__name__)

# Planned works that may still be moved to another time.
NOT_BEGUN = frozenset(
    {
        OutageStatus.DRAFT,
        OutageStatus.IMPACT_CONFIRMED,
        OutageStatus.AWAITING_LEADER,
        OutageStatus.AWAITING_PERMIT,
        OutageStatus.READY,
        OutageStatus.PUBLISHED,
    }
)


class NotPublished(Refused):
    """A planned outage begins only after its notice is out (notices.publish_notice)."""

    codes = ("not_published",)


class WindowRefused(Refused):
    """A planned outage ends after it begins, is not over yet, and begins no earlier than told."""

    codes = ("window_ends_first", "window_over", "window_ahead")


def draft_planned_outage(
    *,
    place: str,
    planned_start_at: datetime,
    planned_end_at: datetime,
    by: Actor,
    at: datetime,
    place_en: str = "",
    cause: Cause | str = Cause.RENEWAL,
    works: Works | str = Works.NETWORK,
    supply: Supply | str = Supply.NO_WATER,
    remark_public: str = "",
    remark_public_en: str = "",
    on_trunk_road: bool | None = None,
    sources: Sequence[str] = (),
) -> Outage:
    """Begin a planned outage. Next: `plans.propose_plan(outage=…, pipes=…)`, `confirm_impact`.

    `on_trunk_road` may wait until the sheet is handed over, and no longer.
    Raises WindowRefused.
    """
    _require_window(planned_start_at, planned_end_at, at=at)
    with transaction.atomic():
        outage = Outage.objects.create(
            code=next_code(Outage, "code", prefix="P", at=at),
            kind=OutageKind.PLANNED,
            works=works,
            cause=cause,
            supply=supply,
            created_at=at,
            created_by=by,
            place=place,
            place_en=place_en,
            remark_public=remark_public,
            remark_public_en=remark_public_en,
            on_trunk_road=on_trunk_road,
            planned_start_at=planned_start_at,
            planned_end_at=planned_end_at,
            estimated_restoration_at=planned_end_at,
            sources=sorted(sources),
        )
        Event.objects.append(outage, "outage_opened", by=by, at=at, new=OutageStatus.DRAFT)
        clocks.outage_planned(outage, at=at)
    return outage


def confirm_impact(
    outage: Outage, *, plan: IsolationPlan, by: Actor, at: datetime, reason: str = ""
) -> Outage:
    """Take a plan as the outage's plan and its impact as the outage's.

    A plant that has stopped is in effect with that, and everybody is told; what is planned goes
    on to its sheet. A source in the zone is what a plant's plan is about, so no reason is needed.
    Raises plans.StalePlan, plans.PlanSuperseded, plans.NotIsolating, TransitionRefused.
    """
    if outage.works == Works.PLANT:
        reason = reason or "plant"

    def confirm(plan: IsolationPlan) -> Outage:
        locked = lifecycle.lock_outage(outage)
        lifecycle.move_outage(locked, OutageStatus.IMPACT_CONFIRMED, by=by, at=at, reason=reason)
        in_force.put_in_force(plan, locked, by=by, at=at)
        if locked.kind == OutageKind.UNPLANNED:
            _begin_at_once(locked, by=by, at=at)
        else:
            handing_over.follow_plan(locked, by=by, at=at)
        return locked

    return in_force.decided(plan, by=by, at=at, reason=reason, then=confirm)


def _begin_at_once(outage: Outage, *, by: Actor, at: datetime) -> None:
    """A stop that nobody planned: the duties, the notice and the dispatch centre follow now."""
    started_at = outage.started_at or at
    if outage.status == OutageStatus.IMPACT_CONFIRMED:
        lifecycle.move_outage(outage, OutageStatus.IN_EFFECT, by=by, at=at, started_at=started_at)
    clocks.outage_opened(outage, at=at)
    lifecycle.change_outage(outage, handed_over_at=at)
    duties.refresh(outage, by=by, at=at)
    notices.announce(outage, kind=NoticeKind.FIRST, by=by, at=at)
    exchange.tell_dispatch_centre(outage, cause="opened", by=by, at=at)


def make_ready(
    outage: Outage, *, by: Actor, at: datetime, on_trunk_road: bool | None = None
) -> Outage:
    """Hand the sheet over and go as far as the gates allow; where all are open, a notice waits.

    Raises TransitionRefused, sheets.SheetRefused, notices.MissingNoticeField,
    notices.AudienceRefused.
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        require(outage_transitions(outage.kind), str(outage), outage.status, OutageStatus.READY)
        handing_over.hand_over(outage, by=by, at=at, on_trunk_road=on_trunk_road)
    outage.refresh_from_db()
    return outage


def start_outage(outage: Outage, *, by: Actor, at: datetime) -> Outage:
    """Water goes off now.

    Raises NotPublished for a planned outage without its notice out, duties.GateRefused where a
    new plan shut a gate again, WindowRefused before the time that people were told:
    `postpone_outage` moves it, and tells them.
    """
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if outage.published_at is not None:
            duties.require_open(outage, Gate.START)
        try:
            lifecycle.move_outage(outage, OutageStatus.IN_EFFECT, by=by, at=at, started_at=at)
        except TransitionRefused as refused:
            if outage.kind == OutageKind.PLANNED and outage.published_at is None:
                raise NotPublished(outage=outage.code) from refused
            raise
        if outage.planned_start_at is not None and at < outage.planned_start_at:
            raise WindowRefused(code="window_ahead", outage=outage.code)
        exchange.tell_dispatch_centre(outage, cause="status", by=by, at=at)
    return outage


def begin_due_outages(*, at: datetime) -> int:
    """Let published planned outages whose time has come be in effect; return how many.

    The dispatch centre hears of it as if a person had said so. One whose new plan needs a permit
    after all waits for it; one that fails holds up no other.
    """
    keys = _due(at).order_by("pk").values_list("pk", flat=True)
    return sum(_begin_if_due(pk, at=at) for pk in list(keys))


def _due(at: datetime) -> QuerySet[Outage]:
    shut = OutageTask.objects.filter(
        outage=OuterRef("pk"),
        round=0,
        gate__in=[Gate.HAND_OVER, Gate.PUBLISH, Gate.START],
        status__in=[DutyStatus.PENDING, DutyStatus.FAILED],
    )
    return Outage.objects.filter(
        ~Exists(shut),
        kind=OutageKind.PLANNED,
        status=OutageStatus.PUBLISHED,
        planned_start_at__lte=at,
    )


def _begin_if_due(pk: int, *, at: datetime) -> int:
    try:
        with transaction.atomic():
            outage = lifecycle.lock_outage(Outage(pk=pk))
            # Moved to another time, called off or held up by a gate since it was looked up.
            if not _due(at).filter(pk=pk).exists():
                return 0
            since = outage.started_at or at
            lifecycle.move_outage(outage, OutageStatus.IN_EFFECT, by=None, at=at, started_at=since)
            exchange.tell_dispatch_centre(outage, cause="status", by=None, at=at)
    except Exception:
        log.exception("not_begun", outage=pk)
        return 0
    return 1


def postpone_outage(
    outage: Outage,
    *,
    planned_start_at: datetime,
    planned_end_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
    reason_en: str = "",
) -> Outage:
    """Move planned works that have not begun to another time; who was told is told again.

    Sheet, duties and their due times follow. `reason` is public.
    Raises WindowRefused, ReasonMissing, TransitionRefused.
    """
    why = required_reason(reason)
    _require_window(planned_start_at, planned_end_at, at=at)
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if outage.kind != OutageKind.PLANNED or outage.status not in NOT_BEGUN:
            raise TransitionRefused(str(outage), outage.status, "postponed", frozenset())
        was = outage.planned_start_at
        lifecycle.change_outage(
            outage,
            planned_start_at=planned_start_at,
            planned_end_at=planned_end_at,
            estimated_restoration_at=planned_end_at,
        )
        RestorationEstimate.objects.create(
            outage=outage,
            at=at,
            by=by,
            estimated_restoration_at=planned_end_at,
            reason=why[:200],
            reason_en=reason_en[:200],
        )
        Event.objects.append(
            outage,
            "outage_postponed",
            by=by,
            at=at,
            old=was.isoformat()[:40] if was else "",
            new=planned_start_at.isoformat()[:40],
            reason=why,
        )
        clocks.outage_moved(outage, by=by, at=at)
        handing_over.follow_plan(outage, by=by, at=at, reason="postponed")
        notices.announce(outage, kind=NoticeKind.UPDATE, by=by, at=at, reason=why)
        exchange.tell_dispatch_centre(outage, cause="estimate", by=by, at=at)
    return outage


def _require_window(start: datetime, end: datetime, *, at: datetime) -> None:
    if end <= start:
        raise WindowRefused(code="window_ends_first")
    if end <= at:
        raise WindowRefused(code="window_over")
