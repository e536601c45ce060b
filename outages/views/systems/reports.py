"""Where other systems hand in reports: JSON over HTTP, as docs/intake.md has it.

POST /api/v1/reports              201 made, 200 known already
GET  /api/v1/reports/<reference>  how far it is, for the system that handed it in
"""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone

from outages.choices import IntakeScope
from outages.forms.systems.reports import IntakeForm
from outages.models import BurstReport, IntakeClient
from outages.services.desk.public_reports import stage_of
from outages.services.systems import reports as services
from outages.views.systems.door import for_systems, not_found, sent, taken_in


@for_systems("POST", IntakeScope.REPORTS)
def hand_in(request: HttpRequest, client: IntakeClient) -> JsonResponse:
    """Take one report."""
    told = sent(request, IntakeForm)
    if isinstance(told, JsonResponse):
        return told
    form, key = told
    taken = services.hand_in(
        client,
        facts=form.facts(sender=client.name),
        key=key,
        body=request.body,
        at=timezone.now(),
    )
    address = reverse("outages:intake-report", args=[taken.made.reference])
    return taken_in(_told(taken.made), is_new=taken.is_new, address=address)


@for_systems("GET", IntakeScope.REPORTS)
def report(_request: HttpRequest, client: IntakeClient, reference: str) -> JsonResponse:
    """Say how far a report is that this system handed in."""
    found = services.report_of(client, reference)
    return not_found() if found is None else JsonResponse(_told(found))


def _told(report: BurstReport) -> dict[str, Any]:
    """What the other system may know: how far it is, nothing of people or the network."""
    return {
        "reference": report.reference,
        "kind": report.kind,
        "channel": report.channel,
        "received_at": report.received_at.isoformat(),
        "stage": str(stage_of(report)),
    }
