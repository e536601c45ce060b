"""One case as the desk sees it: who said what, whose it is, its orders, what may be done."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from network.models import Customer
from network.selectors import current_revision
from outages.models import BurstReport
from outages.selectors import callbacks
from outages.selectors import orders as lists
from outages.selectors.privacy.contacts import contact_of, may_know
from outages.services.desk import disclosures
from outages.services.rules import clocks
from outages.views.orders.case_acts import CASE_ACTS
from outages.views.orders.case_history import entries_of
from outages.views.orders.words import chip_of_order, order_title
from outages.views.privacy.reveal import reveal, told_why
from outages.views.rules.limits import limit_rows
from outages.views.shape.actor import acting
from outages.views.shape.acts import ActPage, User
from outages.views.shape.screen import may
from outages.views.words.wording import chip_of_report

SEES = "outages.view_outages"


def case_by_reference(reference: str) -> BurstReport:
    """Return one report, or say that there is none."""
    rows = BurstReport.objects.select_related(
        "outage", "duplicate_of", "first_owner", "taken_by", "instructed_by"
    )
    report = rows.filter(reference=reference).first()
    if report is None:
        raise Http404
    return report


def show_case(
    request: HttpRequest,
    report: BurstReport,
    *,
    status: int = 200,
    problem: str = "",
    filled: Any = None,
    slug: str = "",
) -> HttpResponse:
    """Show the page; a form that did not hold stands open."""
    report = case_by_reference(report.reference)
    now = timezone.now()
    orders = list(lists.all_orders().filter(report=report).order_by("issued_at", "pk"))
    context = {
        "report": report,
        "chip": chip_of_report(report, None),
        "contact": contact_of(report, request.user),
        "customer": _customer(report, request.user),
        "acts": CASE_PAGE.shown(CASE_ACTS, report, request.user, filled=filled, slug=slug),
        "problem": problem,
        "limits": limit_rows(clocks.limits_of_report(report), at=now),
        "orders": [(order, chip_of_order(order), order_title(order)) for order in orders],
        "callbacks": callbacks.callbacks_of_report(report).values(),
        "calls": list(report.follow_ups.select_related("owner", "done_by")),
        "duplicates": list(report.duplicates.all()),
        "timeline": entries_of(report),
        "now": now,
    }
    response = render(request, "outages/orders/case.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _customer(report: BurstReport, reader: User) -> Customer | None:
    """Return the account it came from: that tells who told us, and to nobody else than may know."""
    if not report.customer or not may_know(report, reader):
        return None
    revision = current_revision()
    return Customer.objects.filter(revision=revision, asset_id=report.customer).first()


@require_safe
@never_cache
@may(SEES)
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one case."""
    return show_case(request, case_by_reference(reference))


@require_POST
@may(SEES)
def caller_phone(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a caller's number for half a minute; who saw whose, and why, is on record."""
    report = get_object_or_404(BurstReport, reference=reference)
    return reveal(
        request,
        lambda: disclosures.show_caller_phone(
            report, why=told_why(request), by=acting(request), at=timezone.now()
        ),
        whose=report.reference,
        back=reverse("outages:case", args=[report.reference]),
    )


CASE_PAGE: ActPage[BurstReport] = ActPage(
    find=case_by_reference,
    url=lambda report: reverse("outages:case", args=[report.reference]),
    act_url=lambda report, slug: reverse(f"outages:case-{slug}", args=[report.reference]),
    show=show_case,
)
CASE_ACT_VIEWS = {act.slug: CASE_PAGE.view(act) for act in CASE_ACTS}
