"""How the limits are kept: met of total by limit and department, and every one overstepped."""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages.models import Deadline
from outages.policy.deadlines import Standing
from outages.selectors.rules.deadlines import Kept, breaches, kept, late_by
from outages.views.shape.days import end_of, midnight, page_query, period_asked
from outages.views.shape.screen import may
from outages.views.words.limits import (
    STANDINGS,
    department_name,
    kept_value,
    length_words,
    limit_name,
    limit_title,
)

PER_PAGE = 50
# The days up to and with today that are shown unless others are asked for.
DAYS: Final = 30
FORMS: Final = {"csv": "CSV"}


@dataclass(frozen=True)
class Row:
    """One limit that was overstepped."""

    deadline: Deadline
    limit: str
    value: str
    department: str
    case: str
    url: str
    late_by: timedelta
    late_text: str
    chip: tuple[str, Any]


@require_safe
@never_cache
@may("outages.view_breaches")
def breach_page(request: HttpRequest) -> HttpResponse:
    """Show the period's figures and breaches; `format=csv` gives the breaches as a file."""
    at = timezone.now()
    period = period_asked(request, days=DAYS)
    since, until = midnight(period.first), end_of(period.last)
    chosen = {name: request.GET.get(name, "") for name in ("department", "key")}
    found = breaches(at=at, since=since, until=until, **chosen)
    if request.GET.get("format") == "csv":
        return _as_csv([_row(each, at) for each in found], at=at)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    figures = kept(at=at, since=since, until=until)
    context = {
        "since": period.first,
        "until": period.last,
        "figures": [_figure(each, request) for each in figures],
        "total": sum(each.total for each in figures),
        "met": sum(each.met for each in figures),
        "rows": [_row(each, at) for each in page],
        "page": page,
        "keep": page_query(request),
        "forms": FORMS.items(),
        "chosen": _chosen_words(chosen),
    }
    return render(request, "outages/control/breaches.html", context)


def _figure(each: Kept, request: HttpRequest) -> dict[str, Any]:
    query = request.GET.copy()
    query["key"], query["department"] = each.key, each.department
    query.pop("page", None)
    return {
        "limit": limit_name(each.key),
        "department": department_name(each.department),
        "kept": each,
        "share": each.met / each.total,
        "url": f"?{query.urlencode()}",
    }


def _row(deadline: Deadline, at: datetime) -> Row:
    case, url = _case(deadline)
    standing = deadline.standing(at)
    return Row(
        deadline=deadline,
        limit=limit_title(deadline),
        value=kept_value(deadline),
        department=department_name(deadline.department),
        case=case,
        url=url,
        late_by=late_by(deadline, at=at),
        late_text=length_words(late_by(deadline, at=at)),
        chip=_chip(standing),
    )


def _chip(standing: Standing) -> tuple[str, Any]:
    """Name where it stands; one that has been given more time still was overstepped."""
    if standing in (Standing.RUNNING, Standing.WARNED):
        return "warn", gettext("more time granted too late")
    return STANDINGS[standing]


def _case(deadline: Deadline) -> tuple[str, str]:
    """Return code and address of what a limit is about."""
    if deadline.outage is not None:
        return deadline.outage.code, reverse("outages:outage", args=[deadline.outage.pk])
    if deadline.report is not None:
        return deadline.report.reference, reverse("outages:report", args=[deadline.report.pk])
    if deadline.subject == "monthly":
        return gettext("Monthly report"), reverse(
            "outages:monthly-report", args=[deadline.subject_id]
        )
    if deadline.subject == "hotline":
        return pgettext("hotline", "Call"), reverse("outages:hotline")
    return (deadline.order.number, "") if deadline.order is not None else ("—", "")


def _chosen_words(chosen: dict[str, str]) -> str:
    words = [limit_name(chosen["key"])] if chosen["key"] else []
    words += [department_name(chosen["department"])] if chosen["department"] else []
    return " · ".join(words)


def _as_csv(rows: list[Row], *, at: datetime) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="overdue-{at:%Y%m%d-%H%M}.csv"'
    answer.write("\ufeff")  # spreadsheets read Chinese only so
    table = csv.writer(answer)
    table.writerow(
        ["key", "limit", "value", "department", "case", "started_at", "due_at", "met_at", "late_s"]
    )
    for row in rows:
        clock = row.deadline
        table.writerow(
            [
                clock.key,
                row.limit,
                clock.value,
                clock.department,
                row.case,
                clock.started_at.isoformat(),
                (clock.breached_at or clock.due_at).isoformat(),
                clock.met_at.isoformat() if clock.met_at else "",
                round(row.late_by.total_seconds()),
            ]
        )
    return answer
