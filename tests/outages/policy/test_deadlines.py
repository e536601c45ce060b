"""When a limit ends, to the second, and where it stands."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outages.policy.calendar import PUBLISHED_DAYS, WorkingCalendar, calendar_of
from outages.policy.deadlines import Standing, due_after, due_before, standing, warns_at
from outages.policy.values import Span, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = calendar_of((each.day, each.kind) for each in PUBLISHED_DAYS)
PLAIN = WorkingCalendar()
TEN = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # a Friday, 10:00 in Shanghai
MOMENTS = st.integers(0, 330 * 86_400).map(lambda s: TEN - timedelta(days=320, seconds=-s))


@pytest.mark.parametrize(
    ("value", "end"),
    [
        (Span(5, Unit.MINUTES), "2026-11-20T10:05"),
        (Span(24, Unit.HOURS), "2026-11-21T10:00"),
        (Span(5, Unit.DAYS), "2026-11-25T10:00"),
        (Span(2, Unit.WORKING_DAYS), "2026-11-24T10:00"),
        (Span(0, Unit.MINUTES), "2026-11-20T10:00"),
        (Span(0, Unit.WORKING_DAYS), "2026-11-20T10:00"),
    ],
)
def test_a_limit_ends_its_value_after_the_start(value: Span, end: str) -> None:
    due = due_after(TEN, value, calendar=CHINA, zone=SHANGHAI)
    assert due == datetime.fromisoformat(end).replace(tzinfo=SHANGHAI)


def test_the_day_is_that_of_the_utilitys_clock() -> None:
    """23:30 UTC on Thursday is Friday in Shanghai: two working days end on Tuesday."""
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    due = due_after(late, Span(2, Unit.WORKING_DAYS), calendar=CHINA, zone=SHANGHAI)
    assert due == datetime(2026, 11, 24, 7, 30, tzinfo=SHANGHAI)


def test_calendar_days_keep_the_time_of_day_when_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    noon = datetime(2026, 10, 24, 12, 0, tzinfo=berlin)  # summer time ends the night after
    due = due_after(noon, Span(1, Unit.DAYS), calendar=PLAIN, zone=berlin)
    assert due == datetime(2026, 10, 25, 12, 0, tzinfo=berlin)
    assert due.astimezone(UTC) - noon.astimezone(UTC) == timedelta(hours=25)


@pytest.mark.parametrize(
    ("hours_ahead", "due_in_hours"),
    [(48, 24), (24, 0), (6, 0), (25, 1)],  # less than 24 h remain: at once
)
def test_a_limit_before_a_moment_ends_that_long_before_it_or_at_once(
    hours_ahead: int, due_in_hours: int
) -> None:
    begins = TEN + timedelta(hours=hours_ahead)
    day = Span(24, Unit.HOURS)
    due = due_before(begins, day, started_at=TEN, calendar=PLAIN, zone=SHANGHAI)
    assert due == TEN + timedelta(hours=due_in_hours)


def test_working_days_before_a_moment_skip_the_holiday() -> None:
    begins = datetime(2026, 10, 8, 9, 0, tzinfo=SHANGHAI)
    two = Span(2, Unit.WORKING_DAYS)
    due = due_before(
        begins, two, started_at=TEN - timedelta(days=90), calendar=CHINA, zone=SHANGHAI
    )
    assert due == datetime(2026, 9, 29, 9, 0, tzinfo=SHANGHAI)


@given(MOMENTS, st.integers(0, 30), st.sampled_from(Unit))
def test_more_never_ends_sooner_and_nothing_ends_before_it_starts(
    start: datetime, amount: int, unit: Unit
) -> None:
    less = due_after(start, Span(amount, unit), calendar=CHINA, zone=SHANGHAI)
    more = due_after(start, Span(amount + 1, unit), calendar=CHINA, zone=SHANGHAI)
    assert start <= less < more


def test_a_warning_comes_at_its_own_time_or_when_the_share_is_used() -> None:
    due = TEN + timedelta(minutes=5)
    four = timedelta(minutes=4)
    assert warns_at(TEN, due, after=four, share_percent=None) == TEN + four
    assert warns_at(TEN, due, after=None, share_percent=80) == TEN + four
    assert warns_at(TEN, due, after=timedelta(minutes=5), share_percent=None) is None
    assert warns_at(TEN, TEN, after=four, share_percent=80) is None
    assert warns_at(TEN, due, after=None, share_percent=100) is None


NEVER = {"met_at": None, "cancelled_at": None, "breached_at": None}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, Standing.RUNNING),
        (239, Standing.RUNNING),
        (240, Standing.WARNED),
        (300, Standing.WARNED),  # its last second still keeps it
        (301, Standing.LATE),
    ],
)
def test_where_a_running_limit_stands(seconds: int, expected: Standing) -> None:
    due, warn = TEN + timedelta(minutes=5), TEN + timedelta(minutes=4)
    now = TEN + timedelta(seconds=seconds)
    assert standing(due_at=due, warns_at=warn, at=now, **NEVER) == expected


def test_once_overstepped_it_stays_so() -> None:
    due, later = TEN + timedelta(minutes=5), TEN + timedelta(hours=2)
    met_in_the_extension = standing(
        due_at=later,
        warns_at=None,
        met_at=TEN + timedelta(hours=1),
        cancelled_at=None,
        breached_at=due,
        at=later,
    )
    assert met_in_the_extension is Standing.MET_LATE
    in_time = {**NEVER, "met_at": due}
    assert standing(due_at=due, warns_at=None, at=later, **in_time) is Standing.MET
    called_off = {**NEVER, "cancelled_at": due}
    assert standing(due_at=due, warns_at=None, at=later, **called_off) is Standing.CANCELLED
