"""The values that a policy may have: read from words, checked, stored as JSON, printed.

    "2 working days" ── parse ──► Span(2, WORKING_DAYS) ── to_json ──► {"amount": 2, "unit": …}
                                        │
                                        └── printed ──► "2 working days" / "2 个工作日"

A value that the operator must set is None; a key says whether it may be.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from outages.policy.quiet import read_hours


class Kind(StrEnum):
    """What sort of value a key has; the form and the checks follow from it."""

    DURATION = "duration"
    PERSONS = "persons"
    COUNT = "count"
    PERCENT = "percent"
    COMPARATOR = "comparator"
    CHOICE = "choice"
    SEVERAL = "several"  # some of the choices
    SWITCH = "switch"
    DAY_OF_MONTH = "day_of_month"
    HOURS = "hours_of_day"  # from … to …, every day
    TEXT = "text"


class Unit(StrEnum):
    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"  # calendar days
    WORKING_DAYS = "working_days"


@dataclass(frozen=True)
class Span:
    """A length of time as a rule states it. Working days have none until a calendar is asked."""

    amount: int
    unit: Unit

    @property
    def timedelta(self) -> timedelta:
        """Return the length. Raises ValueError for working days, which need a calendar."""
        if self.unit is Unit.WORKING_DAYS:
            msg = f"{self.amount} working days have no length without a calendar"
            raise ValueError(msg)
        return timedelta(seconds=self.amount * _SECONDS[self.unit])


# A value as code uses it. Comparators and choices are their codes.
Value = Span | int | bool | str | tuple[str, ...] | None

MORE_THAN: Final = "more_than"  # 超过
AT_LEAST: Final = "at_least"  # 达到……以上
COMPARATORS: Final = (MORE_THAN, AT_LEAST)

_SECONDS: Final[Mapping[Unit, int]] = {
    Unit.SECONDS: 1,
    Unit.MINUTES: 60,
    Unit.HOURS: 3_600,
    Unit.DAYS: 86_400,
}
# How a unit is printed: Chinese, English for one, English for more.
_PRINTED: Final[Mapping[Unit, tuple[str, str, str]]] = {
    Unit.SECONDS: ("秒", "s", "s"),
    Unit.MINUTES: ("分钟", "min", "min"),
    Unit.HOURS: ("小时", "h", "h"),
    Unit.DAYS: ("天", "day", "days"),
    Unit.WORKING_DAYS: ("个工作日", "working day", "working days"),
}
_WORDS: Final[Mapping[str, Unit]] = {
    **dict.fromkeys(("s", "sec", "second", "seconds", "秒"), Unit.SECONDS),
    **dict.fromkeys(("min", "minute", "minutes", "分", "分钟"), Unit.MINUTES),
    **dict.fromkeys(("h", "hour", "hours", "时", "小时"), Unit.HOURS),
    **dict.fromkeys(("day", "days", "calendar day", "calendar days", "天", "日"), Unit.DAYS),
    **dict.fromkeys(
        ("working day", "working days", "working_days", "工作日", "个工作日"), Unit.WORKING_DAYS
    ),
}
_COMPARED: Final[Mapping[str, str]] = {
    **dict.fromkeys((MORE_THAN, ">", "more than", "超过"), MORE_THAN),
    **dict.fromkeys((AT_LEAST, ">=", "≥", "at least", "达到"), AT_LEAST),
}
_SWITCHED: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("on", "yes", "true", "开", "是"), True),
    **dict.fromkeys(("off", "no", "false", "关", "否"), False),
}
UNSET_WORDS: Final = frozenset({"", "-", "—", "null", "none", "unset"})
# Nobody means more: a year. What exceeds it is a slip of the finger.
LONGEST: Final = timedelta(days=366)
MOST_PERSONS: Final = 100_000_000
LONGEST_TEXT: Final = 200
# Every month has a day of this number; a later one would not come in February.
LAST_DAY_OF_MONTH: Final = 28


class BadValue(ValueError):
    """A value that its key cannot have: a code for the words, and facts."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}")


def parse(kind: Kind, text: str, *, choices: tuple[str, ...] = ()) -> Value:
    """Read a value as people write it, in either language. Raises BadValue."""
    told = text.strip()
    if told.lower() in UNSET_WORDS:
        return None
    match kind:
        case Kind.DURATION:
            return _span(told)
        case Kind.COMPARATOR:
            return _one_of(_COMPARED, told.lower(), "not_a_comparator")
        case Kind.SWITCH:
            return _one_of(_SWITCHED, told.lower(), "not_a_switch")
        case Kind.CHOICE:
            return checked(kind, told, choices=choices)
        case Kind.SEVERAL:
            parts = tuple(part.strip() for part in told.split(",") if part.strip())
            return checked(kind, parts, choices=choices)
        case Kind.TEXT | Kind.HOURS:
            return checked(kind, told)
        case _:
            return checked(kind, _number(told))


