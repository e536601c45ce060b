"""Who hears what when the answer changes: the newly dry, those spared, those still dry."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from outages.delivery import outbox
from outages.models import Delivery, IsolationPlan, Outage, OutageNotice
from outages.planning.supply import dry_now
from outages.services import outages
from outages.services.field import reopening
from outages.services.publishing import notices
from outages.services.shutdown import plans
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.test_plans import LINE, customers


def told(notice: OutageNotice | None) -> set[str]:
    assert notice is not None
    return set(notice.deliveries.filter(channel="sms").values_list("customer", flat=True))


def test_a_plan_that_reaches_people_at_last_tells_them_for_the_first_time(desk: Desk) -> None:
    """The second burst dries nobody until the first outage ends."""
    lay("(S) -p1-V1| a -p2-V2| b -p3- c |V3-p4- d")
    first = desk.burst("p2").outage
    desk.close_all(first)
    second = desk.burst("p3")
    assert second.notice is None, "nobody is dry by the second one yet"
    desk.step(second.outage, "V2")
    desk.repair(first)
    desk.reopen_all(first)
    desk.restore(first)
    proposal = second.outage.plans.latest("version")
    notice = plans.adopt_plan(proposal, by=desk.dana, at=desk.now).notice
    assert notice is not None
    assert notice.kind == "first"
    assert told(notice) == {"c.p3", "c.p4"}


def test_who_is_spared_by_the_new_plan_is_not_told_that_water_is_off(desk: Desk) -> None:
    lay(LINE)
    wide = plans.adjust_plan(
        desk.propose(desk.report("p3")),
        what_if=plans.WhatIf.of(removed=["V2"]),
        reason="井上停着车",
        by=desk.dana,
        at=desk.now,
    )
    approval = desk.take(desk.approve(wide))
    assert told(approval.notice) == {"c.p3", "c.p4"}
    narrow = plans.adjust_plan(
        wide, what_if=plans.WhatIf(), reason="车开走了", by=desk.dana, at=desk.now
    )
    adopted = plans.adopt_plan(narrow, by=desk.dana, at=desk.now)
    assert customers(adopted.plan) == {"c.p3"}
    assert told(adopted.notice) == {"c.p3"}
    desk.close_all(approval.outage)
    desk.repair(approval.outage)
    desk.reopen_all(approval.outage)
    desk.restore(approval.outage)
    last = OutageNotice.objects.get(outage=approval.outage, kind="all_clear")
    assert told(last) == {"c.p3", "c.p4"}, "who was told once hears that it is over"


def wide_plan(desk: Desk, plan: IsolationPlan) -> IsolationPlan:
    return plans.adjust_plan(
        plan,
        what_if=plans.WhatIf.of(removed=["V2"]),
        reason="井上停着车",
        by=desk.dana,
        at=desk.now,
    )


def narrow_plan(desk: Desk, plan: IsolationPlan) -> IsolationPlan:
    return plans.adjust_plan(
        plan, what_if=plans.WhatIf(), reason="车开走了", by=desk.dana, at=desk.now
    )


def all_sent() -> None:
    Delivery.objects.filter(status="pending").update(status="accepted", accepted_at=NOON)


def corrections(outage: Outage) -> list[set[str]]:
    rows = OutageNotice.objects.filter(outage=outage, kind="correction").order_by("version")
    return [told(row) for row in rows]


def test_who_was_told_and_is_spared_hears_at_once_and_not_again_at_the_end(desk: Desk) -> None:
    lay(LINE)
    wide = wide_plan(desk, desk.propose(desk.report("p3")))
    outage = desk.take(desk.approve(wide)).outage
    all_sent()
    adopted = plans.adopt_plan(narrow_plan(desk, wide), by=desk.dana, at=desk.now)
    assert told(adopted.notice) == {"c.p3"}
    assert corrections(outage) == [{"c.p4"}]
    correction = OutageNotice.objects.get(outage=outage, kind="correction")
    assert correction.status == "published"
    assert "供水照常" in correction.sms_zh
    assert "stays on" in correction.sms_en
    assert not correction.deliveries.filter(channel="public_list").exists()
    outages.change_estimate(
        outage,
        estimated_restoration_at=NOON + timedelta(hours=9),
        reason="换管",
        by=desk.dana,
        at=desk.now,
    )
    row = correction.deliveries.get()
    assert row.status == "pending", "a later update to others takes no correction back"
    all_sent()
    desk.close_all(outage)
    desk.repair(outage)
    desk.reopen_all(outage)
    desk.restore(outage)
    assert told(OutageNotice.objects.get(outage=outage, kind="all_clear")) == {"c.p3"}
    assert corrections(outage) == [{"c.p4"}]


def test_nobody_is_corrected_who_heard_nothing_wrong(desk: Desk) -> None:
    """The first notice was taken back before it left: a correction would only puzzle."""
    lay(LINE)
    wide = wide_plan(desk, desk.propose(desk.report("p3")))
    outage = desk.approve(wide).outage
    plans.adopt_plan(narrow_plan(desk, wide), by=desk.dana, at=desk.now)
    assert corrections(outage) == []


def test_a_shared_telephone_hears_the_update_alone(desk: Desk) -> None:
    lay(LINE, c_p3={"phone": "13800000077"}, c_p4={"phone": "13800000077"})
    wide = wide_plan(desk, desk.propose(desk.report("p3")))
    outage = desk.approve(wide).outage
    all_sent()
    plans.adopt_plan(narrow_plan(desk, wide), by=desk.dana, at=desk.now)
    assert corrections(outage) == []
    update = OutageNotice.objects.get(outage=outage, kind="update")
    assert update.deliveries.filter(channel="sms").count() == 1


def test_who_has_no_water_all_the_same_is_not_told_that_it_is_on(desk: Desk) -> None:
    """V3 was shut under the wide plan, and is held shut until the reopening."""
    lay(LINE)
    wide = wide_plan(desk, desk.propose(desk.report("p3")))
    outage = desk.take(desk.approve(wide)).outage
    all_sent()
    desk.close_all(outage)
    adopted = plans.adopt_plan(narrow_plan(desk, wide), by=desk.dana, at=desk.now)
    assert "c.p4" in dry_now()
    assert corrections(outage) == []
    desk.close_all(outage)
    steps = adopted.plan.operations.filter(direction="close")
    assert {"V1", "V2", "V3"} == set(steps.values_list("valve", flat=True))


def test_who_is_dry_again_hears_of_that_and_the_correction_is_not_sent_after_it(
    desk: Desk, sender: outbox.Sender
) -> None:
    lay(LINE)
    wide = wide_plan(desk, desk.propose(desk.report("p3")))
    outage = desk.approve(wide).outage
    all_sent()
    narrow = plans.adopt_plan(narrow_plan(desk, wide), by=desk.dana, at=desk.now).plan
    correction = OutageNotice.objects.get(outage=outage, kind="correction")
    claims = {claim.pk: claim for claim in outbox.claim_due("sms", limit=20, lease_s=30)}
    again = plans.adopt_plan(wide_plan(desk, narrow), by=desk.dana, at=desk.now)
    assert told(again.notice) == {"c.p3", "c.p4"}
    row = correction.deliveries.get()
    assert sender.send_one(claims[row.pk]) == "superseded"
    row.refresh_from_db()
    assert row.status == "superseded"


def test_no_telephone_gets_two_messages_of_one_notice_round(desk: Desk) -> None:
    """However often the plan goes to and fro, each change is at most one message a telephone."""
    lay(LINE)
    plan = wide_plan(desk, desk.propose(desk.report("p3")))
    outage = desk.approve(plan).outage
    all_sent()
    for change in (narrow_plan, wide_plan, narrow_plan):
        before = set(Delivery.objects.values_list("pk", flat=True))
        plan = plans.adopt_plan(change(desk, plan), by=desk.dana, at=desk.now).plan
        fresh = Delivery.objects.exclude(pk__in=before).filter(channel="sms")
        addresses = list(fresh.values_list("recipient", flat=True))
        assert len(addresses) == len(set(addresses)) == 2
        all_sent()
    assert corrections(outage) == [{"c.p4"}, {"c.p4"}]


def test_who_is_behind_a_valve_left_closed_is_not_told_that_water_is_back(desk: Desk) -> None:
    lay("(S) -p1-V1| a -p2-V2| b -p3- c")
    outage = desk.burst("p2").outage
    desk.close_all(outage)
    desk.repair(outage)
    opened = reopening.plan_reopening(outage, by=desk.dana, at=desk.now)
    (only,) = [step for step in opened.steps if step.direction == "open"]
    assert only.valve == "V1"
    reopening.leave_closed(only, reason="阀门待更换", by=desk.dana, at=desk.now)
    desk.restore(outage)
    notice = OutageNotice.objects.filter(outage=outage, kind="all_clear").first()
    assert notice is None or told(notice) == set()


def test_who_is_dry_by_another_outage_that_is_reopening_is_not_told_all_clear(desk: Desk) -> None:
    lay("(S) -p1-V1| a -p2-V2| b -p3- c |V3-p4- d")
    first = desk.burst("p2").outage
    desk.close_all(first)
    second = desk.burst("p3").outage
    desk.step(second, "V2")
    desk.repair(second)
    reopening.plan_reopening(second, by=desk.dana, at=desk.now)
    desk.repair(first)
    desk.reopen_all(first)
    desk.restore(first)
    assert told(OutageNotice.objects.get(outage=first, kind="all_clear")) == {"c.p2"}


@pytest.fixture
def sender(settings: Any) -> outbox.Sender:
    """A sender whose gateway nobody answers at: what it takes back never gets there."""
    settings.GATEWAYS = {"sms": {"url": "http://127.0.0.1:9", "promise": "idempotent"}}
    return outbox.Sender()


def test_an_old_notice_is_not_sent_after_the_newer_one(desk: Desk, sender: outbox.Sender) -> None:
    """A row that was under way when its notice was replaced comes back due: it is taken back."""
    lay(LINE)
    outage = desk.burst("p3").outage
    [claim] = outbox.claim_due("sms", limit=20, lease_s=30)
    outages.change_estimate(
        outage,
        estimated_restoration_at=NOON + timedelta(hours=9),
        reason="换管",
        by=desk.dana,
        at=desk.now,
    )
    assert sender.send_one(claim) == "superseded"
    row = Delivery.objects.get(pk=claim.pk)
    assert row.status == "superseded"
    assert row.notice.kind == "first"


def test_a_resolved_delivery_of_a_replaced_notice_is_not_sent_either(
    desk: Desk, sender: outbox.Sender
) -> None:
    lay(LINE)
    outage = desk.burst("p3").outage
    row = Delivery.objects.get(channel="sms")
    Delivery.objects.filter(pk=row.pk).update(status="unknown")
    outages.change_estimate(
        outage,
        estimated_restoration_at=NOON + timedelta(hours=9),
        reason="换管",
        by=desk.dana,
        at=desk.now,
    )
    notices.resolve_delivery(row, arrived=False, reason="没有收到", by=desk.dana, at=timezone.now())
    claims = {claim.pk: claim for claim in outbox.claim_due("sms", limit=20, lease_s=30)}
    assert sender.send_one(claims[row.pk]) == "superseded"
