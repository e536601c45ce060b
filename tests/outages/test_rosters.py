"""Who is on duty when, and the hours that nobody covers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outages.models import Alert, Crew, CrewDuty, Event
from outages.selectors.shifts.rosters import crews_with_duty, duties_at, gaps_between
from outages.services import shifts
from outages.services.shifts import rosters
from outages.services.shifts.rosters import RosterRefused
from outages.views.words.history import entries
from tests.factories import NOON
from tests.outages.offices import member

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def crew(code: str) -> Crew:
    found, _new = Crew.objects.get_or_create(code=code, defaults={"name": f"抢修{code}班"})
    return found


def on(code: str, start: float, hours: float) -> CrewDuty:
    begins = NOON + start * HOUR
    return rosters.enter_duty(
        crew(code), starts_at=begins, ends_at=begins + hours * HOUR, by=None, at=NOON
    )


def test_a_gap_is_what_no_crew_covers() -> None:
    on("C1", 0, 8)
    on("C2", 10, 24)
    assert gaps_between(NOON, NOON + 24 * HOUR) == [(NOON + 8 * HOUR, NOON + 10 * HOUR)]


def test_a_gap_of_the_coming_day_is_warned_of_once() -> None:
    shifts.open_first_shift(leader=member("shift_leader"), people=[], at=NOON)
    assert rosters.warn_of_gaps(at=NOON) == 0, "no roster is kept"
    on("C1", 0, 8)
    on("C2", 10, 36)
    assert rosters.warn_of_gaps(at=NOON) == 1
    assert rosters.warn_of_gaps(at=NOON + 1 * HOUR) == 0
    assert rosters.warn_of_gaps(at=NOON + 9 * HOUR) == 0, "begun, it is still the same"
    assert set(Alert.objects.filter(code="roster_gap").values_list("to_name", flat=True)) == {
        "shift_leader", "dispatcher"
    }  # fmt: skip


def test_a_roster_that_ends_within_the_day_is_warned_of_once_a_day() -> None:
    shifts.open_first_shift(leader=member("shift_leader"), people=[], at=NOON)
    on("C1", 0, 8)
    assert rosters.warn_of_gaps(at=NOON) == 1
    assert rosters.warn_of_gaps(at=NOON + HOUR) == 0


def test_a_crew_is_on_the_roster_once_at_a_time_and_taken_off_with_a_reason() -> None:
    duty = on("C1", 0, 24)
    with pytest.raises(RosterRefused) as twice:
        on("C1", 12, 24)
    assert twice.value.code == "duty_overlaps"
    on("C1", 24, 24)
    assert duties_at(NOON)[duty.crew_id] == duty
    rosters.void_duty(duty, reason="换班", by=None, at=NOON)
    assert not duties_at(NOON)
    told = entries(Event.objects.filter(verb="crew_duty_voided"))[0]["text"]
    assert "抢修C1班" in told and "换班" in told, "the duty log names the crew and says why"
    with pytest.raises(RosterRefused) as again:
        rosters.void_duty(duty, reason="换班", by=None, at=NOON)
    assert again.value.code == "duty_voided"


def test_what_is_over_is_not_taken_back() -> None:
    duty = on("C1", -24, 24)
    with pytest.raises(RosterRefused) as over:
        rosters.void_duty(duty, reason="换班", by=None, at=NOON)
    assert over.value.code == "duty_over"


def test_crews_on_duty_come_first() -> None:
    crew("C1")
    on("C2", 0, 8)
    assert [(c.code, d is not None) for c, d in crews_with_duty(NOON)] == [
        ("C2", True), ("C1", False)
    ]  # fmt: skip


def test_a_gap_at_the_end_of_the_roster_is_warned_of_though_another_was() -> None:
    shifts.open_first_shift(leader=member("shift_leader"), people=[], at=NOON)
    on("C1", 0, 4)
    on("C2", 6, 30)
    assert rosters.warn_of_gaps(at=NOON) == 1
    # The roster ends at 36 h: from 13 h on its end is within the day.
    assert rosters.warn_of_gaps(at=NOON + 13 * HOUR) == 1
    assert rosters.warn_of_gaps(at=NOON + 14 * HOUR) == 0
    assert rosters.warn_of_gaps(at=NOON + 35 * HOUR) == 0
