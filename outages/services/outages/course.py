"""While it lasts: the estimate and the repair."""

from datetime import datetime

from django.db import transaction

from outages.choices import NoticeKind
from outages.models import (
    Event,
    Outage,
    RestorationEstimate,
    lifecycle,
)
from outages.models.events import Actor
from outages.services import exchange
from outages.services.publishing import notices
from outages.services.rules import clocks
from outages.services.rules.estimates import say_anew
from outages.services.rules.reasons import required_reason
from outages.workflow import (
    OPEN_OUTAGES,
    Refused,
)


class EditedMeanwhile(Refused):
    """Somebody else changed the outage since it was read: load it again and compare."""

    codes = ("edited_meanwhile",)


class OutageOver(Refused):
    """The outage is restored, closed or cancelled."""

    codes = ("outage_over",)


def change_estimate(
    outage: Outage,
    *,
    estimated_restoration_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
    reason_en: str = "",
    expected_version: int | None = None,
) -> RestorationEstimate:
    """Say anew when water is back; the earlier estimates stay. People told before are told again.

    `expected_version` is the `lock_version` that the form was made from. `reason` is public.
    Raises EditedMeanwhile, OutageOver, ReasonMissing, EstimateRefused.
    """
    why = required_reason(reason)
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if expected_version is not None and outage.lock_version != expected_version:
            raise EditedMeanwhile(outage=outage.code)
        if outage.status not in OPEN_OUTAGES:
            raise OutageOver(outage=outage.code)
        estimate = say_anew(
            outage,
            estimated_restoration_at=estimated_restoration_at,
            reason=why,
            reason_en=reason_en,
            by=by,
            at=at,
        )
        notices.announce(outage, kind=NoticeKind.UPDATE, by=by, at=at, reason=why)
        exchange.tell_dispatch_centre(outage, cause="estimate", by=by, at=at)
    return estimate


def record_repair(outage: Outage, *, by: Actor, at: datetime, reason: str) -> Outage:
    """Record a repair that no crew's order tells of; `reason` says what was done.

    Raises ReasonMissing, OutageOver.
    """
    why = required_reason(reason)
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if outage.status not in OPEN_OUTAGES:
            raise OutageOver(outage=outage.code)
        if outage.repaired_at is not None:  # the crew said so meanwhile
            return outage
        lifecycle.change_outage(outage, repaired_at=at)
        Event.objects.append(outage, "repair_done", by=by, at=at, reason=why)
        clocks.repaired(outage, by=by, at=at)
        exchange.tell_dispatch_centre(outage, cause="repair", by=by, at=at)
    return outage
