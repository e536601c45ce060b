"""The city authority's permit: required, applied for, approved or rejected, with its document."""

import re
from datetime import datetime
from io import BytesIO
from typing import Final
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from outages.models import Event, Outage, Permit, lifecycle
from outages.models.events import Actor
from outages.policy.matrix import Task
from outages.services import duties
from outages.services.field.photos import reencoded
from outages.services.papers import handing_over
from outages.workflow import OPEN_OUTAGES, PERMIT_TRANSITIONS, PermitStatus, Refused, require

MAX_DOCUMENT_BYTES: Final = 10 * 1024 * 1024
_PDF: Final = b"%PDF-"
# Names of a PDF that run something, or bring another file, when it is opened. A place to open it at
# (`/OpenAction [3 0 R /Fit]`) does not, and `/JS` may stand in any scanned picture by chance: it
# counts where a script follows.
_ACTIVE: Final = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|XFA)(?![A-Za-z0-9])|/OpenAction(?!\s*\[)(?![A-Za-z0-9])"
    rb"|/JS\s*(?:[(<]|\d+\s+\d+\s+R)"
)
# Any letter of a name may be written by its number: /J#61vaScript.
_NUMBERED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")


class PermitRefused(Refused):
    """Nothing is required, the outage is over, or the paper lacks something."""

    codes = (
        "permit_not_needed",
        "permit_without_number",
        "permit_document_unreadable",
        "permit_document_too_large",
        "permit_document_active",
    )


def apply_for_permit(
    outage: Outage, *, applied_at: datetime, by: Actor, at: datetime, note: str = ""
) -> Permit:
    """Record that the papers are with the authority. Raises PermitRefused, TransitionRefused."""
    with transaction.atomic():
        permit = _locked(outage)
        return _move(
            permit, PermitStatus.APPLIED, by=by, at=at, applied_at=applied_at, note=note[:300]
        )


def decide_permit(
    outage: Outage,
    *,
    approved: bool,
    decided_at: datetime,
    by: Actor,
    at: datetime,
    number: str = "",
    note: str = "",
    document: UploadedFile | None = None,
) -> Permit:
    """Record what the authority said. Approved, it opens the gate before publishing.

    Raises PermitRefused (approved without its number), TransitionRefused, and what making the
    outage ready raises.
    """
    if approved and not number.strip():
        raise PermitRefused(code="permit_without_number")
    kept = checked_document(document) if document else None
    with transaction.atomic():
        permit = _locked(outage)
        if kept is not None:
            name, content = kept
            permit.document.save(name, ContentFile(content), save=False)
        status = PermitStatus.APPROVED if approved else PermitStatus.REJECTED
        _move(
            permit,
            status,
            by=by,
            at=at,
            decided_at=decided_at,
            number=number.strip()[:60],
            note=note[:300],
            document=permit.document,
        )
        if approved:
            locked = lifecycle.lock_outage(outage)
            duties.meet(locked, Task.PERMIT, by=by, at=at, evidence=permit.number)
            handing_over.settle(locked, by=by, at=at)
    return permit


def checked_document(file: UploadedFile) -> tuple[str, bytes]:
    """Return (name, content) of a paper that may be kept: a picture made anew, or a plain PDF.

    A PDF is kept as it is, being the authority's, unless it could run something. Raises
    PermitRefused, photos.PhotoRefused.
    """
    if file.size is None or file.size > MAX_DOCUMENT_BYTES:
        raise PermitRefused(
            code="permit_document_too_large", limit_mb=MAX_DOCUMENT_BYTES // 1024 // 1024
        )
    content = file.read()
    if not content.startswith(_PDF):
        file.seek(0)
        return f"{uuid4().hex}.jpg", reencoded(file)
    if b"%%EOF" not in content[-2048:]:
        raise PermitRefused(code="permit_document_unreadable")
    if _ACTIVE.search(_NUMBERED.sub(lambda found: bytes.fromhex(found[1].decode()), content)):
        raise PermitRefused(code="permit_document_active")
    return f"{uuid4().hex}.pdf", BytesIO(content).getvalue()


def _locked(outage: Outage) -> Permit:
    locked = lifecycle.lock_outage(outage)
    permit = Permit.objects.select_for_update(of=("self",), no_key=True)
    found = permit.filter(outage=locked).first()
    if found is None or locked.status not in OPEN_OUTAGES:
        raise PermitRefused(code="permit_not_needed", outage=outage.code)
    return found


def _move(
    permit: Permit, status: PermitStatus, *, by: Actor, at: datetime, **values: object
) -> Permit:
    require(PERMIT_TRANSITIONS, f"permit of {permit.outage}", permit.status, status)
    was, permit.status = permit.status, status
    for name, value in values.items():
        setattr(permit, name, value)
    permit.save()
    Event.objects.append(
        permit, "permit_status", by=by, at=at, old=was, new=status, number=permit.number
    )
    return permit
