"""Clocks on records: once, whole, and whatever happens to the process that watches them."""

from __future__ import annotations

import signal
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from outages.models import Alert, BurstReport, Deadline, Event
from outages.policy.deadlines import Standing
from outages.selectors.rules.alerts import alerts_for, open_alert_count
from outages.selectors.rules.deadlines import breaches, kept, next_deadline, open_deadlines
from outages.services.desk import reports
from outages.services.rules import alerts, deadlines
from outages.services.rules.deadlines import DeadlineRefused
from outages.services.rules.reasons import ReasonMissing
from tests import factories
from tests.factories import NOON
from tests.outages.conftest import Desk, make_desk
from tests.outages.scanner import scan_and_die

TOWN = "(S) -p1- [V1] -p2- a -p3- [V2] -p4- b"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def report(desk: Desk) -> BurstReport:
    """A report of noon, with its dispatch clock running until five past."""
    factories.lay(TOWN)
    return desk.report("p2")


def running(report: BurstReport) -> Deadline:
    found = next_deadline(report)
    assert found is not None
    return found


def verbs_of(deadline: Deadline) -> list[str]:
    rows = Event.objects.filter(subject="deadline", subject_id=deadline.pk).order_by("pk")
    return list(rows.values_list("verb", flat=True))


def test_starting_it_twice_is_one_clock(report: BurstReport) -> None:
    again = deadlines.start(report, "dispatch_notify", at=NOON + 3 * MINUTE)
    assert again == running(report)
    assert Deadline.objects.filter(key="dispatch_notify").count() == 1
    with pytest.raises(DatabaseError, match="one_open_deadline_of_a_key"), transaction.atomic():
        copy = running(report)
        copy.pk = None
        copy.save()


def test_a_limit_that_nobody_has_set_has_no_clock(report: BurstReport) -> None:
    assert deadlines.start(report, "arrive_utility", at=NOON) is None
    assert deadlines.start(report, "arrive_public_hazard", at=NOON) is None
    # Nobody knows yet when the works begin: there is nothing to count back from.
    assert deadlines.start(report, "key_user_notice", at=NOON) is None


def test_an_appointment_overrides_the_rule(report: BurstReport) -> None:
    agreed = NOON + timedelta(days=2)
    started = deadlines.start(report, "repair_start", at=NOON, due_at=agreed)
    assert started is not None
    assert (started.due_at, started.value) == (agreed, "6 h")


def test_scanning_twice_does_nothing_twice(report: BurstReport) -> None:
    warned = [deadlines.scan(at=NOON + 4 * MINUTE) for _ in range(2)]
    late = [deadlines.scan(at=NOON + 6 * MINUTE) for _ in range(2)]
    assert (warned, late) == ([1, 0], [1, 0])
    assert verbs_of(running(report)) == ["deadline_warned", "deadline_breached"]
    told = Counter(Alert.objects.values_list("code", "to_name"))
    assert set(told.values()) == {1}


def test_a_limit_first_seen_after_its_end_is_a_breach_without_a_warning(
    report: BurstReport,
) -> None:
    assert deadlines.scan(at=NOON + 30 * MINUTE) == 1
    assert verbs_of(running(report)) == ["deadline_breached"]
    assert running(report).breached_at == NOON + 5 * MINUTE


def test_what_is_met_is_not_warned_of_any_more(report: BurstReport, desk: Desk) -> None:
    deadlines.scan(at=NOON + 4 * MINUTE)
    assert Alert.objects.filter(acknowledged_at__isnull=True).count() == 2
    deadlines.meet(report, "dispatch_notify", by=desk.dana, at=NOON + 5 * MINUTE)
    assert not Alert.objects.filter(acknowledged_at__isnull=True).exists()
    assert deadlines.meet(report, "dispatch_notify", at=NOON + 6 * MINUTE) is None
    assert not breaches(at=NOON + 60 * MINUTE).exists()


def test_an_answered_report_needs_no_department(report: BurstReport, desk: Desk) -> None:
    reports.answer_report(report, text="已解释", by=desk.dana, at=NOON + 2 * MINUTE)
    assert deadlines.scan(at=NOON + 9 * MINUTE) == 0
    [called_off] = Deadline.objects.filter(key="dispatch_notify")
    assert called_off.standing(NOON + 9 * MINUTE) is Standing.CANCELLED
    reports.reopen_report(report, reason="又漏了", by=desk.dana, at=NOON + 10 * MINUTE)
    assert running(report).due_at == NOON + 15 * MINUTE


def test_answering_too_late_does_not_undo_the_breach(report: BurstReport, desk: Desk) -> None:
    reports.answer_report(report, text="已解释", by=desk.dana, at=NOON + 8 * MINUTE)
    [late] = breaches(at=NOON + 9 * MINUTE)
    assert late.breached_at == NOON + 5 * MINUTE


def test_more_time_moves_the_end_and_is_remembered(report: BurstReport, desk: Desk) -> None:
    until = NOON + timedelta(hours=2)
    deadlines.scan(at=NOON + 4 * MINUTE)
    moved = deadlines.extend(
        running(report), due_at=until, by=desk.dana, at=NOON + 4 * MINUTE, reason="线路故障"
    )
    assert (moved.first_due_at, moved.due_at, moved.warned_at) == (NOON + 5 * MINUTE, until, None)
    assert deadlines.scan(at=NOON + 60 * MINUTE) == 0
    [event] = Event.objects.filter(verb="deadline_extended")
    assert (event.by, event.reason) == (desk.dana, "线路故障")
    assert event.new == until.isoformat()
    deadlines.meet(report, "dispatch_notify", at=until)
    assert not breaches(at=until).exists()


