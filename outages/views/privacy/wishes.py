"""A customer wants no messages on a channel, or wants them again: an act in their file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from outages.forms.privacy.wishes import WishForm
from outages.selectors.privacy.disclosures import is_file_open
from outages.services.publishing import opt_outs
from outages.views.privacy.customer_file import MAY, customer_by_id, show_file
from outages.views.shape.actor import acting
from outages.views.shape.screen import may
from outages.views.words.refusals import REFUSALS, in_words


@require_POST
@may(*MAY, "outages.publish_notice")
def note_wish(request: HttpRequest, asset_id: str) -> HttpResponse:
    """Note it for a reason; only in a file that is open to whoever notes it."""
    customer = customer_by_id(asset_id)
    now = timezone.now()
    if not is_file_open(customer, by=acting(request), at=now):
        return redirect("outages:customer-file", customer.asset_id)
    form = WishForm(request.POST)
    if not form.is_valid():
        problem = next(str(errors[0]) for errors in form.errors.values())
        return show_file(request, customer, problem=problem, status=422)
    told = form.cleaned_data
    try:
        opt_outs.note_wish(customer, by=acting(request), at=now, **told)
    except REFUSALS as refused:
        return show_file(request, customer, problem=in_words(refused), status=409)
    said = gettext("Noted: no messages any more.") if told["is_out"] else gettext("Noted.")
    messages.success(request, said)
    return redirect("outages:customer-file", customer.asset_id)
