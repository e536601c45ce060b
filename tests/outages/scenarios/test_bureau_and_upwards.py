"""OUT-13 and OUT-23: the bureau that permits, its section that is rung, and who is told upwards."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from outages.models import Event, Outage, OutageTask
from outages.policy.matrix import Task
from outages.services import duties
from outages.services.duties import Evidence
from outages.services.duties.doing import DutyRefused
from tests.factories import person
from tests.outages.conftest import Desk
from tests.outages.scenarios.test_outage_duties import (
    _roles,  # noqa: F401
    duty,
    emergency,
    handed_over,
    permit_approved,
    tasks_of,
    with_persons,
)


def unplanned_plant(desk: Desk) -> Outage:
    outage = emergency(desk, on_trunk_road=False)
    Outage.objects.filter(pk=outage.pk).update(works="plant")
    outage.refresh_from_db()
    duties.refresh(outage, by=desk.dana, at=desk.now)
    return outage


# -- OUT-13 ------------------------------------------------------------------------------------


def test_out13_the_permit_is_a_record_with_a_number_and_nobody_ticks_it_off(desk: Desk) -> None:
    with_persons(5001)
    outage = handed_over(desk)
    asked = duty(outage, Task.PERMIT)
    assert (asked.owner, asked.gate) == ("engineering", "publish")
    assert Task.NOTIFY_BUREAU_SECTION not in tasks_of(outage)
    with pytest.raises(DutyRefused, match="duty_by_record"):
        duties.complete(asked, given=Evidence(told_to="主管科室"), by=desk.dana, at=desk.now)
    permit_approved(desk, outage)
    asked.refresh_from_db()
    assert asked.status == "done"
    assert (outage.permit.status, outage.permit.number) == ("approved", "城管〔2026〕118号")
    assert outage.permit.authority, "who granted it"


def test_out13_the_section_is_rung_with_who_answered_and_that_is_no_permit(desk: Desk) -> None:
    with_persons(10)
    outage = unplanned_plant(desk)
    call = duty(outage, Task.NOTIFY_BUREAU_SECTION)
    assert (call.owner, call.gate) == ("call_centre", "none")
    assert not outage.duties.filter(task=Task.PERMIT).exists()
    agent = person("call_agent")
    with pytest.raises(DutyRefused, match="duty_lacks_evidence"):
        duties.record_call(call, result="reached", by=agent, at=desk.now)
    duties.record_call(
        call, result="reached", given=Evidence(told_to="王科长"), by=agent, at=desk.now
    )
    call.refresh_from_db()
    assert (call.status, call.told_to, call.attempts) == ("done", "王科长", 1)
    assert not hasattr(outage, "permit")


# -- OUT-23 ------------------------------------------------------------------------------------


def told(by: Client, outage: Outage) -> str:
    page = by.get(reverse("outages:duties-of", args=[outage.pk]))
    assert page.status_code == 200
    return page.content.decode()


def reported(report: OutageTask, desk: Desk, *, by: object) -> OutageTask:
    with pytest.raises(DutyRefused, match="duty_lacks_evidence"):
        duties.complete(report, by=by, at=desk.now)
    duties.complete(report, given=Evidence(told_to="市水务局值班室"), by=by, at=desk.now)
    report.refresh_from_db()
    return report


def test_out23_a_planned_plant_outage_is_reported_upwards_to_whom_and_when(desk: Desk) -> None:
    with_persons(100)
    outage = handed_over(desk, "plant")
    report = duty(outage, Task.REPORT_UPWARD)
    assert (report.owner, report.due, report.status) == ("production", "before_start", "pending")
    assert report.due_at == outage.planned_start_at
    with pytest.raises(DutyRefused, match="duty_of_other"):
        duties.complete(report, given=Evidence(told_to="x"), by=person("call_agent"), at=desk.now)
    done = reported(report, desk, by=person("production"))
    assert (done.status, done.told_to, done.done_by.username) == (
        "done", "市水务局值班室", "production",
    )  # fmt: skip
    assert done.done_at is not None
    event = Event.objects.get(verb="duty_status", subject_id=done.pk, new="done")
    assert event.at == done.done_at
    leader = Client()
    leader.force_login(person("leader"))
    assert "市水务局值班室" in told(leader, outage)


def test_out23_a_small_plant_outage_is_nobodys_to_report(
    desk: Desk,
) -> None:
    with_persons(4999)
    assert Task.REPORT_UPWARD not in tasks_of(unplanned_plant(desk))


def test_out23_from_the_threshold_on_the_leader_reports_at_once(desk: Desk) -> None:
    with_persons(5000)
    outage = unplanned_plant(desk)
    report = duty(outage, Task.REPORT_UPWARD)
    assert (report.owner, report.due) == ("company_leader", "at_once")
    assert reported(report, desk, by=person("leader")).status == "done"
