"""Departments' orders and undecided calls as rows of the deadline board."""

from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from network.words import local
from outages.models import BurstReport, WorkOrder
from outages.selectors import BoardRow
from outages.views.control.cases import Case, group_of, warn_s
from outages.views.orders.words import chip_of_order, order_title
from outages.views.words.limits import department_name, limit_rule, limit_title
from outages.views.words.wording import chip_of_report, short_reference

# What an order or a call waits for, by the codes of `control.board_orders`: stage and button.
ORDER_STEPS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "decide": (_("Answer or order"), _("Answer or order")),
    "tell_department": (_("Tell the department"), _("Tell the department")),
    "take_order": (_("The department takes it"), _("See or urge")),
    "work_off": (_("The department works on it"), _("See or urge")),
    "tell_user": (_("User to be told"), _("Tell the user")),
    "ask_user": (_("Call-back"), _("See progress")),
}


def order_case(row: BoardRow, *, at: datetime) -> Case:
    """Word an order of a department, or a call that became none yet."""
    step, action = ORDER_STEPS[row.next_step]
    if row.deadline is not None and row.deadline.key == "callback_phone_due":
        action = _("Call back")
    key, url, code, title, since = _named(row, at)
    tone, status = chip_of_order(row.order) if row.order else _chip(row.report)
    return Case(
        key=key,
        url=url,
        code=code,
        tone="danger" if row.is_late else tone,
        status=str(status),
        title=title,
        detail=str(step),
        group=group_of(row, at=at),
        step=str(step),
        action=str(action),
        since=since,
        due_at=row.deadline_at,
        deadline=limit_title(row.deadline) if row.deadline else "—",
        rule=limit_rule(row.deadline) if row.deadline else "",
        clock_from=row.deadline.started_at if row.deadline else since,
        warn_s=warn_s(row.deadline),
        departments=_departments(row),
        who=_department(row.order),
        who_detail=row.order.assignee if row.order else "",
        responsible=_responsible(row),
        customers=None,
        persons=None,
        short_of_threshold=None,
        on_trunk_road=False,
        row=row,
    )


def _named(row: BoardRow, at: datetime) -> tuple[str, str, str, str, datetime]:
    """Return key, address, number, title and beginning of a row."""
    order, report = row.order, row.report
    if order is not None:
        url = reverse("outages:order", args=[order.number])
        since = report.received_at if report else order.issued_at
        return f"w{order.pk}", url, order.number, order_title(order), since
    assert report is not None, "a row is about an order or a report"
    url = reverse("outages:case", args=[report.reference])
    title = " · ".join(filter(None, [report.get_kind_display(), report.address]))
    return f"r{report.pk}", url, short_reference(report), title, report.received_at


def _chip(report: BurstReport | None) -> tuple[str, str | Promise]:
    assert report is not None, "a row is about an order or a report"
    return chip_of_report(report, None)


def _departments(row: BoardRow) -> frozenset[str]:
    """The departments by which the row is found: whose order it is, and whose limits run."""
    codes = {limit.department for limit in row.deadlines}
    return frozenset(codes | ({row.order.department.code} if row.order else set()))


def _responsible(row: BoardRow) -> str:
    """Whose limit it is, where that is another department than the one that has the order."""
    if row.deadline is None or (row.order and row.order.department.code == row.deadline.department):
        return ""
    return department_name(row.deadline.department)


def _department(order: WorkOrder | None) -> str:
    return local(order.department.name, order.department.name_en) if order else ""
