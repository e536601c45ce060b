"""The duty list stays true: nothing said is unsaid, no clock runs for nobody, no time runs back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gisapp.accounts.roles import sync_roles
from network.models import Customer, Organisation
from outages.models import Deadline, Outage
from outages.policy.matrix import Task
from outages.services import duties
from outages.workflow import TransitionRefused
from tests.factories import person
from tests.outages.conftest import Desk
from tests.outages.scenarios.test_outage_duties import (
    START,
    duty,
    emergency,
    handed_over,
    with_persons,
)


@pytest.fixture(autouse=True)
def _roles(db: None) -> None:
    sync_roles()


@pytest.mark.parametrize("result", ["no_answer", "wrong_number"])
def test_a_second_agents_late_click_does_not_unsay_that_somebody_was_reached(
    desk: Desk, result: str
) -> None:
    with_persons(100, key_user=True)
    outage = emergency(desk)
    agent = person("call_agent")
    call = duty(outage, Task.PHONE_KEY_USERS)
    duties.record_call(call, result="reached", by=agent, at=desk.now)
    with pytest.raises(TransitionRefused):
        duties.record_call(call, result=result, by=agent, at=desk.now)
    call.refresh_from_db()
    assert (call.status, call.call_result, call.attempts) == ("done", "reached", 1)
    assert call.again_at is None


def test_who_came_into_the_area_later_keeps_the_time_from_then(desk: Desk) -> None:
    with_persons(100)
    outage = emergency(desk, on_trunk_road=False)
    assert outage.area is not None
    Organisation.objects.create(
        code="O1", kind="compound", name="江畔", phone="1", geom=outage.area.point_on_surface
    )
    later = outage.created_at + timedelta(hours=5)
    duties.refresh(outage, by=None, at=later)
    call = duty(outage, Task.PHONE_ORGANISATIONS)
    duties.refresh(outage, by=None, at=later + timedelta(minutes=5))
    again = duty(outage, Task.PHONE_ORGANISATIONS)
    assert again.due_at == call.due_at == later + timedelta(minutes=30)


def running(outage: Outage) -> Deadline | None:
    rows = Deadline.objects.filter(key="key_user_notice", subject="outage", subject_id=outage.pk)
    return rows.filter(met_at=None, cancelled_at=None).first()


def test_the_key_users_clock_stops_when_none_of_them_loses_water(desk: Desk) -> None:
    with_persons(100, key_user=True)
    outage = handed_over(desk)
    limit = running(outage)
    assert limit is not None
    assert limit.due_at == START - timedelta(hours=24)
    Customer.objects.update(key_user=False)
    duties.refresh(outage, by=None, at=desk.now)
    assert duty(outage, Task.PHONE_KEY_USERS).status == "not_needed"
    assert running(outage) is None, "there is nobody to ring"


def test_the_key_users_clock_starts_when_one_of_them_is_dry_after_all(desk: Desk) -> None:
    with_persons(100)
    outage = handed_over(desk)
    assert running(outage) is None
    Customer.objects.filter(asset_id="c.p2").update(key_user=True)
    duties.refresh(outage, by=None, at=desk.now)
    limit = running(outage)
    assert limit is not None
    assert limit.due_at == START - timedelta(hours=24)
    agent = person("call_agent")
    call = duty(outage, Task.PHONE_KEY_USERS)
    duties.record_call(call, result="reached", by=agent, at=desk.now)
    assert running(outage) is None


def test_what_the_matrix_dropped_may_be_asked_for_by_a_person(desk: Desk) -> None:
    with_persons(6_000)
    outage = emergency(desk)
    agent = person("call_agent")
    assert duty(outage, Task.NOTIFY_BUREAU_SECTION).status == "pending"
    Outage.objects.filter(pk=outage.pk).update(persons=10)
    outage.refresh_from_db()
    duties.refresh(outage, by=None, at=desk.now)
    assert duty(outage, Task.NOTIFY_BUREAU_SECTION).status == "not_needed"
    now = desk.now
    asked = duties.ask_for(outage, task=Task.NOTIFY_BUREAU_SECTION, by=agent, at=now)
    assert (asked.status, asked.due_at, asked.asked_by) == ("pending", now, agent)
    duties.refresh(outage, by=None, at=desk.now)
    assert duty(outage, Task.NOTIFY_BUREAU_SECTION).status == "pending", "it stays"
