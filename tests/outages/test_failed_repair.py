"""The leak is back: a repair that does not hold, found while valves are opened again."""

from datetime import timedelta
from uuid import uuid4

import pytest

from network.selectors import network_state
from outages.models import (
    AffectedCustomer,
    Alert,
    Deadline,
    Event,
    IsolationPlan,
    Outage,
    OutageNotice,
    ValveOperation,
)
from outages.selectors.control.board import open_board
from outages.services import outages
from outages.services.field import failed_repair, reopening, work
from outages.services.field.failed_repair import FailedRepair, NewEstimate, NoRepairToFail
from outages.services.shutdown import plans
from outages.workflow import HOLDING_PLANS
from tests.factories import NOON, lay
from tests.outages.conftest import Desk

TOWN = """
(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)
c |V3-p4- e
"""
LATER = NOON + timedelta(hours=11)


def _repaired(desk: Desk, pipe: str = "p3") -> Outage:
    """An outage whose valves are shut and whose pipe counts as repaired."""
    outage = desk.burst(pipe).outage
    desk.close_all(outage)
    return desk.repair(outage)


def _opening(desk: Desk, *opened: str) -> Outage:
    """The same, with the reopening planned and some valves open again."""
    outage = _repaired(desk)
    reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    for valve in opened:
        desk.step(outage, valve, direction="open")
    outage.refresh_from_db()
    return outage


def _leak_is_back(desk: Desk, outage: Outage) -> FailedRepair:
    estimate = NewEstimate(estimated_restoration_at=LATER, reason="维修处再次漏水")
    return failed_repair.report_failed_repair(
        outage, found="焊缝喷水", estimate=estimate, by=desk.dana, at=desk.now
    )


def _steps(plan: IsolationPlan | None, direction: str = "close") -> dict[str, str]:
    assert plan is not None
    rows = plan.operations.filter(direction=direction).order_by("sequence")
    return dict(rows.values_list("valve", "status"))


def test_what_was_opened_is_shut_again_by_a_new_plan_in_force_at_once(desk: Desk) -> None:
    lay(TOWN)
    outage = _opening(desk, "V1")
    before = outage.plans.get(status="reopening")

    done = _leak_is_back(desk, outage)

    assert (done.outage.status, done.outage.repaired_at) == ("in_effect", None)
    assert done.proposal is None
    assert _steps(done.plan) == {"V1": "pending", "V2": "done"}
    assert done.plan is not None
    assert (done.plan.status, done.plan.version) == ("executing", before.version + 1)
    before.refresh_from_db()
    assert before.status == "superseded"
    assert _steps(before, "open") == {"V1": "done", "V2": "void"}, "what was done stays true"
    assert network_state().closed == {"V2"}
    told = Event.objects.get(verb="repair_failed")
    assert (told.reason, told.by) == ("焊缝喷水", desk.dana)


def test_people_hear_the_new_time_and_the_repair_is_owed_again(desk: Desk) -> None:
    lay(TOWN)
    outage = _opening(desk, "V1")
    first = Deadline.objects.get(outage=outage, key="repair_finish")
    assert first.met_at is not None

    done = _leak_is_back(desk, outage)

    assert done.outage.estimated_restoration_at == LATER
    notice = OutageNotice.objects.filter(outage=outage).latest("version")
    assert (notice.kind, notice.status) == ("update", "published")
    assert "维修处再次漏水" in notice.text_zh
    again = Deadline.objects.get(outage=outage, key="repair_finish", met_at=None)
    assert again.started_at > first.met_at
    order = work.open_order(outage)
    assert order is not None
    assert (order.status, order.repaired_at) == ("in_progress", None)


def test_it_is_repaired_and_opened_a_second_time(desk: Desk) -> None:
    lay(TOWN)
    outage = _opening(desk, "V1")
    _leak_is_back(desk, outage)
    desk.step(outage, "V1")
    assert network_state().closed == {"V1", "V2"}

    desk.repair(outage)
    desk.reopen_all(outage)
    outage = desk.restore(outage)

    assert outage.status == "restored"
    assert not network_state().closed
    shut = Event.objects.filter(verb="valve_close_done", facts__valve="V1")
    assert shut.count() == 2


def test_after_the_last_valve_everything_is_shut_again(desk: Desk) -> None:
    lay(TOWN)
    outage = _opening(desk, "V1", "V2")
    assert outage.plans.filter(status="reopened").exists()
    done = _leak_is_back(desk, outage)
    assert _steps(done.plan) == {"V1": "pending", "V2": "pending"}
    assert done.plan is not None
    assert done.plan.status in HOLDING_PLANS


def test_before_the_reopening_only_the_repair_is_taken_back(desk: Desk) -> None:
    lay(TOWN)
    outage = _repaired(desk)
    plan = outage.plans.get(status="all_closed")
    done = _leak_is_back(desk, outage)
    assert (done.outage.repaired_at, done.plan, done.proposal) == (None, plan, None)
    desk.repair(outage)
    desk.reopen_all(outage)
    assert desk.restore(outage).status == "restored"


