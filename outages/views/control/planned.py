"""Planned works: the list, and drafting new ones with their plan."""

from django.contrib.gis.geos import Point
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from network.models import Pipe
from network.selectors import current_revision
from outages.forms.control.planned import PlannedForm
from outages.models import Outage
from outages.services import outages as services
from outages.services.shutdown import plans
from outages.services.shutdown.plans import PlanningRefused
from outages.views.control.panels import outage_panel
from outages.views.shape.actor import acting
from outages.views.shape.banner import Banner
from outages.views.shape.once import sent_once
from outages.views.shape.screen import is_htmx, may, screen_context, show_screen
from outages.views.words.refusals import REFUSALS, in_words
from outages.views.words.wording import chip_of_outage
from outages.workflow import OPEN_OUTAGES, OutageKind

PAST_SHOWN = 20


@require_safe
@never_cache
@may("outages.view_outages")
def planned_list(request: HttpRequest) -> HttpResponse:
    """List planned works: those ahead by their start, then the last that are over."""
    rows = Outage.objects.filter(kind=OutageKind.PLANNED)
    ahead = rows.filter(status__in=OPEN_OUTAGES).order_by("planned_start_at")
    past = rows.exclude(status__in=OPEN_OUTAGES).order_by("-planned_start_at")[:PAST_SHOWN]
    context = {
        "ahead": [(row, chip_of_outage(row, None)) for row in ahead],
        "past": [(row, chip_of_outage(row, None)) for row in past],
    }
    return render(request, "outages/control/planned.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may("outages.view_outages", "outages.plan_isolation")
def new_planned(request: HttpRequest) -> HttpResponse:
    """Draft planned works: pick the pipes on the map or by code, and say when."""
    form = PlannedForm(request.POST or None, initial=_initial(request))
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        if is_htmx(request):
            return show_screen(request, None, status=status, planned_form=form)
        context = screen_context(request, None, planned_form=form, planned_at=_place_of(request))
        return render(request, "outages/control/map.html", context, status=status)
    return _draft(request, form)


def _place_of(request: HttpRequest) -> Point | None:
    """Return the middle of the pipe that the form is opened for, to show it on the map."""
    code = request.GET.get("pipe", "")
    row = Pipe.objects.filter(revision=current_revision(), asset_id=code).first() if code else None
    return row.geom.interpolate_normalized(0.5) if row else None


def _initial(request: HttpRequest) -> dict[str, str]:
    """Take the pipe from the address, and its street as the public's place."""
    code = request.GET.get("pipe", "")
    row = Pipe.objects.filter(revision=current_revision(), asset_id=code).first() if code else None
    if row is None:
        return {}
    return {"pipes": code, "place": row.street, "place_en": row.street_en}


def _draft(request: HttpRequest, form: PlannedForm) -> HttpResponse:
    data = dict(form.cleaned_data)
    pipes = data.pop("pipes")
    by, at = acting(request), timezone.now()

    def draft() -> str:
        return str(services.draft_planned_outage(by=by, at=at, **data).pk)

    try:
        drafted = sent_once(request, draft)
    except REFUSALS as refused:
        form.add_error(None, in_words(refused))
        return show_screen(request, None, status=422, planned_form=form)
    outage = Outage.objects.get(pk=drafted.led_to)
    if not drafted.is_new:
        return redirect("outages:outage", outage.pk)
    try:
        plans.propose_plan(outage=outage, pipes=pipes, by=by, at=at)
    except PlanningRefused as refused:
        banner = Banner("danger", gettext("No plan could be made"), in_words(refused))
        return show_screen(request, outage_panel(outage, request.user, banner=banner))
    return redirect("outages:outage", outage.pk)
