"""The sweepers: one that fails holds up nobody, and what changed meanwhile is not done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from outages.models import BurstReport, Outage, lifecycle
from outages.planning import waiting
from outages.planning.proposal import plan_isolation
from outages.services import exchange, outages
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE
from tests.outages.test_two_outages import NEIGHBOURS
from tests.outages.test_windows import published_works

HOUR = timedelta(hours=1)


def test_a_report_that_cannot_be_planned_holds_up_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(LINE)
    broken, other = desk.report("p3"), desk.report("p5")

    def planned(*, report: BurstReport, **facts: Any) -> Any:
        if report == broken:
            raise ValueError("a drawing that nobody foresaw")
        return plan_isolation(report=report, **facts)

    monkeypatch.setattr(waiting, "plan_isolation", planned)
    waiting.plan_waiting_reports(at=NOON + HOUR)
    assert other.plans.count() == 1


def test_a_leak_behind_the_meter_that_is_ours_is_swept_up_too(desk: Desk) -> None:
    lay(LINE)
    ours = desk.report("p3", meter_side="after", triage="utility_side", triage_reason="表前漏")
    theirs = desk.report("p5", meter_side="after")
    waiting.plan_waiting_reports(at=NOON + HOUR)
    assert (ours.plans.count(), theirs.plans.count()) == (1, 0)


def test_works_that_are_moved_at_the_last_moment_do_not_begin(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(NEIGHBOURS)
    outage = published_works(desk)
    start = outage.planned_start_at
    assert start is not None
    locked = lifecycle.lock_outage

    def moved_meanwhile(outage: Outage) -> Outage:
        Outage.objects.filter(pk=outage.pk).update(
            planned_start_at=start + 24 * HOUR, planned_end_at=start + 30 * HOUR
        )
        return locked(outage)

    monkeypatch.setattr(lifecycle, "lock_outage", moved_meanwhile)
    assert outages.begin_due_outages(at=start) == 0
    outage.refresh_from_db()
    assert outage.status == "published"
    monkeypatch.undo()
    assert outages.begin_due_outages(at=start + 24 * HOUR) == 1


def test_works_that_cannot_begin_hold_up_no_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(NEIGHBOURS)
    broken, other = published_works(desk), published_works(desk, "p3")
    tell = exchange.tell_dispatch_centre

    def told(outage: Outage, **facts: Any) -> Any:
        if outage.pk == broken.pk:
            raise ValueError("a record that nobody foresaw")
        return tell(outage, **facts)

    monkeypatch.setattr(exchange, "tell_dispatch_centre", told)
    assert outages.begin_due_outages(at=other.planned_start_at) == 1
    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.status, other.status) == ("published", "in_effect")
