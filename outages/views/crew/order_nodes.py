"""Nodes of pipe works that the crew ticks off on the phone, also without signal."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from outages.forms.crew.works import NodeForm
from outages.models import OrderMilestone
from outages.services import orders
from outages.views.crew.offline import phone_time
from outages.views.crew.orders import order_or_404
from outages.views.crew.screens import may_work
from outages.views.shape.actor import acting
from outages.views.words.refusals import REFUSALS, in_words


@may_work
@require_POST
def node_done(request: HttpRequest, number: str, node_id: int) -> HttpResponse:
    """Take one node as done, from the form or from the phone's queue (answered as JSON)."""
    order = order_or_404(request, number)
    node = get_object_or_404(OrderMilestone, pk=node_id, order=order)
    form, now, problem = NodeForm(request.POST), timezone.now(), ""
    told = form.cleaned_data["done_at"] if form.is_valid() else None
    done_at = phone_time(told, now) if told else now
    try:
        orders.finish_milestone(node, done_at=done_at, by=acting(request), at=now)
    except REFUSALS as refused:
        problem = in_words(refused)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": problem}, status=422) if problem else JsonResponse({})
    if problem:
        messages.error(request, problem)
    return redirect("outages:work-order", number=number)
