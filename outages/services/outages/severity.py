"""How bad it is: a major outage is told upwards, an emergency opens every channel."""

from datetime import datetime

from django.db import transaction

from outages.choices import OutageSeverity
from outages.models import Event, Outage, lifecycle
from outages.models.events import Actor
from outages.services import duties, exchange
from outages.services.rules.reasons import required_reason
from outages.workflow import OPEN_OUTAGES, Refused


class SeverityRefused(Refused):
    """The outage is over."""

    codes = ("severity_outage_over",)


def set_severity(
    outage: Outage, *, severity: OutageSeverity | str, reason: str, by: Actor, at: datetime
) -> Outage:
    """Say how bad it is. In an emergency every channel opens and the checklist starts now.

    Raises ReasonMissing, SeverityRefused.
    """
    why = required_reason(reason)
    with transaction.atomic():
        outage = lifecycle.lock_outage(outage)
        if outage.status not in OPEN_OUTAGES:
            raise SeverityRefused(outage=outage.code)
        was = outage.severity
        if was == severity:
            return outage
        lifecycle.change_outage(outage, severity=str(severity))
        Event.objects.append(
            outage, "severity_changed", by=by, at=at, old=was, new=str(severity), reason=why
        )
        duties.refresh(outage, by=by, at=at, reason="severity_changed")
        exchange.tell_dispatch_centre(outage, cause="severity", by=by, at=at)
    return outage
