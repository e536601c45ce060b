"""The bell and its list: what somebody must know now, until it is acknowledged."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outages.models import Alert
from outages.selectors.rules.alerts import alerts_for, open_alert_count
from outages.services.rules.alerts import NotYourAlert, acknowledge
from outages.views.shape.actor import acting
from outages.views.shape.screen import is_htmx
from outages.views.words.alerts import told

SHOWN = 100
SEEN_SHOWN = 30


@require_safe
@never_cache
@login_required
def alert_list(request: HttpRequest) -> HttpResponse:
    """List the alerts of whoever is signed in: those that wait, then the last that were seen."""
    return render(request, "outages/control/alerts.html", _lists(request))


def _lists(request: HttpRequest) -> dict[str, object]:
    user = acting(request)
    waiting = [told(alert) for alert in alerts_for(user)[:SHOWN]]
    seen = alerts_for(user, open_only=False).filter(acknowledged_at__isnull=False)
    return {
        # What is overdue before what runs out; each the newest first.
        "waiting": sorted(waiting, key=lambda each: each.tone != "danger"),
        "seen": [told(alert) for alert in seen[:SEEN_SHOWN]],
        "count": open_alert_count(user),
    }


@require_safe
@never_cache
@login_required
def bell(request: HttpRequest) -> HttpResponse:
    """Answer with the bell alone, for the pages that ask for it again and again."""
    return render(request, "outages/control/_bell.html", bell_of(request))


def bell_of(request: HttpRequest) -> dict[str, object]:
    """Return how many alerts wait for whoever is signed in."""
    return {"count": open_alert_count(acting(request))}


@require_POST
@login_required
def acknowledge_alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Say that it is seen to, for everybody whom the alert is for."""
    alert = get_object_or_404(Alert, pk=alert_id)
    try:
        acknowledge(alert, by=acting(request), at=timezone.now())
    except NotYourAlert:
        return render(request, "403.html", status=403)
    if is_htmx(request):
        return render(request, "outages/control/_alerts.html", _lists(request))
    return redirect("outages:alerts")
