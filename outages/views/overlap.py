"""Before a plan is approved: who is dry only because another work is on at the same time."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.models import Customer
from outages.models import IsolationPlan
from outages.services.overlap import Overlap, overlaps
from outages.views.plans import panel_url
from outages.views.screen import is_htmx, may

NAMED: Final = 5


@require_safe
@never_cache
@may("outages.view_outages")
def together(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Say who would have water if this plan and the other works did not overlap."""
    found = get_object_or_404(IsolationPlan.objects.select_related("outage"), pk=plan_id)
    with_names = request.user.has_perm("outages.view_customers")
    shown = [
        _shown(found, each, with_names=with_names) for each in overlaps(found, at=timezone.now())
    ]
    context = {"plan": found, "overlaps": shown, "panel_url": panel_url(found)}
    name = "_together" if is_htmx(request) else "together"
    return render(request, f"outages/control/{name}.html", context)


def _shown(found: IsolationPlan, each: Overlap, *, with_names: bool) -> dict[str, Any]:
    names: list[str] = []
    if with_names:
        rows = Customer.objects.filter(
            revision__number=found.revision_number, asset_id__in=each.customers[:NAMED]
        ).order_by("asset_id")
        names = [row.name or row.asset_id for row in rows]
    return {
        "start": each.start,
        "end": each.end,
        "codes": each.codes,
        "count": len(each.customers),
        "persons": each.persons,
        "names": names,
        "unnamed": len(each.customers) - len(names) if names else 0,
    }
