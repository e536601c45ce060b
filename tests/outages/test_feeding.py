"""A normally closed valve opened for those whom a plan cuts off, and closed again at the end."""

from __future__ import annotations

import pytest

from network.selectors import network_state
from outages.models import IsolationPlan, Outage
from outages.planning import WhatIf
from outages.services import outages
from outages.services.field import reopening, work
from outages.services.field.step_order import Refusal, StepRefused
from outages.services.shutdown import plans
from outages.services.shutdown.plans import NotOpened
from tests.factories import lay
from tests.outages.conftest import Desk
from tests.outages.test_plans import customers, valves

# A burst on p3 cuts off e and f behind V2. V9 is closed and would feed them; V8 leads to the zone.
TOWN = """
(S) -p1- a -p2-V1| b -p3- c |V2-p5- e -p6- f -p7/V9!/- (T)
b -p8/V8!/- (U)
"""
# The same, but V2 does not hold: whatever feeds f comes to the burst.
STUCK = """
(S) -p1- a -p2-V1| b -p3- c |V2?-p5- e |V3-p6- f -p7/V9!/- (T)
"""


def fed(desk: Desk, *, accepted: bool = True) -> plans.Approval:
    plan = desk.propose(desk.report("p3"))
    plan = plans.adjust_plan(
        plan, what_if=WhatIf.of(opened=["V9"]), reason="转供", by=desk.dana, at=desk.now
    )
    approval = desk.approve(plan)
    return desk.take(approval) if accepted else approval


def in_force(outage: Outage) -> IsolationPlan:
    return outage.plans.get(status__in=["approved", "executing", "all_closed", "reopening"])


def directions(plan: IsolationPlan) -> list[tuple[str, str]]:
    rows = plan.operations.exclude(status="void").order_by("sequence")
    return [(s.direction, s.valve) for s in rows if s.direction not in ("drain", "vent", "flush")]


def test_a_plan_counts_those_fed_as_supplied_and_opens_last(desk: Desk) -> None:
    lay(TOWN)
    plain = desk.propose(desk.report("p3"))
    assert "c.p6" in customers(plain)
    plan = fed(desk).plan
    assert customers(plan) & {"c.p5", "c.p6"} == set()
    assert customers(plan) >= {"c.p3"}
    assert valves(plan) == {"V1", "V2"}, "beyond V2 stands water now, so it is to be shut"
    assert directions(plan)[-1] == ("feed", "V9")


def test_it_is_opened_only_when_everything_is_shut_and_closed_again_at_the_end(desk: Desk) -> None:
    lay(TOWN)
    outage = fed(desk).outage
    with pytest.raises(StepRefused) as refused:
        desk.step(outage, "V9", direction="feed")
    assert refused.value.code == Refusal.CLOSE_FIRST
    desk.close_all(outage)
    assert in_force(outage).status == "all_closed"
    desk.step(outage, "V9", direction="feed")
    state = network_state()
    assert (state.closed, state.opened) == ({"V1", "V2"}, {"V9"})

    desk.repair(outage)
    made = reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    order = [(s.direction, s.valve) for s in made.steps if s.direction in ("open", "shut")]
    assert order[-1] == ("shut", "V9")
    assert {valve for direction, valve in order if direction == "open"} == {"V1", "V2"}
    with pytest.raises(StepRefused) as refused:
        desk.step(outage, "V9", direction="shut")
    assert refused.value.code == Refusal.OPEN_FIRST
    for valve in ("V1", "V2"):
        desk.step(outage, valve, direction="open")
    with pytest.raises(outages.RestoreRefused) as still:
        desk.restore(outage)
    assert still.value.valves == ("V9",)
    desk.step(outage, "V9", direction="shut")
    assert desk.restore(outage).status == "restored"
    state = network_state()
    assert (state.closed, state.opened) == ({"V9"}, {"V1", "V2"}), "as it was drawn"


def test_what_was_opened_does_not_change_the_question(desk: Desk) -> None:
    lay(TOWN)
    outage = fed(desk).outage
    desk.close_all(outage)
    desk.step(outage, "V9", direction="feed")
    from outages import planning

    assert planning.is_current(in_force(outage), at=desk.now)


def test_a_valve_that_leads_to_the_burst_is_refused(desk: Desk) -> None:
    lay(TOWN)
    plan = desk.propose(desk.report("p3"))
    with pytest.raises(NotOpened) as refused:
        plans.adjust_plan(
            plan, what_if=WhatIf.of(opened=["V8"]), reason="试", by=desk.dana, at=desk.now
        )
    assert refused.value.facts["valves"] == "V8"
    assert plan.report is not None
    assert plan.report.plans.count() == 1, "nothing is kept of it"


