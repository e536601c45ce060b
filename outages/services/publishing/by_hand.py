"""What people do for a notice themselves: calls of the telephone list, postings with evidence.

Such a delivery is a row like any other, so that a newer notice takes it back, and the notice's
page counts it; only that a person claims it by doing it.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from outages.choices import CallResult, EvidenceKind, NoticeChannel
from outages.models import CallAttempt, Delivery, Event, Evidence, OutageNotice
from outages.models.events import Actor
from outages.policy.values import Span
from outages.selectors import policy
from outages.services.field.photos import reencoded
from outages.workflow import DeliveryStatus, Refused


class HandRefused(Refused):
    """Done already, or nothing shows that it was done."""

    codes = ("hand_done", "evidence_missing", "evidence_no_address")


def ask_for(
    notice: OutageNotice, channel: NoticeChannel, *, recipient: str, by: Actor, at: datetime
) -> Delivery:
    """Ask a person to bring a published notice to the portal, the press, or somebody by phone.

    Asking twice is asking once.
    """
    with transaction.atomic():
        row, is_new = Delivery.objects.get_or_create(
            notice=notice,
            channel=channel,
            recipient=recipient,
            defaults={"key": uuid4(), "due_at": at, "by_hand": True},
        )
        if is_new:
            Event.objects.append(row, "hand_asked", by=by, at=at, channel=str(channel))
    return row


def record_call(
    delivery: Delivery,
    *,
    result: CallResult | str,
    by: Actor,
    at: datetime,
    spoke_with: str = "",
    note: str = "",
    recording: str = "",
) -> Delivery:
    """Write down a call. Reached: done. No answer: due again later. Wrong number: failed.

    Raises HandRefused where somebody did it already or a newer notice took it back.
    """
    with transaction.atomic():
        row = _waiting(delivery)
        row.attempts += 1
        CallAttempt.objects.create(
            delivery=row, at=at, by=by, result=result, spoke_with=spoke_with[:80], note=note[:300]
        )
        if result == CallResult.REACHED:
            row.status, row.accepted_at, row.last_error = DeliveryStatus.ACCEPTED, at, ""
            if recording:
                Evidence.objects.create(
                    delivery=row,
                    kind=EvidenceKind.RECORDING,
                    at=at,
                    by=by,
                    reference=recording[:300],
                )
        elif result == CallResult.NO_ANSWER:
            row.due_at = at + again_after(at)
            row.last_error = "no answer"
        else:
            row.status, row.last_error = DeliveryStatus.FAILED, "wrong number"
        row.save()
        Event.objects.append(
            row,
            "call_made",
            by=by,
            at=at,
            old=DeliveryStatus.PENDING,
            new=row.status,
            result=str(result),
            attempts=row.attempts,
        )
    return row


def again_after(at: datetime) -> timedelta:
    """How long after an unanswered call the next one is due."""
    span = policy.value("call_again", at=at)
    return span.timedelta if isinstance(span, Span) else timedelta(0)


def complete(
    delivery: Delivery,
    *,
    kind: EvidenceKind | str,
    by: Actor,
    at: datetime,
    reference: str = "",
    file: UploadedFile | None = None,
) -> Delivery:
    """Say that it was done, with what shows it. Raises HandRefused, PhotoRefused."""
    reference = reference.strip()[:300]
    if not reference and file is None:
        raise HandRefused(code="evidence_missing")
    if kind == EvidenceKind.URL and urlsplit(reference).scheme not in ("http", "https"):
        raise HandRefused(code="evidence_no_address")
    picture = reencoded(file) if file is not None else None
    with transaction.atomic():
        row = _waiting(delivery)
        shown = Evidence(delivery=row, kind=kind, at=at, by=by, reference=reference)
        if picture is not None:
            shown.file.save(f"{uuid4().hex}.jpg", ContentFile(picture), save=False)
        shown.save()
        row.status, row.accepted_at = DeliveryStatus.ACCEPTED, at
        row.attempts += 1
        row.save()
        Event.objects.append(
            row,
            "hand_completed",
            by=by,
            at=at,
            old=DeliveryStatus.PENDING,
            new=row.status,
            channel=row.channel,
            evidence=str(kind),
        )
    return row


def _waiting(delivery: Delivery) -> Delivery:
    """The row as it is now, locked. Raises HandRefused unless it waits for a person."""
    row = (
        Delivery.objects.select_for_update(of=("self",), no_key=True)
        .select_related("notice")
        .get(pk=delivery.pk)
    )
    if not row.by_hand or row.status != DeliveryStatus.PENDING:
        raise HandRefused(code="hand_done")
    return row
