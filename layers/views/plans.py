"""A plan for the map, as an offline document and on paper. A crew sees its own plans only."""

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from layers.bounded_reads import bounded_read
from layers.geojson import collection, mark_feature, marks_of_now
from layers.plan_picture import is_over, plan_marks
from layers.pressure import pressure_features
from layers.sheets import plan_drawings, plan_sheet, sheet_pdf
from layers.views.requests import answers_map_errors, geojson_response
from outages.models import IsolationPlan
from outages.selectors.shutdown.pressure import finished_pressure
from outages.views.exports.pdf import PdfNotAvailable

# The document carries its own scripts; whoever opens it from here gets nothing from elsewhere.
OFFLINE_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts"
)
SHEET_CACHE = "private, no-store"


def plans_visible_to(user: AbstractBaseUser | AnonymousUser) -> QuerySet[IsolationPlan]:
    """All plans for who sees outages, the own crew's for who works on orders.

    Raises PermissionDenied for everybody else. Somebody else's plan is then simply not there.
    """
    plans = IsolationPlan.objects.select_related("outage", "report", "approved_by")
    if user.has_perm("outages.view_outages"):  # type: ignore[union-attr]
        return plans
    if user.has_perm("outages.work_orders"):  # type: ignore[union-attr]
        crew = getattr(user, "crew_code", None) or ""
        if not crew:
            return plans.none()
        return plans.filter(outage__work_orders__crew__code=crew).distinct()
    raise PermissionDenied


def _plan_or_404(request: HttpRequest, plan_id: int) -> IsolationPlan:
    plan = plans_visible_to(request.user).filter(pk=plan_id).first()
    if plan is None:
        raise Http404
    return plan


@require_safe
@answers_map_errors
def overlay(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Everything that the dispatcher's and the crew's map draw of a plan."""
    with_names = request.user.has_perm("outages.view_customers")
    with bounded_read():
        plan = _plan_or_404(request, plan_id)
        marks = plan_marks(plan, with_names=with_names)
        over = is_over(plan)
    document = collection(
        [mark_feature(mark, is_over=over) for mark in marks_of_now(marks, is_over=over)],
        plan=plan.pk,
        version=plan.version,
        status=plan.status,
        revision=plan.revision_number,
        is_over=over,
    )
    return geojson_response(request, document)


@require_safe
@permission_required(("outages.view_outages", "outages.view_customers"), raise_exception=True)
@answers_map_errors
def pressure(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Pipes and customers that keep water but little of it, as far as they are known."""
    with bounded_read():
        run = finished_pressure(_plan_or_404(request, plan_id))
        features, cut = pressure_features(run) if run else ([], False)
    found = collection(features, plan=plan_id, run=run.pk if run else None, truncated=cut)
    return geojson_response(request, found)


@require_safe
@answers_map_errors
def picture(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The plan as one drawing, for pages that show no map."""
    with bounded_read():
        plan = _plan_or_404(request, plan_id)
        drawn = plan_drawings(plan, at=timezone.now())
    if not drawn:
        raise Http404
    response = HttpResponse(drawn[0], content_type="image/svg+xml")
    response["Cache-Control"] = SHEET_CACHE
    return response


@require_safe
@answers_map_errors
def offline_map(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The plan as one HTML file that opens without any connection."""
    # folium is half a second of starting up, and most processes never draw with it.
    from layers.folium_maps import offline_plan  # noqa: PLC0415

    with bounded_read():
        plan = _plan_or_404(request, plan_id)
        html = offline_plan(plan, at=timezone.now())
    response = HttpResponse(html)
    response["Content-Disposition"] = f'attachment; filename="{_file_name(plan)}.html"'
    response["Content-Security-Policy"] = OFFLINE_POLICY
    response["Cache-Control"] = SHEET_CACHE
    return response


@require_safe
@answers_map_errors
def sheet(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The plan for paper; `?format=pdf` gives the file."""
    with bounded_read():
        plan = _plan_or_404(request, plan_id)
        latest_url = request.build_absolute_uri(reverse("layers:plan-latest", args=[plan.pk]))
        content = plan_sheet(plan, at=timezone.now(), latest_url=latest_url)
    if request.GET.get("format") == "pdf":
        try:
            body = sheet_pdf(content)
        except PdfNotAvailable as error:
            return JsonResponse({"error": str(error)}, status=503)
        response = HttpResponse(body, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{_file_name(plan)}.pdf"'
    else:
        response = render(request, "layers/plan_sheet.html", {"sheet": content})
    response["Cache-Control"] = SHEET_CACHE
    return response


@require_safe
def latest(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Lead from any version of a plan to the sheet of the newest: what a printed code opens."""
    plan = _plan_or_404(request, plan_id)
    seen = {plan.pk}
    while (newer := IsolationPlan.objects.filter(replaces=plan).first()) and newer.pk not in seen:
        seen.add(newer.pk)
        plan = newer
    return HttpResponseRedirect(reverse("layers:plan-print", args=[plan.pk]))


def _file_name(plan: IsolationPlan) -> str:
    """A name that sorts and needs no escaping."""
    code = plan.outage.code if plan.outage else f"plan-{plan.pk}"
    safe = "".join(character if character.isalnum() else "-" for character in code)
    return f"{safe}-v{plan.version}"
