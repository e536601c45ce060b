"""The ways out: which are on and how they fare, a test to oneself, and the programs that listen."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.choices import NoticeChannel
from outages.delivery.gateways import SENT_CHANNELS, has_two_providers, is_configured
from outages.forms.messages.channels import SubscriberForm, SwitchForm, TestMessageForm
from outages.models import WebhookSubscriber
from outages.selectors.publishing import channels as selectors
from outages.services.publishing import channels as services
from outages.views.messages.errors import in_plain_words
from outages.views.shape.actor import acting
from outages.views.shape.screen import may
from outages.views.words.refusals import REFUSALS, in_words

MANAGES: Final = "outages.manage_channels"
PAGE: Final = "outages/control/channels.html"
SUBSCRIBERS_PAGE: Final = "outages/control/subscribers.html"
WORKS: Final = pgettext_lazy("channel", "Works")
# What stands beside the field for a test's address.
ADDRESS_HINTS: Final[dict[str, str | Promise]] = {
    NoticeChannel.SMS: _("Your mobile number"),
    NoticeChannel.EMAIL: _("Your e-mail address"),
    NoticeChannel.WECHAT: _("Your openid"),
    NoticeChannel.PUSH: _("Name of the group"),
}


@require_safe
@never_cache
@may(MANAGES)
def channel_list(request: HttpRequest) -> HttpResponse:
    """Show every channel's health."""
    return _show(request)


def _show(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = []
    for health in selectors.channel_health(SENT_CHANNELS, at=now):
        configured = is_configured(health.channel)
        circuits = _circuits(health.channel)
        rows.append(
            {
                "health": health,
                "configured": configured,
                "chip": _chip(health, configured=configured, late=health.is_late(now)),
                "hint": ADDRESS_HINTS.get(health.channel, ""),
                "circuits": circuits,
                "none_works": all(circuit.is_open() for circuit, _chip, _error in circuits),
                "error": in_plain_words(health.last_error),
            }
        )
    return render(request, PAGE, {"rows": rows, "error": error}, status=status)


def _circuits(channel: str) -> list[tuple[selectors.Circuit, tuple[str, str | Promise], str]]:
    """Both providers where there are two, each with how it fares and its last error in words."""
    if not has_two_providers(channel):
        return []
    return [
        (each, _circuit_chip(each), in_plain_words(each.last_error))
        for each in selectors.circuits(channel)
    ]


def _circuit_chip(circuit: selectors.Circuit) -> tuple[str, str | Promise]:
    if circuit.is_open():
        return "danger", _("Left alone")
    if circuit.troubles:
        return "warn", _("In trouble")
    return ("ok", WORKS) if circuit.worked_at else ("draft", _("Never used"))


def _chip(
    health: selectors.ChannelHealth, *, configured: bool, late: bool
) -> tuple[str, str | Promise]:
    if not health.is_on:
        return "warn", _("Switched off")
    if not configured:
        return "draft", _("Not set up")
    if late or health.troubles >= 3:
        return "danger", _("In trouble")
    return ("ok", WORKS) if health.worked_at else ("draft", _("Never used"))


@require_POST
@may(MANAGES)
def switch(request: HttpRequest, channel: str) -> HttpResponse:
    """Switch a channel off or on again, with a reason."""
    form = SwitchForm(request.POST)
    return _act(request, channel, form, services.switch_channel, gettext("Done."))


@require_POST
@may(MANAGES)
def test(request: HttpRequest, channel: str) -> HttpResponse:
    """Send a test message to oneself."""
    form = TestMessageForm(request.POST)
    return _act(request, channel, form, services.send_test, gettext("The test is on its way."))


def _act(
    request: HttpRequest, channel: str, form: Form, act: Callable[..., Any], said: str
) -> HttpResponse:
    known = _known(channel)
    if not form.is_valid():
        return _show(request, error=_first_error(form), status=422)
    try:
        act(known, by=acting(request), at=timezone.now(), **form.cleaned_data)
    except REFUSALS as refused:
        return _show(request, error=in_words(refused), status=409)
    messages.success(request, said)
    return redirect("outages:channels")


@require_safe
@never_cache
@may(MANAGES)
def subscriber_list(request: HttpRequest) -> HttpResponse:
    """Show the programs that hear of every notice."""
    return _show_subscribers(request)


def _show_subscribers(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    counts = selectors.subscriber_counts()
    now = timezone.now()
    rows = [
        {
            "subscriber": row,
            "counts": counts.get(str(row.pk), {}),
            "chip": ("ok", _("Listens")) if row.is_on else ("warn", _("Switched off")),
            "overlaps": bool(row.old_secret_until and row.old_secret_until > now),
        }
        for row in selectors.subscribers()
    ]
    context = {"rows": rows, "form": SubscriberForm(), **more}
    response = render(request, SUBSCRIBERS_PAGE, context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@may(MANAGES)
def add_subscriber(request: HttpRequest) -> HttpResponse:
    """Let a program hear of notices; its secret is shown this once."""
    form = SubscriberForm(request.POST)
    if not form.is_valid():
        return _show_subscribers(request, form=form, status=422)
    try:
        row, secret = services.subscribe(by=acting(request), at=timezone.now(), **form.cleaned_data)
    except REFUSALS as refused:
        form.add_error(None, in_words(refused))
        return _show_subscribers(request, form=form, status=409)
    return _show_subscribers(request, secret=secret, secret_of=row)


@require_POST
@may(MANAGES)
def change_secret(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Give a new secret, shown this once."""
    row = get_object_or_404(WebhookSubscriber, pk=subscriber_id)
    secret = services.change_secret(row, by=acting(request), at=timezone.now())
    return _show_subscribers(request, secret=secret, secret_of=row)


@require_POST
@may(MANAGES)
def switch_subscriber(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Stop telling a program, or begin again."""
    row = get_object_or_404(WebhookSubscriber, pk=subscriber_id)
    form = SwitchForm(request.POST)
    if not form.is_valid():
        return _show_subscribers(request, error=_first_error(form), status=422)
    try:
        services.switch_subscriber(row, by=acting(request), at=timezone.now(), **form.cleaned_data)
    except REFUSALS as refused:
        return _show_subscribers(request, error=in_words(refused), status=409)
    messages.success(request, gettext("Done."))
    return redirect("outages:subscribers")


@require_POST
@may(MANAGES)
def test_subscriber(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    """Send a test event to one program."""
    row = get_object_or_404(WebhookSubscriber, pk=subscriber_id)
    try:
        services.send_test(
            NoticeChannel.WEBHOOK, address=str(row.pk), by=acting(request), at=timezone.now()
        )
    except REFUSALS as refused:
        return _show_subscribers(request, error=in_words(refused), status=409)
    messages.success(request, gettext("The test is on its way."))
    return redirect("outages:subscribers")


def _known(channel: str) -> NoticeChannel:
    if channel not in SENT_CHANNELS:
        raise Http404
    return NoticeChannel(channel)


def _first_error(form: Form) -> str:
    return next(str(errors[0]) for errors in form.errors.values())