def checked(kind: Kind, value: Value, *, choices: tuple[str, ...] = ()) -> Value:
    """Return the value if a key of this kind may have it. Raises BadValue."""
    if value is None:
        return None
    if kind is Kind.DURATION:
        return _checked_span(value)
    if kind in _RANGES:
        return _checked_number(kind, value)
    if kind is Kind.SWITCH:
        return _require(isinstance(value, bool), value, "not_a_switch")
    if kind is Kind.COMPARATOR:
        return _require(value in COMPARATORS, value, "not_a_comparator")
    if kind is Kind.CHOICE:
        return _require(value in choices, value, "not_a_choice", choices=", ".join(choices))
    if kind is Kind.SEVERAL:
        known = isinstance(value, tuple) and set(value) <= set(choices) and bool(value)
        return _require(known, value, "not_a_choice", choices=", ".join(choices))
    if kind is Kind.HOURS:
        hours = read_hours(value) if isinstance(value, str) else None
        return str(_require(hours is not None, str(hours), "not_hours"))
    sound = isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT
    return _require(sound, value, "not_a_text", longest=LONGEST_TEXT)


_RANGES: Final[Mapping[Kind, tuple[int, int]]] = {
    Kind.PERSONS: (0, MOST_PERSONS),
    Kind.COUNT: (0, MOST_PERSONS),
    Kind.PERCENT: (0, 100),
    Kind.DAY_OF_MONTH: (1, LAST_DAY_OF_MONTH),
}


def _require(holds: bool, value: Value, code: str, **facts: object) -> Value:
    if not holds:
        raise BadValue(code, value=value, **facts)
    return value


def _one_of(table: Mapping[str, Any], told: str, code: str) -> Any:
    if told not in table:
        raise BadValue(code, value=told)
    return table[told]


def _number(told: str) -> int:
    digits = re.fullmatch(r"(?:day\s+)?(\d{1,3}(?:,\d{3})+|\d+)\s*(?:%|人|persons?|日)?", told)
    if digits is None:
        raise BadValue(code="not_a_number", value=told)
    return int(digits[1].replace(",", ""))


def _checked_number(kind: Kind, value: Value) -> Value:
    least, most = _RANGES[kind]
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue(code="not_a_number", value=value)
    return _require(least <= value <= most, value, "out_of_range", least=least, most=most)


def _span(told: str) -> Span:
    parts = re.fullmatch(r"(\d+)\s*(\D+)", told)
    unit = _WORDS.get(parts[2].strip().lower()) if parts else None
    if parts is None or unit is None:
        raise BadValue(code="not_a_duration", value=told)
    return _checked_span(Span(int(parts[1]), unit))


def _checked_span(value: Value) -> Span:
    if not isinstance(value, Span):
        raise BadValue(code="not_a_duration", value=value)
    if value.amount < 0 or _at_most(value) > LONGEST:
        raise BadValue(code="out_of_range", value=printed(value), least=0, most=LONGEST.days)
    return value


def _at_most(span: Span) -> timedelta:
    """Return the length, working days as if every day were one."""
    seconds = _SECONDS.get(span.unit, _SECONDS[Unit.DAYS])
    return timedelta(seconds=min(span.amount, 10**9) * seconds)


def to_json(value: Value) -> Any:
    """Return the value as the database keeps it."""
    if isinstance(value, Span):
        return {"amount": value.amount, "unit": value.unit.value}
    return list(value) if isinstance(value, tuple) else value


def from_json(kind: Kind, stored: Any, *, choices: tuple[str, ...] = ()) -> Value:
    """Return the value that the database keeps. Raises BadValue where it is none."""
    if kind is Kind.DURATION and isinstance(stored, dict):
        try:
            stored = Span(stored["amount"], Unit(stored["unit"]))
        except (KeyError, ValueError) as broken:
            raise BadValue(code="not_a_duration", value=stored) from broken
    if kind is Kind.SEVERAL and isinstance(stored, list):
        stored = tuple(stored)
    return checked(kind, stored, choices=choices)


def printed(value: Value, *, chinese: bool = False, kind: Kind | None = None) -> str:
    """Print a value in one of the two languages; "—" where the operator must set it.

    Choices are printed as their codes: only the key knows their names.
    """
    if value is None:
        return "—"
    if isinstance(value, Span):
        zh, one, many = _PRINTED[value.unit]
        return f"{value.amount} {zh if chinese else one if value.amount == 1 else many}"
    if isinstance(value, bool):
        return ("开" if value else "关") if chinese else ("on" if value else "off")
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, int):
        return _printed_number(value, kind, chinese=chinese)
    if value == MORE_THAN:
        return "超过（>）" if chinese else "more than (>)"
    if value == AT_LEAST:
        return "达到（≥）" if chinese else "at least (≥)"
    return value


def _printed_number(value: int, kind: Kind | None, *, chinese: bool) -> str:
    if kind is Kind.PERCENT:
        return f"{value} %"
    if kind is Kind.PERSONS:
        return f"{value:,} 人" if chinese else f"{value:,} persons"
    if kind is Kind.DAY_OF_MONTH:
        return f"{value} 日" if chinese else f"day {value}"
    return f"{value:,}"


def typed_text(value: Value) -> str:
    """Return the words from which `parse` reads the value again, for a form's field."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return printed(value)
