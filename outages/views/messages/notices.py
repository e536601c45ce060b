"""Notices: what goes out, to how many, and what became of each message."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outages import selectors
from outages.choices import DeliveryWhy, NoticeChannel
from outages.forms.messages.notices import ResolveAllForm, ResolveForm, SeenForm, WithheldForm
from outages.forms.shape.panel import ReasonForm
from outages.models import Delivery, Outage, OutageNotice
from outages.services.publishing import courtesy
from outages.services.publishing import notices as services
from outages.views.control.panels import states_of
from outages.views.messages import troubles
from outages.views.messages.errors import in_plain_words
from outages.views.messages.words import STATES, masked_recipient, short_moment
from outages.views.shape.actor import acting
from outages.views.shape.screen import may, may_any
from outages.views.words.refusals import REFUSALS, in_words
from outages.workflow import NoticeStatus

PER_PAGE = 30
CHIPS: dict[str, tuple[str, str | Promise]] = {
    NoticeStatus.DRAFT: ("warn", _("To publish")),
    NoticeStatus.PUBLISHED: ("ok", _("Published")),
    NoticeStatus.SUPERSEDED: ("draft", _("Replaced")),
}


@require_safe
@never_cache
@may("outages.publish_notice")
def notice_list(request: HttpRequest) -> HttpResponse:
    """List drafts first, then what was published, and the messages that need a decision."""
    return _list(request)


def _list(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    drafts = OutageNotice.objects.filter(status=NoticeStatus.DRAFT).select_related("outage")
    told = OutageNotice.objects.exclude(status=NoticeStatus.DRAFT).select_related("outage")
    page = Paginator(told.order_by("-published_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "drafts": [(notice, CHIPS[notice.status]) for notice in drafts.order_by("created_at")],
        "page": page,
        "told": [(state, CHIPS[state.notice.status]) for state in states_of(page)],
        "error": error,
        "withheld": troubles.withheld_rows(),
        "stuck": troubles.stuck_channels(at=timezone.now()),
        **troubles.undecided_part(),
    }
    return render(request, "outages/control/notices.html", context, status=status)


@require_POST
@may("outages.publish_notice")
def draft_withheld(request: HttpRequest, outage_id: int) -> HttpResponse:
    """Draft a notice that could not be said, and go on to look at it."""
    outage = get_object_or_404(Outage, pk=outage_id)
    form = WithheldForm(request.POST)
    if not form.is_valid():
        return _list(request, error=gettext("The place is too long."), status=422)
    try:
        draft = services.draft_withheld(
            outage, by=acting(request), at=timezone.now(), **form.cleaned_data
        )
    except REFUSALS as refused:
        return _list(request, error=in_words(refused), status=409)
    return redirect("outages:notice", draft.pk)


@require_safe
@never_cache
@may_any("outages.publish_notice", "outages.approve_plan")
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Show a notice exactly as it is sent, in both languages."""
    return _show(request, _notice(notice_id))


def _notice(notice_id: int) -> OutageNotice:
    return get_object_or_404(OutageNotice.objects.select_related("outage"), pk=notice_id)


def _show(
    request: HttpRequest, found: OutageNotice, *, error: str = "", status: int = 200
) -> HttpResponse:
    """A draft is shown as it would be rendered now, for that is what goes out."""
    preview = None
    if found.status == NoticeStatus.DRAFT:
        try:
            preview = services.preview_notice(found.outage, kind=found.kind)
        except REFUSALS as refused:
            error = error or in_words(refused)
    told = preview.recipients_by_channel if preview else {}
    context = {
        "notice": found,
        "texts": preview or found,
        "chip": CHIPS[NoticeStatus(found.status)],
        "channels": channel_rows(found, told),
        "recipients": [(_channel(name), count) for name, count in sorted(told.items())],
        "recipient_count": sum(told.values()),
        "needs_second": preview is not None and services.needs_second(found, at=timezone.now()),
        "held": selectors.held_deliveries(found),
        "spared": found.deliveries.filter(why=DeliveryWhy.OPTED_OUT).count(),
        "waits_until": waits_until(found) if preview else "",
        **troubles.undecided_part(found),
        **troubles.not_through_part(found),
        "error": error,
    }
    return render(request, "outages/control/notice.html", context, status=status)


def waits_until(draft: OutageNotice) -> str:
    """When SMS of a draft would go that may wait for the morning; "" where they go at once."""
    now = timezone.now()
    found = courtesy.courtesy_of(draft.outage, draft.kind, at=now)
    return short_moment(found.due_at) if found.waits(now) else ""


