"""Alerts of one member of staff: those to the roles, the department and the person."""

from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from outages.models import Alert

# Who stands in for another role hears what that one hears.
_ALSO: Final = {"shift_leader": ("call_agent",)}


def alerts_for(user: Any, *, open_only: bool = True) -> QuerySet[Alert]:
    """Return what this user is alerted to, the newest first. One query, and one for the roles.

    What is told to the role stood in for as well is told once.
    """
    own = _own_roles(user)
    rows = Alert.objects.filter(_meant_for(user, own))
    if stood_in_for := _stood_in_for(own):
        same = Alert.objects.filter(
            to_kind=Alert.To.ROLE,
            to_name__in=own - stood_in_for,
            **{name: OuterRef(name) for name in ("subject", "subject_id", "code", "created_at")},
        )
        rows = rows.exclude(Exists(same), to_kind=Alert.To.ROLE, to_name__in=stood_in_for)
    if open_only:
        rows = rows.filter(acknowledged_at__isnull=True)
    return rows.select_related("report", "outage", "acknowledged_by")


def is_for(alert: Alert, user: Any) -> bool:
    """Whether the user is in the audience of an alert."""
    return Alert.objects.filter(_meant_for(user, _own_roles(user)), pk=alert.pk).exists()


def open_alert_count(user: Any) -> int:
    """Return how many alerts wait for this user."""
    return alerts_for(user).order_by().count()


def _own_roles(user: Any) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


def _stood_in_for(own: set[str]) -> set[str]:
    return {role for each in own for role in _ALSO.get(each, ())}


def _meant_for(user: Any, own: set[str]) -> Q:
    roles = own | _stood_in_for(own)
    meant = Q(to_kind=Alert.To.ROLE, to_name__in=roles) | Q(
        to_kind=Alert.To.USER, to_name=str(user.pk)
    )
    if department := getattr(user, "department_code", ""):
        meant |= Q(to_kind=Alert.To.DEPARTMENT, to_name=department)
    return meant
