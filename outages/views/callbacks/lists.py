"""Who is to be called, what is to be read, what was said: the lists of the call-backs."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.forms.callbacks.asking import ReadForm
from outages.forms.callbacks.putting_right import OutcomeForm
from outages.models import CallBack, Deadline, InboundMessage, Rectification
from outages.policy.addresses import mask_phone
from outages.selectors import callbacks as lists
from outages.services.callbacks.hearing import read_reply
from outages.services.callbacks.improving import finish_rectification
from outages.services.orders.locked import department_code_of
from outages.views.callbacks.page import SEES
from outages.views.callbacks.words import chip_of, why_called
from outages.views.orders.words import order_title
from outages.views.shape.actor import acting
from outages.views.shape.screen import may, may_any
from outages.views.words.refusals import REFUSALS, in_words

PER_PAGE: Final = 50
SHOWN: Final[dict[str, tuple[str | Promise, Callable[[], QuerySet[CallBack]]]]] = {
    "call": (_("To be called"), lists.to_call),
    "visit": (_("To be visited"), lists.in_hand),
    "sms": (_("SMS out"), lists.waiting_for_reply),
    "done": (
        _("Over"),
        lambda: lists.all_callbacks().filter(done_at__isnull=False).order_by("-done_at"),
    ),
}


@require_safe
@never_cache
@may_any("outages.call_back", "outages.view_callbacks")
def callback_list(request: HttpRequest) -> HttpResponse:
    """List call-backs; `show` narrows by where they stand. Replies to read stand above."""
    show = request.GET.get("show", "")
    show = show if show in SHOWN else "call"
    page = Paginator(SHOWN[show][1](), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "show": show,
        "filters": [
            {"label": str(label), "url": f"?show={code}", "current": code == show}
            for code, (label, _rows) in SHOWN.items()
        ],
        "rows": _rows(list(page)),
        "replies": [_reply(row) for row in lists.replies_to_read()[:PER_PAGE]],
        "reads": request.user.has_perm("outages.call_back"),
    }
    response = render(request, "outages/callbacks/list.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _rows(callbacks: list[CallBack]) -> list[dict[str, Any]]:
    limits = Deadline.objects.filter(
        subject="call_back",
        subject_id__in=[row.pk for row in callbacks],
        key="callback_phone_due",
        met_at=None,
        cancelled_at=None,
    )
    due = {limit.subject_id: limit for limit in limits}
    return [
        {
            "callback": row,
            "order": row.order,
            "title": order_title(row.order),
            "chip": chip_of(row),
            "why": why_called(row),
            "due": due.get(row.pk),
        }
        for row in callbacks
    ]


def _reply(row: InboundMessage) -> dict[str, Any]:
    return {"row": row, "sender": mask_phone(row.sender.removeprefix("+86"))}


@require_POST
@may(SEES, "outages.call_back")
def reply_read(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Say what a reply in words comes to."""
    row = get_object_or_404(InboundMessage, pk=reply_id, kind="reply")
    filled = ReadForm(request.POST)
    verdict = filled.cleaned_data["verdict"] if filled.is_valid() else ""
    try:
        read_reply(row, verdict=verdict, by=acting(request), at=timezone.now())
    except REFUSALS as refused:
        messages.error(request, in_words(refused))
    else:
        messages.success(request, gettext("Read."))
    return redirect("outages:callbacks")


# -- What departments make of it -----------------------------------------------------------------


@require_safe
@never_cache
@may(SEES)
def opinion_list(request: HttpRequest) -> HttpResponse:
    """List what users said of a department's work; its own people see their own."""
    own = department_code_of(request.user)
    departments = list(lists.departments_asked_about())
    # Who handles no orders has no opinions of its own to begin with.
    begins = own if request.user.has_perm("outages.handle_orders") else ""
    chosen = request.GET.get("department", begins)
    page = Paginator(lists.opinions(department=chosen), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "own": own,
        "department": chosen,
        "departments": departments,
        "rectifications": [
            (
                row,
                OutcomeForm(auto_id=f"outcome-{row.pk}-%s") if row.department.code == own else None,
            )
            for row in lists.open_rectifications(department=chosen)
        ],
        "now": timezone.now(),
    }
    response = render(request, "outages/callbacks/opinions.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@may(SEES, "outages.handle_orders")
def rectification_done(request: HttpRequest, key: int) -> HttpResponse:
    """Say what was done to put something right."""
    row = get_object_or_404(Rectification, pk=key)
    filled = OutcomeForm(request.POST)
    try:
        if filled.is_valid():
            outcome = filled.cleaned_data["outcome"]
            finish_rectification(row, outcome=outcome, by=acting(request), at=timezone.now())
            messages.success(request, gettext("Put right; supervision hears of it."))
        else:
            messages.error(request, gettext("Say what was done."))
    except REFUSALS as refused:
        messages.error(request, in_words(refused))
    return redirect("outages:callback-opinions")
