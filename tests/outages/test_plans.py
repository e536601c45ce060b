"""Plans: idempotent, adjusted, stale, superseded, and one in force however many approve."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from network.choices import Operability, ValveState
from network.models import Pipe
from network.services import set_valve_operability, set_valve_state
from outages.models import AffectedCustomer, Event, IsolationPlan, Outage
from outages.planning import PlanningRefused, WhatIf, waiting
from outages.selectors.rules import policy
from outages.services.desk import reports
from outages.services.desk.placing import PlaceRefused
from outages.services.shutdown import plans
from tests.factories import NOON, lay
from tests.outages.conftest import Desk, make_desk

LINE = "(S) -p1- a -p2-V1| b -p3- c |V2-p4-V3| d -p5- (T)"


def valves(plan: IsolationPlan) -> set[str]:
    steps = plan.operations.filter(direction="close").exclude(status="void")
    return set(steps.values_list("valve", flat=True))


def customers(plan: IsolationPlan) -> set[str]:
    return set(
        AffectedCustomer.objects.filter(plan=plan)
        .exclude(effect="already_dry")
        .values_list("customer", flat=True)
    )


def test_the_same_question_on_the_same_network_is_the_same_plan(desk: Desk) -> None:
    lay(LINE)
    report = desk.report("p3")
    plan = desk.propose(report)
    assert desk.propose(report) == plan
    set_valve_operability("V2", operability=Operability.INOPERABLE, by=None, at=NOON)
    again = desk.propose(report)
    assert again.version == 2
    assert valves(again) == {"V1", "V3"}
    plan.refresh_from_db()
    assert plan.status == "superseded"


def test_persons_come_from_the_record_or_from_the_connections(desk: Desk) -> None:
    lay(
        "(S) -a-V1| k -b- l -c- m -d- n",
        c_b={"persons": 7, "connections": 1},
        c_c={"persons": None, "connections": 3, "key_user": True, "large_user": True},
        c_d={"persons": 0, "connections": 1, "large_user": True},
    )
    plan = desk.propose(desk.report("b"))
    each = policy.number("persons_per_connection", at=NOON)
    assert customers(plan) == {"c.b", "c.c", "c.d"}
    assert (plan.connections, plan.persons, plan.key_users) == (5, 7 + 3 * each, 2)


def test_only_the_pipes_that_burst_say_whether_it_is_a_trunk_road(desk: Desk) -> None:
    lay(LINE)
    Pipe.objects.filter(asset_id="p3").update(on_trunk_road=True)
    assert desk.propose(desk.report("p3")).on_trunk_road
    assert not desk.propose(desk.report("p2")).on_trunk_road


def test_a_report_far_from_any_pipe_is_kept_and_asks_for_one(desk: Desk) -> None:
    lay(LINE)
    facts = reports.ReportFacts(lon=111.0, lat=23.5)
    report = reports.report_burst(facts=facts, by=desk.dana, at=NOON)
    assert report.pipe == ""
    with pytest.raises(PlanningRefused, match="no_pipe"):
        desk.propose(report)
    reports.place_report(report, pipe="p3", by=desk.dana, at=NOON)
    report.refresh_from_db()
    assert valves(desk.propose(report)) == {"V1", "V2"}


@pytest.mark.parametrize("lon", [float("nan"), float("inf"), 181.0])
def test_a_place_off_the_earth_is_refused(desk: Desk, lon: float) -> None:
    with pytest.raises(PlaceRefused):
        reports.report_burst(facts=reports.ReportFacts(lon=lon, lat=22.9), by=None, at=NOON)


def test_without_a_network_there_is_no_plan(desk: Desk) -> None:
    facts = reports.ReportFacts(lon=110.05, lat=22.93)
    report = reports.report_burst(facts=facts, by=None, at=NOON)
    report.pipe = "p3"
    report.save()
    with pytest.raises(PlanningRefused) as refused:
        desk.propose(report)
    assert refused.value.code == "no_network"


def test_an_override_computes_again_and_keeps_the_automatic_answer(desk: Desk) -> None:
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    wider = plans.adjust_plan(
        plan, what_if=WhatIf.of(removed=["V2"]), reason="井上停着车", by=desk.dana, at=desk.now
    )
    assert valves(wider) == {"V1", "V3"}
    assert customers(wider) == {"c.p3", "c.p4"}
    assert wider.automatic is not None
    assert wider.automatic["valves_to_close"] == ["V1", "V2"]
    assert (wider.status, wider.override_reason) == ("adjusted", "井上停着车")
    difference = plans.compare_plans(plan, wider)
    assert difference.valves_added == ("V3",)
    assert difference.valves_removed == ("V2",)
    assert difference.customers_added == ("c.p4",)
    with pytest.raises(plans.ReasonMissing):
        plans.adjust_plan(wider, what_if=WhatIf(), reason=" ", by=desk.dana, at=desk.now)
    with pytest.raises(plans.PlanSuperseded):
        plans.adjust_plan(plan, what_if=WhatIf(), reason="x", by=desk.dana, at=desk.now)


def test_an_added_valve_dries_what_hangs_on_it(desk: Desk) -> None:
    lay("(S) -p1- a -p2-V1| b -p3- c |V2-p4- d |V4-p6- e")
    plan = desk.propose(desk.report("p4"))
    assert valves(plan) == {"V2"}
    more = plans.adjust_plan(
        plan, what_if=WhatIf.of(added=["V1"]), reason="阀门关不严", by=desk.dana, at=desk.now
    )
    assert valves(more) == {"V1"}, "with V1 shut, V2 has no water behind it"
    assert "c.p3" in customers(more)
    assert customers(plan) < customers(more)


def test_a_burst_beside_a_source_is_not_isolatable_and_names_it(desk: Desk) -> None:
    lay(LINE)
    plan = desk.propose(desk.report("p1"))
    assert not plan.is_isolatable
    assert plan.answer["sources_to_shut"] == ["S"]
    with pytest.raises(plans.NotIsolating, match="sources=S"):
        desk.approve(plan)
    assert desk.approve(plan, reason="水厂已停泵").outage.status == "impact_confirmed"


def test_a_stale_plan_is_refused_with_the_difference(desk: Desk) -> None:
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    set_valve_operability("V2", operability=Operability.INOPERABLE, by=None, at=NOON)
    with pytest.raises(plans.StalePlan) as stale:
        desk.approve(plan)
    assert stale.value.difference.valves_added == ("V3",)
    assert not Outage.objects.exists()
    approval = desk.approve(stale.value.fresh)
    assert valves(approval.plan) == {"V1", "V3"}


def test_a_change_elsewhere_does_not_hold_up_the_approval(desk: Desk) -> None:
    lay(LINE + "\nz1 -p8-V8| z2 -p9- z3")
    plan = desk.propose(desk.report("p3"))
    set_valve_state("V8", state=ValveState.CLOSED, by=None, at=NOON)
    approval = desk.approve(plan)
    assert approval.plan.version == 2
    assert valves(approval.plan) == {"V1", "V2"}


def test_a_plan_replaced_or_approved_by_somebody_else_is_refused(desk: Desk) -> None:
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    newer = plans.adjust_plan(
        plan, what_if=WhatIf.of(inoperable=["V2"]), reason="锈死", by=desk.dana, at=desk.now
    )
    with pytest.raises(plans.PlanSuperseded) as refused:
        desk.approve(plan)
    assert refused.value.newer == newer
    desk.approve(newer)
    with pytest.raises(plans.PlanSuperseded, match="plan_decided"):
        desk.approve(newer)
    assert Outage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_dispatchers_one_wins() -> None:
    desk = make_desk()
    lay(LINE)
    plan = desk.propose(desk.report("p3"))
    barrier = threading.Barrier(4)
    results: list[Any] = []

    def approve() -> None:
        try:
            barrier.wait(timeout=20)
            results.append(
                plans.approve_plan(
                    plan,
                    by=desk.dana,
                    at=NOON,
                    estimated_restoration_at=NOON + timedelta(hours=6),
                    crew=desk.crew,
                )
            )
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=approve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    won = [r for r in results if isinstance(r, plans.Approval)]
    lost = [r for r in results if isinstance(r, plans.PlanSuperseded)]
    assert (len(won), len(lost)) == (1, 3), results
    assert Outage.objects.count() == 1
    assert Event.objects.filter(verb="outage_opened").count() == 1


def test_a_second_report_is_offered_as_a_duplicate_and_joins(desk: Desk) -> None:
    """T30."""
    from outages.selectors import duplicate_candidates

    lay(LINE)
    first = desk.report("p3")
    second = desk.report("p3")
    offered = duplicate_candidates(
        lon=second.geom.x, lat=second.geom.y, at=desk.now, pipe="p3", exclude=second.pk
    )
    assert [each.report for each in offered] == [first]
    assert offered[0].same_pipe
    assert duplicate_candidates(lon=110.5, lat=22.93, at=desk.now) == []
    reports.merge_report(second, into=first, by=desk.dana, at=desk.now)
    with pytest.raises(reports.MergeRefused, match="merge_into_duplicate"):
        reports.merge_report(first, into=second, by=desk.dana, at=desk.now)
    approval = desk.approve(desk.propose(first))
    second.refresh_from_db()
    assert (second.status, second.outage) == ("duplicate", approval.outage)
    assert approval.outage.work_orders.count() == 1
    reports.unmerge_report(second, reason="另一处爆管", by=desk.dana, at=desk.now)
    second.refresh_from_db()
    assert (second.status, second.outage, second.duplicate_of) == ("received", None, None)


def test_the_area_covers_every_affected_customer(desk: Desk) -> None:
    from network.models import Customer

    lay(LINE, c_p3={"key_user": True})
    plan = desk.propose(desk.report("p3"))
    approval = desk.approve(plan)
    area = approval.outage.area
    assert area is not None
    assert area.valid
    for customer in Customer.objects.filter(asset_id__in=customers(plan)):
        assert area.covers(customer.geom)
    assert approval.outage.key_users == 1


def test_the_sweeper_plans_what_nobody_planned(desk: Desk) -> None:
    lay(LINE)
    report = desk.report("p3")
    desk.report("p3", meter_side="after")
    assert waiting.plan_waiting_reports(at=desk.now) == 1
    assert report.plans.count() == 1
    assert waiting.plan_waiting_reports(at=desk.now) == 0
