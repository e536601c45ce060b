"""The risk map: which pipes and valves the town depends on most, and where one more would help."""

import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.choices import RunStatus
from network.models import CriticalityRun
from network.selectors import current_revision
from network.selectors.criticality import export_criticality
from network.selectors.risk import band_of, known_risk, places_of
from network.views.check import tiles_address
from network.words import local

PER_PAGE: Final = 50
# part -> (rows of a run, their order, what they are, the field that names it)
PARTS: Final = {
    "pipes": ("pipes", ("-customers", "pipe"), "pipe", "pipe"),
    "valves": ("valves", ("-worst_customers", "-all_customers", "valve"), "valve", "valve"),
    "places": ("places", ("rank",), "junction", "junction"),
}
Row = dict[str, Any]


@require_safe
@never_cache
@permission_required("network.view_network", raise_exception=True)
def risk(request: HttpRequest) -> HttpResponse:
    """Show the map of risk with the worst pipes, the worst valves and the best new places."""
    revision = current_revision()
    known = known_risk(revision) if revision else None
    part = request.GET.get("part", "")
    part = part if part in PARTS else "pipes"
    context: Row = {"revision": revision, "known": known, "part": part}
    if revision is not None and revision.extent is not None:
        context["centre"] = revision.extent.centroid
    if known and known.run:
        page = _page(request, known.run, part)
        context |= {
            "run": known.run,
            "page": page,
            "rows": _rows(known.run, part, page),
            "beyond": known.run.pipes.filter(is_isolatable=False).count(),
            "url": _layer_address(),
            "tiles": tiles_address(),
        }
    return render(request, "network/risk.html", context)


@require_safe
@never_cache
@permission_required("network.view_network", raise_exception=True)
def risk_progress(request: HttpRequest) -> HttpResponse:
    """Say how far the reckoning is; once it is done the page that asks is loaded anew."""
    revision = current_revision()
    known = known_risk(revision) if revision else None
    response = render(request, "network/_risk_progress.html", {"known": known, "asked": True})
    seen = request.GET.get("seen", "")
    if known and known.under_way is None and known.run and str(known.run.pk) != seen:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@permission_required("network.view_network", raise_exception=True)
def risk_export(request: HttpRequest, run: int, form: str) -> FileResponse:
    """Hand out a run for a GIS: one GeoPackage, or a zip of three CSV files."""
    found = get_object_or_404(CriticalityRun, pk=run, status=RunStatus.FINISHED)
    if form not in ("gpkg", "csv"):
        raise Http404
    name = f"risk-r{found.revision.number}-{found.pk}"
    # The file is open when its folder goes, so that nothing is left behind.
    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder) / "files"
        inner.mkdir()
        export_criticality(found, inner / f"{name}.{form}")
        path = inner / f"{name}.gpkg"
        if form == "csv":
            path = Path(shutil.make_archive(str(Path(folder) / name), "zip", inner))
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


def _page(request: HttpRequest, run: CriticalityRun, part: str) -> Page[Any]:
    rows, order, _kind, _name = PARTS[part]
    return Paginator(getattr(run, rows).order_by(*order), PER_PAGE).get_page(
        request.GET.get("page")
    )


def _rows(run: CriticalityRun, part: str, page: Page[Any]) -> list[Row]:
    _rows_of, _order, kind, name = PARTS[part]
    places = places_of(run, kind, [getattr(row, name) for row in page])
    return [
        _row(row, number, getattr(row, name), places.get(getattr(row, name), {}))
        for number, row in enumerate(page, start=page.start_index())
    ]


def _row(row: Any, number: int, asset: str, place: Row) -> Row:
    street, other = place.get("street") or "", place.get("street_en") or ""
    return {
        "number": number,
        "asset": asset,
        "facts": row,
        "band": band_of(getattr(row, "customers", 0)),
        "bore": place.get("bore"),
        "street": local(street, other),
        "point": place.get("point"),
    }


def _layer_address() -> str:
    """Where the coloured pipes come from; empty in an installation without the map's layers."""
    try:
        return reverse("layers:risk")
    except NoReverseMatch:
        return ""
