"""Where is the burst? Likely pipes from the reports at hand, in the panel of one of them."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.models import Pipe
from network.selectors import current_revision
from network.topology.argument.locate import Stretch, Suspect
from network.words import bore, local
from outages.models import BurstReport
from outages.services.desk.locating import companions, whereabouts
from outages.views.shape.screen import is_htmx, may
from outages.views.words.wording import short_reference

LEAST: Final = 0.02  # a stretch less likely than this is not worth a walk


@require_safe
@never_cache
@may("outages.view_outages")
def where(request: HttpRequest, report_id: int) -> HttpResponse:
    """Rank the pipes that explain the chosen reports: `with` repeats, without it all near ones."""
    report = get_object_or_404(BurstReport, pk=report_id, geom__isnull=False)
    near = companions(report)
    wanted = set(request.GET.getlist("with"))
    chosen = [each for each in near if not wanted or str(each.pk) in wanted]
    found = whereabouts(report, chosen)
    drawn = _drawn({*(s.pipe for s in found.pipes), *(p for s in found.stretches for p in s.pipes)})
    context = {
        "report": report,
        "near": [
            {
                "report": each,
                "name": short_reference(each),
                "is_chosen": each in chosen,
                "away_m": each.away.m,  # type: ignore[attr-defined]
            }
            for each in near
        ],
        "chosen": len(chosen),
        "suspects": _rows(found.pipes, chosen, drawn),
        "stretches": [_stretch(each, drawn) for each in found.stretches if each.share >= LEAST],
        "may_place": request.user.has_perm("outages.report_burst"),
        "panel_url": reverse("outages:report", args=[report.pk]),
    }
    name = "_where" if is_htmx(request) else "where"
    return render(request, f"outages/control/{name}.html", context)


def _drawn(names: Collection[str]) -> dict[str, Pipe]:
    rows = Pipe.objects.filter(revision=current_revision(), asset_id__in=names)
    return {pipe.asset_id: pipe for pipe in rows}


def _stretch(found: Stretch, drawn: Mapping[str, Pipe]) -> dict[str, Any]:
    """A stretch by its streets: what a crew is sent to listen along."""
    pipes = [drawn[each] for each in found.pipes if each in drawn]
    streets = dict.fromkeys(local(pipe.street, pipe.street_en) for pipe in pipes)
    begin = drawn.get(found.middle[0])
    point = begin.geom.interpolate_normalized(found.middle[1]) if begin else None
    return {
        "share": round(found.share * 100),
        "streets": [street for street in streets if street],
        "pipes": [pipe.asset_id for pipe in pipes],
        "metres": found.metres,
        "begin": found.middle[0],
        "lon": point.x if point else None,
        "lat": point.y if point else None,
    }


def _rows(
    found: Sequence[Suspect], reports: Sequence[BurstReport], drawn: Mapping[str, Pipe]
) -> list[dict[str, Any]]:
    names = {str(each.pk): short_reference(each) for each in reports}
    return [
        {
            "pipe": each.pipe,
            "share": round(each.share * 100),
            "explains": [names[report] for report in each.explains],
            "contradicts": [names[report] for report in each.contradicts],
            "open": [names[report] for report in each.leaves_open],
            **_place(drawn.get(each.pipe)),
        }
        for each in found
    ]


def _place(pipe: Pipe | None) -> dict[str, Any]:
    if pipe is None:
        return {}
    line = [[round(x, 6), round(y, 6)] for x, y, *_ in pipe.geom.coords]
    return {
        "line": json.dumps(line),
        "street": local(pipe.street, pipe.street_en),
        "bore": bore(pipe.diameter_mm),
    }
