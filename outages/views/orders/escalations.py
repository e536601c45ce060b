"""Supervision's own list: what lies before it, since when, and what it answered."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.words import local
from outages.models import Department, Escalation
from outages.selectors import orders as order_lists
from outages.selectors.orders import escalations as lists
from outages.views.exports.answers import file_answer
from outages.views.exports.tables import Document, Row, table
from outages.views.orders.words import chip_of_order, order_title
from outages.views.shape.days import end_of, midnight, page_query, period_asked
from outages.views.shape.screen import may_any
from outages.views.words.limits import length_words

PER_PAGE: Final = 50
# The days up to and with today whose answers are shown unless others are asked for.
DAYS: Final = 30
FORMS: Final = {"xlsx": "XLSX", "csv": "CSV"}


@require_safe
@never_cache
@may_any("outages.resolve_escalations", "outages.view_breaches")
def escalation_list(request: HttpRequest) -> HttpResponse:
    """Show what waits and what was answered; `format=csv` or `xlsx` gives both as a file."""
    now = timezone.now()
    since, until = period_asked(request, days=DAYS)
    department = request.GET.get("department", "")
    waiting = list(lists.open_escalations(department=department))
    answered = lists.answered_escalations(
        since=midnight(since), until=end_of(until), department=department
    )
    if (form := request.GET.get("format")) in FORMS:
        return file_answer(_document(waiting, list(answered), since, until, at=now), form)
    page = Paginator(answered, PER_PAGE).get_page(request.GET.get("page"))
    due = order_lists.next_limits([row.order for row in waiting])
    context = {
        "since": since,
        "until": until,
        "waiting": [_shown(row, now) | {"due": due.get(row.order_id)} for row in waiting],
        "answered": [_shown(row, now) for row in page],
        "page": page,
        "departments": Department.objects.filter(takes_orders=True).order_by("pk"),
        "department": department,
        "forms": FORMS.items(),
        "may_answer": request.user.has_perm("outages.resolve_escalations"),
        "keep": page_query(request),
    }
    return render(request, "outages/orders/escalations.html", context)


def _shown(row: Escalation, at: datetime) -> dict[str, Any]:
    return {
        "row": row,
        "order": row.order,
        "report": row.order.report,
        "title": order_title(row.order),
        "chip": chip_of_order(row.order),
        "lasted": length_words(_lasted(row, at)),
    }


def _lasted(row: Escalation, at: datetime) -> timedelta:
    """How long it lay before supervision, or lies so far."""
    return max((row.resolved_at or at) - row.at, timedelta(0))


def _document(
    waiting: list[Escalation], answered: list[Escalation], since: date, until: date, *, at: datetime
) -> Document:
    head = [gettext("Order"), gettext("Department"), gettext("Reason"), gettext("Note")]
    head += [gettext("Laid before at"), gettext("By"), gettext("Hours")]
    done = [gettext("Answer"), gettext("Answered at"), gettext("Answered by")]
    return Document(
        name=f"escalations-{since}-{until}",
        title=gettext("Escalations"),
        facts=(f"{since} – {until}",),
        tables=(
            table(
                "open", gettext("Before supervision"), head, [_cells(row, at) for row in waiting]
            ),
            table(
                "answered",
                gettext("Answered"),
                [*head, *done],
                [(*_cells(row, at), *_answer(row)) for row in answered],
            ),
        ),
    )


def _cells(row: Escalation, at: datetime) -> Row:
    department = row.order.department
    return (
        row.order.number,
        local(department.name, department.name_en),
        row.get_reason_display(),
        row.note,
        row.at,
        str(row.by or gettext("by itself")),
        round(_lasted(row, at) / timedelta(hours=1), 1),
    )


def _answer(row: Escalation) -> Row:
    return row.resolution, row.resolved_at, str(row.resolved_by or "")
