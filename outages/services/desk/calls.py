"""The log of calls that named no place."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from outages.choices import CallOutcome
from outages.models import CallNote, Event
from outages.models.events import Actor
from outages.services.rules.reasons import required_reason


def log_call(
    *, outcome: CallOutcome | str, asked: str, client_key: UUID, by: Actor, at: datetime
) -> CallNote:
    """Keep a call without a place; sent twice under one `client_key` it is kept once.

    `asked` says what the caller wanted to know; only an invalid call may go without. It may be
    personal, so the event does not repeat it. Raises ReasonMissing.
    """
    told = asked.strip() if outcome == CallOutcome.INVALID else required_reason(asked)
    with transaction.atomic():
        note, is_new = CallNote.objects.get_or_create(
            client_key=client_key,
            defaults={"at": at, "taken_by": by, "outcome": outcome, "asked": told[:200]},
        )
        if is_new:
            Event.objects.append(note, "call_logged", by=by, at=at, new=str(outcome))
    return note
