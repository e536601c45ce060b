"""Reports that other systems hand in: each with a token of its own, each report once.

RULE 1  A token is shown when it is made and never again; only its digest is kept.
RULE 2  A system names only the channels that it was given.
RULE 3  A key stands for one report: sent again with the same words it is that report, with other
        words it is refused.
RULE 4  Nobody holds up the desk: more than settings.INTAKE_PER_MINUTE in a minute are refused.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from django.conf import settings
from django.db import IntegrityError, transaction

from outages.models import BurstReport, Event, IntakeClient, IntakeRequest
from outages.models.events import Actor
from outages.services.desk import reports
from outages.services.desk.reports import ReportFacts
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused

_PREFIX: Final = "mbi_"
_KEYS: Final = UUID("6d6a2c3e-3f0e-4a53-9f0a-6b1b6f9f7e10")
_MINUTE: Final = timedelta(minutes=1)


class IntakeRefused(Refused):
    """What a system may not do."""

    codes = (
        "intake_name_taken",
        "intake_retired",
        "intake_channel",
        "intake_key_reused",
        "intake_too_many",
    )


@dataclass(frozen=True)
class Taken:
    """The report of a request, and whether it was made by this one."""

    report: BurstReport
    is_new: bool


def register_client(
    name: str, *, channels: Iterable[str], by: Actor, at: datetime
) -> tuple[IntakeClient, str]:
    """Let a system hand in reports; return it with its token (RULE 1). Raises IntakeRefused."""
    token = _PREFIX + secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            client = IntakeClient.objects.create(
                name=required_reason(name)[:80],
                channels=sorted(str(channel) for channel in channels),
                digest=_digest(token.encode()),
                hint=token[-4:],
                made_at=at,
                made_by=by,
            )
            Event.objects.append(
                client, "intake_registered", by=by, at=at, channels=client.channels
            )
    except IntegrityError:
        raise IntakeRefused(code="intake_name_taken", name=name) from None
    return client, token


def retire_client(client: IntakeClient, *, reason: str, by: Actor, at: datetime) -> IntakeClient:
    """Take a system's token out of use; what it sent stays. Raises IntakeRefused, ReasonMissing."""
    why = required_reason(reason)
    with transaction.atomic():
        client = IntakeClient.objects.select_for_update(of=("self",)).get(pk=client.pk)
        if client.retired_at is not None:
            raise IntakeRefused(code="intake_retired", name=client.name)
        client.retired_at, client.retired_by, client.retire_reason = at, by, why[:200]
        client.save(update_fields=["retired_at", "retired_by", "retire_reason"])
        Event.objects.append(client, "intake_closed", by=by, at=at, reason=why)
    return client


def client_of(token: str) -> IntakeClient | None:
    """Return the system that a token belongs to; None for an unknown or retired one. One query."""
    digest = _digest(token.encode())
    found = IntakeClient.objects.filter(digest=digest, retired_at=None).first()
    return found if found is not None and hmac.compare_digest(found.digest, digest) else None


def hand_in(
    client: IntakeClient, *, facts: ReportFacts, key: str, body: bytes, at: datetime
) -> Taken:
    """Take a report that a system hands in (RULES 2 to 4).

    Raises IntakeRefused, PlaceRefused, UnknownPipe.
    """
    digest = _digest(body)
    if known := _known(client, key, digest):
        return known
    if str(facts.channel) not in client.channels:  # RULE 2
        raise IntakeRefused(code="intake_channel", channel=str(facts.channel))
    recent = client.requests.filter(at__gt=at - _MINUTE).count()
    if recent >= settings.INTAKE_PER_MINUTE:  # RULE 4
        raise IntakeRefused(code="intake_too_many", most=settings.INTAKE_PER_MINUTE)
    try:
        with transaction.atomic():
            # Nothing but this request makes a report under this key.
            mark = uuid5(_KEYS, f"{client.pk}:{key}")
            report = reports.report_burst(facts=replace(facts, client_key=mark), by=None, at=at)
            IntakeRequest.objects.create(
                client=client, key=key, digest=digest, report=report, at=at
            )
            Event.objects.append(report, "handed_in", by=None, at=at, new=client.name[:40])
    except IntegrityError:
        if known := _known(client, key, digest):  # the same request, at the same moment
            return known
        raise
    return Taken(report, is_new=True)


def report_of(client: IntakeClient, reference: str) -> BurstReport | None:
    """Return a report that this system handed in; None for any other. One query."""
    rows = BurstReport.objects.filter(intake__client=client, reference=reference)
    return rows.select_related("outage", "duplicate_of__outage").first()


def _known(client: IntakeClient, key: str, digest: str) -> Taken | None:
    """Return what was made under the key. Raises IntakeRefused for other words (RULE 3)."""
    rows = IntakeRequest.objects.select_related("report")
    found = rows.filter(client=client, key=key).first()
    if found is None:
        return None
    if found.digest != digest:
        raise IntakeRefused(code="intake_key_reused", reference=found.report.reference)
    return Taken(found.report, is_new=False)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
