"""Keys made on phones: the same tap is one step, another tap under the same key is none."""

from uuid import uuid4

import pytest

from network.models import ValveStateChange
from outages.models import BurstReport, Event
from outages.services import orders
from outages.services.desk import reports
from outages.services.field import work
from outages.services.field.work import Refusal, StepRefused
from tests.factories import NOON, crew, lay, person
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE
from tests.outages.test_work import tap


def test_another_step_under_a_used_key_is_refused_not_swallowed(desk: Desk) -> None:
    lay(LINE)
    v1, v2 = desk.burst("p3").plan.operations.filter(direction="close").order_by("valve")
    first = tap(v1, desk)
    other = tap(v2, desk, client_key=first.client_key)
    undone = tap(v1, desk, "cannot", client_key=first.client_key, cannot_reason="passes_water")
    answers = work.record_operations([first, other, undone], by=desk.cruz, at=desk.now)
    assert [a.outcome for a in answers] == ["recorded", "refused", "refused"]
    assert {a.code for a in answers[1:]} == {Refusal.KEY_USED}
    v2.refresh_from_db()
    assert v2.status == "pending"


def test_a_key_used_on_another_outage_is_refused_in_words(desk: Desk) -> None:
    lay(LINE)
    one, other = desk.burst("p3").plan, desk.burst("p4").plan
    first = tap(one.operations.get(valve="V1"), desk)
    again = tap(other.operations.get(valve="V3"), desk, client_key=first.client_key)
    answers = work.record_operations([first, again], by=desk.cruz, at=desk.now)
    assert [(a.outcome, a.code) for a in answers] == [
        ("recorded", ""),
        ("refused", Refusal.KEY_USED),
    ]


def test_another_report_under_a_used_key_is_kept_as_a_report_of_its_own(desk: Desk) -> None:
    """The back button: the form is changed and sent again with the key it was made with."""
    lay(LINE)
    key = uuid4()
    first = desk.report("p3", client_key=key, address="解放路3号")
    assert desk.report("p3", client_key=key, address="解放路3号") == first
    second = desk.report("p5", client_key=key, address="解放路5号")
    assert second != first
    assert second.pipe == "p5"
    assert desk.report("p5", client_key=key, address="解放路5号") == second
    assert BurstReport.objects.count() == 2


def test_a_long_remark_is_no_reason_to_lose_a_step(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    assert desk.step(outage, "V1", remark="井" * 300).outcome == "recorded"
    assert len(ValveStateChange.objects.get().reason) == 200
    desk.step(outage, "V2", "cannot", cannot_reason="seized", remark="锈" * 300)


def test_a_crew_whose_order_was_taken_back_turns_nothing(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    order = orders.open_order(outage)
    assert order is not None
    orders.void_order(order, reason="改派", by=desk.dana, at=desk.now)
    with pytest.raises(StepRefused) as refused:
        desk.step(outage, "V1")
    assert refused.value.code == Refusal.WRONG_CREW


def test_another_crews_order_is_not_ones_own(desk: Desk) -> None:
    lay(LINE)
    outage = desk.burst("p3", accepted=False).outage
    order = orders.open_order(outage)
    assert order is not None
    crew("C2")
    other = person("crew", crew="C2")
    with pytest.raises(orders.OrderRefused, match="crew=C1"):
        orders.accept_order(order, by=other, at=desk.now)
    assert orders.accept_order(order, by=desk.cruz, at=desk.now).status == "accepted"
    with pytest.raises(orders.OrderRefused, match="crew=C1"):
        orders.complete_repair(
            orders.start_work(order, by=desk.cruz, at=desk.now),
            cause_found="接口断裂",
            action_taken="更换管段",
            leak_check_passed=True,
            by=other,
            at=desk.now,
        )


def test_a_valve_that_fails_for_one_outage_is_planned_around_in_the_other(desk: Desk) -> None:
    lay("(S) -p1- a -p2-V1| b -p3-V2| c -p4-V3| d -p5- (T)")
    first, second = desk.burst("p3").outage, desk.burst("p4").outage
    desk.step(first, "V2", "cannot", cannot_reason="seized")
    proposal = second.plans.latest("version")
    assert proposal.version == 2
    assert set(proposal.answer["valves_to_close"]) == {"V1", "V3"}


def test_voided_steps_are_named_in_the_record(desk: Desk) -> None:
    from outages.services import outages

    lay(LINE)
    outage = desk.burst("p3").outage
    outages.cancel_outage(outage, reason="误报", by=desk.dana, at=desk.now)
    voided = Event.objects.get(verb="steps_voided", outage=outage)
    assert voided.facts["valves"] == ["V1", "V2"]


def test_a_reference_carries_the_day_of_the_place(desk: Desk) -> None:
    from datetime import UTC, datetime

    lay(LINE)
    facts = reports.ReportFacts(lon=110.05, lat=22.93)
    late = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)  # 01:00 on the 22nd in Shanghai
    assert late > NOON
    assert reports.report_burst(facts=facts, by=None, at=late).reference.startswith("R261122-")
