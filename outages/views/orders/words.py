"""How orders are worded: where they stand, the stages, where the crew is."""

from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from network.words import local
from outages.models import WorkOrder
from outages.selectors.orders import CrewStanding
from outages.views.words.wording import Chip
from outages.workflow import WorkOrderStatus

ORDER_CHIPS: Final[dict[str, Chip]] = {
    WorkOrderStatus.DRAFT: ("draft", _("Draft")),
    WorkOrderStatus.ISSUED: ("warn", _("To be told")),
    WorkOrderStatus.NOTIFIED: ("warn", _("Told, not accepted")),
    WorkOrderStatus.ACCEPTED: ("busy", pgettext_lazy("order", "Accepted")),
    WorkOrderStatus.EN_ROUTE: ("busy", _("On the way")),
    WorkOrderStatus.ON_SITE: ("busy", _("On site")),
    WorkOrderStatus.IN_PROGRESS: ("busy", _("At work")),
    WorkOrderStatus.RESULT_ENTERED: ("warn", _("User to be told")),
    WorkOrderStatus.FED_BACK: ("ok", _("User told")),
    WorkOrderStatus.CALLBACK: ("planned", _("Call-back")),
    WorkOrderStatus.ARCHIVED: ("draft", _("Filed")),
    WorkOrderStatus.VOID: ("draft", _("Taken back")),
}
# What the alerts of orders and reports say, by their codes: tone and sentence.
ALERT_WORDS: Final[dict[str, tuple[str, str | Promise]]] = {
    "urgent_report": ("danger", _("Urgent report %(report)s: your instruction is asked for")),
    "major_report": ("danger", _("Report %(report)s may have a large social impact")),
    "complaint_made": ("warn", _("Complaint %(report)s was made")),
    "caller_dissatisfied": ("danger", _("The caller of %(report)s is not content")),
    "instructed": ("warn", _("A leader has instructed on %(report)s")),
    "result_entered": ("busy", _("The result of %(order)s is in: tell the user")),
    "residual_left": ("warn", _("Something is left to do after %(order)s")),
    "urged": ("warn", _("Order %(order)s is urged, %(times)s times by now")),
    "extension_asked": ("warn", _("More time is asked for %(order)s")),
    "escalated": ("danger", _("Order %(order)s is laid before supervision")),
    "escalated_overdue": (
        "danger",
        _("Order %(order)s is overdue (%(limit)s) and laid before supervision"),
    ),
    "escalation_resolved": ("ok", _("Supervision has answered on %(order)s")),
}
# The stages that a reader follows, each with the field that dates it.
STAGES: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("issued_at", pgettext_lazy("order", "Issued")),
    ("notified_at", _("Told")),
    ("accepted_at", pgettext_lazy("order", "Accepted")),
    ("started_at", _("Begun")),
    ("finished_at", _("Result")),
    ("fed_back_at", _("User told")),
    ("archived_at", _("Filed")),
)


def chip_of_order(order: WorkOrder) -> Chip:
    """Name where an order stands."""
    return ORDER_CHIPS[order.status]


def stages_of_order(order: WorkOrder) -> list[dict[str, Any]]:
    """Return the stages with their times; the last one reached is current."""
    rows = [
        {"label": str(label), "at": getattr(order, name), "current": False}
        for name, label in STAGES
    ]
    if order.status == WorkOrderStatus.DRAFT:
        rows[0]["at"] = None
    reached = [row for row in rows if row["at"]]
    if reached:
        reached[-1]["current"] = True
    return rows


def order_title(order: WorkOrder) -> str:
    """Say what it is about and where: 管道维修 · 解放路 128 号."""
    where = ""
    if order.report is not None:
        where = order.report.address or order.report.landmark
    elif order.outage is not None:
        where = local(order.outage.place, order.outage.place_en)
    category = local(order.category.name, order.category.name_en)
    return " · ".join(filter(None, [category, where]))


def crew_words(standing: CrewStanding, *, now: datetime) -> str:
    """Say where the crew is, as the caller may be told: never just that it was sent."""
    expected = standing.expected_at
    when = timezone.localtime(expected).strftime("%H:%M") if expected and expected > now else ""
    if standing.state == "on_site":
        return gettext("The crew is on site and at work.")
    if standing.state == "en_route":
        if when:
            return gettext("The crew is on its way, expected about %(at)s.") % {"at": when}
        return gettext("The crew is on its way. Ask it for a time, then call back.")
    if standing.state == "busy_elsewhere":
        said = gettext("The crew is still at work at %(place)s.") % {"place": _place(standing)}
        if when:
            return said + " " + gettext("Expected here about %(at)s.") % {"at": when}
        return said
    if when:
        return gettext("Expected on site about %(at)s.") % {"at": when}
    if standing.state == "waiting":
        return gettext("The crew has not set out yet. Ask it, then call back.")
    return gettext("No crew is named; the department says who comes.")


def _place(standing: CrewStanding) -> str:
    order = standing.elsewhere
    if order is None:
        return "—"
    if order.outage is not None:
        return local(order.outage.place, order.outage.place_en)
    return order.report.address if order.report and order.report.address else order.number
