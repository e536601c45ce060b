"""The button that has the risk map reckoned anew by a worker."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from gisapp.tasks import reckon_risk as reckoning
from outages.tasks import wake


@require_POST
@permission_required("network.import_network", raise_exception=True)
def reckon_risk(request: HttpRequest) -> HttpResponse:
    """Ask a worker; the risk page shows how far it is."""
    wake(reckoning)
    messages.success(request, gettext("A worker was asked. How far it is stands here soon."))
    return redirect("network:risk")
