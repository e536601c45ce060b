"""Spells as the worker keeps them: from signed steps, late ones and corrections too."""

import io
import itertools
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command

from network.choices import ValveState
from network.models import Customer
from network.services import set_source_activity, set_valve_state
from outages.choices import ReportKind
from outages.models import BurstReport, Outage, SupplyMoment, SupplySpell, ValveOperation
from outages.planning.supply_spells import reckon_supply
from outages.policy.report_periods import Period
from outages.selectors.supply.interruptions import interruption_report
from outages.services import outages
from outages.services.desk import reports
from outages.services.field import work
from outages.services.outages import plants
from outages.services.rules import alerts
from tests.factories import NOON, lay
from tests.outages.conftest import Desk

STREET = "(S) -p1-V1| a -p2-V2| b -p3-V3| c -p4-V4| d -p5- (T)"


def minutes(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - NOON) / timedelta(minutes=1)


def told() -> list[tuple[Any, ...]]:
    """Customer's pipe, outage, off and on in minutes after noon, basis."""
    rows = SupplySpell.objects.select_related("outage").order_by("off_at", "customer", "outage")
    return [
        (
            row.customer.removeprefix("c."),
            row.outage and row.outage.code,
            minutes(row.off_at),
            minutes(row.on_at),
            row.basis,
        )
        for row in rows
    ]


def sign(
    outage: Outage, valve: str, done: float, *, told_after: float = 0, result: Any = "done",
    direction: str = "close", by: Any, **facts: Any,
) -> None:  # fmt: skip
    """One step, done so many minutes after noon, told later."""
    step = ValveOperation.objects.get(
        plan__outage=outage,
        valve=valve,
        direction=direction,
        plan__status__in=["approved", "executing", "all_closed", "reopening"],
    )
    done_at = NOON + timedelta(minutes=done)
    work.record_valve_operation(
        step, result=result, done_at=done_at, client_key=uuid4(), by=by,
        at=done_at + timedelta(minutes=told_after), **facts,
    )  # fmt: skip


def reckon(**how: Any) -> Any:
    return reckon_supply(at=NOON + timedelta(days=1), **how)


def test_customers_are_dry_from_the_last_valve_shut_to_the_first_opened(desk: Desk) -> None:
    lay(STREET)
    outage = desk.burst("p2").outage
    sign(outage, "V1", 60, by=desk.cruz)
    assert reckon().added == 0  # water still comes from T
    sign(outage, "V2", 75, by=desk.cruz)
    reckon()
    assert told() == [("p2", outage.code, 75, None, "valves")]
    desk.clock = (NOON + timedelta(minutes=minute) for minute in itertools.count(120))
    desk.repair(outage)
    desk.reopen_all(outage)
    reckon()
    opened = ValveOperation.objects.filter(plan__outage=outage, direction="open").order_by(
        "done_at"
    )
    assert told() == [("p2", outage.code, 75, minutes(opened.first().done_at), "valves")]


def test_a_step_told_late_moves_the_beginning_to_when_it_was_done(desk: Desk) -> None:
    lay(STREET)
    first, second = desk.burst("p2").outage, desk.burst("p4").outage
    sign(second, "V3", 70, by=desk.cruz)
    sign(first, "V1", 60, by=desk.cruz)
    reckon()
    before = told()
    sign(first, "V2", 65, told_after=90, by=desk.cruz)
    assert reckon().asked >= 1
    assert ("p2", first.code, 65, None, "valves") in told()
    assert told() != before


def test_two_outages_together_dry_a_customer_in_neither_zone(desk: Desk) -> None:
    lay(STREET)
    first, second = desk.burst("p2").outage, desk.burst("p4").outage
    for valve, outage, minute in (("V1", first, 60), ("V2", first, 61), ("V3", second, 70)):
        sign(outage, valve, minute, by=desk.cruz)
    sign(second, "V4", 80, by=desk.cruz)
    reckon()
    # p3 stands between them: dry only since both are shut.
    assert {row for row in told() if row[0] == "p3"} == {
        ("p3", each.code, 70, None, "valves") for each in (first, second)
    }


def test_a_valve_found_passing_takes_back_its_closing_and_counts_from_when_made_good(
    desk: Desk,
) -> None:
    lay(STREET)
    outage = desk.burst("p2").outage
    sign(outage, "V1", 60, by=desk.cruz)
    sign(outage, "V2", 65, by=desk.cruz)
    reckon()
    assert told() == [("p2", outage.code, 65, None, "valves")]
    sign(outage, "V2", 80, by=desk.cruz, result="cannot", cannot_reason="passes_water")
    reckon()
    assert told() == []
    sign(outage, "V2", 95, by=desk.cruz)
    reckon()
    assert told() == [("p2", outage.code, 95, None, "valves")]


def test_doing_it_again_changes_nothing_and_a_rebuild_gives_the_same(desk: Desk) -> None:
    lay(STREET)
    outage = desk.burst("p2").outage
    desk.close_all(outage)
    reckon()
    rows = set(SupplySpell.objects.values_list("pk", "customer", "off_at", "on_at"))
    moments = SupplyMoment.objects.count()
    assert reckon() is None  # nothing new was signed
    again = reckon(rebuild=True)
    assert (again.added, again.removed) == (0, 0)
    assert set(SupplySpell.objects.values_list("pk", "customer", "off_at", "on_at")) == rows
    SupplySpell.objects.all().delete()
    call_command("supply_spells", "--rebuild", stdout=io.StringIO())
    assert {
        row[1:] for row in SupplySpell.objects.values_list("pk", "customer", "off_at", "on_at")
    } == {row[1:] for row in rows}
    assert SupplyMoment.objects.count() == moments


