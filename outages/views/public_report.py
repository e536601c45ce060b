"""The public's own report: no login, a few questions, and a page to see how it goes on."""

import secrets
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from outages.choices import Channel
from outages.forms.public_report import PublicReportForm
from outages.forms.spam_guard import is_too_often, stamp
from outages.models import BurstReport
from outages.services import reports
from outages.workflow import OutageStatus, ReportStatus

# A home that reports more often than this is no home.
MOST_PER_HOUR: Final = 6
HOUR_S: Final = 60 * 60
TOKEN_LENGTH: Final = 24

# Coarse on purpose: who went where and which valve is nobody's business.
STAGES: Final[dict[str, tuple[str, str | Promise, str | Promise]]] = {
    "received": (
        "warn",
        _("Received"),
        _("Your report is with the control room. Somebody looks at it now."),
    ),
    "working": ("busy", _("Being worked on"), _("People are on it. Thank you for telling us.")),
    "done": ("ok", _("Repaired, water is back"), _("The repair is finished and water is back.")),
    "answered": ("ok", _("Answered"), _("Your report was looked into and is closed.")),
}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Show the form, and take it."""
    if request.method != "POST":
        return _form_page(request, PublicReportForm(initial=_fresh()))
    form = PublicReportForm(request.POST)
    if form.is_trapped:
        # A machine is sent to the page of a report that was never made.
        return redirect("outages:public-report-status", *_nothing())
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if is_too_often(request, what="public-report", limit=MOST_PER_HOUR, within_s=HOUR_S):
        return _form_page(request, form, status=429, too_often=True)
    made = reports.report_burst(facts=_facts(form.cleaned_data), by=None, at=timezone.now())
    return redirect("outages:public-report-status", made.reference, token_of(made.reference))


def _fresh() -> dict[str, Any]:
    return {"shown": stamp(), "client_key": uuid4()}


def _facts(told: dict[str, Any]) -> reports.ReportFacts:
    return reports.ReportFacts(
        lon=told["lon"],
        lat=told["lat"],
        kind=told["kind"],
        channel=Channel.PUBLIC_FORM,
        address=told["address"],
        description=told["description"],
        is_danger=told["is_danger"],
        contact_name=told["contact_name"],
        contact_phone=told["contact_phone"],
        client_key=told["client_key"],
    )


def _form_page(
    request: HttpRequest, form: PublicReportForm, *, status: int = 200, too_often: bool = False
) -> HttpResponse:
    centre: tuple[float, float] = settings.LEAFLET_CONFIG["DEFAULT_CENTER"]  # type: ignore[assignment]
    context = {
        "form": form,
        "shown": stamp() if form.is_bound else form["shown"].value(),
        "too_often": too_often,
        "centre_lat": centre[0],
        "centre_lon": centre[1],
        "tiles": reverse("public:tile", args=[0, 0, 0]).replace("0/0/0.mvt", "{z}/{x}/{y}.mvt"),
    }
    return render(request, "outages/public/report.html", context, status=status)


def token_of(reference: str) -> str:
    """Return the secret half of a report's address: only who sent it has the link."""
    digest = salted_hmac("outages.public-report-status", reference, algorithm="sha256")
    return digest.hexdigest()[:TOKEN_LENGTH]


def _nothing() -> tuple[str, str]:
    reference = f"R{timezone.now():%y%m%d}-{secrets.token_hex(5).upper()}"
    return reference, secrets.token_hex(TOKEN_LENGTH // 2)


@login_not_required
@never_cache
@require_safe
def status(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """How a report goes on, for who has its link. The wrong token looks like no report at all."""
    if not constant_time_compare(token, token_of(reference)):
        raise Http404
    found = BurstReport.objects.select_related("outage", "duplicate_of__outage")
    made = found.filter(reference=reference).first()
    if made is None:
        raise Http404
    tone, title, text = STAGES[_stage(made)]
    context = {"report": made, "tone": tone, "stage_title": title, "stage_text": text}
    return render(request, "outages/public/report_status.html", context)


def _stage(made: BurstReport) -> str:
    """Return how far it is, coarsely; a duplicate is as far as the report that it joined."""
    if made.status == ReportStatus.DUPLICATE and made.duplicate_of is not None:
        return _stage(made.duplicate_of)
    outage = made.outage
    if outage and outage.status in (OutageStatus.RESTORED, OutageStatus.CLOSED):
        return "done"
    if outage or made.status == ReportStatus.ORDER_ISSUED:
        return "working"
    if made.status in (ReportStatus.ANSWERED, ReportStatus.INVALID):
        return "answered"
    return "received"
