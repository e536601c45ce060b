"""The other systems: who they are, what each may do, and their tokens."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Max, TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.choices import Channel, IntakeScope
from outages.forms.shape.panel import ReasonForm
from outages.forms.systems.clients import IntakeClientForm
from outages.models import IntakeClient
from outages.services.systems import tokens
from outages.views.shape.actor import acting
from outages.views.shape.screen import may
from outages.views.words.refusals import REFUSALS, in_words

SEES = "outages.view_outages"
KEEPS = "outages.manage_departments"


# Scope -> where such a system sends to.
ADDRESSES: Final = {
    IntakeScope.REPORTS: "outages:intake-hand-in",
    IntakeScope.EXCHANGE: "outages:exchange-api",
    IntakeScope.ANOMALIES: "outages:anomaly-api",
    IntakeScope.CALLS: "outages:call-api",
}


def _labels(choices: type[TextChoices], values: list[str]) -> str:
    return "、".join(str(choices(each).label) for each in values)


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    rows = IntakeClient.objects.select_related("made_by", "retired_by").annotate(
        sent=Count("requests"), last_at=Max("requests__at")
    )
    context = {
        "clients": [
            (row, _labels(IntakeScope, row.scopes), _labels(Channel, row.channels)) for row in rows
        ],
        "form": IntakeClientForm(),
        "addresses": [
            (scope.label, request.build_absolute_uri(reverse(ADDRESSES[scope])))
            for scope in IntakeScope
        ],
    }
    response = render(request, "outages/orders/intake.html", context | more, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@never_cache
@may(SEES, KEEPS)
def client_list(request: HttpRequest) -> HttpResponse:
    """Show who may send what."""
    return _page(request)


@require_POST
@may(SEES, KEEPS)
def add_client(request: HttpRequest) -> HttpResponse:
    """Register a system; its token stands on the answer and nowhere else."""
    form = IntakeClientForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, form=form, is_open=True)
    try:
        client, token = tokens.register_client(
            **form.cleaned_data, by=acting(request), at=timezone.now()
        )
    except REFUSALS as refused:
        return _page(request, status=409, form=form, is_open=True, problem=in_words(refused))
    return _page(request, made=client, token=token)


@require_POST
@may(SEES, KEEPS)
def retire_client(request: HttpRequest, client_id: int) -> HttpResponse:
    """Take a token out of use, with a reason."""
    client = get_object_or_404(IntakeClient, pk=client_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        problem = _("Say why: the reason is kept with the record.")
        return _page(request, status=422, problem=problem)
    try:
        tokens.retire_client(client, **form.cleaned_data, by=acting(request), at=timezone.now())
    except REFUSALS as refused:
        return _page(request, status=409, problem=in_words(refused))
    messages.success(request, _("The token is out of use."))
    return redirect("outages:intake")
