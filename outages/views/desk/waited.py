"""Whether the call just taken had waited too long: the desk asks every few seconds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages.selectors.desk.hotline import just_kept_waiting
from outages.views.desk.screens import may_enquire


@require_safe
@never_cache
@may_enquire
def waited(request: HttpRequest) -> HttpResponse:
    """Answer with the words to say, or nothing new (204) where the desk shows them already."""
    call = just_kept_waiting(request.user, at=timezone.now())
    shown = str(call.pk) if call is not None else ""
    if shown == request.GET.get("seen", ""):
        return HttpResponse(status=204)
    return render(request, "outages/desk/_waited.html", {"waited": call})
