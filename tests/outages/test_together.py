"""Who would be dry only because works overlap, as the dispatcher sees it before approving."""

from datetime import timedelta

from outages.models import IsolationPlan
from outages.planning.together import dry_only_together
from outages.services import outages, plans
from tests.factories import NOON, lay
from tests.outages.conftest import Desk

# Works on p2 shut V1 and V2, a burst on p4 shuts V3 and V4: p3 has water from either side.
BETWEEN = "(S) -p1-V1| a -p2-V2| b -p3-V3| c -p4-V4| d -p5- (T)"


def planned(
    desk: Desk, pipe: str, *, days: float, hours: float = 6
) -> tuple[outages.Outage, IsolationPlan]:
    start = NOON + timedelta(days=days)
    outage = outages.draft_planned_outage(
        place="解放路",
        planned_start_at=start,
        planned_end_at=start + timedelta(hours=hours),
        by=desk.dana,
        at=desk.now,
    )
    return outage, plans.propose_plan(outage=outage, pipes=[pipe], by=desk.dana, at=desk.now)


def test_a_running_outage_counts_until_it_is_over(desk: Desk) -> None:
    lay(BETWEEN)
    burst = desk.burst("p4").outage
    desk.close_all(burst)
    works, plan = planned(desk, "p2", days=2)
    (found,) = dry_only_together(plan, at=desk.now)
    assert (found.start, found.end) == (works.planned_start_at, works.planned_end_at)
    assert set(found.works) == {burst.code, works.code}
    assert found.customers == ("c.p3",)
    assert found.dry == 3  # p2 and p4 by their own works
    desk.repair(burst)
    desk.reopen_all(burst)
    desk.restore(burst)
    assert dry_only_together(plan, at=desk.now) == []


def test_a_burst_not_yet_shut_off_counts_as_well(desk: Desk) -> None:
    lay(BETWEEN)
    desk.burst("p4")
    _, plan = planned(desk, "p2", days=2)
    (found,) = dry_only_together(plan, at=desk.now)
    assert found.customers == ("c.p3",)


def test_two_planned_works_are_compared_where_they_overlap(desk: Desk) -> None:
    lay(BETWEEN)
    first, first_plan = planned(desk, "p4", days=2)
    outages.confirm_impact(first, plan=first_plan, by=desk.dana, at=desk.now)
    second, plan = planned(desk, "p2", days=2.125)
    (found,) = dry_only_together(plan, at=desk.now)
    assert (found.start, found.end) == (second.planned_start_at, first.planned_end_at)
    assert [each.works for each in found.combinations] == [tuple(sorted((first.code, second.code)))]
    _, later = planned(desk, "p2", days=3)
    assert dry_only_together(later, at=desk.now) == []


def test_a_burst_proposed_while_works_are_on_sees_them(desk: Desk) -> None:
    lay(BETWEEN)
    running = desk.burst("p2").outage
    desk.close_all(running)
    proposal = desk.propose(desk.report("p4"))
    (found,) = dry_only_together(proposal, at=desk.now)
    assert "" in found.works
    assert found.end is None
    assert found.customers == ("c.p3",)
