"""The telephone system tells each call once it is over or answered, as docs/exchange.md has it.

POST /api/v1/calls   201 kept, 200 known already
"""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from outages.choices import IntakeScope
from outages.forms.systems.calls import CallSentForm
from outages.models import IntakeClient
from outages.services.systems.calls import hand_in_call
from outages.views.systems.door import for_systems, sent, taken_in


@for_systems("POST", IntakeScope.CALLS)
def tell_call(request: HttpRequest, client: IntakeClient) -> JsonResponse:
    """Take one call."""
    told = sent(request, CallSentForm)
    if isinstance(told, JsonResponse):
        return told
    form, key = told
    taken = hand_in_call(client, facts=form.facts(), key=key, body=request.body, at=timezone.now())
    call = taken.made
    answer = {
        "id": call.pk,
        "outcome": call.outcome,
        "waited_s": round(call.waited.total_seconds(), 1),
    }
    return taken_in(answer, is_new=taken.is_new)
