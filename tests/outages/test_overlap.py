"""Works at the same time: who is dry only because of both, said before the second is approved."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisapp.accounts.roles import sync_roles
from outages.models import Event, IsolationPlan
from outages.planning import WhatIf
from outages.services import outages
from outages.services.shutdown import plans
from outages.services.shutdown.arguing import argument_for
from outages.services.shutdown.overlap import overlaps
from outages.views.words.history import entries
from tests import factories
from tests.factories import lay
from tests.outages.conftest import Desk

# c is fed from two sides: either may be shut, not both. p6 hangs on c.
TWO_SIDES = """
    (S) -p1- a |V1-p2- b -p3-V2| c -p6- e
    a |V3-p4- d -p5-V4| c
"""


# Works on p2 shut V1 and V2, a burst on p4 shuts V3 and V4: p3 has water from either side.
BETWEEN = "(S) -p1-V1| a -p2-V2| b -p3-V3| c -p4-V4| d -p5- (T)"


def planned(desk: Desk, pipe: str, days: float, hours: float = 24) -> IsolationPlan:
    """Works on a pipe, so many days from now and hours long, with their plan confirmed."""
    start, now = timezone.now() + timedelta(days=days), timezone.now()
    outage = outages.draft_planned_outage(
        place="解放路",
        planned_start_at=start,
        planned_end_at=start + timedelta(hours=hours),
        by=desk.dana,
        at=now,
    )
    plan = plans.propose_plan(outage=outage, pipes=[pipe], by=desk.dana, at=now)
    outages.confirm_impact(outage, plan=plan, by=desk.dana, at=now)
    return IsolationPlan.objects.get(pk=plan.pk)


def test_a_running_outage_and_a_new_plan_dry_somebody_only_together(desk: Desk) -> None:
    lay(TWO_SIDES)
    first = desk.burst("p2")
    assert overlaps(first.plan, at=timezone.now()) == []
    second = desk.propose(desk.report("p4"))
    (found,) = overlaps(second, at=timezone.now())
    assert found.codes == (first.outage.code,)
    assert found.customers == ("c.p6",)
    assert (found.persons, found.end) == (4, None)


def test_who_is_fed_by_either_of_two_works_is_not_dry_together(desk: Desk) -> None:
    """Found on screen: the plan that feeds 771 customers went on saying that they were dry."""
    lay(f"{TWO_SIDES}    e |V9!-p9- (T)")
    first = desk.burst("p2")
    second = desk.propose(desk.report("p4"))
    (found,) = overlaps(second, at=timezone.now())
    assert "c.p6" in found.customers
    feeding = plans.adjust_plan(
        second, what_if=WhatIf.of(opened=["V9"]), reason="转供", by=desk.dana, at=desk.now
    )
    assert overlaps(feeding, at=timezone.now()) == []
    desk.approve(feeding)
    (running,) = IsolationPlan.objects.filter(outage=first.outage)
    assert overlaps(running, at=timezone.now()) == []


def test_the_reasons_are_of_those_whom_the_plan_dries_not_of_whom_another_outage_does(
    desk: Desk,
) -> None:
    """The first outage shut V1, so the second one dries nobody who had water."""
    lay("(S) -p1-V1| a -p2-V2| b -p3- c")
    first = desk.burst("p2")
    desk.close_all(first.outage)
    second = desk.propose(desk.report("p3"))
    groups = argument_for(second).losing_groups
    assert {each.code: each.customers for each in groups} == {"dry_before": ("c.p3",)}
    assert second.customers_in_zone + second.customers_unintended == 0


def test_it_stays_so_once_the_first_ones_valves_are_shut(desk: Desk) -> None:
    lay(TWO_SIDES)
    first = desk.burst("p2")
    desk.close_all(first.outage)
    second = desk.propose(desk.report("p4"))
    assert [each.customers for each in overlaps(second, at=timezone.now())] == [("c.p6",)]


def test_works_far_from_one_another_dry_nobody_together(desk: Desk) -> None:
    lay("(S) -p1-V1| a -p2- b\n    (T) -p3-V2| c -p4- d")
    desk.burst("p2")
    assert overlaps(desk.propose(desk.report("p4")), at=timezone.now()) == []


def test_a_running_outage_counts_until_it_is_over(desk: Desk) -> None:
    lay(BETWEEN)
    burst = desk.burst("p4").outage
    desk.close_all(burst)
    plan = planned(desk, "p2", days=2)
    (found,) = overlaps(plan, at=timezone.now())
    assert plan.outage is not None
    assert (found.start, found.end) == (plan.outage.planned_start_at, plan.outage.planned_end_at)
    assert (found.codes, found.customers) == ((burst.code,), ("c.p3",))
    desk.repair(burst)
    assert overlaps(plan, at=timezone.now())
    desk.reopen_all(burst)
    desk.restore(burst)
    assert overlaps(plan, at=timezone.now()) == []


def test_a_burst_not_yet_shut_off_counts_as_well(desk: Desk) -> None:
    lay(BETWEEN)
    desk.burst("p4")
    (found,) = overlaps(planned(desk, "p2", days=2), at=timezone.now())
    assert found.customers == ("c.p3",)


def test_two_works_are_compared_from_the_later_start_to_the_earlier_end(desk: Desk) -> None:
    lay(BETWEEN)
    first, second = planned(desk, "p4", 2, hours=6).outage, planned(desk, "p2", 2.125, hours=6)
    assert first is not None
    assert second.outage is not None
    (found,) = overlaps(second, at=timezone.now())
    assert (found.start, found.end) == (second.outage.planned_start_at, first.planned_end_at)
    assert found.codes == (first.code,)


def test_a_burst_proposed_while_another_lasts_has_no_end_in_sight(desk: Desk) -> None:
    lay(BETWEEN)
    desk.close_all(desk.burst("p2").outage)
    (found,) = overlaps(desk.propose(desk.report("p4")), at=timezone.now())
    assert (found.customers, found.end) == (("c.p3",), None)


def test_an_outage_that_began_on_an_older_drawing_still_counts(desk: Desk) -> None:
    lay(BETWEEN)
    desk.close_all(desk.burst("p4").outage)
    lay(BETWEEN)
    (found,) = overlaps(desk.propose(desk.report("p2")), at=timezone.now())
    assert found.customers == ("c.p3",)
    # The next drawing has no V3 any more: V4, still shut, counts for what it does there.
    lay(BETWEEN.replace("-V3|", "-"))
    (found,) = overlaps(desk.propose(desk.report("p2")), at=timezone.now())
    assert found.customers == ("c.p3", "c.p4")


def test_planned_works_count_where_their_times_overlap_and_nowhere_else(desk: Desk) -> None:
    lay(TWO_SIDES)
    planned(desk, "p2", 3)
    assert overlaps(planned(desk, "p4", 5), at=timezone.now()) == []
    same_day = planned(desk, "p4", 3)
    (found,) = overlaps(same_day, at=timezone.now())
    assert found.customers == ("c.p6",)
    assert found.end is not None
    assert found.end - found.start < timedelta(days=1)


def test_the_panel_asks_and_is_told_in_words(desk: Desk) -> None:
    lay(TWO_SIDES)
    sync_roles()
    first = desk.burst("p2")
    second = desk.propose(desk.report("p4"))
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.cookies["django_language"] = "en"
    client.force_login(factories.person("dispatcher"))
    url = reverse("outages:plan-together", args=[second.pk])
    assert url in client.get(reverse("outages:plan", args=[second.pk])).content.decode()
    said = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert f"Dry only together with {first.outage.code}: 1 customer (4 people)" in said
    assert "until one is really over" in said


def test_the_question_before_approving_says_it_too(desk: Desk) -> None:
    lay(TWO_SIDES)
    sync_roles()
    first = desk.burst("p2")
    second = desk.propose(desk.report("p4"))
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.cookies["django_language"] = "en"
    client.force_login(factories.person("dispatcher"))
    shown = client.get(reverse("outages:plan", args=[second.pk])).content.decode()
    dialog = shown.split('id="approve-dialog"', 1)[1].split("</dialog>", 1)[0]
    for name in ("plan-together", "plan-options"):
        assert reverse(f"outages:{name}", args=[second.pk]) in dialog
    # Without script the same stands on the page that asks.
    sent = {
        "estimated_restoration_at": (desk.now + timedelta(days=3650)).strftime("%Y-%m-%dT%H:%M"),
        "crew": str(desk.crew.pk),
        "cause": "burst",
        "place": "解放路",
    }
    asked = client.post(reverse("outages:plan-approve", args=[second.pk]), sent)
    assert asked.status_code == 200
    assert f"Dry only together with {first.outage.code}: 1 customer" in asked.content.decode()


def test_adopting_another_plan_is_asked_with_the_same_facts(desk: Desk) -> None:
    """A crew is on the way by the first plan: whoever adopts the next one sees them as well."""
    lay(TWO_SIDES)
    sync_roles()
    desk.burst("p2")
    second = desk.burst("p4").outage
    newer = plans.propose_plan(outage=second, pipes=["p4", "p5"], by=desk.dana, at=desk.now)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(factories.person("dispatcher"))
    shown = client.get(reverse("outages:outage", args=[second.pk])).content.decode()
    waiting = shown.split('class="section proposal"', 1)[1].split("</form>", 1)[0]
    assert reverse("outages:plan-adopt", args=[newer.pk]) in waiting
    for name in ("plan-together", "plan-options"):
        assert reverse(f"outages:{name}", args=[newer.pk]) in waiting


def test_what_rang_is_no_line_of_a_history_and_every_line_is_in_words(desk: Desk) -> None:
    lay(TWO_SIDES)
    burst = desk.burst("p2").outage
    for verb in ("alert_raised", "alert_acknowledged", "photo_added"):
        Event.objects.append(burst, verb, by=desk.dana, at=timezone.now())
    texts = [line["text"] for line in entries(Event.objects.filter(outage=burst))]
    assert "alert_raised" not in texts
    assert not [text for text in texts if "_" in text]
