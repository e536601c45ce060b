"""Next week's works and today's burst share a valve: neither moves the other's."""

from datetime import timedelta

import pytest

from network.selectors import network_state
from outages.models import Outage, OutageNotice
from outages.services import outages
from outages.services.field import reopening
from outages.services.publishing import notices
from outages.services.shutdown.in_force import ValvesShut
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.test_two_outages import NEIGHBOURS, planned


def published_works(desk: Desk, pipe: str = "p2") -> Outage:
    outage, plan = planned(desk, pipe)
    outages.confirm_impact(outage, plan=plan, by=desk.dana, at=desk.now)
    outage = outages.make_ready(outage, by=desk.dana, at=desk.now)
    notices.publish_notice(outage.notices.get(), by=desk.dana, at=desk.now)
    outage.refresh_from_db()
    return outage


def test_a_valve_shut_today_does_not_begin_the_works_of_next_week(desk: Desk) -> None:
    lay(NEIGHBOURS)
    works = published_works(desk)
    burst = desk.burst("p3").outage
    desk.step(burst, "V2")
    works.refresh_from_db()
    assert works.status == "published"
    assert works.plans.get().operations.get(valve="V2").status == "pending"


def test_a_valve_of_next_weeks_works_is_opened_today(desk: Desk) -> None:
    lay(NEIGHBOURS)
    published_works(desk)
    burst = desk.burst("p3").outage
    desk.close_all(burst)
    desk.repair(burst)
    opened = reopening.plan_reopening(burst, by=desk.dana, at=desk.now)
    assert opened.handed_over == ()
    for step in opened.steps:
        desk.step(burst, step.valve, direction=step.direction)
    assert not network_state().closed


def test_confirming_next_weeks_works_keeps_nothing_shut_today(desk: Desk) -> None:
    lay(NEIGHBOURS)
    burst = desk.burst("p3").outage
    desk.close_all(burst)
    desk.repair(burst)
    reopening.plan_reopening(burst, by=desk.dana, at=desk.now)
    outage, plan = planned(desk)
    outages.confirm_impact(outage, plan=plan, by=desk.dana, at=desk.now)
    step = burst.plans.get().operations.get(valve="V2", direction="open")
    assert step.status == "pending"


def test_works_of_next_week_keep_nobody_from_todays_all_clear(desk: Desk) -> None:
    lay(NEIGHBOURS)
    published_works(desk, "p3")
    burst = desk.burst("p3").outage
    desk.close_all(burst)
    desk.repair(burst)
    desk.reopen_all(burst)
    desk.restore(burst)
    told = OutageNotice.objects.get(outage=burst, kind="all_clear").deliveries
    assert set(told.filter(channel="sms").values_list("customer", flat=True)) == {"c.p3"}


def test_works_in_the_same_window_keep_the_valve(desk: Desk) -> None:
    lay(NEIGHBOURS)
    works = published_works(desk)
    outages.start_outage(works, by=desk.dana, at=NOON + timedelta(days=2))
    burst = desk.burst("p3").outage
    desk.step(burst, "V2")
    assert works.plans.get().operations.get(valve="V2").status == "done"


def test_a_valve_left_to_an_outage_is_not_orphaned_by_calling_that_one_off(desk: Desk) -> None:
    lay(NEIGHBOURS)
    first = desk.burst("p2").outage
    desk.close_all(first)
    second = desk.burst("p3").outage
    desk.repair(first)
    desk.reopen_all(first)
    desk.restore(first)
    assert network_state().closed == {"V2"}, "left to the second outage"
    with pytest.raises(ValvesShut) as refused:
        outages.cancel_outage(second, reason="误报", by=desk.dana, at=desk.now)
    assert refused.value.valves == ("V2",)


def test_the_last_open_step_handed_over_ends_the_reopening(desk: Desk) -> None:
    lay(NEIGHBOURS)
    first = desk.burst("p2").outage
    desk.close_all(first)
    desk.repair(first)
    reopening.plan_reopening(first, by=desk.dana, at=desk.now)
    desk.step(first, "V1", direction="open")
    desk.burst("p3")
    assert first.plans.get().status == "reopened"
