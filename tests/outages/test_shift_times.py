"""The hours of the desk's shifts: set from a moment on, the day always covered (HOT-06)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from outages.models import Event, ShiftPlan, ShiftTemplate
from outages.policy.shifts import ShiftStart, occurrence
from outages.selectors.shifts import template_at
from outages.selectors.shifts import times as lists
from outages.services import shifts
from outages.services.shifts import ShiftRefused
from outages.services.shifts.times import set_times
from tests.factories import NOON
from tests.outages.offices import client_of, member

DAY = timedelta(days=1)
ZONE = timezone.get_default_timezone()


def start(hour: int, name: str = "班") -> ShiftStart:
    return ShiftStart(name, "Shift", time(hour))


def given_hours(*hours: int, days: int = 0, pattern: str = "three_shifts") -> ShiftPlan:
    return set_times(
        pattern, [start(hour) for hour in hours],
        effective_from=NOON + days * DAY, source="班子会议", by=None, at=NOON,
    )  # fmt: skip


def local(day: int, hour: int) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=ZONE)


class CoversTheDay(TestCase):
    @hypothesis_settings(max_examples=15, deadline=None)
    @given(hours=st.sets(st.integers(0, 23), min_size=1, max_size=6), hour=st.integers(0, 23))
    def test_whatever_is_set_every_hour_lies_in_one_shift(self, hours: set[int], hour: int) -> None:
        plan = given_hours(*hours)
        at = local(5, hour)
        spans = [occurrence(row.starts, row.ends, at=at, zone=ZONE) for row in plan.shifts.all()]
        [span] = [each for each in spans if each]
        assert span[0] <= at < span[1]
        assert span[0].astimezone(ZONE).hour == max([h for h in hours if h <= hour] or hours)


@pytest.mark.django_db
def test_hot_06_hours_hold_from_their_day_and_the_earlier_ones_stay() -> None:
    shipped = set(ShiftTemplate.objects.values_list("pk", flat=True))
    before = template_at(NOON)
    given_hours(6, 14, 22, days=10)
    assert template_at(NOON) == before
    later = NOON + 11 * DAY
    found = template_at(later)
    assert found is not None
    template, span = found
    assert {row.starts.hour for row in lists.shifts_at("three_shifts", at=later)} == {6, 14, 22}
    assert span[0] <= later < span[1]
    assert template.ends.hour in (6, 14, 22)
    assert shipped <= set(ShiftTemplate.objects.values_list("pk", flat=True))
    # The other pattern is untouched, and a later word for the same day counts.
    assert lists.plan_at("two_shifts", at=later) is None
    given_hours(7, 15, 23, days=10)
    assert {row.starts.hour for row in lists.shifts_at("three_shifts", at=later)} == {7, 15, 23}
    assert Event.objects.filter(verb="shift_times_set", subject="shift_hours").count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        ShiftPlan.objects.update(source="x")


@pytest.mark.django_db
def test_hours_are_never_set_for_the_past_nor_twice_the_same_nor_without_a_source() -> None:
    with pytest.raises(ShiftRefused, match="past"):
        given_hours(8, days=-1)
    with pytest.raises(ShiftRefused, match="twice"):
        given_hours(8, 8)
    with pytest.raises(ShiftRefused, match="pattern"):
        given_hours(8, pattern="none")
    assert not ShiftPlan.objects.exists()


@pytest.mark.django_db
def test_a_shift_on_duty_keeps_its_hours_and_the_next_goes_by_the_new_ones() -> None:
    ada, bo = (member("shift_leader", username=name) for name in ("ada", "bo"))
    shift = shifts.open_first_shift(leader=ada, people=(), at=NOON)
    was = shift.ends_at
    given_hours(9, 21)
    shift.refresh_from_db()
    assert shift.ends_at == was
    handover = shifts.begin_handover(shift, by=ada, at=was)
    handover = shifts.give(handover, by=ada, at=was)
    following = shifts.take_over(handover, by=bo, at=was)
    assert timezone.localtime(following.ends_at).hour in (9, 21)


@pytest.mark.django_db
def test_a_leader_sets_hours_on_the_page_and_agents_read_them() -> None:
    leader: Any = client_of(member("shift_leader", username="bo"))
    page, send = reverse("outages:shift-times"), reverse("outages:shift-times-set")
    shown = leader.get(page, {"pattern": "two_shifts"}).content.decode()
    assert 'value="08:00"' in shown and 'value="20:00"' in shown
    told = {
        "pattern": "two_shifts", "source": "2026年第9号", "name_1": "白班", "starts_1": "07:30",
        "name_2": "夜班", "starts_2": "19:30",
    }  # fmt: skip
    assert leader.post(send, told | {"starts_2": ""}).status_code == 422
    assert leader.post(send, told | {"starts_2": "07:30"}).status_code == 409
    assert leader.post(send, told | {"source": ""}).status_code == 422
    assert leader.post(send, told).status_code == 302
    agent = client_of(member("call_agent", username="ada"))
    read = agent.get(page).content.decode()
    assert "07:30" in read and "2026年第9号" in read and send not in read
    assert agent.post(send, told).status_code == 403
