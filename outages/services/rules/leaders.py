"""Who hears of what at once: departments, their leaders, supervision, the call centre.

The one place that says to whom an order's or a report's news goes; the alerts carry codes and ids,
their words stand in the views.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from outages.models import BurstReport, WorkOrder
from outages.models.rules.alerts import Audience
from outages.policy import organisation
from outages.services.rules.alerts import raise_alert, to_department, to_role, to_user

# Names of groups, as gisapp.accounts.roles has them: that app lies above this one.
LEADER = "leader"
SUPERVISION = "supervision"
SHIFT_LEADER = "shift_leader"
CALL_AGENT = "call_agent"
ADMIN = "admin"
DISPATCHER = "dispatcher"
PRODUCTION = "production"
# Who does a department's part in outages, where no account names its department.
_ACTING = {
    organisation.CALL_CENTRE: CALL_AGENT,
    organisation.ENGINEERING: DISPATCHER,
    organisation.PRODUCTION: PRODUCTION,
    organisation.LEADERS: LEADER,
}


def acting_for(code: str) -> list[Audience]:
    """Return who does a department's part: its own people, or the role that acts for it."""
    users = get_user_model().objects.filter(is_active=True)
    if users.filter(department_code=code).exists():
        return [to_department(code)]
    return [to_role(_ACTING[code])] if code in _ACTING else []


def leaders_of(code: str) -> list[Audience]:
    """The leaders of a department one by one; every leader where it has none of its own."""
    users = get_user_model().objects.filter(is_active=True, groups__name=LEADER)
    own = [to_user(user) for user in users.filter(department_code=code).order_by("pk")]
    return own or [to_role(LEADER)]


def tell_department(code: str, *, order: WorkOrder, at: datetime, **facts: Any) -> None:
    """Tell who handles the order."""
    _tell_order(code, order, [to_department(order.department.code)], at, facts)


def tell_department_leader(code: str, *, order: WorkOrder, at: datetime, **facts: Any) -> None:
    """Tell the leader of the department that has the order."""
    tell_leaders_of(order.department.code, code, order=order, at=at, **facts)


def tell_leaders_of(
    department: str, code: str, *, order: WorkOrder, at: datetime, **facts: Any
) -> None:
    """Tell the leaders of a department, by its code, of an order."""
    _tell_order(code, order, leaders_of(department), at, facts)


def tell_call_centre(code: str, *, order: WorkOrder, at: datetime, **facts: Any) -> None:
    """Tell the owner of the report that the order is for, or the call centre where none is."""
    owner = order.report.first_owner if order.report else None
    _tell_order(code, order, [to_user(owner) if owner else to_role(CALL_AGENT)], at, facts)


def tell_supervision(code: str, *, order: WorkOrder, at: datetime, **facts: Any) -> None:
    """Tell supervision."""
    _tell_order(code, order, [to_role(SUPERVISION)], at, facts)


def _tell_order(
    code: str, order: WorkOrder, to: Iterable[Audience], at: datetime, facts: dict[str, Any]
) -> None:
    told = {"order": order.number, "department": order.department.code, **facts}
    for audience in to:
        raise_alert(code, audience=audience, subject=order, at=at, **told)


def tell_of_report(
    code: str, *, report: BurstReport, to: Iterable[Audience], at: datetime, **facts: Any
) -> None:
    """Tell some audiences of a report, by its reference alone."""
    for audience in to:
        raise_alert(
            code, audience=audience, subject=report, at=at, report=report.reference, **facts
        )


def tell_urgent(report: BurstReport, *, at: datetime) -> None:
    """Tell the leader of the call centre of something sudden or urgent, for instruction."""
    tell_of_report("urgent_report", report=report, to=leaders_of(organisation.CALL_CENTRE), at=at)


def tell_major(report: BurstReport, *, at: datetime) -> None:
    """Tell the company's leaders of what may have a large social impact."""
    tell_of_report("major_report", report=report, to=leaders_of(organisation.LEADERS), at=at)


def tell_complaint(report: BurstReport, *, at: datetime) -> None:
    """Copy a complaint to supervision, the moment that it is made."""
    tell_of_report("complaint_made", report=report, to=[to_role(SUPERVISION)], at=at)


def tell_dissatisfied(report: BurstReport, *, at: datetime) -> None:
    """Tell the shift leader and the department's leader that a caller is not content."""
    to = [to_role(SHIFT_LEADER), *leaders_of(organisation.CALL_CENTRE)]
    tell_of_report("caller_dissatisfied", report=report, to=to, at=at)
