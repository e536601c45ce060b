"""Showing a masked number: the reason comes with the click, the answer goes after half a minute."""

from collections.abc import Callable
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from outages.services.desk.disclosures import ContactHidden, ShownTooMany, Why, WhyMissing
from outages.views.words.refusals import in_words

SHOWN_S: Final = 30


def status_of(refused: WhyMissing | ShownTooMany) -> int:
    """422 asks for the reason, 429 for patience."""
    return 422 if isinstance(refused, WhyMissing) else 429


def told_why(request: HttpRequest) -> Why:
    """Return the reason that the form was sent with."""
    told = request.POST
    return Why(told.get("reason", ""), told.get("note", ""))


def reveal(
    request: HttpRequest, show: Callable[[], str], *, whose: str, back: str, action: str = ""
) -> HttpResponse:
    """Answer with the number, for script as JSON and as a page without.

    A refusal says why: 422 asks for the reason (by a form that posts to `action`), 429 comes from
    the limit. Somebody who is protected is not there (404).
    """
    status, answer = 200, {"phone": "", "seconds": SHOWN_S}
    try:
        answer["phone"] = show()
    except ContactHidden:
        raise Http404 from None
    except (WhyMissing, ShownTooMany) as refused:
        status, answer = status_of(refused), {"error": in_words(refused)}
    if "application/json" in request.headers.get("Accept", ""):
        response: HttpResponse = JsonResponse(answer, status=status)
    else:
        context: dict[str, Any] = {**answer, "whose": whose, "back": back}
        context["action"] = (action or request.path) if status == 422 else ""
        response = render(request, "outages/privacy/number.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
