"""Telling somebody at once: use cases raise alerts, those whom they reach acknowledge them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from outages.models import Alert, Event
from outages.models.events import Actor
from outages.models.rules.alerts import Audience
from outages.selectors.rules.alerts import is_for
from outages.workflow import Refused


class NotYourAlert(Refused):
    """Only somebody whom an alert is for acknowledges it."""

    codes = ("alert_not_yours",)


def to_role(role: str) -> Audience:
    """Everybody in a role (the name of its group)."""
    return Audience(Alert.To.ROLE, role)


def to_department(code: str) -> Audience:
    """Everybody in a department."""
    return Audience(Alert.To.DEPARTMENT, code)


def to_user(user: Any) -> Audience:
    """One person."""
    return Audience(Alert.To.USER, str(user.pk))


def raise_alert(
    code: str,
    *,
    audience: Audience,
    subject: Model,
    at: datetime,
    by: Actor = None,
    **facts: Any,
) -> Alert:
    """Alert an audience to a record. `facts` must be JSON without personal data.

    Its words are in outages/views/words/alerts.py, by `code`. Part of the caller's transaction.
    """
    return Alert.objects.tell(audience, code, subject=subject, at=at, by=by, **facts)


def acknowledge(alert: Alert, *, by: Actor, at: datetime) -> Alert:
    """Say that it is seen to; the first to do so does it for the whole audience.

    Repeating it changes nothing. Raises NotYourAlert.
    """
    with transaction.atomic():
        alert = Alert.objects.select_for_update(of=("self",), no_key=True).get(pk=alert.pk)
        if not is_for(alert, by):
            raise NotYourAlert(alert=alert.pk)
        if alert.acknowledged_at is None:
            alert.acknowledged_at, alert.acknowledged_by = max(at, alert.created_at), by
            alert.save(update_fields=["acknowledged_at", "acknowledged_by"])
            Event.objects.append(alert, "alert_acknowledged", by=by, at=at, new=alert.code)
    return alert


def settle(subject: Model, code: str, *, at: datetime) -> int:
    """Take back what nobody needs to be told any more; return how many waited.

    The alerts stay on record, acknowledged by nobody. Part of the caller's transaction.
    """
    return Alert.objects.settle(subject, code, at=at)
