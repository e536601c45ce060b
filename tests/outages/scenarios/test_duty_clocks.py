"""Late duties, duties that people ask for, and calls that put right what was said before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from gisapp.accounts.roles import sync_roles
from network.models import Organisation
from outages.models import Alert, Deadline, Outage, OutageTask, PolicyValue
from outages.policy.matrix import Task
from outages.selectors.rules.deadlines import breaches
from outages.services import duties, outages
from outages.services.duties import DutyRefused, Evidence
from outages.services.rules import deadlines
from outages.services.shutdown import plans
from tests.factories import NOON, lay, person
from tests.outages.conftest import Desk
from tests.outages.scenarios.test_outage_duties import (
    BRANCH,
    START,
    confirmed,
    duty,
    emergency,
    handed_over,
    published,
    with_persons,
)

GRACE = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def _roles(db: None) -> None:
    sync_roles()


def clock(outage: Outage, task: Task, round: int = 0) -> Deadline:
    rows = OutageTask.objects.filter(outage=outage, task=task, round=round).order_by("pk")
    return Deadline.objects.filter(subject="duty", subject_id=rows[0].pk).latest("pk")


def told(clock: Deadline, code: str = "deadline_breached") -> set[str]:
    rows = Alert.objects.filter(subject="deadline", subject_id=clock.pk, code=code)
    return set(rows.values_list("to_name", flat=True))


# -- 1xx late --------------------------------------------------------------------------------


def test_101_a_late_duty_alerts_its_department_and_supervision(desk: Desk) -> None:
    with_persons(100)
    outage = emergency(desk)
    posting = clock(outage, Task.POSTING)
    assert (posting.department, posting.key) == ("engineering", "duty_at_once")
    made = duty(outage, Task.POSTING).made_at
    assert posting.due_at == made + GRACE
    deadlines.scan(at=posting.due_at)
    assert posting not in breaches(at=posting.due_at)
    late = posting.due_at + timedelta(seconds=1)
    assert posting in breaches(at=late, department="engineering"), "late before the scan has run"
    deadlines.scan(at=late)
    assert told(posting) == {"dispatcher", "supervision"}
    duties.complete(
        duty(outage, Task.POSTING), given=Evidence(evidence="贴在门口"), by=desk.dana, at=late
    )
    posting.refresh_from_db()
    assert (posting.met_at, posting.breached_at) == (late, posting.due_at)
    assert posting in breaches(at=late), "done late stays late"


def test_102_a_department_with_people_of_its_own_is_alerted_by_name(desk: Desk) -> None:
    desk.dana.department_code = "engineering"
    desk.dana.save()
    with_persons(100)
    posting = clock(emergency(desk), Task.POSTING)
    deadlines.scan(at=posting.due_at + timedelta(seconds=1))
    assert told(posting) == {"engineering", "dispatcher", "supervision"}


def test_103_thirty_calls_have_one_clock_that_the_last_one_stops(desk: Desk) -> None:
    with_persons(100)
    outage = emergency(desk, on_trunk_road=False)
    for number in range(3):
        Organisation.objects.create(
            code=f"O{number}", kind="compound", name=f"小区{number}", phone="1", geom=outage.area
        )
    duties.refresh(outage, by=None, at=desk.now)
    running = clock(outage, Task.PHONE_ORGANISATIONS)
    agent = person("call_agent")
    calls = list(outage.duties.filter(task=Task.PHONE_ORGANISATIONS))
    assert len(calls) == 3
    assert Deadline.objects.filter(about=Task.PHONE_ORGANISATIONS).count() == 1
    for call in calls[1:]:
        duties.record_call(call, result="reached", by=agent, at=desk.now)
    running.refresh_from_db()
    assert running.is_open
    duties.record_call(calls[0], result="wrong_number", by=agent, at=desk.now)
    running.refresh_from_db()
    assert running.met_at is not None
    duties.reopen(calls[0], by=agent, at=desk.now)
    assert clock(outage, Task.PHONE_ORGANISATIONS).is_open, "a number was found"


def test_104_what_waits_for_its_gate_has_no_clock(desk: Desk) -> None:
    with_persons(100, key_user=True)
    outage = confirmed(desk)
    assert not Deadline.objects.filter(about=Task.PHONE_LEADER).exists()
    outages.make_ready(outage, by=desk.dana, at=desk.now)
    assert clock(outage, Task.PHONE_LEADER).is_open
    assert clock(outage, Task.OUTAGE_SHEET).met_at is not None


def test_105_moved_works_move_the_clocks_that_are_counted_from_their_start(desk: Desk) -> None:
    with_persons(100, key_user=True)
    outage = handed_over(desk)
    assert clock(outage, Task.POSTING).due_at == START
    notice = Deadline.objects.get(key="public_notice_lead", met_at=None, cancelled_at=None)
    assert notice.due_at == START - timedelta(hours=24)
    later = START + timedelta(days=3)
    outages.postpone_outage(
        outage,
        planned_start_at=later,
        planned_end_at=later + timedelta(hours=4),
        reason="雨天",
        by=desk.dana,
        at=desk.now,
    )
    assert clock(outage, Task.POSTING).due_at == later
    for key in ("public_notice_lead", "key_user_notice"):
        moved = Deadline.objects.get(key=key, subject="outage", met_at=None, cancelled_at=None)
        assert moved.due_at == later - timedelta(hours=24)


def test_106_a_cancelled_outage_keeps_the_clocks_of_its_cancellation_alone(desk: Desk) -> None:
    with_persons(100, key_user=True)
    outage = published(desk)
    agent = person("call_agent")
    duties.record_call(duty(outage, Task.PHONE_KEY_USERS), result="reached", by=agent, at=desk.now)
    outages.cancel_outage(outage, reason="改期", by=desk.dana, at=desk.now)
    running = Deadline.objects.filter(outage=outage, met_at=None, cancelled_at=None)
    assert {row.about for row in running} == {Task.PHONE_KEY_USERS}
    assert clock(outage, Task.PHONE_KEY_USERS, round=1).is_open


def test_107_the_policy_says_how_long_at_once_is_and_not_for_outages_before_it(
    desk: Desk,
) -> None:
    with_persons(100)
    outage = emergency(desk)
    set_value("duty_at_once", {"amount": 5, "unit": "min"}, desk.now)
    assert clock(outage, Task.POSTING).due_at == duty(outage, Task.POSTING).made_at + GRACE
    with_persons(100)
    second = emergency(desk)
    begun = duty(second, Task.POSTING).made_at
    assert clock(second, Task.POSTING).due_at == begun + timedelta(minutes=5)


def set_value(key: str, value: Any, at: datetime) -> None:
    from outages.policy.keys import KEYS

    stored = value
    if isinstance(value, dict):
        from outages.policy.values import Span, Unit, to_json

        stored = to_json(Span(value["amount"], Unit.MINUTES))
    assert KEYS[key].from_json(stored) is not None
    PolicyValue.objects.create(key=key, value=stored, effective_from=at, set_at=at, source="test")


def test_108_the_threshold_of_when_an_outage_began_holds_for_it(desk: Desk) -> None:
    with_persons(100)
    outage = emergency(desk, on_trunk_road=False)
    assert not outage.duties.filter(task=Task.NOTIFY_BUREAU_SECTION).exists()
    set_value("big_outage_persons", 50, desk.now)
    duties.refresh(outage, by=None, at=desk.now)
    assert not outage.duties.filter(task=Task.NOTIFY_BUREAU_SECTION).exists()
    outages.cancel_outage(outage, reason="误报", by=desk.dana, at=desk.now)
    with_persons(100)
    second = emergency(desk, on_trunk_road=False)
    assert second.duties.filter(task=Task.NOTIFY_BUREAU_SECTION).exists()


def test_109_persons_of_a_connection_are_counted_by_the_policy(desk: Desk) -> None:
    with_persons(None, connections=10)  # type: ignore[arg-type]
    first = emergency(desk)
    assert first.persons == 40
    outages.cancel_outage(first, reason="误报", by=desk.dana, at=desk.now)
    set_value("persons_per_connection", 3, desk.now)
    with_persons(None, connections=10)  # type: ignore[arg-type]
    assert emergency(desk).persons == 30


# -- 2xx asked for ------------------------------------------------------------------------------


def test_201_what_a_person_asks_for_stays_and_is_told_again(desk: Desk) -> None:
    with_persons(100)
    outage = emergency(desk, on_trunk_road=False)
    agent = person("call_agent")
    asked = duties.ask_for(
        outage, task=Task.PHONE_ORGANISATIONS, name="菜市场", by=agent, at=desk.now
    )
    assert clock(outage, Task.PHONE_ORGANISATIONS).is_open
    portal = duties.ask_for(outage, task=Task.PORTAL, by=agent, at=desk.now)
    duties.refresh(outage, by=None, at=desk.now)
    assert set(outage.duties.filter(pk__in=[asked.pk, portal.pk]).values_list("status")) == {
        ("pending",)
    }
    given = Evidence(evidence_url="javascript:alert(1)")
    with pytest.raises(DutyRefused, match="duty_no_address"):
        duties.complete(portal, given=given, by=agent, at=desk.now)
    given = Evidence(evidence_url="https://portal.example/t/1")
    duties.complete(portal, given=given, by=agent, at=desk.now)
    outages.change_estimate(
        outage,
        estimated_restoration_at=NOON + timedelta(hours=9),
        reason="管件晚到",
        by=desk.dana,
        at=desk.now,
    )
    assert duty(outage, Task.PORTAL, about="update").status == "pending"


@pytest.mark.parametrize(
    ("task", "name", "refused"),
    [
        (Task.PERMIT, "", "duty_not_asked"),
        (Task.POSTING, "桥头", "duty_of_other"),
        (Task.NOTIFY_BUREAU_SECTION, "", "duty_listed"),
    ],
)
def test_202_what_may_not_be_asked_for_is_refused(
    desk: Desk, task: Task, name: str, refused: str
) -> None:
    with_persons(6000)
    outage = emergency(desk)
    with pytest.raises(DutyRefused, match=refused):
        duties.ask_for(outage, task=task, name=name, by=person("call_agent"), at=desk.now)


# -- 3xx corrections ------------------------------------------------------------------------------


def with_organisation_at(outage: Outage) -> None:
    assert outage.area is not None
    Organisation.objects.create(
        code="O1", kind="compound", name="江畔", phone="1", geom=outage.area.point_on_surface
    )


def test_301_who_was_rung_and_is_spared_after_all_is_rung_again(desk: Desk) -> None:
    lay(BRANCH, c_p2={"key_user": True}, c_p3={"key_user": True})
    outage = emergency(desk, on_trunk_road=False)
    agent = person("call_agent")
    stuck = plans.adjust_plan(
        outage.plans.get(status="approved"),
        what_if=plans.WhatIf(inoperable=("V2",)),
        reason="关不动",
        by=desk.dana,
        at=desk.now,
    )
    plans.adopt_plan(stuck, by=desk.dana, at=desk.now)
    both = outage.duties.filter(task=Task.PHONE_KEY_USERS, round=0)
    assert {row.target for row in both} == {"customer:c.p2", "customer:c.p3"}
    for row in both:
        duties.record_call(row, result="reached", by=agent, at=desk.now)
    freed = plans.adjust_plan(
        outage.plans.get(status="approved"),
        what_if=plans.WhatIf(),
        reason="关上了",
        by=desk.dana,
        at=desk.now,
    )
    plans.adopt_plan(freed, by=desk.dana, at=desk.now)
    correction = duty(outage, Task.PHONE_KEY_USERS, about="correction")
    assert (correction.target, correction.status) == ("customer:c.p3", "pending")
    assert duty(outage, Task.PHONE_KEY_USERS, about="update").target == "customer:c.p2"
    duties.record_call(correction, result="reached", by=agent, at=desk.now)
    outages.change_estimate(
        outage,
        estimated_restoration_at=NOON + timedelta(hours=9),
        reason="管件晚到",
        by=desk.dana,
        at=desk.now,
    )
    waiting = outage.duties.filter(task=Task.PHONE_KEY_USERS, status="pending")
    assert [row.target for row in waiting] == ["customer:c.p2"], "who keeps water is left in peace"


def test_302_who_is_dry_again_after_a_correction_is_told_so(desk: Desk) -> None:
    with_persons(100)
    outage = emergency(desk, on_trunk_road=False)
    agent = person("call_agent")
    with_organisation_at(outage)
    duties.refresh(outage, by=None, at=desk.now)
    duties.record_call(
        duty(outage, Task.PHONE_ORGANISATIONS), result="reached", by=agent, at=desk.now
    )
    here = Organisation.objects.get()
    place = here.geom
    Organisation.objects.update(geom=None)
    duties.refresh(outage, by=None, at=desk.now)
    correction = duty(outage, Task.PHONE_ORGANISATIONS, about="correction")
    Organisation.objects.update(geom=place)
    duties.refresh(outage, by=None, at=desk.now)
    correction.refresh_from_db()
    assert correction.status == "not_needed", "nobody has said so yet, and it would be wrong now"
    Organisation.objects.update(geom=None)
    duties.refresh(outage, by=None, at=desk.now)
    again = outage.duties.filter(about="correction").latest("pk")
    duties.record_call(again, result="reached", by=agent, at=desk.now)
    Organisation.objects.update(geom=place)
    duties.refresh(outage, by=None, at=desk.now)
    after_all = duty(outage, Task.PHONE_ORGANISATIONS, about="update")
    assert (after_all.target, after_all.status) == ("org:O1", "pending")


def test_303_who_comes_into_the_area_later_is_due_from_then_on(desk: Desk) -> None:
    with_persons(100)
    outage = emergency(desk, on_trunk_road=False)
    with_organisation_at(outage)
    later = outage.created_at + timedelta(hours=5)
    duties.refresh(outage, by=None, at=later)
    call = duty(outage, Task.PHONE_ORGANISATIONS)
    assert call.due_at == later + timedelta(minutes=30)
    assert clock(outage, Task.PHONE_ORGANISATIONS).due_at == call.due_at
