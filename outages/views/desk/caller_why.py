"""Why the caller has water or none, for the agent alone: valves are not for the caller's ears."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from network.models import Customer
from network.words import local
from outages import selectors
from outages.services.desk.caller_reasons import CallerReason, why_caller
from outages.views.control import argument_words as words
from outages.views.control.argument import source_names
from outages.views.shape.screen import is_htmx

may_ask_why = permission_required(
    ("outages.enquire", "outages.view_outages", "outages.view_customers"), raise_exception=True
)


@may_ask_why
@never_cache
@require_safe
def caller_why(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Say in staff's words why one customer is dry or not: a block under the verdict, or a page."""
    customer = get_object_or_404(Customer, pk=customer_id)
    verdict = selectors.verdict_for_customer(customer, at=timezone.now())
    found = why_caller(customer, verdict.plan)
    context = {
        "customer": customer,
        "where": local(customer.address, customer.address_en) or customer.account,
        "text": staff_words(found) if found else "",
        "is_dry": found is not None and found.reason.way is None,
        "unexplained": found is not None and found.plan is None and found.reason.way is None,
        "plan": verdict.plan,
    }
    name = "_why" if is_htmx(request) else "why"
    response = render(request, f"outages/desk/{name}.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def staff_words(found: CallerReason) -> str:
    """One sentence with valve codes. One query for the names of the sources."""
    names = source_names(found.revision) if found.reason.way else {}
    if found.plan is None:
        return words.why_caller(found.reason, names)
    return words.why_customer(found.reason, names)