def test_right_after_the_reopening_was_planned_everything_is_still_shut(desk: Desk) -> None:
    lay(TOWN)
    outage = _opening(desk)
    done = _leak_is_back(desk, outage)
    assert _steps(done.plan) == {"V1": "done", "V2": "done"}
    assert done.plan is not None
    assert done.plan.status == "all_closed"
    desk.repair(outage)
    desk.reopen_all(outage)
    assert desk.restore(outage).status == "restored"


def test_a_valve_stuck_shut_in_the_reopening_still_holds(desk: Desk) -> None:
    """It cannot be opened; that is no reason to shut more than before."""
    lay(TOWN)
    outage = _opening(desk, "V1")
    desk.step(outage, "V2", "cannot", direction="open", cannot_reason="seized")
    done = _leak_is_back(desk, outage)
    assert done.proposal is None
    assert _steps(done.plan) == {"V1": "pending", "V2": "done"}


def test_where_more_is_needed_the_new_plan_waits_for_the_dispatcher(desk: Desk) -> None:
    """V1 was opened and will not shut again: the town before it has to be shut off."""
    lay("(S) -p0-V0| a -p1-V1| b -p3- c |V2-p5- d -p6- (T)")
    outage = _opening(desk, "V1")
    from network import services as network
    from network.choices import Operability

    network.set_valve_operability(
        "V1", operability=Operability.INOPERABLE, by=desk.dana, at=desk.now
    )
    done = _leak_is_back(desk, outage)
    assert done.plan is not None
    assert done.proposal is not None
    assert done.plan.status == "reopening"
    assert _steps(done.proposal) == {"V0": "pending", "V2": "done"}
    assert AffectedCustomer.objects.filter(plan=done.proposal, customer="c.p1").exists()
    [row] = open_board(at=desk.now)
    assert row.next_step == "adopt"
    with pytest.raises(work.StepRefused):
        desk.step(outage, "V2", "cannot", direction="open", cannot_reason="seized")

    adopted = plans.adopt_plan(done.proposal, by=desk.dana, at=desk.now)
    desk.step(outage, "V0")
    adopted.plan.refresh_from_db()
    assert adopted.plan.status == "all_closed"
    desk.repair(outage)
    desk.reopen_all(outage)
    assert desk.restore(outage).status == "restored"


def test_the_crew_s_word_alarms_the_dispatchers_and_voids_the_time(desk: Desk) -> None:
    lay(TOWN)
    outage = _opening(desk, "V1")
    failed_repair.report_failed_repair(outage, found="又冒水", by=desk.cruz, at=desk.now)
    outage.refresh_from_db()
    assert outage.estimated_restoration_at is None
    assert outage.plans.latest("version").approved_by == desk.dana, "a crew approves nothing"
    waiting = Alert.objects.filter(code="leak_back", acknowledged_at=None)
    assert set(waiting.values_list("to_name", flat=True)) == {"dispatcher", "shift_leader"}
    [row] = open_board(at=desk.now)
    assert row.next_step == "say_anew"

    outages.change_estimate(
        outage, estimated_restoration_at=LATER, reason="再次抢修", by=desk.dana, at=desk.now
    )
    assert not waiting.exists()
    notice = OutageNotice.objects.filter(outage=outage).latest("version")
    assert (notice.kind, "再次抢修" in notice.text_zh) == ("update", True)


def test_a_valve_opened_without_signal_meanwhile_is_to_be_shut_again(desk: Desk) -> None:
    """The phone of a second crew tells of V2 after the leak was back."""
    lay(TOWN)
    outage = _opening(desk, "V1")
    late = ValveOperation.objects.get(plan__status="reopening", direction="open", valve="V2")
    turned_at = desk.now
    done = _leak_is_back(desk, outage)
    assert _steps(done.plan) == {"V1": "pending", "V2": "done"}

    report = work.StepReport(
        operation=late.pk, client_key=uuid4(), result="done", done_at=turned_at
    )
    for _twice in range(2):
        [outcome] = work.record_operations([report], by=desk.cruz, at=desk.now)
        assert outcome.outcome in ("recorded", "repeated"), outcome.code
    assert "V2" not in network_state().closed
    assert _steps(done.plan) == {"V1": "pending", "V2": "pending"}
    assert Event.objects.filter(verb="valve_to_do_again").count() == 1


def test_what_was_shut_again_before_the_phone_told_stays_shut(desk: Desk) -> None:
    lay(TOWN)
    outage = _opening(desk, "V1")
    late = ValveOperation.objects.get(plan__status="reopening", direction="open", valve="V2")
    turned_at = desk.now
    done = _leak_is_back(desk, outage)
    ValveOperation.objects.filter(plan=done.plan, valve="V2").update(
        done_at=turned_at + timedelta(minutes=30)
    )
    report = work.StepReport(
        operation=late.pk, client_key=uuid4(), result="done", done_at=turned_at
    )
    work.record_operations([report], by=desk.cruz, at=desk.now)
    assert "V2" in network_state().closed
    assert _steps(done.plan)["V2"] == "done"


def test_without_a_repair_nothing_can_have_failed(desk: Desk) -> None:
    lay(TOWN)
    outage = desk.burst("p3").outage
    desk.close_all(outage)
    with pytest.raises(NoRepairToFail):
        _leak_is_back(desk, outage)
    outage = desk.repair(outage)
    desk.reopen_all(outage)
    desk.restore(outage)
    with pytest.raises(NoRepairToFail):
        _leak_is_back(desk, outage)
