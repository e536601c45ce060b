"""Shifts in a day, and the hours of a roster that nobody covers.

RULES
1. A shift is the time between two hours of the local day; one that ends at or before its start
   ends on the day after.
2. The shipped patterns tile the day: every moment lies in exactly one shift. A shift holds its
   start and not its end.
3. An hour of the roster is covered where at least one crew is on duty; the stretches without any
   are the gaps, in order, none of them empty.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from outages.policy.rows import Words

Span = tuple[datetime, datetime]


class ShippedShift(NamedTuple):
    """One shift of a pattern: its hours are the utility's local time."""

    code: str
    pattern: str
    name: Words
    starts: time
    ends: time


class ShiftStart(NamedTuple):
    """A shift as somebody sets it: it lasts until the next one of its pattern begins."""

    name: str
    name_en: str
    starts: time


# By the choices of the policy `shift_pattern`.
SHIFTS: Final = (
    ShippedShift("early", "three_shifts", Words("早班", "Early shift"), time(8), time(16)),
    ShippedShift("late", "three_shifts", Words("中班", "Late shift"), time(16), time(0)),
    ShippedShift("night", "three_shifts", Words("夜班", "Night shift"), time(0), time(8)),
    ShippedShift("day", "two_shifts", Words("白班", "Day shift"), time(8), time(20)),
    ShippedShift("dark", "two_shifts", Words("夜班", "Night shift"), time(20), time(8)),
)


def occurrence(starts: time, ends: time, *, at: datetime, zone: tzinfo) -> Span | None:
    """Return the occurrence of a shift of these local hours that holds `at` (RULES 1, 2)."""
    day = at.astimezone(zone).date()
    for first in (day, day - timedelta(days=1)):
        last = first if ends > starts else first + timedelta(days=1)
        begin = datetime.combine(first, starts, tzinfo=zone)
        end = datetime.combine(last, ends, tzinfo=zone)
        if begin <= at < end:
            return begin, end
    return None


def gaps(duties: Iterable[Span], *, since: datetime, until: datetime) -> list[Span]:
    """Return the stretches between `since` and `until` that no duty covers (RULE 3)."""
    found = []
    covered_to = since
    for start, end in sorted(duties):
        if start > covered_to:
            if covered_to >= until:
                break
            found.append((covered_to, min(start, until)))
        covered_to = max(covered_to, end)
    if covered_to < until:
        found.append((covered_to, until))
    return found