def test_only_what_is_new_is_asked_of_the_network(desk: Desk) -> None:
    lay(STREET)
    first = desk.burst("p2").outage
    desk.close_all(first)
    reckon()
    second = desk.burst("p4").outage
    desk.step(second, "V3")
    done = reckon()
    assert done.asked == 1
    assert done.moments == SupplyMoment.objects.count() > 1


def test_a_source_and_a_valve_outside_any_outage_are_put_down_to_none(desk: Desk) -> None:
    lay("(S) -p1-V1| a -p2- b")
    set_valve_state("V1", state=ValveState.CLOSED, by=None, at=NOON)
    set_valve_state("V1", state=ValveState.OPEN, by=None, at=NOON + timedelta(minutes=30))
    set_source_activity("S", is_active=False, at=NOON + timedelta(minutes=40))
    reckon()
    assert told() == [
        ("p2", None, 0, 30, "recorded"),
        ("p1", None, 40, None, "recorded"),
        ("p2", None, 40, None, "recorded"),
    ]


@pytest.mark.parametrize("names_him", [True, False])
def test_a_report_of_no_water_begins_his_spell_before_any_valve_is_shut(
    desk: Desk, names_him: bool
) -> None:
    lay(STREET)
    outage = desk.burst("p2").outage
    phone = "13800000001" if names_him else "13999999999"  # c.p2's, and nobody's
    call = desk.report("p2", kind=ReportKind.NO_WATER, contact_phone=phone)
    reports.merge_report(call, into=outage.reports.get(), by=desk.dana, at=desk.now)
    received = minutes(BurstReport.objects.get(pk=call.pk).received_at)
    sign(outage, "V1", 60, by=desk.cruz)
    sign(outage, "V2", 75, by=desk.cruz)
    reckon()
    dry = [("p2", outage.code, 75, None, "valves")]
    assert told() == ([("p2", outage.code, received, 75, "reported")] if names_him else []) + dry


@pytest.mark.parametrize("written", ["138 0000 0001", "+86-138-0000-0001", "８６13800000001"])
def test_a_caller_is_known_however_the_register_writes_his_number(desk: Desk, written: str) -> None:
    lay(STREET)
    Customer.objects.filter(asset_id="c.p2").update(phone=written)
    outage = desk.burst("p2").outage
    call = desk.report("p2", kind=ReportKind.NO_WATER, contact_phone="13800000001")
    reports.merge_report(call, into=outage.reports.get(), by=desk.dana, at=desk.now)
    sign(outage, "V1", 60, by=desk.cruz)
    sign(outage, "V2", 75, by=desk.cruz)
    reckon()
    assert [row[-1] for row in told()] == ["reported", "valves"]


@pytest.mark.django_db
def test_without_a_network_there_is_nothing_to_derive() -> None:
    assert reckon(rebuild=True).moments == 0
    assert reckon() is None


def test_what_says_nothing_of_water_is_no_reason_to_reckon_again(desk: Desk) -> None:
    """An alert, a limit, a message: most of the history, and none of it dries anybody."""
    lay(STREET)
    outage = desk.burst("p3").outage
    sign(outage, "V2", 30, by=desk.cruz)
    assert reckon_supply(at=desk.now) is not None
    alerts.raise_alert("test", audience=alerts.to_role("leader"), subject=outage, at=desk.now)
    assert reckon_supply(at=desk.now) is None
    sign(outage, "V3", 40, by=desk.cruz)
    assert reckon_supply(at=desk.now) is not None


def test_a_plants_stop_counts_those_who_really_had_no_water_until_it_ran_again(
    desk: Desk,
) -> None:
    # c.p4 has water from T all along; whom the plan of the plant's pipes names is another matter.
    lay("(S) -p1-V1| a -p2- b -p3-V3!| c -p4- (T)")
    outage, plan = plants.draft_stopped_plant(
        sources=["S"],
        place="一水厂",
        estimated_restoration_at=NOON + timedelta(hours=6),
        by=desk.dana,
        at=NOON + timedelta(minutes=10),
        stopped_at=NOON,
    )
    assert not reckon().added  # a draft dries nobody
    outages.confirm_impact(outage, plan=plan, by=desk.dana, at=NOON + timedelta(minutes=12))
    reckon()
    assert told() == [(f"p{n}", outage.code, 0, None, "valves") for n in (1, 2, 3)]
    # Production records it as stopped, too, and four hours later as running; restored it is later.
    minute = timedelta(minutes=1)
    set_source_activity("S", is_active=False, by=None, at=NOON + 20 * minute, reason="停机")
    set_source_activity("S", is_active=True, by=None, at=NOON + 240 * minute, reason="恢复")
    reckon()
    assert told() == [(f"p{n}", outage.code, 0, 240, "valves") for n in (1, 2, 3)]
    days = Period(NOON.date(), NOON.date() + timedelta(days=1))
    report = interruption_report(days, at=NOON + timedelta(days=1))
    assert (report.minutes, len(report.total.by_customer)) == (3 * 240, 3)


def test_a_pump_whose_stop_only_lowers_the_pressure_interrupts_nobody(desk: Desk) -> None:
    lay("(S) -p1-V1| a -p2- b")
    outage, plan = plants.draft_stopped_plant(
        sources=["S"], place="加压站", estimated_restoration_at=NOON + timedelta(hours=6),
        supply="low_pressure", by=desk.dana, at=NOON,
    )  # fmt: skip
    outages.confirm_impact(outage, plan=plan, by=desk.dana, at=NOON)
    reckon()
    assert told() == []
