"""The deadline board: every open case and order, what is due next, and by when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages.models import Outage, RestorationEstimate
from outages.selectors.control.board_orders import order_rows
from outages.views.control.cases import GROUPS, Case, end_of_shift, grouped, persons_of
from outages.views.control.order_cases import order_case
from outages.views.shape.screen import is_htmx, may, open_cases
from outages.views.words.limits import department_name

LANE = timedelta(hours=2)
TICK = timedelta(minutes=30)
# Marks nearer than this share of the lane go to the next of three rows.
CROWDED = 9.0
LANE_ROWS = 3


@dataclass(frozen=True)
class Mark:
    """One deadline on the time lane; `x` and `y` in percent of it."""

    x: float
    y: float
    label: str
    tone: str
    url: str
    at: datetime


@require_safe
@never_cache
@may("outages.view_outages")
def board(request: HttpRequest) -> HttpResponse:
    """Show the board; htmx asks for its block again every 15 seconds."""
    at = timezone.now()
    everything = [*open_cases(), *(order_case(row, at=at) for row in order_rows(at=at))]
    cases = [case for case in everything if _wanted(case, request)]
    estimates = _estimates(cases)
    groups = grouped(cases, by_persons=request.GET.get("sort") == "persons")
    context = {
        "groups": groups,
        "estimates": estimates,
        "counts": _counts(cases),
        "persons": persons_of(cases),
        "case_count": len(cases),
        "lane": lane(cases, at=at),
        "ticks": ticks(at),
        "late": [case for case in cases if case.group == "late"],
        "now": at,
        "shift_end": end_of_shift(at),
        "filters": _filters(request),
        "sorts": _sorts(request),
        "departments": _departments(everything, request),
        "query": request.GET.urlencode(),
    }
    name = "_board.html" if is_htmx(request) else "board.html"
    return render(request, f"outages/control/{name}", context)


def _wanted(case: Case, request: HttpRequest) -> bool:
    """Whether the filters let a case through: `show` what, `trunk` roads only, a `department`."""
    outage, show = case.row.outage, request.GET.get("show", "all")
    department = request.GET.get("department", "")
    if department and department not in case.departments:
        return False
    if request.GET.get("trunk") and not case.on_trunk_road:
        return False
    if show == "reports":
        return outage is None and not case.is_order
    if show == "orders":
        return case.is_order
    if show == "unplanned":
        return outage is not None and outage.kind == "unplanned"
    if show == "planned":
        return outage is not None and outage.kind == "planned"
    return True


def _filters(request: HttpRequest) -> list[dict[str, Any]]:
    labels = {
        "all": gettext("All"),
        "reports": gettext("Reports"),
        "orders": gettext("Departments' orders"),
        "unplanned": gettext("Unplanned"),
        "planned": gettext("Planned"),
    }
    current = request.GET.get("show", "all")
    return [
        {"label": label, "url": _with(request, show=code), "current": code == current}
        for code, label in labels.items()
    ]


def _sorts(request: HttpRequest) -> list[dict[str, Any]]:
    labels = {"due": gettext("By deadline"), "persons": gettext("By people")}
    current = request.GET.get("sort", "due")
    return [
        {"label": label, "url": _with(request, sort=code), "current": code == current}
        for code, label in labels.items()
    ]


def _departments(cases: list[Case], request: HttpRequest) -> list[dict[str, Any]]:
    """Offer the departments that have a limit to keep in the open cases, and the one chosen."""
    current = request.GET.get("department", "")
    codes = {code for case in cases for code in case.departments} | {current}
    offered = [("", gettext("All departments"))]
    offered += [(code, department_name(code)) for code in sorted(codes - {""})]
    return [
        {"label": label, "url": _with(request, department=code), "current": code == current}
        for code, label in offered
    ]


def _with(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _counts(cases: list[Case]) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "tone": tone,
            "label": label,
            "count": sum(case.group == key for case in cases),
        }
        for key, (tone, label) in GROUPS.items()
    ]


def _estimates(cases: list[Case]) -> dict[int, list[RestorationEstimate]]:
    """Return the estimates of each outage, newest first. One query."""
    outages: list[Outage] = [case.row.outage for case in cases if case.row.outage is not None]
    found: dict[int, list[RestorationEstimate]] = {outage.pk: [] for outage in outages}
    for row in RestorationEstimate.objects.filter(outage__in=outages):
        found[row.outage_id].append(row)
    return found


def lane(cases: list[Case], *, at: datetime) -> list[Mark]:
    """Return the deadlines of the next two hours, spread over three rows where they crowd."""
    marks: list[Mark] = []
    ends = [-100.0] * LANE_ROWS
    due = [case for case in cases if case.due_at and at <= case.due_at <= at + LANE]
    for case in sorted(due, key=lambda case: case.due_at or at):
        assert case.due_at is not None
        x = (case.due_at - at) / LANE * 100
        free = [row for row in range(LANE_ROWS) if x - ends[row] >= CROWDED]
        # Where all rows are taken only the symbol stands: the table below has the words.
        row = free[0] if free else LANE_ROWS - 1
        label = f"{case.code} {case.step}" if free else ""
        ends[row] = x if free else ends[row]
        y = 18 + row * 24
        marks.append(Mark(round(x, 2), y, label, case.tone, case.url, case.due_at))
    return marks


def ticks(at: datetime) -> list[dict[str, Any]]:
    """Return the half hours of the lane: `x` in percent, and the time."""
    local = timezone.localtime(at)
    first = local.replace(minute=0, second=0, microsecond=0)
    found = []
    for i in range(1, 8):
        tick = first + i * TICK
        x = (tick - local) / LANE * 100
        if 2 < x < 98:
            found.append({"x": round(x, 2), "at": tick})
    return found
