"""Codes that people say aloud: outages and orders, numbered within the utility's day."""

from datetime import datetime

from django.db import connection, models
from django.utils import timezone

# Any number that nothing else locks; held until the transaction ends, so numbers do not collide.
_NUMBERING_LOCK = 7_130_001


def next_code(model: type[models.Model], field: str, *, prefix: str, at: datetime) -> str:
    """Return the next free code of the day, e.g. P261122-03. Call it inside the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERING_LOCK])
    day = timezone.localtime(at, timezone.get_default_timezone())
    stem = f"{prefix}{day:%y%m%d}-"
    taken = model._default_manager.filter(**{f"{field}__startswith": stem})
    numbers = [int(code.removeprefix(stem)) for code in taken.values_list(field, flat=True)]
    return f"{stem}{max(numbers, default=0) + 1:02d}"
