"""The policy in force: values by key and moment, their history, and the working-day calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet

from network.selectors.compiled import MOMENTS, CompiledRows
from outages.models import CalendarDay, PolicyValue
from outages.policy import matrix
from outages.policy.calendar import (
    PUBLISHED_DAYS,
    DayKind,
    NamedDay,
    WorkingCalendar,
    calendar_of,
    unknown_years,
)
from outages.policy.keys import KEYS, POLICY, PolicyKey
from outages.policy.values import Span, Value


@dataclass(frozen=True)
class InForce:
    """A value and where it comes from; `row` None for the shipped default."""

    key: PolicyKey
    value: Value
    row: PolicyValue | None

    @property
    def is_off(self) -> bool:
        """Whether there is nothing to keep: nobody has set a value."""
        return self.value is None


def value(key: str, *, at: datetime) -> Value:
    """Return the value of a key in force at `at`; None where it is off or not set. One query.

    A key of a profile that is switched off has none. Raises KeyError for an unknown key.
    """
    return in_force(key, at=at).value


def in_force(key: str, *, at: datetime) -> InForce:
    """Return a key's value with its row. One query, two for a key of a profile."""
    known = KEYS[key]
    found = _of(known, _rows(at).get(key))
    if known.needs and not value(known.needs, at=at):
        return InForce(known, None, found.row)
    return found


def all_in_force(*, at: datetime) -> list[InForce]:
    """Return every key's own value, in the table's order, switched on or not. One query."""
    rows = _rows(at)
    return [_of(key, rows.get(key.key)) for key in POLICY]


# Asked several times at every report, so its SQL is made once; there are only rows of what was set.
_OF_VALUE: Final = [field.attname for field in PolicyValue._meta.concrete_fields]


def _set_by(at: datetime) -> QuerySet[PolicyValue, Any]:
    return PolicyValue.objects.filter(effective_from__lte=at).values_list(*_OF_VALUE)


_SET: Final = CompiledRows(_set_by, at=MOMENTS[0])


def _rows(at: datetime) -> dict[str, PolicyValue]:
    """By key the last row that holds at `at`."""
    rows = (PolicyValue.from_db(DEFAULT_DB_ALIAS, _OF_VALUE, row) for row in _SET.rows(at=at))
    return {row.key: row for row in rows}


def _of(key: PolicyKey, row: PolicyValue | None) -> InForce:
    return InForce(key, key.default if row is None else key.from_json(row.value), row)


def history(key: str) -> list[PolicyValue]:
    """Return what was set for a key, the newest first. One query."""
    return list(
        PolicyValue.objects.filter(key=key).select_related("set_by").order_by("-set_at", "-pk")
    )


def shortest(key: str) -> timedelta:
    """Return the shortest that a duration ever was, or was set to be. One query.

    For looking up what may be over by the value that holds for each.
    """
    known = KEYS[key]
    ever = [known.default, *(known.from_json(row.value) for row in history(key))]
    return min((_length(each) for each in ever if each is not None), default=timedelta(0))


def coming(*, at: datetime) -> list[PolicyValue]:
    """Return what is set and not yet in force, the next first. One query."""
    return list(PolicyValue.objects.filter(effective_from__gt=at).order_by("effective_from", "pk"))


def limits(*, at: datetime) -> matrix.Limits:
    """Return what the decision matrix asks of the policy at `at`. One query."""
    now = {found.key.key: found.value for found in all_in_force(at=at)}
    return matrix.Limits(
        big_outage_persons=_number(now["big_outage_persons"]),
        cmp_permit=matrix.Comparator(str(now["cmp_permit"])),
        cmp_phone_leaders=matrix.Comparator(str(now["cmp_phone_leaders"])),
        cmp_bureau_unplanned=matrix.Comparator(str(now["cmp_bureau_unplanned"])),
        permit_always=now["permit_planned_network"] == "always",
        plant_permit_always=now["permit_planned_plant"] == "always",
        plant_permit_gates_publish=bool(now["plant_permit_gates_publish"]),
        key_user_notice=_length(now["key_user_notice"]),
        publish_after_receipt=_length(now["publish_after_receipt"]),
    )


def number(key: str, *, at: datetime) -> int:
    """Return the value of a key that is a number. One query."""
    return _number(value(key, at=at))


def length(key: str, *, at: datetime) -> timedelta | None:
    """Return the value of a key that is a duration without working days; None where unset."""
    found = value(key, at=at)
    return None if found is None else _length(found)


def _number(found: Value) -> int:
    assert isinstance(found, int), "the key's kind is a number"
    return found


def _length(found: Value) -> timedelta:
    assert isinstance(found, Span), "the key's kind is a duration"
    return found.timedelta


# -- The calendar ------------------------------------------------------------------------------


def working_calendar() -> WorkingCalendar:
    """Return the calendar in force: the published days, over them what was set. One query."""
    return calendar_of((each.day, each.kind) for each in named_days())


def named_days() -> list[NamedDay]:
    """Return the days that differ, each once and as it holds now, by date. One query."""
    days = {each.day: each for each in PUBLISHED_DAYS}
    for row in CalendarDay.objects.order_by("pk"):
        days[row.day] = NamedDay(row.day, DayKind(row.kind), row.name, row.source)
    return [days[day] for day in sorted(days) if days[day].kind is not DayKind.ORDINARY]


def years_unknown(*, on: date) -> tuple[int, ...]:
    """Return of this year and the next those whose holidays are not known. One query."""
    return unknown_years((on.year, on.year + 1), _days(named_days()))


def _days(named: Iterable[NamedDay]) -> list[date]:
    return [each.day for each in named]
