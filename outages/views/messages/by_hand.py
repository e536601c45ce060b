"""What people do for a notice themselves: the telephone list, and publishing with evidence."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outages.choices import NoticeChannel
from outages.forms.messages import CallForm, EvidenceForm
from outages.models import Delivery
from outages.selectors import by_hand as selectors
from outages.selectors import mask_phone
from outages.services.desk import disclosures
from outages.services.publishing import by_hand as services
from outages.views.privacy.reveal import reveal
from outages.views.shape.actor import acting
from outages.views.shape.screen import may
from outages.views.words.refusals import REFUSALS, in_words

PUBLISHES: Final = "outages.publish_notice"
KINDS: Final[dict[str, str | Promise]] = {
    "key": _("Key user"),
    "large": _("Large user"),
    "special": _("Special user"),
    "organisation": _("Organisation"),
    "other": _("Other"),
}


@require_safe
@never_cache
@may(PUBLISHES)
def by_hand_list(request: HttpRequest) -> HttpResponse:
    """Show the calls to make, due ones first, and the places to publish at."""
    calls = selectors.call_list(at=timezone.now())
    context = {
        "calls": [
            {"call": call, "kind": KINDS[call.kind], "masked": mask_phone(call.delivery.recipient)}
            for call in calls
        ],
        "due_count": sum(call.is_due for call in calls),
        "postings": selectors.postings(),
    }
    return render(request, "outages/control/by_hand.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may(PUBLISHES)
def call(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Make one call: the words to say, and how it ended."""
    row = _row(delivery_id, phone=True)
    form = CallForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.record_call(
                    row, by=acting(request), at=timezone.now(), **form.cleaned_data
                )
            except REFUSALS as refused:
                form.add_error(None, in_words(refused))
                status = 409
            else:
                messages.success(request, gettext("Call recorded."))
                return redirect("outages:by-hand")
    found = selectors.one_call(row, at=timezone.now())
    context = {
        "call": found,
        "kind": KINDS[found.kind],
        "masked": mask_phone(row.recipient),
        "delivery": row,
        "attempts": row.calls.select_related("by"),
        "form": form,
    }
    return render(request, "outages/control/call.html", context, status=status)


@require_POST
@may(PUBLISHES, "outages.view_customers")
def call_phone(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show the number to dial; who saw whose is on record."""
    row = _row(delivery_id, phone=True)
    return reveal(
        request,
        lambda: disclosures.show_recipient(
            row, why=disclosures.TO_TELL, by=acting(request), at=timezone.now()
        ),
        whose=selectors.one_call(row, at=timezone.now()).contact or gettext("Telephone"),
        back=reverse("outages:call", args=[row.pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may(PUBLISHES)
def posting(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Publish by hand at one place: text to copy, and what shows that it was done."""
    row = _row(delivery_id, phone=False)
    form = EvidenceForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.complete(row, by=acting(request), at=timezone.now(), **form.cleaned_data)
            except REFUSALS as refused:
                form.add_error(None, in_words(refused))
                status = 409
            else:
                messages.success(request, gettext("Recorded."))
                return redirect("outages:by-hand")
    context = {"delivery": row, "form": form, "evidence": row.evidence.select_related("by")}
    return render(request, "outages/control/posting.html", context, status=status)


def _row(delivery_id: int, *, phone: bool) -> Delivery:
    rows = Delivery.objects.filter(by_hand=True, notice__isnull=False)
    wanted = (
        rows.filter(channel=NoticeChannel.PHONE)
        if phone
        else rows.exclude(channel=NoticeChannel.PHONE)
    )
    return get_object_or_404(wanted.select_related("notice__outage"), pk=delivery_id)
