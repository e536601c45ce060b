"""What the dispatch centre sees in the network, told to the call centre."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import transaction

from outages.choices import AnomalyKind
from outages.models import (
    Anomaly,
    Event,
    Outage,
)
from outages.models.events import Actor
from outages.services.rules.alerts import raise_alert, settle, to_role
from outages.services.rules.leaders import CALL_AGENT
from outages.services.rules.reasons import required_reason

TOLD: Final = "anomaly_told"


def report_anomaly(
    *,
    kind: AnomalyKind | str,
    place: str,
    text: str,
    observed_at: datetime,
    client_key: UUID,
    by: Actor,
    at: datetime,
    at_place: tuple[float, float] | None = None,
    outage: Outage | None = None,
) -> Anomaly:
    """Take an anomaly from the dispatch centre; sent twice with one key, it is one.

    `at_place` is (lon, lat) in degrees. Raises ReasonMissing for an empty text.
    """
    said = required_reason(text)
    with transaction.atomic():
        anomaly, created = Anomaly.objects.get_or_create(
            client_key=client_key,
            defaults={
                "kind": kind,
                "place": place[:200],
                "text": said[:500],
                "geom": Point(*at_place, srid=4326) if at_place else None,
                "observed_at": min(observed_at, at),
                "received_at": at,
                "told_by": by,
                "outage": outage,
            },
        )
        if created:
            Event.objects.append(anomaly, "anomaly_told", by=by, at=at, kind=str(kind))
            raise_alert(
                TOLD, audience=to_role(CALL_AGENT), subject=anomaly, at=at, place=anomaly.place
            )
    return anomaly


def acknowledge_anomaly(anomaly: Anomaly, *, by: Actor, at: datetime) -> Anomaly:
    """Record which agent has taken note; the first who says so stays."""
    with transaction.atomic():
        row = Anomaly.objects.select_for_update(of=("self",), no_key=True).get(pk=anomaly.pk)
        if row.acknowledged_at is None:
            row.acknowledged_at, row.acknowledged_by = at, by
            row.save(update_fields=["acknowledged_at", "acknowledged_by"])
            Event.objects.append(row, "anomaly_acknowledged", by=by, at=at)
            settle(row, TOLD, at=at)
    return row
