"""Hours of the day and hours without a crew, against the slow way of counting minutes."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outages.policy.keys import KEYS
from outages.policy.shifts import SHIFTS, gaps, occurrence

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # local midnight
MINUTE = timedelta(minutes=1)
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minute: START + minute * MINUTE)


@pytest.mark.parametrize("pattern", ["three_shifts", "two_shifts"])
@given(at=moments)
@settings(max_examples=60)
def test_every_moment_lies_in_exactly_one_shift_of_a_pattern(pattern: str, at: datetime) -> None:
    rows = [row for row in SHIFTS if row.pattern == pattern]
    spans = [occurrence(row.starts, row.ends, at=at, zone=ZONE) for row in rows]
    [span] = [each for each in spans if each is not None]
    assert span[0] <= at < span[1]
    assert timedelta(0) < span[1] - span[0] <= timedelta(hours=12)


def test_the_patterns_are_those_of_the_policy() -> None:
    assert {row.pattern for row in SHIFTS} == set(KEYS["shift_pattern"].choices)


def test_a_night_shift_that_began_yesterday_is_found_after_midnight() -> None:
    [night] = [row for row in SHIFTS if row.code == "dark"]
    at = datetime(2026, 11, 21, 3, 0, tzinfo=ZONE)
    span = occurrence(night.starts, night.ends, at=at, zone=ZONE)
    assert span == (
        datetime(2026, 11, 20, 20, 0, tzinfo=ZONE), datetime(2026, 11, 21, 8, 0, tzinfo=ZONE)
    )  # fmt: skip


@given(
    duties=st.lists(st.tuples(st.integers(-20, 80), st.integers(1, 40)), max_size=8),
    length=st.integers(1, 60),
)
@settings(max_examples=150)
def test_gaps_are_the_minutes_that_no_duty_covers(
    duties: list[tuple[int, int]], length: int
) -> None:
    spans = [(START + a * MINUTE, START + (a + n) * MINUTE) for a, n in duties]
    found = gaps(spans, since=START, until=START + length * MINUTE)
    bare = [m for m in range(length) if not any(a <= m < a + n for a, n in duties)]
    told = [m for m in range(length) if any(s <= START + m * MINUTE < e for s, e in found)]
    assert told == bare
    assert all(start < end for start, end in found)
    assert all(one[1] < two[0] for one, two in itertools.pairwise(found))
