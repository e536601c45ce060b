"""Limits of an order or a case as rows of a page."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from outages.models import Deadline
from outages.views.words.limits import kept_value, limit_rule, limit_title


def limit_rows(limits: Iterable[Deadline], *, at: datetime) -> list[dict[str, Any]]:
    """Return limits with their countdowns, the first due first."""
    rows = sorted(limits, key=lambda each: each.due_at)
    return [
        {
            "key": each.key,
            "name": limit_title(each),
            "due_at": each.due_at,
            "started_at": each.started_at,
            "value": kept_value(each),
            "rule": limit_rule(each),
            "is_late": each.due_at < at,
            "was_extended": each.due_at != each.first_due_at,
            "warn_s": int((each.due_at - each.warns_at).total_seconds()) if each.warns_at else 60,
        }
        for each in rows
    ]
