"""Notices that the crew puts up: ticked off on the phone, with a photo, also without signal."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from outages.forms.crew.postings import PostingForm
from outages.models import OutageTask, WorkOrder
from outages.services import duties
from outages.services.duties import Evidence
from outages.views.crew.offline import phone_time
from outages.views.crew.orders import order_or_404
from outages.views.crew.screens import may_work
from outages.views.shape.actor import acting
from outages.views.words.refusals import REFUSALS, in_words


@may_work
@require_POST
def posted(request: HttpRequest, number: str, duty_id: int) -> HttpResponse:
    """Take one posting, from the form or from the phone's queue (answered as JSON)."""
    order = order_or_404(request, number)
    if order.outage_id is None or order.crew is None:
        raise Http404
    duty = get_object_or_404(OutageTask, pk=duty_id, outage_id=order.outage_id, task="posting")
    as_json = "application/json" in request.headers.get("Accept", "")
    form = PostingForm(request.POST, request.FILES)
    problem = "" if form.is_valid() else gettext("The photo was not taken: try another one.")
    if not problem:
        problem = _record(request, order, duty, form)
    if as_json:
        return JsonResponse({"error": problem}, status=422) if problem else JsonResponse({})
    if problem:
        messages.error(request, problem)
    return redirect("outages:work-order", number=number)


def _record(request: HttpRequest, order: WorkOrder, duty: OutageTask, form: PostingForm) -> str:
    """Record it; return why it was refused, "" where it was not."""
    told, now = form.cleaned_data, timezone.now()
    assert order.crew is not None, "looked at above"
    try:
        duties.post_by_crew(
            duty,
            crew=order.crew.code,
            given=Evidence(evidence=told["remark"], photo=told["photo"]),
            client_key=told["client_key"],
            done_at=phone_time(told["done_at"], now) if told["done_at"] else now,
            by=acting(request),
            at=now,
        )
    except REFUSALS as refused:
        return in_words(refused)
    return ""