def _channel(name: str) -> str:
    return str(NoticeChannel(name).label)


def channel_rows(found: OutageNotice, told: dict[str, int]) -> list[dict[str, Any]]:
    """Return a row a channel with the number of messages in each state."""
    counts = selectors.delivery_counts(found)
    channels = sorted({channel for channel, _status in counts})
    return [
        {
            "channel": _channel(channel),
            "states": [counts.get((channel, state), 0) for state in STATES],
            "total": sum(counts.get((channel, state), 0) for state in STATES),
        }
        for channel in channels
    ]


@require_POST
@may("outages.publish_notice")
def publish(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Let a notice go out; its messages cannot be taken back. To whom must be as it was shown."""
    found = _notice(notice_id)
    form = SeenForm(request.POST)
    if not form.is_valid():
        return _show(request, found, error=gettext("Look at it again first."), status=422)
    seen = services.Seen(**form.cleaned_data)
    try:
        services.publish_notice(found, by=acting(request), at=timezone.now(), seen=seen)
    except REFUSALS as refused:
        return _show(request, _notice(notice_id), error=in_words(refused), status=409)
    messages.success(request, gettext("Published. The messages are on their way."))
    return redirect("outages:notice", found.pk)


@require_POST
@may("outages.approve_plan")
def approve(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Be the second person for a large notice."""
    found = _notice(notice_id)
    try:
        services.approve_notice(found, by=acting(request), at=timezone.now())
    except REFUSALS as refused:
        return _show(request, found, error=in_words(refused), status=409)
    messages.success(request, gettext("Approved: somebody else may publish it now."))
    return redirect("outages:notice", found.pk)


@require_POST
@may("outages.publish_notice")
def send_at_once(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Let go now what waits for quiet hours to end."""
    found = _notice(notice_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, found, error=gettext("Say why: the reason is kept."), status=422)
    try:
        services.send_at_once(found, by=acting(request), at=timezone.now(), **form.cleaned_data)
    except REFUSALS as refused:
        return _show(request, found, error=in_words(refused), status=409)
    messages.success(request, gettext("The messages are on their way."))
    return redirect("outages:notice", found.pk)


@require_POST
@may("outages.publish_notice")
def send_again(request: HttpRequest, notice_id: int, channel: str) -> HttpResponse:
    """Try once more what the gateway of a channel refused."""
    found = _notice(notice_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, found, error=gettext("Say why: the reason is kept."), status=422)
    try:
        count = services.send_failed_again(
            found, channel=channel, by=acting(request), at=timezone.now(), **form.cleaned_data
        )
    except REFUSALS as refused:
        return _show(request, found, error=in_words(refused), status=409)
    said = ngettext(
        "%(n)s message is on its way once more.",
        "%(n)s messages are on their way once more.",
        count,
    )
    messages.success(request, said % {"n": count})
    return redirect("outages:notice", found.pk)


@require_POST
@may("outages.publish_notice")
def decide(request: HttpRequest, notice_id: int, channel: str) -> HttpResponse:
    """Decide on all messages of a channel whose fate is unknown, as many as were shown."""
    found = _notice(notice_id)
    form = ResolveAllForm(request.POST)
    if not form.is_valid():
        return _show(
            request, found, error=gettext("Say what became of them and how you know."), status=422
        )
    try:
        count = services.resolve_all(
            found, channel=channel, by=acting(request), at=timezone.now(), **form.cleaned_data
        )
    except REFUSALS as refused:
        return _show(request, found, error=in_words(refused), status=409)
    said = ngettext("Decided on %(n)s message.", "Decided on %(n)s messages.", count)
    messages.success(request, said % {"n": count})
    return redirect("outages:notice", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may("outages.publish_notice")
def resolve(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Decide on a message whose fate is unknown."""
    rows = Delivery.objects.select_related("notice__outage")
    delivery = get_object_or_404(rows, pk=delivery_id)
    form = ResolveForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                services.resolve_delivery(
                    delivery, by=acting(request), at=timezone.now(), **form.cleaned_data
                )
            except REFUSALS as refused:
                form.add_error(None, in_words(refused))
            else:
                messages.success(request, gettext("Decided."))
                return redirect("outages:notices")
        status = 422
    context = {
        "delivery": delivery,
        "form": form,
        "masked": masked_recipient(delivery),
        "what_happened": in_plain_words(delivery.last_error),
    }
    return render(request, "outages/control/delivery.html", context, status=status)
