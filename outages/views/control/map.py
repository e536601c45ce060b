"""The map screen, and a burst put on it."""

from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from network.selectors import nearest_pipe
from outages import selectors
from outages.forms.control.burst import BurstForm
from outages.models import BurstReport
from outages.models.events import Actor
from outages.services.desk import reports
from outages.services.shutdown import plans
from outages.services.shutdown.plans import PlanningRefused
from outages.views.control.panels import outage_panel, report_panel
from outages.views.shape.actor import acting
from outages.views.shape.banner import Banner
from outages.views.shape.screen import may, rail_context, show_done, show_screen
from outages.views.words.refusals import REFUSALS, in_words
from outages.views.words.wording import report_title


@require_safe
@never_cache
@may("outages.view_outages")
def map_screen(request: HttpRequest) -> HttpResponse:
    """Show the town with everything open, no case chosen."""
    return show_screen(request, None, nothing=True)


@require_safe
@never_cache
@may("outages.view_outages")
def cases(request: HttpRequest) -> HttpResponse:
    """Show the rail of open cases alone; htmx asks for it again and again."""
    context = rail_context(request, request.GET.get("current", ""))
    return render(request, "outages/control/_cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may("outages.view_outages", "outages.report_burst")
def burst(request: HttpRequest) -> HttpResponse:
    """Take a burst and show its plan at once; offer open reports near by first."""
    if request.method != "POST":
        initial = {name: request.GET.get(name, "") for name in ("lon", "lat", "address", "pipe")}
        return show_screen(
            request, None, burst_form=BurstForm(initial={**initial, "client_key": uuid4()})
        )
    form = BurstForm(_filled(request.POST))
    if not form.is_valid():
        return show_screen(request, None, status=422, burst_form=form)
    if not form.cleaned_data["duplicate_of"] and (near := _near(form)):
        offered = [
            (each, f"{each.report.reference} · {report_title(each.report)}") for each in near
        ]
        return show_screen(request, None, burst_form=form, duplicates=offered)
    return _take(request, form)


def _filled(sent: QueryDict) -> QueryDict:
    """Return what was sent, with the defaults that a click on the map leaves out."""
    data = sent.copy()
    data.setdefault("kind", "burst")
    data.setdefault("meter_side", "before")
    if not data.get("client_key"):
        data["client_key"] = str(uuid4())
    return data


def _near(form: BurstForm) -> list[selectors.DuplicateCandidate]:
    data = form.cleaned_data
    pipe = data["pipe"]
    if not pipe and (near := nearest_pipe(data["lon"], data["lat"], settings.REPORT_SNAP_M)):
        pipe = near.pipe
    before = reports.told_before(form.facts())
    return selectors.duplicate_candidates(
        lon=data["lon"],
        lat=data["lat"],
        at=timezone.now(),
        pipe=pipe,
        exclude=before.pk if before else None,
    )[:3]


def _take(request: HttpRequest, form: BurstForm) -> HttpResponse:
    by, at = acting(request), timezone.now()
    try:
        report = reports.report_burst(facts=form.facts(), by=by, at=at)
        other = form.cleaned_data["duplicate_of"]
        if other and other != "none":
            return _merge(request, report, int(other), by=by)
    except REFUSALS as refused:
        form.add_error(None, in_words(refused))
        return show_screen(request, None, status=422, burst_form=form)
    banner = None
    if reports.wants_plan(report) and request.user.has_perm("outages.plan_isolation"):
        try:
            plans.propose_plan(report=report, by=by, at=at)
        except PlanningRefused as refused:
            banner = Banner("danger", gettext("No plan could be made"), in_words(refused))
    panel = report_panel(report, request.user, banner=banner)
    return show_done(request, panel, gettext("Reported."))


def _merge(request: HttpRequest, report: BurstReport, other: int, *, by: Actor) -> HttpResponse:
    """Merge the new report into the open one that it was offered, and show that one."""
    into = get_object_or_404(BurstReport, pk=other)
    if report.duplicate_of_id != into.pk:
        reports.merge_report(report, into=into, by=by, at=timezone.now())
    into.refresh_from_db()
    if into.outage is not None:
        panel = outage_panel(into.outage, request.user)
    else:
        panel = report_panel(into, request.user)
    return show_done(request, panel, gettext("Merged into %(other)s.") % {"other": into.reference})
