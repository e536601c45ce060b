"""What another system sends happens once, however often it is sent.

RULE 1  A key stands for one thing: sent again with the same words it is that thing, with other
        words, or for a thing of another kind, it is refused.
RULE 2  Nobody holds up the desk: more than settings.INTAKE_PER_MINUTE new things in a minute are
        refused. A repeat is always answered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Model

from outages.models import (
    Anomaly,
    BurstReport,
    Event,
    ExchangeMessage,
    HotlineCall,
    IntakeClient,
    IntakeRequest,
)
from outages.services.systems.tokens import IntakeRefused, digest_of

Made = TypeVar("Made", bound=Model)
_MINUTE: Final = timedelta(minutes=1)
# What a request may make -> the column that names it.
_COLUMNS: Final[dict[type[Any], str]] = {
    BurstReport: "report",
    ExchangeMessage: "exchange",
    Anomaly: "anomaly",
    HotlineCall: "call",
}


@dataclass(frozen=True)
class Taken(Generic[Made]):
    """What a request made, and whether it was made by this one."""

    made: Made
    is_new: bool


def take_once(
    client: IntakeClient,
    kind: type[Made],
    *,
    key: str,
    body: bytes,
    at: datetime,
    make: Callable[[], Made],
) -> Taken[Made]:
    """Let `make` happen once for this system's key, and return what it made.

    All in one transaction. Raises IntakeRefused, and what `make` raises.
    """
    digest = digest_of(body)
    if known := _known(client, kind, key, digest):
        return known
    recent = client.requests.filter(at__gt=at - _MINUTE).count()
    if recent >= settings.INTAKE_PER_MINUTE:  # RULE 2
        raise IntakeRefused(code="intake_too_many", most=settings.INTAKE_PER_MINUTE)
    try:
        with transaction.atomic():
            made = make()
            IntakeRequest.objects.create(
                client=client, key=key, digest=digest, at=at, **{_COLUMNS[kind]: made}
            )
            Event.objects.append(made, "handed_in", by=None, at=at, new=client.name[:40])
    except IntegrityError:
        if known := _known(client, kind, key, digest):  # the same request, at the same moment
            return known
        raise
    return Taken(made, is_new=True)


def _known(client: IntakeClient, kind: type[Made], key: str, digest: str) -> Taken[Made] | None:
    """Return what was made under the key. Raises IntakeRefused for other words (RULE 1)."""
    column = _COLUMNS[kind]
    found = IntakeRequest.objects.select_related(column).filter(client=client, key=key).first()
    if found is None:
        return None
    made: Made | None = getattr(found, column)
    if made is None or found.digest != digest:
        raise IntakeRefused(code="intake_key_reused", key=key)
    return Taken(made, is_new=False)