@pytest.mark.parametrize("valve", ["V1", "V2"])
def test_an_open_valve_feeds_nobody(desk: Desk, valve: str) -> None:
    lay(TOWN)
    plan = desk.propose(desk.report("p3"))
    with pytest.raises(NotOpened):
        plans.adjust_plan(
            plan, what_if=WhatIf.of(opened=[valve]), reason="试", by=desk.dana, at=desk.now
        )


def test_a_valve_that_cannot_be_opened_leads_to_a_plan_without_it(desk: Desk) -> None:
    lay(TOWN)
    outage = fed(desk).outage
    desk.close_all(outage)
    told = desk.step(outage, "V9", "cannot", direction="feed", cannot_reason="seized")
    proposal = told.proposal
    assert proposal is not None
    assert proposal.what_if == {}
    assert "c.p6" in customers(proposal), "they are without water after all"
    adopted = plans.adopt_plan(proposal, by=desk.dana, at=desk.now).plan
    assert not adopted.operations.filter(direction="feed").exists()
    assert adopted.outage is not None
    assert adopted.outage.customers == len(customers(adopted))
    assert network_state().inoperable == {"V9"}


def test_it_can_be_taken_back_before_it_is_done(desk: Desk) -> None:
    lay(TOWN)
    approval = fed(desk)
    plain = plans.adjust_plan(
        approval.plan, what_if=WhatIf(), reason="不转供", by=desk.dana, at=desk.now
    )
    plan = plans.adopt_plan(plain, by=desk.dana, at=desk.now).plan
    assert not plan.operations.filter(direction="feed").exists()
    approval.plan.refresh_from_db()
    assert approval.plan.operations.get(direction="feed").status == "void"
    with pytest.raises(StepRefused) as refused:
        desk_step = approval.plan.operations.get(direction="feed")
        work.record_valve_operation(
            desk_step,
            result="done",
            done_at=desk.now,
            client_key="8c5c55b2-8c36-4c34-9d59-5a6b0c2f8a11",  # type: ignore[arg-type]
            by=desk.cruz,
            at=desk.now,
        )
    assert refused.value.code == Refusal.PLAN_SUPERSEDED


def test_what_is_open_stays_in_the_next_plan_whatever_it_assumes(desk: Desk) -> None:
    lay(TOWN)
    outage = fed(desk).outage
    desk.close_all(outage)
    desk.step(outage, "V9", direction="feed")
    other = plans.adjust_plan(
        in_force(outage), what_if=WhatIf.of(added=["V8"]), reason="试", by=desk.dana, at=desk.now
    )
    step = other.operations.get(direction="feed")
    assert (step.valve, step.status) == ("V9", "done")


def test_a_wider_zone_that_reaches_the_fed_part_shuts_the_valve_again_for_good(desk: Desk) -> None:
    """V2 shut at first, then found to pass water: now V9 lets water in, and is closed like any."""
    lay(STUCK.replace("V2?", "V2"))
    outage = fed(desk).outage
    desk.close_all(outage)
    desk.step(outage, "V9", direction="feed")
    told = desk.step(outage, "V2", "cannot", cannot_reason="passes_water")
    assert told.proposal is not None
    assert valves(told.proposal) >= {"V1", "V3"}
    adopted = plans.adopt_plan(told.proposal, by=desk.dana, at=desk.now).plan
    feeding = adopted.operations.filter(direction="feed", valve="V9")
    assert feeding.get().status == "done", "V3 stands between: V9 may stay open"


def test_two_outages_that_feed_by_one_valve_close_it_once(desk: Desk) -> None:
    lay(
        """
        (S) -p1- a -p2-V1| b -p3- c |V2-p5- e -p6- f -p7/V9!/- (T)
        e |V5-p9- g |V6-p10- h -p11-V7| (U)
        """.replace("|V6-p10- h -p11-V7| (U)", "|V6-p10- h")
    )
    first = fed(desk).outage
    desk.close_all(first)
    desk.step(first, "V9", direction="feed")
    second_plan = desk.propose(desk.report("p10"))
    second = desk.take(desk.approve(second_plan)).outage
    assert in_force(second).operations.filter(direction="feed").count() == 0
    desk.repair(first)
    made = reopening.plan_reopening(first, by=desk.dana, at=desk.now)
    assert ("shut", "V9") in [(s.direction, s.valve) for s in made.steps]
