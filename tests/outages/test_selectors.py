"""What the board and the desk are told, and at what price."""

from datetime import timedelta

import pytest

from network.models import Customer
from outages.selectors import open_board, search_customers, verdict_at, verdict_for_customer
from outages.views.control.cases import STEPS
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE


def test_the_board_says_what_comes_next(desk: Desk) -> None:
    lay(LINE)
    report = desk.report("p3")
    assert [row.next_step for row in open_board(at=desk.now)] == ["plan"]
    plan = desk.propose(report)
    [row] = open_board(at=NOON + timedelta(minutes=10))
    assert (row.next_step, row.proposal, row.is_late) == ("approve", plan, True)
    approval = desk.approve(plan)
    outage = approval.outage
    steps = [open_board(at=desk.now)[0].next_step]
    desk.take(approval)
    desk.step(outage, "V1")
    desk.step(outage, "V2", "cannot", cannot_reason="seized")
    steps.append(open_board(at=desk.now)[0].next_step)
    [row] = open_board(at=desk.now)
    assert (row.steps_done, row.steps_total) == (1, 2)
    assert steps == ["notify_crew", "adopt"]
    assert set(steps) <= STEPS.keys()


def test_the_board_costs_the_same_for_many(
    desk: Desk, django_assert_max_num_queries: object
) -> None:
    lay(LINE)
    for pipe in ("p3", "p4"):
        desk.burst(pipe)
        desk.propose(desk.report(pipe))
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        rows = open_board(at=desk.now)
        assert len(rows) == 4
        assert [r.order.crew.name for r in rows if r.order]


def test_a_caller_is_told_why_or_that_nothing_is_wrong(desk: Desk) -> None:
    """T22."""
    lay(LINE)
    outage = desk.burst("p3").outage
    dry, wet = (Customer.objects.get(asset_id=c) for c in ("c.p3", "c.p5"))
    verdict = verdict_for_customer(dry, at=desk.now)
    assert verdict.outages == (outage,)
    assert verdict.effects == {outage.pk: "zone"}
    assert verdict_for_customer(wet, at=desk.now).outages == ()
    assert verdict_at(lon=dry.geom.x, lat=dry.geom.y, at=desk.now).outages == (outage,)
    assert verdict_at(lon=111.0, lat=23.0, at=desk.now).outages == ()
    desk.close_all(outage)
    desk.repair(outage)
    desk.reopen_all(outage)
    desk.restore(outage)
    after = verdict_for_customer(dry, at=NOON + timedelta(hours=2))
    assert (after.outages, after.recent) == ((), (outage,))


@pytest.mark.parametrize(
    "text", ["A0002", "13812345678", "5678", "人民", "rml", "王小明", " 人民路 8 "]
)
def test_a_customer_is_found_by_whatever_the_caller_says(desk: Desk, text: str) -> None:
    lay(
        LINE,
        c_p3={
            "name": "王小明",
            "phone": "13812345678",
            "address": "人民路 8 号",
            "search_text": "人民路8号王小明",
            "search_initials": "rml8hwxm",
        },
    )
    hits = search_customers(text)
    assert [hit.customer.asset_id for hit in hits] == ["c.p3"]
    assert hits[0].masked_phone == "138****5678"


def test_nothing_is_found_for_nothing(desk: Desk) -> None:
    lay(LINE)
    assert search_customers("") == []
    assert search_customers("路") == []
    assert search_customers("没有这条路") == []
