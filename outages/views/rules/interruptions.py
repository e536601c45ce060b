"""What interruptions cost: figures, charts with their tables, and the same as a file."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.models import Area
from outages.choices import Cause
from outages.policy.report_periods import Period, month_of
from outages.selectors.interruptions import InterruptionReport, Line, interruption_report
from outages.views.shape.screen import may
from outages.views.words.wording import local
from outages.workflow import OutageKind

KINDS: Final = {OutageKind.PLANNED: _("Planned"), OutageKind.UNPLANNED: _("Unplanned")}
# The trend's drawing, in its own units: a column each month over a line, its label under it.
WIDTH, HEIGHT, STEP, COLUMN = 720, 180, 60, 36
# A cell that begins so would be run as a formula by spreadsheets.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """One month of the trend, drawn and told."""

    x: float
    y: float
    height: float
    middle: float
    label: str
    line: Line


@require_safe
@never_cache
@may("outages.view_interruptions")
def interruption_page(request: HttpRequest) -> HttpResponse:
    """Show a period's figures; `format=csv` gives them as a file."""
    at = timezone.now()
    report = interruption_report(_period(request, timezone.localdate(at)), at=at)
    if request.GET.get("format") == "csv":
        return _as_csv(report)
    context = {
        "report": report,
        "columns": _columns(report),
        "kinds": [(_kind_name(line.key), line, _share(line, report)) for line in report.by_kind],
        "causes": [(_cause_name(line.key), line, _share(line, report)) for line in report.by_cause],
        "areas": [(_area_name(line.area), line, _share(line, report)) for line in report.by_area],
        "worst": [(each, _area_name(each.area)) for each in report.worst],
        "bands": [(hours, count, _part(count, report)) for hours, count in report.bands],
    }
    return render(request, "outages/control/interruptions.html", context)


def _period(request: HttpRequest, today: date) -> Period:
    """Return the days asked for; the month so far where none are, or they cannot be read."""
    given = month_of(today)
    since = _day(request.GET.get("since", "")) or given.first
    until = _day(request.GET.get("until", "")) or max(since, min(today, given.last))
    return Period(min(since, until), max(since, until))


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None


def _share(line: Line, report: InterruptionReport) -> float:
    return line.lost / report.total.lost if report.total.lost else 0.0


def _part(count: int, report: InterruptionReport) -> float:
    most = max((each for _hours, each in report.bands), default=0)
    return count / most if most else 0.0


def _kind_name(kind: str) -> str:
    return str(KINDS[OutageKind(kind)]) if kind else gettext("Outside any outage")


def _cause_name(cause: str) -> str:
    return str(Cause(cause).label) if cause else gettext("Outside any outage")


def _area_name(area: Area | None) -> str:
    return local(area.name, area.name_en) if area else gettext("In no area")


def _columns(report: InterruptionReport) -> list[Column]:
    most = max((line.minutes for _month, line in report.months), default=0.0) or 1.0
    found = []
    for nth, (month, line) in enumerate(report.months):
        height = (HEIGHT - 60) * line.minutes / most
        x = nth * STEP + (STEP - COLUMN) / 2
        label = (
            f"{month.first:%Y-%m}" if nth == 0 or month.first.month == 1 else f"{month.first:%m}"
        )
        middle = x + COLUMN / 2
        found.append(Column(x, HEIGHT - 30 - height, height, middle, label, line))
    return found


def safe_cell(value: Any) -> Any:
    """Return a cell that no spreadsheet runs as a formula."""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else value


def _as_csv(report: InterruptionReport) -> HttpResponse:
    """One table: the division, the row's name, minutes, properties, properties served."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"interruptions-{report.period.first:%Y%m%d}-{report.period.last:%Y%m%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.write("\ufeff")  # spreadsheets read Chinese only so
    table = csv.writer(answer)
    table.writerow(["division", "key", "name", "minutes", "properties", "served"])
    for row in _rows(report):
        table.writerow([safe_cell(each) for each in row])
    return answer


def _rows(report: InterruptionReport) -> Iterable[tuple[Any, ...]]:
    total = report.total
    yield "total", "", "", _minutes(report), len(total.by_customer), report.served
    for hours, count in report.bands:
        yield "band", f"{hours} h", "", "", count, ""
    for line in report.by_kind:
        yield "kind", line.key, _kind_name(line.key), _minutes(line), line.properties, ""
    for line in report.by_cause:
        yield "cause", line.key, _cause_name(line.key), _minutes(line), line.properties, ""
    for area in report.by_area:
        yield "area", area.key, _area_name(area.area), _minutes(area), area.properties, area.served
    for outage in report.by_outage:
        place = local(outage.outage.place, outage.outage.place_en) if outage.outage else ""
        yield "outage", outage.key, place, _minutes(outage), outage.properties, ""
    for _month, line in report.months:
        yield "month", line.key, "", _minutes(line), line.properties, line.served


def _minutes(of: Line | InterruptionReport) -> float:
    return round(of.minutes, 3)
