"""The button that has the risk map reckoned anew by a worker."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from gisapp.tasks import reckon_risk as reckoning
from network.selectors import current_revision
from network.services.criticality import request_criticality
from outages.tasks import wake


@require_POST
@permission_required("network.import_network", raise_exception=True)
def reckon_risk(request: HttpRequest) -> HttpResponse:
    """Write down that it is wanted and wake a worker; the risk page shows how far it is."""
    revision = current_revision()
    if revision is None:
        raise Http404
    request_criticality(revision, at=timezone.now())
    if wake(reckoning):
        messages.success(request, gettext("A worker was asked. How far it is stands here soon."))
    else:
        text = gettext("It is written down, but no worker can be woken now. One takes it up later.")
        messages.warning(request, text)
    return redirect("network:risk")
