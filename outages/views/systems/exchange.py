"""The dispatch centre's program: messages both ways and anomalies, as docs/exchange.md has it.

GET  /api/v1/exchange             what it has not read yet
POST /api/v1/exchange             a word about an outage
GET  /api/v1/exchange/<id>        one message, and whether it was read
POST /api/v1/exchange/<id>/read   it has it
POST /api/v1/anomalies            something out of order in the network
GET  /api/v1/anomalies/<id>       whether an agent took note
"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone

from outages.choices import ExchangeDirection, IntakeScope
from outages.forms.systems.exchange import AnomalySentForm, AnswerSentForm
from outages.models import Anomaly, ExchangeMessage, IntakeClient
from outages.services.systems import exchange as services
from outages.views.systems.door import for_systems, not_found, sent, taken_in


@for_systems("GET", IntakeScope.EXCHANGE)
def waiting(_request: HttpRequest, _client: IntakeClient) -> JsonResponse:
    """Hand out what the dispatch centre has not read, and whether there is more."""
    rows = list(services.waiting_messages()[: services.MOST + 1])
    return JsonResponse(
        {
            "messages": [_message_told(row) for row in rows[: services.MOST]],
            "more": len(rows) > services.MOST,
        }
    )


@for_systems("POST", IntakeScope.EXCHANGE)
def answer(request: HttpRequest, client: IntakeClient) -> JsonResponse:
    """Take a word about an outage."""
    told = sent(request, AnswerSentForm)
    if isinstance(told, JsonResponse):
        return told
    form, key = told
    taken = services.answer(
        client, **form.cleaned_data, key=key, body=request.body, at=timezone.now()
    )
    address = reverse("outages:exchange-api-message", args=[taken.made.pk])
    return taken_in(_message_told(taken.made), is_new=taken.is_new, address=address)


@for_systems("GET", IntakeScope.EXCHANGE)
def message(_request: HttpRequest, client: IntakeClient, message_id: int) -> JsonResponse:
    """Show a message that it may follow."""
    found = services.message_of(client, message_id)
    return not_found() if found is None else JsonResponse(_message_told(found))


@for_systems("POST", IntakeScope.EXCHANGE)
def read(_request: HttpRequest, client: IntakeClient, message_id: int) -> JsonResponse:
    """Take note that it has a message; said again, nothing changes."""
    found = services.read_message(client, message_id, at=timezone.now())
    return not_found() if found is None else JsonResponse(_message_told(found))


def _message_told(row: ExchangeMessage) -> dict[str, Any]:
    told = {
        "id": row.pk,
        "outage": row.outage.code,
        "number": row.number,
        "direction": row.direction,
        "sent_at": row.sent_at.isoformat(),
        "read_at": _moment(row.read_at),
        "text": row.remark,
    }
    if row.direction == ExchangeDirection.TO_DISPATCH:
        told |= {
            "cause": row.cause,
            "outage_status": row.outage_status,
            "leak_location": row.leak_location,
            "pipe_diameter": row.pipe_diameter,
            "valves": row.valve_states,
            "affected_area": row.affected_area,
            "persons": row.persons,
            "expected_repair_at": _moment(row.expected_repair_at),
        }
    return told


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


@for_systems("POST", IntakeScope.ANOMALIES)
def tell_anomaly(request: HttpRequest, client: IntakeClient) -> JsonResponse:
    """Take an anomaly."""
    told = sent(request, AnomalySentForm)
    if isinstance(told, JsonResponse):
        return told
    form, key = told
    at = timezone.now()
    taken = services.tell_anomaly(
        client, facts=form.facts(at=at), key=key, body=request.body, at=at
    )
    address = reverse("outages:anomaly-api-one", args=[taken.made.pk])
    return taken_in(_anomaly_told(taken.made), is_new=taken.is_new, address=address)


@for_systems("GET", IntakeScope.ANOMALIES)
def anomaly(_request: HttpRequest, client: IntakeClient, anomaly_id: int) -> JsonResponse:
    """Say whether an agent took note of an anomaly that this system told."""
    found = services.anomaly_of(client, anomaly_id)
    return not_found() if found is None else JsonResponse(_anomaly_told(found))


def _anomaly_told(row: Anomaly) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "place": row.place,
        "received_at": row.received_at.isoformat(),
        "acknowledged_at": _moment(row.acknowledged_at),
    }
