"""The areas of a plan: drawn for whoever looks, kept from the approval on."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from network.models import Customer, Pipe
from outages import selectors
from outages.models import IsolationPlan
from outages.planning import holding
from outages.workflow import OPEN_OUTAGES
from tests.factories import lay
from tests.outages.conftest import Desk
from tests.outages.test_two_outages import NEIGHBOURS

POCKET = "(S) -m- a |V1-p1- b |V2-p2- c"


def test_a_proposal_is_drawn_around_its_pipes_and_customers(desk: Desk) -> None:
    lay(POCKET)
    plan = desk.propose(desk.report("p1"))
    plan.refresh_from_db()
    assert plan.zone_area is None, "nothing is drawn before somebody looks"
    areas = selectors.plan_areas(plan)
    for name, area in (("p1", areas.zone), ("p2", areas.unintended)):
        assert area is not None
        assert area.covers(Pipe.objects.get(asset_id=name).geom)
        assert area.covers(Customer.objects.get(asset_id=f"c.{name}").geom)
    assert not areas.zone.covers(Pipe.objects.get(asset_id="p2").geom)


def test_what_was_drawn_is_kept_with_the_approval(desk: Desk) -> None:
    lay(POCKET)
    plan = desk.propose(desk.report("p1"))
    looked_at = selectors.plan_areas(plan)
    outage = desk.approve(plan).outage
    plan.refresh_from_db()
    assert (plan.zone_area, plan.unintended_area) == tuple(looked_at)
    assert outage.area.buffer(1e-9).covers(looked_at.zone)
    lay(POCKET)
    lay(POCKET)  # the drawing that the plan was made on is no longer stored
    kept = IsolationPlan.objects.get(pk=plan.pk)
    with CaptureQueriesContext(connection) as seen:
        assert selectors.plan_areas(kept) == looked_at
    assert not seen


def test_a_proposal_on_a_drawing_that_is_gone_has_no_area(desk: Desk) -> None:
    lay(POCKET)
    plan = desk.propose(desk.report("p1"))
    Pipe.objects.all().delete()
    Customer.objects.all().delete()
    assert selectors.plan_areas(plan) == (None, None)


def test_what_others_hold_is_what_their_plans_say(desk: Desk) -> None:
    """The light look of every burst and the full one agree, valve by valve."""
    lay(NEIGHBOURS)
    first, second = desk.burst("p2").outage, desk.burst("p3").outage
    desk.step(first, "V1")
    for outage in (None, first, second):
        light = holding.others_holding(outage, at=desk.now)
        is_open = Q(plan__outage__status__in=OPEN_OUTAGES)
        full = holding.holds(is_open, exclude=outage.pk if outage else None)
        assert light == full
        assert light or outage is second
        assert [hold.operation.facts for hold in light] == [hold.operation.facts for hold in full]
    assert set(holding.own_shut(first)) == {"V1"}
