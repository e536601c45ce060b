"""Before a plan is approved: who is dry only because another work is on at the same time."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages.models import IsolationPlan
from outages.views.control.overlap_rows import overlap_rows
from outages.views.control.plans import panel_url
from outages.views.shape.screen import is_htmx, may


@require_safe
@never_cache
@may("outages.view_outages")
def together(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Say who would have water if this plan and the other works did not overlap."""
    found = get_object_or_404(IsolationPlan.objects.select_related("outage"), pk=plan_id)
    with_names = request.user.has_perm("outages.view_customers")
    shown = overlap_rows(found, at=timezone.now(), with_names=with_names)
    context = {"plan": found, "overlaps": shown, "panel_url": panel_url(found)}
    name = "_together" if is_htmx(request) else "together"
    return render(request, f"outages/control/{name}.html", context)
