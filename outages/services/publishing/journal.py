"""What must not wait for the next backup: plans that came into force and notices that went out.

One line of JSON each, appended to a file of its month the moment the transaction commits (SEC-05).
No recipient is in it; what was said, about what and by whom is.
"""

import json
import os
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from outages.models import IsolationPlan, Outage, OutageNotice
from outages.models.events import Actor

log = structlog.get_logger(__name__)


def journal_plan(plan: IsolationPlan, outage: Outage, *, by: Actor, at: datetime) -> None:
    """Write down an approved plan when this transaction commits."""
    _after_commit(
        at,
        kind="plan_approved",
        plan=plan.pk,
        version=plan.version,
        outage=outage.code,
        network_revision=plan.revision_number,
        answer=plan.answer,
        by=getattr(by, "username", ""),
    )


def journal_notice(notice: OutageNotice, *, by: Actor, at: datetime) -> None:
    """Write down a published notice when this transaction commits."""
    _after_commit(
        at,
        kind="notice_published",
        notice=notice.pk,
        version=notice.version,
        notice_kind=notice.kind,
        outage=notice.outage.code,
        customers=notice.customers,
        text_zh=notice.text_zh,
        text_en=notice.text_en,
        by=getattr(by, "username", ""),
    )


def _after_commit(at: datetime, **facts: Any) -> None:
    name = f"journal-{at:%Y-%m}.jsonl"
    transaction.on_commit(partial(_append, name, {"at": at.isoformat(), **facts}))


def _append(name: str, facts: dict[str, Any]) -> None:
    """Append one line in one write, safe among processes; a full disk must stop no crew."""
    line = json.dumps(facts, ensure_ascii=False, default=str)
    try:
        settings.BACKUP_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        file = os.open(settings.BACKUP_DIR / name, flags, 0o600)
        try:
            os.write(file, f"{line}\n".encode())
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        log.error("journal_not_written", error=type(error).__name__)
