"""A new network revision comes in while outages run: their records go on by asset id."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils.module_loading import import_string

from network.models import Customer, Junction, NetworkRevision, Pipe, Valve
from network.selectors import network_state
from outages import selectors
from outages.models import Event
from outages.services import outages
from outages.services.field import reopening, work
from outages.services.field.work import StepReport
from outages.services.shutdown import plans
from tests.factories import lay
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE, customers, valves

# Drawn anew: V2 is gone, another valve stands in its place.
REDRAWN = "(S) -p1- a -p2-V1| b -p3- c |W2-p4-V3| d -p5- (T)"


def forget_old_revisions() -> None:
    """Do what every second import does: rows older than the last revision are dropped."""
    current = NetworkRevision.objects.get(status="current").number
    for model in (Pipe, Valve, Customer, Junction):
        model.objects.filter(revision__number__lt=current).delete()


def test_an_import_is_told_what_outages_hold(desk: Desk, settings: Any) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.step(outage, "V1")
    held: Callable[[], frozenset[str]] = import_string(settings.HELD_VALVES)
    assert held() == {"V1"}
    desk.step(outage, "V2")
    assert held() == {"V1", "V2"}
    desk.repair(outage)
    reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    desk.step(outage, "V2", direction="open")
    assert held() == {"V1"}


def test_an_outage_is_reopened_after_two_imports(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    lay(LINE)
    lay(LINE)
    forget_old_revisions()
    desk.repair(outage)
    desk.reopen_all(outage)
    assert desk.restore(outage).status == "restored"
    assert not network_state().closed


def test_a_valve_that_is_drawn_no_more_is_still_opened(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.step(outage, "V1")
    lay(REDRAWN)
    forget_old_revisions()
    desk.step(outage, "V2")
    assert Event.objects.filter(verb="valve_not_drawn", facts__valve="V2").exists()
    desk.repair(outage)
    desk.reopen_all(outage)
    assert desk.restore(outage).status == "restored"


def test_a_batch_goes_on_past_a_valve_that_is_drawn_no_more(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    steps = list(outage.plans.get().operations.filter(direction="close").order_by("-valve"))
    lay(REDRAWN)
    batch = [
        StepReport(operation=s.pk, client_key=uuid4(), result="done", done_at=desk.now)
        for s in steps
    ]
    answers = work.record_operations(batch, by=desk.cruz, at=desk.now)
    assert [answer.outcome for answer in answers] == ["recorded", "recorded"]


def test_a_recorded_valve_that_is_drawn_no_more_stops_no_other_plan(desk: Desk) -> None:
    lay(LINE)
    desk.step(desk.burst("p3").outage, "V2")
    lay(REDRAWN)
    assert "V2" not in network_state().closed
    other = desk.propose(desk.report("p5"))
    assert valves(other) == {"V3"}


def test_a_proposal_on_the_new_drawing_is_adopted_and_forgets_no_valve(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.step(outage, "V2")
    lay(REDRAWN)
    forget_old_revisions()
    proposal = plans.propose_plan(
        report=outage.reports.get(), outage=outage, by=desk.dana, at=desk.now
    )
    assert valves(proposal) == {"V1", "W2"}
    plans.adopt_plan(proposal, by=desk.dana, at=desk.now)
    assert proposal.operations.get(valve="V2").status == "done", "shut, though drawn no more"
    desk.close_all(outage)
    desk.repair(outage)
    opened = reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    assert {s.valve for s in opened.steps if s.direction == "open"} == {"V1", "V2", "W2"}


def test_board_desk_and_notices_go_on_by_asset_id(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    lay(LINE)
    lay(LINE)
    forget_old_revisions()
    assert [row.outage for row in selectors.open_board(at=desk.now)] == [outage]
    customer = Customer.objects.get(asset_id="c.p3")
    assert selectors.verdict_for_customer(customer, at=desk.now).outages == (outage,)
    plan = outage.plans.get()
    assert [pair[1] for pair in selectors.affected_customers(plan)] == [customer]
    estimate = outage.estimated_restoration_at
    assert estimate is not None
    outages.change_estimate(
        outage, estimated_restoration_at=estimate, reason="换管", by=desk.dana, at=desk.now
    )
    update = outage.notices.get(kind="update")
    assert set(update.deliveries.filter(channel="sms").values_list("customer", flat=True)) == (
        customers(plan)
    )


def test_an_import_between_plan_and_approval_is_noticed(desk: Desk) -> None:
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    lay(REDRAWN)
    with pytest.raises(plans.StalePlan) as stale:
        desk.approve(plan)
    assert valves(stale.value.fresh) == {"V1", "W2"}
