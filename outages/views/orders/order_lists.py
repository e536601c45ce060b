"""Lists of the desk: every order, my cases and calls, the complaint register."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.words import local
from outages.models import BurstReport, Department, WorkOrder
from outages.selectors import orders as lists
from outages.selectors.privacy.contacts import may_know
from outages.services.desk.disclosures import note_list
from outages.views.exports.answers import file_answer
from outages.views.exports.spreadsheets import as_one_csv
from outages.views.exports.tables import Document, Row, table
from outages.views.orders.words import chip_of_order, order_title
from outages.views.shape.actor import acting
from outages.views.shape.days import day_asked, end_of, midnight, page_query
from outages.views.shape.screen import may
from outages.views.words.limits import limit_rule, limit_title
from outages.views.words.wording import chip_of_report, report_title

PER_PAGE = 50
FORMS: Final = {"xlsx": "XLSX", "csv": "CSV"}
SEES = "outages.view_outages"


@require_safe
@never_cache
@may(SEES)
def order_list(request: HttpRequest) -> HttpResponse:
    """List orders; `show` narrows by where they stand, `department` by whose they are."""
    show = request.GET.get("show", "open")
    rows = _wanted(show, request)
    department = request.GET.get("department", "")
    if department:
        rows = rows.filter(department__code=department)
    if show != "all":
        rows = lists.by_next_limit(rows)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    due = lists.next_limits(list(page))
    listed = [
        {
            "order": order,
            "chip": chip_of_order(order),
            "title": order_title(order),
            "due": (limit := due.get(order.pk)),
            "limit": limit_title(limit) if limit else "",
            "rule": limit_rule(limit) if limit else "",
        }
        for order in page
    ]
    context = {
        "page": page,
        "listed": listed,
        "filters": _filters(show, department),
        "departments": Department.objects.filter(takes_orders=True).order_by("pk"),
        "department": department,
        "show": show,
    }
    return render(request, "outages/orders/orders.html", context)


def _wanted(show: str, request: HttpRequest) -> QuerySet[WorkOrder]:
    if show == "untaken":
        return lists.unaccepted_orders()
    if show == "mine":
        code = getattr(request.user, "department_code", "") or "-"
        return lists.open_orders().filter(department__code=code)
    if show == "complaints":
        return lists.open_orders().filter(report__is_complaint=True)
    if show == "extensions":
        return lists.orders_with_extension()
    if show == "escalated":
        return lists.escalated_orders()
    if show == "all":
        return lists.all_orders().order_by("-issued_at", "-pk")
    return lists.open_orders()


def _filters(current: str, department: str) -> list[dict[str, Any]]:
    labels = {
        "open": pgettext("orders", "Open"),
        "mine": gettext("My department"),
        "untaken": gettext("Not accepted"),
        "complaints": gettext("Complaints"),
        "extensions": gettext("More time asked"),
        "escalated": gettext("Escalated"),
        "all": gettext("All"),
    }
    keep = f"&department={department}" if department else ""
    return [
        {"label": label, "url": f"?show={code}{keep}", "current": code == current}
        for code, label in labels.items()
    ]


@require_safe
@never_cache
@may(SEES, "outages.report_burst")
def my_cases(request: HttpRequest) -> HttpResponse:
    """List the open cases and the calls that the reader owes; `all` shows everybody's."""
    everybody = request.GET.get("show") == "all"
    cases = lists.open_cases() if everybody else lists.cases_of(request.user)
    calls = lists.owed_calls(None if everybody else request.user)
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "listed": [(row, chip_of_report(row, None), _case_title(row)) for row in page],
        "calls": list(calls[:PER_PAGE]),
        "everybody": everybody,
        "filters": [
            {"label": gettext("Mine"), "url": "?", "current": not everybody},
            {"label": gettext("Everybody's"), "url": "?show=all", "current": everybody},
        ],
        "now": timezone.now(),
    }
    return render(request, "outages/orders/my_cases.html", context)


def _case_title(report: BurstReport) -> str:
    if report.geom is not None:
        return report_title(report)
    told = report.address or report.description[:40]
    return " · ".join(filter(None, [report.get_kind_display(), told]))


def _days(request: HttpRequest) -> dict[str, date | None]:
    return {name: day_asked(request.GET.get(name, "")) for name in ("since", "until")}


def _complaints(days: dict[str, date | None]) -> QuerySet[BurstReport]:
    """Return the complaints of the days asked for, the last one whole; all of them of none."""
    since, until = days["since"], days["until"]
    return lists.complaints(
        since=midnight(since) if since else None, until=end_of(until) if until else None
    )


@require_safe
@never_cache
@may(SEES)
def complaint_list(request: HttpRequest) -> HttpResponse:
    """The complaint register: content, process and result of each."""
    days = _days(request)
    page = Paginator(_complaints(days), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "listed": [(row, chip_of_report(row, None)) for row in page],
        "forms": FORMS.items() if request.user.has_perm("outages.view_customers") else (),
        "keep": page_query(request),
        **days,
    }
    return render(request, "outages/orders/complaints.html", context)


@require_safe
@never_cache
@may(SEES, "outages.view_customers")
def complaint_file(request: HttpRequest) -> HttpResponse:
    """The register as a file; who is behind a confidential complaint is left out for others."""
    days = _days(request)
    found = list(_complaints(days))
    note_list(rows=len(found), by=acting(request), at=timezone.now())
    form = request.GET.get("format", "csv")
    return file_answer(
        _register(found, days, request),
        form if form in FORMS else "csv",
        write_csv=lambda register: as_one_csv(register.tables[0]),
    )


def _register(
    found: Iterable[BurstReport], days: dict[str, date | None], request: HttpRequest
) -> Document:
    head = [
        gettext("Reference"), gettext("Received"), gettext("Kind"), gettext("By"),
        gettext("Caller"), gettext("Content"), gettext("Status"), gettext("Order"),
        gettext("Department"), gettext("Result"), gettext("User told"),
    ]  # fmt: skip
    rows = [row for report in found for row in _rows(report, request)]
    title = gettext("Complaint register")
    asked = " – ".join(f"{day:%Y-%m-%d}" if day else "…" for day in days.values())
    facts = (asked,) if any(days.values()) else ()
    return Document("complaints", title, facts, (table("complaints", title, head, rows),))


def _rows(report: BurstReport, request: HttpRequest) -> Iterator[Row]:
    caller = report.contact_name if may_know(report, request.user) else gettext("protected")
    about: Row = (
        report.reference,
        report.received_at,
        str(report.get_kind_display()),
        str(report.get_channel_display()),
        caller,
        report.description,
        str(chip_of_report(report, None)[1]),
    )
    orders = list(report.work_orders.all())
    for order in orders:
        department = local(order.department.name, order.department.name_en)
        yield *about, order.number, department, order.result, order.fed_back_at
    if not orders:
        yield *about, "", "", report.answer, None
