"""What interruptions cost: figures, charts with their tables, and the same as a file."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages.policy.report_periods import Period, month_of
from outages.selectors.supply.interruptions import (
    InterruptionReport,
    Line,
    OutageLine,
    interruption_report,
)
from outages.views.exports.answers import FORMS, file_answer
from outages.views.exports.interruption_tables import (
    area_name,
    cause_name,
    interruption_csv,
    interruption_document,
    kind_name,
)
from outages.views.shape.days import day_asked, page_query
from outages.views.shape.screen import may
from outages.views.words.wording import local

# The trend's drawing, in its own units: a column each month over a line, its label under it.
WIDTH, HEIGHT, STEP, COLUMN = 720, 180, 60, 36


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
    """Show a period's figures; `format=csv`, `xlsx` or `pdf` gives them as a file."""
    at = timezone.now()
    report = interruption_report(_period(request, timezone.localdate(at)), at=at)
    columns = _columns(report)
    if (form := request.GET.get("format")) in FORMS:
        return file_answer(
            interruption_document(report),
            form,
            write_csv=lambda _document: interruption_csv(report),
            template="outages/paper/interruptions.html",
            columns=columns,
        )
    context = {
        "forms": FORMS.items(),
        "keep": page_query(request),
        "report": report,
        "columns": columns,
        "kinds": [(kind_name(line.key), line, _share(line, report)) for line in report.by_kind],
        "causes": [(cause_name(line.key), line, _share(line, report)) for line in report.by_cause],
        "areas": [(area_name(line.area), line, _share(line, report)) for line in report.by_area],
        "outages": [(_place(line), line, _share(line, report)) for line in report.by_outage],
        "worst": [(each, area_name(each.area)) for each in report.worst],
        "bands": [(hours, count, _part(count, report)) for hours, count in report.bands],
    }
    return render(request, "outages/control/interruptions.html", context)


def _period(request: HttpRequest, today: date) -> Period:
    """Return the days asked for; the month so far where none are, or they cannot be read."""
    given = month_of(today)
    since = day_asked(request.GET.get("since", "")) or given.first
    until = day_asked(request.GET.get("until", "")) or max(since, min(today, given.last))
    return Period(min(since, until), max(since, until))


def _share(line: Line, report: InterruptionReport) -> float:
    return line.lost / report.total.lost if report.total.lost else 0.0


def _place(line: OutageLine) -> str:
    return local(line.outage.place, line.outage.place_en) if line.outage else ""


def _part(count: int, report: InterruptionReport) -> float:
    most = max((each for _hours, each in report.bands), default=0)
    return count / most if most else 0.0


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
