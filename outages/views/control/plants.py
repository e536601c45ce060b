"""Opening the outage of a plant or a pump: one page for a stop, one for what is planned."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from outages.forms.control.plants import PlannedPlantForm, PlantForm, StoppedPlantForm
from outages.services.outages import plants as services
from outages.views.shape.actor import acting
from outages.views.shape.screen import may
from outages.views.words.refusals import REFUSALS, in_words

MAY = ("outages.view_outages", "outages.stop_plant")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may(*MAY)
def stopped(request: HttpRequest) -> HttpResponse:
    """A plant stands still: draft the outage, and look at its impact before it is confirmed."""
    return _page(request, StoppedPlantForm, services.draft_stopped_plant, is_planned=False)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may(*MAY)
def planned(request: HttpRequest) -> HttpResponse:
    """A plant will stop: draft it; its sheet goes to the leader next."""
    return _page(request, PlannedPlantForm, services.plan_plant_outage, is_planned=True)


def _page(
    request: HttpRequest,
    make: Callable[..., PlantForm],
    draft: Callable[..., Any],
    *,
    is_planned: bool,
) -> HttpResponse:
    form = make(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                outage, _plan = draft(by=acting(request), at=timezone.now(), **form.cleaned_data)
            except REFUSALS as refused:
                form.add_error(None, in_words(refused))
                status = 409
            else:
                return redirect("outages:outage", outage.pk)
    context = {"form": form, "is_planned": is_planned}
    return render(request, "outages/control/plant.html", context, status=status)
