"""The public's own report: no login, a few questions, and a page to see how it goes on."""

import secrets
from typing import Any, Final
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gisapp.public_side.forms import PublicReportForm, RatingForm
from gisapp.public_side.guard import stamp
from layers.public.reading import read_state
from layers.rate_limits import is_too_often
from layers.views.public import DEFAULT_CENTRE, tile_address
from outages.services.callbacks.public_rating import asked_rating
from outages.services.desk.public_reports import (
    PublicFacts,
    Stage,
    file_report,
    filed_report,
    tracked_plan,
)

# A home that reports more often than this is no home.
MOST_PER_HOUR: Final = 6
# Nor one that sends the form so often, right or wrong: each look for an address costs a query.
MOST_TRIES_PER_HOUR: Final = 60
HOUR_S: Final = 60 * 60
TOKEN_LENGTH: Final = 24

# Coarse on purpose: who went where and which valve is nobody's business.
STAGES: Final[dict[str, tuple[str, str | Promise, str | Promise]]] = {
    Stage.RECEIVED: (
        "warn",
        _("Received"),
        _("Your report is with the control room. Somebody looks at it now."),
    ),
    Stage.WORKING: (
        "busy",
        _("Being worked on"),
        _("People are on it. Thank you for telling us."),
    ),
    Stage.DONE: (
        "ok",
        _("Repaired, water is back"),
        _("The repair is finished and water is back."),
    ),
    Stage.ANSWERED: ("ok", _("Answered"), _("Your report was looked into and is closed.")),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Show the form, and take it."""
    if request.method != "POST":
        return _form_page(request, PublicReportForm(initial=_fresh()))
    form = PublicReportForm(request.POST)
    if form.is_trapped:
        # A machine is sent to the page of a report that was never made.
        return redirect("public:report-status", *_nothing())
    if _is_refused(request, "public-form", MOST_TRIES_PER_HOUR):
        return _form_page(request, form, status=429, too_often=True)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if _is_refused(request, "public-report", MOST_PER_HOUR):
        return _form_page(request, form, status=429, too_often=True)
    told = form.cleaned_data
    facts = PublicFacts(**{name: told[name] for name in PublicFacts.__annotations__})
    reference = file_report(facts, form_key=told["client_key"], at=timezone.now())
    return redirect("public:report-status", reference, token_of(reference))


def _is_refused(request: HttpRequest, what: str, limit: int) -> bool:
    return is_too_often(request, what=what, limit=limit, within_s=HOUR_S)


def _fresh() -> dict[str, Any]:
    return {"shown": stamp(), "client_key": uuid4()}


def _form_page(
    request: HttpRequest, form: PublicReportForm, *, status: int = 200, too_often: bool = False
) -> HttpResponse:
    state = read_state()
    lon, lat = state.centre or DEFAULT_CENTRE
    context = {
        "form": form,
        "shown": stamp() if form.is_bound else form["shown"].value(),
        "too_often": too_often,
        "centre_lat": lat,
        "centre_lon": lon,
        "tiles": tile_address(state.tiles),
        "deepest_tile": state.deepest_tile,
    }
    return render(request, "outages/public/report.html", context, status=status)


def token_of(reference: str) -> str:
    """Return the secret half of a report's address: only who sent it has the link."""
    digest = salted_hmac("outages.public-report-status", reference, algorithm="sha256")
    return digest.hexdigest()[:TOKEN_LENGTH]


def is_token_of(reference: str, token: str) -> bool:
    """Whether somebody has the link of this report."""
    return constant_time_compare(token, token_of(reference))


def _nothing() -> tuple[str, str]:
    reference = f"R{timezone.now():%y%m%d}-{secrets.token_hex(5).upper()}"
    return reference, secrets.token_hex(TOKEN_LENGTH // 2)


@never_cache
@require_safe
def status(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """How a report goes on, for who has its link. The wrong token looks like no report at all."""
    if not is_token_of(reference, token):
        raise Http404
    filed = filed_report(reference)
    if filed is None:
        raise Http404
    tone, title, text = STAGES[filed.stage]
    context = {
        "rating": asked_rating(reference),
        "form": RatingForm(),
        "rating_url": reverse("public:rate-report", args=[reference, token]),
        "report": filed,
        "tone": tone,
        "stage_title": title,
        "stage_text": text,
        "plan": tracked_plan(reference),
    }
    return render(request, "outages/public/report_status.html", context)
