"""The order as rows and on screens: outlets found in the records, checked off, and printed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.urls import reverse

from gisapp.accounts.roles import sync_roles
from layers.plan_facts import plan_facts
from network.models import Junction, NetworkRevision, Valve
from outages.choices import OUTLET_STEPS
from outages.models import Event, IsolationPlan, Outage, ValveOperation
from outages.services.field import reopening
from outages.services.field.step_order import Refusal, StepRefused
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.test_crew_views import answer, page, send, tap
from tests.outages.test_feeding import TOWN as FED_TOWN
from tests.outages.test_feeding import fed

TOWN = """
(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)
c -p4- e
b -p8/V8!/- (U)
"""
HEIGHTS = {"a": 40.0, "b": 31.0, "c": 28.0, "e": 26.5}


def lay_with_heights() -> NetworkRevision:
    revision = lay(TOWN)
    for junction, height in HEIGHTS.items():
        Junction.objects.filter(revision=revision, asset_id=junction).update(elevation_m=height)
    return revision


def washout(revision: NetworkRevision, name: str, junction: str) -> None:
    place = Junction.objects.get(revision=revision, asset_id=junction).geom
    Valve.objects.create(
        revision=revision,
        asset_id=name,
        junction=junction,
        placement="node",
        kind="washout",
        isolates=False,
        geom=Point(place.x, place.y, srid=4326),
        location="排泥井",
    )


def why(step: ValveOperation) -> list[str]:
    return [reason["code"] for reason in step.facts["order"]["why"]]


@pytest.fixture
def crew(desk: Desk) -> Client:
    sync_roles()
    client = Client()
    client.force_login(desk.cruz)
    return client


def test_the_lowest_outlet_of_the_zone_is_read_from_the_records(desk: Desk) -> None:
    revision = lay_with_heights()
    plan = desk.propose(desk.report("p3"))
    drain = plan.operations.get(direction="drain")
    assert (drain.valve, why(drain)) == ("h.e", ["is_it_dry", "lowest"])
    washout(revision, "W1", "e")
    washout(revision, "W9", "d")  # not in the zone
    again = desk.propose(desk.report("p4")).operations.get(direction="drain")
    assert (again.valve, again.facts["kind"], again.facts["location"]) == (
        "W1",
        "washout",
        "排泥井",
    )
    assert again.geom is not None


def test_the_way_along_the_mains_stands_with_the_steps(desk: Desk) -> None:
    lay_with_heights()
    steps = desk.propose(desk.report("p3")).operations.order_by("sequence")
    assert [(s.valve, s.facts["order"].get("leg_m")) for s in steps] == [
        ("V1", None),
        ("V2", 100),
        ("h.e", 100),
    ]


def test_an_outlet_is_checked_off_with_a_note_and_holds_nothing_up(
    desk: Desk, crew: Client
) -> None:
    lay_with_heights()
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    order = outage.work_orders.get()
    body = page(crew, order)
    assert "已不出水" in body
    assert reverse("outages:work-order-repair", args=[order.number]) in body, "nor the repair"
    drain = ValveOperation.objects.get(plan__outage=outage, direction="drain")
    told = send(crew, order, tap(drain, remark="3 分钟后没水")).json()["outcomes"]
    assert told[0]["outcome"] == "recorded"
    drain.refresh_from_db()
    assert (drain.status, drain.remark) == ("done", "3 分钟后没水")
    assert Event.objects.filter(verb="valve_drain_done", outage=outage).count() == 1
    assert drain.plan.status == "all_closed"


def test_an_outlet_that_is_not_found_makes_no_new_plan(desk: Desk, crew: Client) -> None:
    lay_with_heights()
    outage = desk.burst("p3").outage
    drain = ValveOperation.objects.get(plan__outage=outage, direction="drain")
    answer(crew, outage.work_orders.get(), drain, cannot_reason="not_found")
    drain.refresh_from_db()
    assert drain.status == "failed"
    assert IsolationPlan.objects.count() == 1


def reopened(desk: Desk) -> tuple[Outage, list[ValveOperation]]:
    lay_with_heights()
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    desk.repair(outage)
    steps = reopening.plan_reopening(outage, by=desk.dana, at=desk.now).steps
    return outage, list(steps)


def test_the_reopening_vents_at_the_top_and_names_what_never_to_open(
    desk: Desk, crew: Client
) -> None:
    outage, steps = reopened(desk)
    assert (steps[0].direction, steps[0].valve) == ("vent", "h.b")
    assert why(steps[0]) == ["lets_air_out", "highest"]
    assert "V8" not in [step.valve for step in steps]
    assert "不要打开：V8" in page(crew, outage.work_orders.get())


def test_people_flush_after_the_last_valve_but_not_after_the_all_clear(desk: Desk) -> None:
    outage, steps = reopened(desk)
    for step in steps:
        if step.direction == "open":
            desk.step(outage, step.valve, direction="open")
    plan = outage.plans.get()
    assert plan.status == "reopened", "no outlet holds it up"
    flush, *others = [step for step in steps if step.direction == "flush"]
    desk.step(outage, flush.valve, direction="flush", remark="6 分钟后变清")
    outage.refresh_from_db()
    desk.restore(outage)
    left = plan.operations.filter(direction__in=OUTLET_STEPS, status="pending")
    assert not left.exists()
    for step in others:
        with pytest.raises(StepRefused) as refused:
            desk.step(outage, step.valve, direction="flush")
        assert refused.value.code == Refusal.PLAN_NOT_IN_FORCE


def test_paper_carries_the_reopening_before_anything_is_shut(desk: Desk) -> None:
    lay_with_heights()
    plan = desk.propose(desk.report("p3"))
    facts = plan_facts(plan, at=NOON + timedelta(hours=1))
    assert [step.valve for step in facts.closing] == ["V1", "V2", "h.e"]
    assert facts.reopening[0].valve == "h.b"
    assert [s.valve for s in facts.reopening if not s.at_outlet] in (["V1", "V2"], ["V2", "V1"])
    assert facts.leave_shut == ("V8",)
    assert all(step.why for step in facts.reopening)


def test_a_dispatcher_takes_a_rezoning_into_the_plan_and_is_told_why_not(desk: Desk) -> None:
    lay(FED_TOWN)
    sync_roles()
    dana = Client()
    dana.force_login(desk.dana)
    plan = desk.propose(desk.report("p3"))
    url = reverse("outages:plan-adjust", args=[plan.pk])
    refused = dana.post(url, {"choice": "opened:V8", "reason": "试"})
    assert refused.status_code == 422
    assert "不能打开：V8" in refused.content.decode()
    taken = dana.post(url, {"choice": "opened:V9", "reason": "转供"})
    assert taken.status_code in (200, 302)
    newest = IsolationPlan.objects.latest("version")
    assert newest.what_if == {"opened": ["V9"]}
    shown = dana.get(reverse("outages:plan", args=[newest.pk])).content.decode()
    assert "打开转供" in shown


def test_the_phone_offers_the_feeding_valve_only_after_the_others(desk: Desk, crew: Client) -> None:
    lay(FED_TOWN)
    outage = fed(desk).outage
    order = outage.work_orders.get()
    feed = ValveOperation.objects.get(plan__outage=outage, direction="feed", status="pending")
    early: Any = send(crew, order, tap(feed)).json()["outcomes"][0]
    assert (early["outcome"], early["code"]) == ("refused", "close_first")
    desk.close_all(outage)
    drain = ValveOperation.objects.get(plan__outage=outage, direction="drain", status="pending")
    answer(crew, order, drain, result="done")
    current = page(crew, order).split("data-current", 1)[1].split("</li>", 1)[0]
    assert "V9" in current
