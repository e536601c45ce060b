"""GeoJSON for the staff map."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from layers.bbox import parse_rectangle
from layers.bounded_reads import bounded_read
from layers.geojson import (
    NETWORK_KINDS,
    collection,
    network_features,
    open_outage_features,
    open_report_features,
)
from layers.heat import heat_features, heat_told
from layers.risk import left_out_text, risk_features
from layers.views.requests import answers_map_errors, geojson_response
from network.models import NetworkRevision
from outages.models import MonthlyReport
from outages.selectors.monthly import gathering

MAX_NETWORK_KM2 = 60.0
MAX_FEATURES = 3000
# A whole district: only the worst pipes are sent.
MAX_RISK_KM2 = 5000.0


@require_safe
@permission_required("network.view_network", raise_exception=True)
@answers_map_errors
def network(request: HttpRequest) -> HttpResponse:
    """Point assets in `bbox` of the `kinds` asked for; `truncated` when some were left out."""
    rectangle = parse_rectangle(request.GET.get("bbox", ""), max_km2=MAX_NETWORK_KM2)
    asked = request.GET.get("kinds", "") or ",".join(NETWORK_KINDS)
    kinds = frozenset(asked.split(","))
    if not kinds <= set(NETWORK_KINDS):
        unknown = ", ".join(sorted(kinds - set(NETWORK_KINDS)))[:80]
        text = f"unknown kinds: {unknown}; known are {', '.join(NETWORK_KINDS)}"
        return JsonResponse({"error": text}, status=400)
    with bounded_read():
        revision = NetworkRevision.objects.filter(status="current").first()
        if revision is None:
            return geojson_response(request, collection([], truncated=False, revision=None))
        features, truncated = network_features(
            revision,
            rectangle,
            kinds=kinds,
            limit=MAX_FEATURES,
            with_names=request.user.has_perm("outages.view_customers"),
        )
    document = collection(features, truncated=truncated, revision=revision.number)
    return geojson_response(request, document)


@require_safe
@permission_required("network.view_network", raise_exception=True)
@answers_map_errors
def risk(request: HttpRequest) -> HttpResponse:
    """Pipes in `bbox` by what a burst takes, worst first.

    `truncated` when some were left out of `total`; `told` says so in words.
    """
    rectangle = parse_rectangle(request.GET.get("bbox", ""), max_km2=MAX_RISK_KM2)
    with bounded_read():
        revision = NetworkRevision.objects.filter(status="current").first()
        if revision is None:
            return geojson_response(request, collection([], truncated=False, run=None))
        features, total, run = risk_features(revision, rectangle, limit=MAX_FEATURES)
    told = left_out_text(len(features), total)
    document = collection(features, truncated=bool(told), total=total, told=told, run=run)
    return geojson_response(request, document)


@require_safe
@permission_required("outages.view_monthly", raise_exception=True)
@answers_map_errors
def heat(request: HttpRequest) -> HttpResponse:
    """Where trouble gathers: in the monthly report `report` (its key), else in the days that run.

    `told` says in words which days and how much.
    """
    asked = request.GET.get("report", "")
    with bounded_read():
        report = get_object_or_404(MonthlyReport, pk=asked) if asked.isdecimal() else None
        found = gathering(report, at=timezone.now())
        document = collection(heat_features(found), told=heat_told(found))
    return geojson_response(request, document)


@require_safe
@permission_required("outages.view_outages", raise_exception=True)
@answers_map_errors
def outages(request: HttpRequest) -> HttpResponse:
    """Areas of all outages that are not over."""
    with bounded_read():
        return geojson_response(request, collection(open_outage_features()))


@require_safe
@permission_required("outages.view_outages", raise_exception=True)
@answers_map_errors
def reports(request: HttpRequest) -> HttpResponse:
    """Places of the reports that wait."""
    with bounded_read():
        return geojson_response(request, collection(open_report_features()))
