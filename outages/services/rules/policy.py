"""Setting the policy and the calendar. Nothing is overwritten: the newest row holds."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from outages.models import CalendarDay, Event, PolicyValue
from outages.models.events import Actor
from outages.policy.calendar import DayKind, NamedDay
from outages.policy.keys import KEYS
from outages.policy.rows import MissingValue
from outages.policy.values import BadValue, Value, to_json
from outages.workflow import Refused


class PolicyRefused(Refused):
    """A value that its key cannot have, a change of the past, or one without a source."""

    codes = (
        "policy_unknown",
        "policy_in_the_past",
        "policy_without_source",
        "value_missing",
        "not_a_duration",
        "not_a_number",
        "not_a_switch",
        "not_a_comparator",
        "not_a_choice",
        "not_a_text",
        "not_hours",
        "out_of_range",
        "calendar_without_source",
        "calendar_day_named_twice",
    )


def set_policy(
    key: str,
    value: Value,
    *,
    effective_from: datetime,
    source: str,
    by: Actor,
    at: datetime,
    note: str = "",
) -> PolicyValue:
    """Let a value be in force from `effective_from`, at the earliest from now.

    Clocks that run keep the value that they were started with. Raises PolicyRefused.
    """
    if key not in KEYS:
        raise PolicyRefused(code="policy_unknown", key=key)
    if effective_from < at:
        raise PolicyRefused(code="policy_in_the_past", key=key)
    if not source.strip():
        raise PolicyRefused(code="policy_without_source", key=key)
    try:
        KEYS[key].checked(value)
    except (BadValue, MissingValue) as wrong:
        raise PolicyRefused(code=wrong.code, key=key, **_told(wrong)) from wrong
    with transaction.atomic():
        row = PolicyValue.objects.create(
            key=key,
            value=to_json(value),
            effective_from=effective_from,
            source=source.strip()[:200],
            note=note.strip()[:300],
            set_by=by,
            set_at=at,
        )
        Event.objects.append(
            row,
            "policy_set",
            by=by,
            at=at,
            new=KEYS[key].printed(value)[:40],
            reason=row.source,
            key=key,
            effective_from=effective_from.isoformat(),
        )
    return row


def set_policy_text(
    key: str,
    text: str,
    *,
    effective_from: datetime,
    source: str,
    by: Actor,
    at: datetime,
    note: str = "",
) -> PolicyValue:
    """Set a value as people write it: "5 min", "2 个工作日", "开". Raises PolicyRefused."""
    if key not in KEYS:
        raise PolicyRefused(code="policy_unknown", key=key)
    try:
        value = KEYS[key].parse(text)
    except (BadValue, MissingValue) as wrong:
        raise PolicyRefused(code=wrong.code, key=key, **_told(wrong)) from wrong
    return set_policy(
        key, value, effective_from=effective_from, source=source, by=by, at=at, note=note
    )


def _told(wrong: BadValue | MissingValue) -> dict[str, str]:
    return {name: str(fact) for name, fact in wrong.facts.items() if name != "key"}


def name_days(days: Sequence[NamedDay], *, by: Actor, at: datetime) -> list[CalendarDay]:
    """Enter days into the calendar; an entry of kind `ordinary` takes an earlier one back.

    All or none. Raises PolicyRefused for a day without a source and one named twice.
    """
    seen: set[date] = set()
    for each in days:
        if not each.source.strip():
            raise PolicyRefused(code="calendar_without_source", day=each.day.isoformat())
        if each.day in seen:
            raise PolicyRefused(code="calendar_day_named_twice", day=each.day.isoformat())
        seen.add(each.day)
    with transaction.atomic():
        rows = [_name_day(each, by=by, at=at) for each in days]
    return rows


def _name_day(named: NamedDay, *, by: Actor, at: datetime) -> CalendarDay:
    row = CalendarDay.objects.create(
        day=named.day,
        kind=DayKind(named.kind).value,
        name=named.name.strip()[:60],
        source=named.source.strip()[:200],
        set_by=by,
        set_at=at,
    )
    Event.objects.append(
        row,
        "calendar_day_set",
        by=by,
        at=at,
        new=row.kind,
        reason=row.source,
        day=row.day.isoformat(),
    )
    return row
