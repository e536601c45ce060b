"""The dispatch centre's own program: it fetches what it is told, says so, and answers.

RULE 1  What is not read yet is handed out again and again, the oldest first: nothing is missed,
        whatever was lost on the way. Reading is said message by message.
RULE 2  A system reads what goes to the dispatch centre, and follows what it sent itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db.models import Q, QuerySet

from outages.choices import AnomalyKind, ExchangeDirection
from outages.models import Anomaly, ExchangeMessage, IntakeClient, Outage
from outages.selectors.duties import unread_exchanges
from outages.services import exchange
from outages.services.systems.once import Taken, take_once

MOST: Final = 100
_KEYS: Final = UUID("0d6e7f0a-52a8-4a3e-8a55-0b9a6d6f2c11")


def waiting_messages() -> QuerySet[ExchangeMessage]:
    """Return what the dispatch centre has not read, the oldest first (RULE 1). One query."""
    rows = unread_exchanges(ExchangeDirection.TO_DISPATCH).select_related("outage", "intake")
    return rows.order_by("sent_at", "pk")


def message_of(client: IntakeClient, message_id: int) -> ExchangeMessage | None:
    """Return a message that this system may follow (RULE 2). One query."""
    mine = Q(direction=ExchangeDirection.TO_DISPATCH) | Q(intake__client=client)
    rows = ExchangeMessage.objects.filter(mine).select_related("outage", "intake")
    return rows.filter(pk=message_id).first()


def read_message(client: IntakeClient, message_id: int, *, at: datetime) -> ExchangeMessage | None:
    """Record that the dispatch centre has a message; the first who says so stays. None: no such."""
    found = message_of(client, message_id)
    if found is None or found.direction != ExchangeDirection.TO_DISPATCH:
        return None
    return exchange.read_exchange(found, by=None, system=client, at=at)


def answer(
    client: IntakeClient, *, outage: Outage, text: str, key: str, body: bytes, at: datetime
) -> Taken[ExchangeMessage]:
    """Take a word from the dispatch centre about an outage. Raises IntakeRefused."""
    return take_once(
        client,
        ExchangeMessage,
        key=key,
        body=body,
        at=at,
        make=lambda: exchange.answer_exchange(outage, text=text, by=None, at=at),
    )


@dataclass(frozen=True, kw_only=True)
class AnomalyFacts:
    """What a system sees. `at_place` is (lon, lat) in degrees."""

    kind: AnomalyKind | str
    place: str
    text: str
    observed_at: datetime
    at_place: tuple[float, float] | None = None
    outage: Outage | None = None


def tell_anomaly(
    client: IntakeClient, *, facts: AnomalyFacts, key: str, body: bytes, at: datetime
) -> Taken[Anomaly]:
    """Take an anomaly from monitoring; agents are alerted at once. Raises IntakeRefused."""

    def made() -> Anomaly:
        return exchange.report_anomaly(
            kind=facts.kind,
            place=facts.place,
            text=facts.text,
            observed_at=facts.observed_at,
            at_place=facts.at_place,
            outage=facts.outage,
            client_key=uuid5(_KEYS, f"{client.pk}:{key}"),
            by=None,
            at=at,
        )

    return take_once(client, Anomaly, key=key, body=body, at=at, make=made)


def anomaly_of(client: IntakeClient, anomaly_id: int) -> Anomaly | None:
    """Return an anomaly that this system told (RULE 2). One query."""
    return Anomaly.objects.filter(intake__client=client, pk=anomaly_id).first()
