"""The queue of reports, and what becomes of each."""

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages.forms.control.reports import AnswerForm, MergeForm, PlaceForm
from outages.forms.shape.panel import ReasonForm
from outages.models import BurstReport
from outages.services.desk import reports as services
from outages.services.shutdown import plans
from outages.views.control.panels import report_panel
from outages.views.shape.actions import Actions, Told
from outages.views.shape.actor import acting
from outages.views.shape.banner import Banner
from outages.views.shape.screen import may, show_screen
from outages.views.words.wording import chip_of_report, report_title
from outages.workflow import ReportStatus

PER_PAGE = 50


def _report(report_id: int) -> BurstReport:
    rows = BurstReport.objects.select_related("outage", "duplicate_of")
    return get_object_or_404(rows, pk=report_id)


action = Actions(_report, report_panel)
with_reason = partial(
    action,
    "outages.report_burst",
    form=ReasonForm,
    opens="reason",
    problem=_("Say why: the reason is kept with the record."),
)


@require_safe
@never_cache
@may("outages.view_outages")
def report_list(request: HttpRequest) -> HttpResponse:
    """List the reports, those that wait first; `?status=` narrows."""
    status = request.GET.get("status", ReportStatus.RECEIVED)
    rows = BurstReport.objects.select_related("outage").order_by("-received_at")
    if status in list(ReportStatus):
        rows = rows.filter(status=status)
        if status == ReportStatus.RECEIVED:
            rows = rows.order_by("priority", "received_at")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    listed = [(row, chip_of_report(row, None), report_title(row)) for row in page]
    context = {"page": page, "listed": listed, "status": status, "statuses": _statuses(status)}
    return render(request, "outages/control/reports.html", context)


def _statuses(current: str) -> list[dict[str, object]]:
    labels = {
        ReportStatus.RECEIVED: gettext("Waiting"),
        ReportStatus.ORDER_ISSUED: gettext("Order issued"),
        ReportStatus.ANSWERED: gettext("Answered"),
        ReportStatus.DUPLICATE: gettext("Merged"),
        ReportStatus.INVALID: gettext("Invalid"),
        "all": gettext("All"),
    }
    return [
        {"label": label, "url": f"?status={code}", "current": code == current}
        for code, label in labels.items()
    ]


@require_safe
@never_cache
@may("outages.view_outages")
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """Show a report with its plan; one that became an outage leads there."""
    found = _report(report_id)
    if found.outage_id and found.status != ReportStatus.DUPLICATE:
        return redirect("outages:outage", found.outage_id)
    if found.geom is None:
        return redirect("outages:case", found.reference)
    banner = None
    if found.duplicate_of is not None:
        title = gettext("Merged into %(other)s.") % {"other": found.duplicate_of.reference}
        banner = Banner("warn", title)
    return show_screen(request, report_panel(found, request.user, banner=banner))


@action("outages.plan_isolation")
def make_plan(request: HttpRequest, report: BurstReport, _told: Told) -> str:
    """Compute a plan for a report that has none."""
    plan = plans.propose_plan(report=report, by=acting(request), at=timezone.now())
    return gettext("Computed: v%(version)s.") % {"version": plan.version}


@action("outages.report_burst", form=AnswerForm, opens="answer")
def answer(request: HttpRequest, report: BurstReport, told: Told) -> str:
    """Close a report with what the caller was told."""
    services.answer_report(report, text=told["text"], by=acting(request), at=timezone.now())
    return gettext("Answered.")


@with_reason()
def invalidate(request: HttpRequest, report: BurstReport, told: Told) -> str:
    """Mark a report as noise, with a reason."""
    services.invalidate_report(report, by=acting(request), at=timezone.now(), **told)
    return gettext("Marked invalid.")


@with_reason()
def reopen(request: HttpRequest, report: BurstReport, told: Told) -> str:
    """Take an answered or invalid report up again, with a reason."""
    services.reopen_report(report, by=acting(request), at=timezone.now(), **told)
    return gettext("Taken up again.")


@with_reason()
def unmerge(request: HttpRequest, report: BurstReport, told: Told) -> str:
    """Take a duplicate out of its group again, with a reason."""
    services.unmerge_report(report, by=acting(request), at=timezone.now(), **told)
    return gettext("Taken out of its group.")


@action("outages.report_burst", form=MergeForm, opens="merge")
def merge(request: HttpRequest, report: BurstReport, told: Told) -> str:
    """Merge a report into another one."""
    into = told["into"]
    services.merge_report(report, into=into, by=acting(request), at=timezone.now())
    return gettext("Merged into %(other)s.") % {"other": into.reference}


@action("outages.report_burst", form=PlaceForm, opens="place")
def place(request: HttpRequest, report: BurstReport, told: Told) -> str:
    """Correct where a report is, and plan again."""
    by, at = acting(request), timezone.now()
    placed = services.place_report(report, by=by, at=at, **told)
    if services.wants_plan(placed) and request.user.has_perm("outages.plan_isolation"):
        plans.propose_plan(report=placed, by=by, at=at)
    return gettext("Place corrected.")
