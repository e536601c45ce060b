"""All figures of a period, counted from the records as they are at the moment of asking."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from network.models import Customer
from network.selectors import current_revision
from outages.models import (
    Department,
    Escalation,
    ExtensionRequest,
    OrderCategory,
    OrderTransfer,
    Urge,
)
from outages.policy.monthly import counting
from outages.policy.monthly.figures import (
    Dry,
    Figures,
    HandlingLine,
    Intake,
    LimitLine,
    MonthLine,
    Named,
    Targets,
)
from outages.policy.monthly.periods import Choice, period_of, same_months
from outages.policy.monthly.spots import heat, spots
from outages.policy.report_periods import Period
from outages.selectors.monthly.callbacks import callback_lines, question_lines
from outages.selectors.monthly.rows import (
    by_department,
    contact_rows,
    counts_between,
    order_rows,
    orders_in,
)
from outages.selectors.rules import policy
from outages.selectors.rules.deadlines import kept
from outages.selectors.supply.interruptions import lost_in
from outages.workflow import WorkOrderStatus

TOP: Final = 10
MONTHS: Final = 12
Limits = tuple[datetime, datetime]


def figures_of(
    period: Period, month: date, choice: Choice, *, draft_day: int, at: datetime
) -> Figures:
    """Count a period, its month before and the year up to it. Some twenty-five queries.

    They grow with what came in, not with the town, but for the interruptions: those ask for every
    customer once.
    """
    limits = _limits(period)
    contacts = contact_rows(*limits)
    orders = order_rows(*limits)
    before = _intake(_limits(_before(month, choice, draft_day)))
    return Figures(
        as_of=at.isoformat(),
        intake=counting.intake(contacts, orders=len(orders)),
        before=before,
        complaints=counting.complaint_cells(contacts),
        orders=counting.order_cells(orders),
        sources=counting.by_source(contacts),
        themes=counting.themes(contacts, most=TOP),
        spots=spots(contacts, most=TOP),
        heat=heat(contacts),
        limits=_kept(limits, at=at),
        handling=_handling(limits),
        callbacks=callback_lines(period),
        questions=question_lines(period),
        targets=_targets(at),
        dry=_dry(period, at=at),
        months=_months(month, period, choice, draft_day),
        departments=_named(Department.objects.order_by("code")),
        categories=_named(OrderCategory.objects.order_by("sequence", "code")),
    )


def _limits(period: Period) -> Limits:
    zone = timezone.get_default_timezone()
    return period.begins(zone), period.ends(zone)


def _before(month: date, choice: Choice, draft_day: int) -> Period:
    return period_of(same_months(month, 2)[0], choice, draft_day=draft_day)


def _intake(limits: Limits) -> Intake:
    return counting.intake(contact_rows(*limits), orders=orders_in(*limits).count())


def _kept(limits: Limits, *, at: datetime) -> tuple[LimitLine, ...]:
    return tuple(
        LimitLine(each.key, each.department, each.met, each.total)
        for each in kept(at=at, since=limits[0], until=limits[1])
    )


def _handling(limits: Limits) -> tuple[HandlingLine, ...]:
    since, until = limits
    when = {"at__gte": since, "at__lt": until}
    orders = by_department(orders_in(since, until), "department__code")
    filed = by_department(
        orders_in(since, until).filter(status=WorkOrderStatus.ARCHIVED), "department__code"
    )
    passed = by_department(OrderTransfer.objects.filter(**when), "from_department__code")
    urged = by_department(Urge.objects.filter(**when), "order__department__code")
    asked = ExtensionRequest.objects.filter(asked_at__gte=since, asked_at__lt=until)
    extensions = by_department(asked, "department__code")
    escalated = by_department(Escalation.objects.filter(**when), "order__department__code")
    every = sorted({*orders, *passed, *urged, *extensions, *escalated})
    lines = [
        HandlingLine(
            code,
            orders=orders.get(code, 0),
            filed=filed.get(code, 0),
            passed_on=passed.get(code, 0),
            urged=urged.get(code, 0),
            extensions=extensions.get(code, 0),
            escalated=escalated.get(code, 0),
        )
        for code in every
    ]
    return tuple(sorted(lines, key=lambda line: (-line.orders, line.department)))


def _targets(at: datetime) -> Targets:
    return Targets(
        callback_rate=policy.number("callback_rate_target", at=at),
        satisfaction=policy.number("satisfaction_target", at=at),
        satisfaction_alert=policy.number("satisfaction_alert", at=at),
    )


def _dry(period: Period, *, at: datetime) -> Dry:
    lost = lost_in(period, at=at)
    return Dry(
        minutes=round(lost.lost.total_seconds() / 60, 3),
        properties=len(lost.by_customer),
        served=Customer.objects.filter(revision=current_revision()).count(),
        running=lost.running,
    )


def _months(month: date, period: Period, choice: Choice, draft_day: int) -> tuple[MonthLine, ...]:
    """Count the year up to this period; the last one are this report's own days."""
    months = same_months(month, MONTHS)
    periods = [period_of(each, choice, draft_day=draft_day) for each in months[:-1]]
    counted = counts_between([_limits(each) for each in [*periods, period]])
    return tuple(
        MonthLine(f"{each:%Y-%m}", **counts) for each, counts in zip(months, counted, strict=True)
    )


def _named(rows: Iterable[Department] | Iterable[OrderCategory]) -> tuple[Named, ...]:
    return tuple(Named(row.code, row.name, row.name_en) for row in rows)
