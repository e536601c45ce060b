"""The queue of reports, and what becomes of each."""

from collections.abc import Callable

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.forms.plans import ReasonForm
from outages.forms.reports import AnswerForm, MergeForm, PlaceForm
from outages.models import BurstReport
from outages.services import plans
from outages.services import reports as services
from outages.views.actor import acting
from outages.views.panels import Banner, report_panel
from outages.views.refusals import REFUSALS, in_words
from outages.views.screen import may, show_done, show_screen
from outages.views.wording import chip_of_report, report_title
from outages.workflow import ReportStatus

PER_PAGE = 50
Step = Callable[[BurstReport], str]


def _report(report_id: int) -> BurstReport:
    rows = BurstReport.objects.select_related("outage", "duplicate_of")
    return get_object_or_404(rows, pk=report_id)


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
    banner = None
    if found.duplicate_of is not None:
        title = gettext("Merged into %(other)s.") % {"other": found.duplicate_of.reference}
        banner = Banner("warn", title)
    return show_screen(request, report_panel(found, request.user, banner=banner))


def _carry_out(request: HttpRequest, found: BurstReport, step: Step) -> HttpResponse:
    try:
        message = step(found)
    except REFUSALS as refused:
        found = _report(found.pk)
        panel = report_panel(found, request.user, banner=Banner("danger", in_words(refused)))
        return show_screen(request, panel, status=409)
    return show_done(request, report_panel(_report(found.pk), request.user), message)


@require_POST
@may("outages.view_outages", "outages.plan_isolation")
def make_plan(request: HttpRequest, report_id: int) -> HttpResponse:
    """Compute a plan for a report that has none."""

    def step(report: BurstReport) -> str:
        plan = plans.propose_plan(report=report, by=acting(request), at=timezone.now())
        return gettext("Computed: v%(version)s.") % {"version": plan.version}

    return _carry_out(request, _report(report_id), step)


@require_POST
@may("outages.view_outages", "outages.report_burst")
def answer(request: HttpRequest, report_id: int) -> HttpResponse:
    """Close a report with what the caller was told."""
    found = _report(report_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        panel = report_panel(found, request.user, forms={"answer": form})
        return show_screen(request, panel, status=422, open_form="answer")

    def step(report: BurstReport) -> str:
        text = form.cleaned_data["text"]
        services.answer_report(report, text=text, by=acting(request), at=timezone.now())
        return gettext("Answered.")

    return _carry_out(request, found, step)


@require_POST
@may("outages.view_outages", "outages.report_burst")
def invalidate(request: HttpRequest, report_id: int) -> HttpResponse:
    """Mark a report as noise, with a reason."""
    return _with_reason(request, report_id, services.invalidate_report, gettext("Marked invalid."))


@require_POST
@may("outages.view_outages", "outages.report_burst")
def reopen(request: HttpRequest, report_id: int) -> HttpResponse:
    """Take an answered or invalid report up again, with a reason."""
    return _with_reason(request, report_id, services.reopen_report, gettext("Taken up again."))


@require_POST
@may("outages.view_outages", "outages.report_burst")
def unmerge(request: HttpRequest, report_id: int) -> HttpResponse:
    """Take a duplicate out of its group again, with a reason."""
    done = gettext("Taken out of its group.")
    return _with_reason(request, report_id, services.unmerge_report, done)


def _with_reason(
    request: HttpRequest, report_id: int, service: Callable[..., BurstReport], done: str
) -> HttpResponse:
    found = _report(report_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        banner = Banner("danger", gettext("Say why: the reason is kept with the record."))
        panel = report_panel(found, request.user, banner=banner)
        return show_screen(request, panel, status=422, open_form="reason")

    def step(report: BurstReport) -> str:
        reason = form.cleaned_data["reason"]
        service(report, reason=reason, by=acting(request), at=timezone.now())
        return done

    return _carry_out(request, found, step)


@require_POST
@may("outages.view_outages", "outages.report_burst")
def merge(request: HttpRequest, report_id: int) -> HttpResponse:
    """Merge a report into another one."""
    found = _report(report_id)
    form = MergeForm(request.POST)
    if not form.is_valid():
        panel = report_panel(found, request.user, forms={"merge": form})
        return show_screen(request, panel, status=422, open_form="merge")

    def step(report: BurstReport) -> str:
        into = form.cleaned_data["into"]
        services.merge_report(report, into=into, by=acting(request), at=timezone.now())
        return gettext("Merged into %(other)s.") % {"other": into.reference}

    return _carry_out(request, found, step)


@require_POST
@may("outages.view_outages", "outages.report_burst")
def place(request: HttpRequest, report_id: int) -> HttpResponse:
    """Correct where a report is, and plan again."""
    found = _report(report_id)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        panel = report_panel(found, request.user, forms={"place": form})
        return show_screen(request, panel, status=422, open_form="place")

    def step(report: BurstReport) -> str:
        by, at = acting(request), timezone.now()
        placed = services.place_report(report, by=by, at=at, **form.cleaned_data)
        if services.wants_plan(placed) and request.user.has_perm("outages.plan_isolation"):
            plans.propose_plan(report=placed, by=by, at=at)
        return gettext("Place corrected.")

    return _carry_out(request, found, step)
