"""One call-back: what is read out and asked, what was said, what may be done."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outages.models import CallBack
from outages.models.callbacks.asking import QUESTIONS
from outages.selectors import callbacks as lists
from outages.selectors.privacy.contacts import contact_of
from outages.selectors.rules import policy
from outages.selectors.rules.deadlines import open_deadline
from outages.views.callbacks.acts import CALLBACK_ACTS
from outages.views.callbacks.words import QUESTION_NAMES, chip_of, script_of, why_called
from outages.views.orders.words import order_title
from outages.views.rules.limits import limit_rows
from outages.views.shape.acts import ActPage
from outages.views.shape.screen import may

SEES = "outages.view_outages"


def callback_by_number(number: str) -> CallBack:
    """Return the call-back of an order, or say that there is none."""
    row = lists.all_callbacks().filter(order__number=number).first()
    if row is None:
        raise Http404
    return row


def show_callback(
    request: HttpRequest,
    callback: CallBack,
    *,
    status: int = 200,
    problem: str = "",
    filled: Any = None,
    slug: str = "",
) -> HttpResponse:
    """Show the page; a form that did not hold stands open."""
    callback = callback_by_number(callback.order.number)
    now = timezone.now()
    limit = open_deadline(callback, "callback_phone_due")
    contact = contact_of(callback.report, request.user)
    shown = CALLBACK_PAGE.shown(CALLBACK_ACTS, callback, request.user, filled=filled, slug=slug)
    context = {
        "callback": callback,
        "order": callback.order,
        "report": callback.report,
        "title": order_title(callback.order),
        "chip": chip_of(callback),
        "why": why_called(callback),
        "contact": contact,
        "call": next((act for act in shown if act.slug == "call"), None),
        "acts": [act for act in shown if act.slug != "call"],
        "script": script_of(callback, name=contact.name),
        "phone_number": policy.value("callback_phone_number", at=now),
        "tries": policy.number("callback_phone_tries", at=callback.created_at),
        "attempts": [_said(row) for row in callback.attempts.select_related("by")],
        "followers": list(callback.order.followers.select_related("department")),
        "improvements": list(callback.improvements.select_related("by")),
        "rectifications": list(callback.rectifications.select_related("done_by")),
        "limits": limit_rows([limit] if limit else [], at=now),
        "waiting": lists.to_call().count(),
        "problem": problem,
        "now": now,
    }
    response = render(request, "outages/callbacks/callback.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _said(row: Any) -> dict[str, Any]:
    answers = [
        (
            str(QUESTION_NAMES[question]),
            getattr(row, question),
            getattr(row, f"get_{question}_display")(),
        )
        for question in QUESTIONS
        if getattr(row, question)
    ]
    return {"row": row, "answers": answers}


@require_safe
@never_cache
@may(SEES)
def callback(request: HttpRequest, number: str) -> HttpResponse:
    """Show one call-back."""
    return show_callback(request, callback_by_number(number))


CALLBACK_PAGE: ActPage[CallBack] = ActPage(
    find=callback_by_number,
    url=lambda row: reverse("outages:callback", args=[row.order.number]),
    act_url=lambda row, slug: reverse(f"outages:callback-{slug}", args=[row.order.number]),
    show=show_callback,
)
CALLBACK_ACT_VIEWS = {act.slug: CALLBACK_PAGE.view(act) for act in CALLBACK_ACTS}