def test_more_time_granted_too_late_leaves_the_breach(report: BurstReport, desk: Desk) -> None:
    """WO-10: asked for after the end, the breach remains."""
    until = NOON + timedelta(hours=2)
    deadlines.extend(running(report), due_at=until, by=desk.dana, at=NOON + 6 * MINUTE, reason="忙")
    deadlines.meet(report, "dispatch_notify", at=NOON + 60 * MINUTE)
    [late] = breaches(at=until)
    assert late.standing(until) is Standing.MET_LATE


def test_more_time_needs_a_reason_and_a_later_end(report: BurstReport, desk: Desk) -> None:
    clock = running(report)
    told: dict[str, Any] = {"by": desk.dana, "at": NOON + MINUTE}
    with pytest.raises(ReasonMissing):
        deadlines.extend(clock, due_at=NOON + 9 * MINUTE, reason=" ", **told)
    with pytest.raises(DeadlineRefused, match="deadline_not_later"):
        deadlines.extend(clock, due_at=clock.due_at, reason="忙", **told)
    deadlines.meet(report, "dispatch_notify", at=NOON + 2 * MINUTE)
    with pytest.raises(DeadlineRefused, match="deadline_over"):
        deadlines.extend(clock, due_at=NOON + 9 * MINUTE, reason="忙", **told)


def test_how_often_a_limit_is_kept_by_department(desk: Desk) -> None:
    """RPT-05: met of those that ended in the period; what runs and what was called off is none."""
    factories.lay(TOWN)
    taken = [desk.report("p1") for _ in range(5)]  # noon, one minute apart
    for report, minutes in zip(taken, (1, 5, 6), strict=False):
        deadlines.meet(report, "dispatch_notify", at=report.received_at + minutes * MINUTE)
    deadlines.cancel(taken[3], "dispatch_notify", at=NOON + 4 * MINUTE, reason="答复")
    day = {"since": NOON, "until": NOON + timedelta(days=1)}
    [row] = kept(at=NOON + 8 * MINUTE, **day)
    assert (row.key, row.department, row.met, row.total) == (
        "dispatch_notify",
        "call_centre",
        2,
        3,
    )
    [row] = kept(at=NOON + 30 * MINUTE, **day)  # the fifth has run out by now, unseen
    assert (row.met, row.total, row.breached, row.percent) == (2, 4, 2, 50.0)
    assert kept(at=NOON, since=NOON - timedelta(days=1), until=NOON) == []
    assert open_deadlines(at=NOON + 30 * MINUTE, department="call_centre").count() == 1


def test_nobody_deletes_a_deadline_or_an_alert(report: BurstReport) -> None:
    deadlines.scan(at=NOON + 6 * MINUTE)
    for row in (running(report), Alert.objects.first()):
        with pytest.raises(DatabaseError, match="not deleted"), transaction.atomic():
            row.delete()  # type: ignore[union-attr]


# -- Alerts ------------------------------------------------------------------------------------


def test_an_alert_reaches_its_role_its_department_or_one_person(report: BurstReport) -> None:
    leader, agent = factories.person("leader"), factories.person("call_agent")
    agent.department_code = "call_centre"
    agent.save()
    told: dict[str, Any] = {"subject": report, "at": NOON}
    to_leaders = alerts.raise_alert("urgent_report", audience=alerts.to_role("leader"), **told)
    to_centre = alerts.raise_alert(
        "urgent_report", audience=alerts.to_department("call_centre"), **told
    )
    to_agent = alerts.raise_alert("urgent_report", audience=alerts.to_user(agent), **told)
    assert list(alerts_for(leader)) == [to_leaders]
    assert set(alerts_for(agent)) == {to_centre, to_agent}
    assert open_alert_count(agent) == 2
    assert to_leaders.report == report


def test_the_first_to_acknowledge_does_so_for_all_and_nobody_else_may(
    report: BurstReport,
) -> None:
    first, second = factories.person("leader"), factories.person("leader", crew="2")
    alert = alerts.raise_alert(
        "urgent_report", audience=alerts.to_role("leader"), subject=report, at=NOON
    )
    with pytest.raises(alerts.NotYourAlert):
        alerts.acknowledge(alert, by=factories.person("call_agent"), at=NOON)
    alerts.acknowledge(alert, by=first, at=NOON + MINUTE)
    alerts.acknowledge(alert, by=second, at=NOON + 2 * MINUTE)
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.acknowledged_at) == (first, NOON + MINUTE)
    assert Event.objects.filter(verb="alert_acknowledged").count() == 1


# -- Killed in the middle ----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_scan_killed_in_the_middle_leaves_the_rest_and_does_nothing_twice() -> None:
    desk = make_desk()
    factories.lay(TOWN)
    taken = [desk.report("p1") for _ in range(6)]
    after = NOON + timedelta(hours=1)
    told_a_breach = 4  # dispatcher, call agent, leader, supervision
    for alerts_until_death in (2, told_a_breach + 3, 2 * told_a_breach):
        assert scan_and_die(after, alerts_until_death) == -signal.SIGKILL
    recorded = Deadline.objects.filter(breached_at__isnull=False).count()
    assert recorded == 0 + 1 + 1, "the one in whose middle it died is not on record"
    assert Alert.objects.count() == recorded * told_a_breach
    assert deadlines.scan(at=after) == len(taken) - recorded
    assert deadlines.scan(at=after) == 0
    events = Event.objects.filter(verb="deadline_breached").values_list("subject_id", flat=True)
    assert Counter(Counter(events).values()) == {1: len(taken)}
    told = Counter(Alert.objects.values_list("subject_id", "to_name"))
    assert Counter(told.values()) == {1: len(taken) * told_a_breach}
