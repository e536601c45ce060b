"""Who may send, and what: tokens and their scopes.

RULE 1  A token is shown when it is made and never again; only its digest is kept.
RULE 2  A system does what it was registered for, and reports name only its own channels.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from outages.choices import IntakeScope
from outages.models import Event, IntakeClient
from outages.models.events import Actor
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused

_PREFIX: Final = "mbi_"


class IntakeRefused(Refused):
    """What a system may not do."""

    codes = (
        "intake_name_taken",
        "intake_retired",
        "intake_scope",
        "intake_channel",
        "intake_key_reused",
        "intake_too_many",
    )


def register_client(
    name: str,
    *,
    channels: Iterable[str] = (),
    scopes: Iterable[str] = (IntakeScope.REPORTS,),
    by: Actor,
    at: datetime,
) -> tuple[IntakeClient, str]:
    """Let a system in; return it with its token (RULE 1). Raises IntakeRefused."""
    token = _PREFIX + secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            client = IntakeClient.objects.create(
                name=required_reason(name)[:80],
                scopes=sorted(str(scope) for scope in scopes),
                channels=sorted(str(channel) for channel in channels),
                digest=digest_of(token.encode()),
                hint=token[-4:],
                made_at=at,
                made_by=by,
            )
            Event.objects.append(
                client,
                "intake_registered",
                by=by,
                at=at,
                scopes=client.scopes,
                channels=client.channels,
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
    digest = digest_of(token.encode())
    found = IntakeClient.objects.filter(digest=digest, retired_at=None).first()
    return found if found is not None and hmac.compare_digest(found.digest, digest) else None


def require_scope(client: IntakeClient, scope: IntakeScope) -> None:
    """Refuse what the system was not registered for (RULE 2). Raises IntakeRefused."""
    if scope not in client.scopes:
        raise IntakeRefused(code="intake_scope", scope=str(scope))


def digest_of(content: bytes) -> str:
    """Return what is kept of a token or a body: its SHA-256, as hexadecimal figures."""
    return hashlib.sha256(content).hexdigest()
