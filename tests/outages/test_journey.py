"""One burst from its report to the archive, through the services alone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from network.selectors import network_state
from outages.models import AffectedCustomer, Delivery, Event, OutageNotice
from outages.services import outages
from outages.services.desk import reports
from outages.services.field import work
from outages.workflow import TransitionRefused
from tests.factories import NOON, lay
from tests.outages.conftest import Desk

# p3 bursts: V1 and V2 close it in; p4 hangs on it and goes dry beside the zone.
TOWN = """
(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)
c |V3-p4- e
"""


def test_a_burst_goes_from_report_to_archive(desk: Desk) -> None:
    lay(TOWN)
    report = desk.report("p3", address="解放路 12 号")
    assert report.pipe == "p3"
    assert report.priority == 2

    plan = desk.propose(report)
    assert {s.valve for s in plan.operations.filter(direction="close")} == {"V1", "V2"}
    assert dict(AffectedCustomer.objects.filter(plan=plan).values_list("customer", "effect")) == {
        "c.p3": "zone",
        "c.p4": "unintended",
    }
    assert (plan.customers_in_zone, plan.customers_unintended, plan.persons) == (1, 1, 8)

    approval = desk.approve(plan)
    outage = approval.outage
    assert outage.status == "impact_confirmed"
    assert outage.customers == 2
    assert approval.order is not None
    report.refresh_from_db()
    assert (report.status, report.outage_id) == ("order_issued", outage.pk)
    assert approval.notice is not None
    assert approval.notice.status == "published"
    assert "解放路" in approval.notice.text_zh
    told = Delivery.objects.filter(notice=approval.notice).values_list("channel", "status")
    assert sorted(told) == [("public_list", "accepted"), ("sms", "pending"), ("sms", "pending")]

    order = work.accept_order(approval.order, by=desk.cruz, at=desk.now)
    desk.step(outage, "V1")
    outage.refresh_from_db()
    assert outage.status == "in_effect"
    desk.step(outage, "V2")
    plan.refresh_from_db()
    assert plan.status == "all_closed"
    assert network_state().closed == {"V1", "V2"}

    desk.repair(outage)
    desk.reopen_all(outage)
    outage = desk.restore(outage)
    assert outage.status == "restored"
    assert not network_state().closed
    last = OutageNotice.objects.filter(outage=outage).latest("version")
    assert (last.kind, last.status) == ("all_clear", "published")

    order.refresh_from_db()
    order = work.enter_result(order, result="已修复", by=desk.cruz, at=desk.now)
    order = work.feed_back(order, by=desk.dana, at=desk.now)
    assert work.archive_order(order, by=desk.dana, at=desk.now).status == "archived"
    assert outages.close_outage(outage, by=desk.dana, at=desk.now).status == "closed"

    verbs = list(Event.objects.values_list("verb", flat=True))
    for verb in ("reported", "plan_computed", "valve_close_done", "repair_done", "valve_open_done"):
        assert verb in verbs


def test_a_report_after_the_meter_gets_no_plan(desk: Desk, commits, _no_broker) -> None:  # type: ignore[no-untyped-def]
    lay(TOWN)
    with commits(execute=True):
        desk.report("p3", meter_side="after")
    assert _no_broker == []
    with commits(execute=True):
        report = desk.report("p3", meter_side="before")
    assert _no_broker == [("outages.tasks.plan_report", {"report_id": report.pk})]


def test_an_order_cannot_skip_its_steps(desk: Desk) -> None:
    lay(TOWN)
    order = desk.burst("p3", accepted=False).order
    assert order is not None
    with pytest.raises(TransitionRefused, match="is issued"):
        work.arrive(order, by=desk.cruz, at=desk.now)


def test_a_changed_estimate_keeps_the_earlier_one_and_tells_the_same_people(desk: Desk) -> None:
    """T28."""
    lay(TOWN)
    outage = desk.burst("p3").outage
    Delivery.objects.filter(channel="sms").update(status="accepted")
    later = NOON + timedelta(hours=9)
    outages.change_estimate(
        outage, estimated_restoration_at=later, reason="管件送到晚", by=desk.dana, at=desk.now
    )
    update = OutageNotice.objects.get(kind="update")
    assert "管件送到晚" in update.text_zh
    assert "11月21日21:00" in update.text_zh
    first = OutageNotice.objects.get(kind="first")
    assert first.status == "superseded"
    for channel in ("sms", "public_list"):
        told = [
            set(n.deliveries.filter(channel=channel).values_list("recipient", flat=True))
            for n in (first, update)
        ]
        assert told[0] == told[1]
    assert [e.estimated_restoration_at for e in outage.estimates.all()] == [
        later,
        NOON + timedelta(hours=6),
    ]


def test_a_form_sent_twice_is_one_report(desk: Desk) -> None:
    lay(TOWN)
    facts = reports.ReportFacts(lon=110.0505, lat=22.93, client_key=uuid4())
    first = reports.report_burst(facts=facts, by=desk.dana, at=desk.now)
    assert reports.report_burst(facts=facts, by=desk.dana, at=desk.now) == first
