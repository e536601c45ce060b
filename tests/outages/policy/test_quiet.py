"""Quiet hours: what waits, until when, and what never does. Against a clock that ticks minutes."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outages.policy.quiet import Hours, due_in_peace, may_wait_until, read_hours, sort_of
from outages.policy.values import BadValue, Kind, parse

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
MINUTES = st.integers(0, 1439)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001 - zone below
    lambda naive: naive.replace(second=0, microsecond=0, tzinfo=SHANGHAI)
)


def at_minute(minute: int) -> time:
    return time(minute // 60, minute % 60)


@given(MOMENTS, MINUTES, MINUTES, st.one_of(st.none(), st.integers(-60, 1_500)))
def test_a_message_goes_at_the_first_minute_that_is_not_quiet(
    at: datetime, begins: int, ends: int, patience: int | None
) -> None:
    hours = Hours(at_minute(begins), at_minute(ends)) if begins != ends else None
    latest = None if patience is None else at + patience * MINUTE
    # The oracle walks: a minute is quiet if it lies less than their length behind the beginning.
    waited = at
    while hours and (waited.hour * 60 + waited.minute - begins) % 1440 < (ends - begins) % 1440:
        waited += MINUTE
    expected = waited if latest is not None and waited <= latest else at
    assert due_in_peace(at, hours, latest=latest) == expected


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22:00-07:00", "22:00-07:00"),
        (" 22:00 – 7:00 ", "22:00-07:00"),
        ("22:30至06:15", "22:30-06:15"),
        ("13:00 to 15:00", "13:00-15:00"),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: str) -> None:
    assert str(read_hours(text)) == hours
    assert parse(Kind.HOURS, text) == hours


@pytest.mark.parametrize("text", ["22-7", "25:00-07:00", "07:00-07:00", "at night", "22:00"])
def test_what_is_no_hours_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="not_hours"):
        parse(Kind.HOURS, text)


NIGHT = datetime(2026, 11, 21, 23, tzinfo=SHANGHAI)
BEGINS = NIGHT + timedelta(hours=30)


@pytest.mark.parametrize(
    ("facts", "latest"),
    [
        ({}, BEGINS - timedelta(hours=6)),
        ({"kind": "update"}, BEGINS - timedelta(hours=6)),
        ({"kind": "cancellation"}, BEGINS - timedelta(hours=6)),
        ({"kind": "all_clear"}, NIGHT + timedelta(days=1)),
        ({"kind": "all_clear", "is_planned": False}, None),
        (
            {"kind": "all_clear", "is_planned": False, "waiting": ("all_clear",)},
            NIGHT + timedelta(days=1),
        ),
        ({"is_planned": False}, None),
        ({"kind": "update", "has_begun": True}, None),
        ({"begins_at": None}, None),
        ({"waiting": ()}, None),
    ],
)
def test_what_may_wait(facts: dict[str, object], latest: datetime | None) -> None:
    given_ = {
        "kind": "first",
        "is_planned": True,
        "begins_at": BEGINS,
        "has_begun": False,
        "at": NIGHT,
        "lead": timedelta(hours=6),
        "waiting": ("planned",),
    }
    assert may_wait_until(**{**given_, **facts}) == latest  # type: ignore[arg-type]


def test_a_notice_is_of_one_sort() -> None:
    assert sort_of(kind="first", is_planned=True) == "planned"
    assert sort_of(kind="correction", is_planned=False) == "unplanned"
    assert sort_of(kind="all_clear", is_planned=True) == "all_clear"
