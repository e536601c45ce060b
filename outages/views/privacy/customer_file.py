"""One customer, one file. Whoever opens it says why first; it stays open to them for a while."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from network.models import Customer
from network.selectors import current_revision
from outages.selectors import mask_phone
from outages.selectors.privacy.customer_file import file_of
from outages.selectors.privacy.disclosures import is_file_open
from outages.selectors.privacy.told import MOST
from outages.services.desk import disclosures
from outages.services.desk.disclosures import ShownTooMany, WhyMissing
from outages.views.messages.words import rows_of, what_opt_outs_stop
from outages.views.orders.words import chip_of_order, order_title
from outages.views.privacy.reveal import status_of, told_why
from outages.views.shape.actor import acting
from outages.views.shape.screen import may
from outages.views.words.refusals import in_words
from outages.views.words.wording import chip_of_outage, chip_of_report, report_title

MAY = ("outages.view_outages", "outages.view_customers")


def customer_by_id(asset_id: str) -> Customer:
    return get_object_or_404(Customer, revision=current_revision(), asset_id=asset_id)


@require_safe
@never_cache
@may(*MAY)
def customer_file(request: HttpRequest, asset_id: str) -> HttpResponse:
    """Show the file, or ask why it is wanted."""
    customer = customer_by_id(asset_id)
    if not is_file_open(customer, by=acting(request), at=timezone.now()):
        return _ask(request, customer)
    return show_file(request, customer)


def show_file(
    request: HttpRequest, customer: Customer, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """Show a file that is open to the reader."""
    found = file_of(customer, reader=request.user)
    context = {
        "customer": customer,
        "masked": mask_phone(customer.phone),
        "file": found,
        "reports": [
            (each, report_title(each), chip_of_report(each, None)) for each in found.reports
        ],
        "orders": [(each, order_title(each), chip_of_order(each)) for each in found.orders],
        "outages": [(each, chip_of_outage(each.outage, None)) for each in found.outages],
        "told": rows_of(found.told),
        "wishes": found.told.wishes,
        "opt_out_stops": what_opt_outs_stop(at=timezone.now()),
        "problem": problem,
        "most": MOST,
        "now": timezone.now(),
    }
    return render(request, "outages/privacy/customer_file.html", context, status=status)


@require_POST
@may(*MAY)
def open_file(request: HttpRequest, asset_id: str) -> HttpResponse:
    """Open the file for a reason."""
    customer = customer_by_id(asset_id)
    try:
        disclosures.open_file(
            customer, why=told_why(request), by=acting(request), at=timezone.now()
        )
    except (WhyMissing, ShownTooMany) as refused:
        return _ask(request, customer, problem=in_words(refused), status=status_of(refused))
    return redirect(reverse("outages:customer-file", args=[customer.asset_id]))


def _ask(
    request: HttpRequest, customer: Customer, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"customer": customer, "problem": problem}
    return render(request, "outages/privacy/ask_why.html", context, status=status)
