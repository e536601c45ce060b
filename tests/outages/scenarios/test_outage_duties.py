"""T06 to T15, T25, T27 and T28: what the regulations ask of an outage, acted through."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, Point, Polygon

from gisapp.accounts.roles import sync_roles
from network.models import Customer, Organisation, TrunkRoad
from outages.models import ExchangeMessage, IsolationPlan, Outage, OutageNotice, OutageTask
from outages.policy.matrix import Task
from outages.services import duties, exchange, outages
from outages.services.duties import Evidence, GateRefused
from outages.services.outages import plants
from outages.services.papers import approvals, permits, sheets
from outages.services.publishing import notices
from outages.services.shutdown import plans
from tests.factories import NOON, NORTH, STEP_DEG, WEST, lay, person
from tests.outages.conftest import Desk

STREET = "(S) -p1-V1| a -p2-V2| b |V3-p3- (T)"
# A stuck V2 leaves p3 as dry as p2: V3 is shut in its place.
BRANCH = "(S) -p1-V1| a -p2-V2| b -p3-V3| c -p4- (T)"
START = NOON + timedelta(days=2)


@pytest.fixture(autouse=True)
def _roles(db: None) -> None:
    sync_roles()


def with_persons(persons: int, **facts: Any) -> None:
    """Lay a street whose middle pipe p2 supplies one customer row of so many persons."""
    lay(STREET, c_p2={"persons": persons, **facts})


def with_key_and_special_user() -> None:
    """A key user, and beside it somebody special: one call each."""
    with_persons(100, key_user=True)
    beside = Customer.objects.get(asset_id="c.p2")
    beside.pk, beside.asset_id, beside.key_user = None, "c.p2-2", False
    beside.special_user, beside.persons = "dialysis", 1
    beside.save()


def drafted(desk: Desk, works: str = "network", **facts: Any) -> tuple[Outage, IsolationPlan]:
    given = {
        "place": "解放路",
        "place_en": "Jiefang Road",
        "planned_start_at": START,
        "planned_end_at": START + timedelta(hours=6),
        "works": works,
        "on_trunk_road": False,
    }
    outage = outages.draft_planned_outage(**{**given, **facts}, by=desk.dana, at=desk.now)
    return outage, plans.propose_plan(outage=outage, pipes=["p2"], by=desk.dana, at=desk.now)


def confirmed(desk: Desk, works: str = "network", **facts: Any) -> Outage:
    outage, plan = drafted(desk, works, **facts)
    return outages.confirm_impact(outage, plan=plan, by=desk.dana, at=desk.now)


def handed_over(desk: Desk, works: str = "network", **facts: Any) -> Outage:
    return outages.make_ready(confirmed(desk, works, **facts), by=desk.dana, at=desk.now)


def published(desk: Desk, works: str = "network", **facts: Any) -> Outage:
    outage = handed_over(desk, works, **facts)
    notices.publish_notice(outage.notices.get(), by=desk.dana, at=desk.now)
    outage.refresh_from_db()
    return outage


def emergency(desk: Desk, **facts: Any) -> Outage:
    return desk.approve(desk.propose(desk.report("p2")), **facts).outage


def tasks_of(outage: Outage, status: str = "pending") -> set[str]:
    return set(outage.duties.filter(status=status).values_list("task", flat=True))


def duty(outage: Outage, task: Task, **wanted: Any) -> OutageTask:
    return outage.duties.get(task=task, **wanted)


def permit_approved(desk: Desk, outage: Outage) -> None:
    permits.apply_for_permit(outage, applied_at=desk.now, by=desk.dana, at=desk.now)
    permits.decide_permit(
        outage,
        approved=True,
        number="城管〔2026〕118号",
        decided_at=NOON,
        by=desk.dana,
        at=desk.now,
    )
    outage.refresh_from_db()


LEADERS = {Task.PHONE_PRODUCTION, Task.PHONE_LEADER}


# -- T06: the permit --------------------------------------------------------------


def test_t06_planned_network_of_5001_persons_waits_for_its_permit(desk: Desk) -> None:
    with_persons(5001)
    outage = handed_over(desk)
    assert outage.status == "awaiting_permit"
    assert duty(outage, Task.PERMIT).owner == "engineering"
    assert outage.handed_over_at is None, "the call centre is told only after the approval"
    draft = notices.draft_notice(outage, kind="first", by=desk.dana, at=desk.now)
    with pytest.raises(GateRefused, match="permit_required"):
        notices.publish_notice(draft, by=desk.dana, at=desk.now)
    permits.apply_for_permit(outage, applied_at=desk.now, by=desk.dana, at=desk.now)
    with pytest.raises(GateRefused, match="permit_required"):
        notices.publish_notice(draft, by=desk.dana, at=desk.now)
    with pytest.raises(permits.PermitRefused, match="permit_without_number"):
        permits.decide_permit(outage, approved=True, decided_at=desk.now, by=desk.dana, at=desk.now)
    permits.decide_permit(
        outage, approved=True, number="118", decided_at=desk.now, by=desk.dana, at=desk.now
    )
    outage.refresh_from_db()
    assert outage.status == "ready"
    assert outage.handed_over_at is not None
    notices.publish_notice(draft, by=desk.dana, at=desk.now)


def test_t06_planned_network_of_5000_persons_needs_none(desk: Desk) -> None:
    with_persons(5000)
    outage = handed_over(desk)
    assert outage.status == "ready"
    assert not outage.duties.filter(task=Task.PERMIT).exists()
    notices.publish_notice(outage.notices.get(), by=desk.dana, at=desk.now)


def test_t06_a_rejected_permit_keeps_the_gate_shut_and_may_be_applied_for_again(
    desk: Desk,
) -> None:
    with_persons(5001)
    outage = handed_over(desk)
    permits.apply_for_permit(outage, applied_at=desk.now, by=desk.dana, at=desk.now)
    permits.decide_permit(
        outage, approved=False, note="材料不全", decided_at=NOON, by=desk.dana, at=desk.now
    )
    outage.refresh_from_db()
    assert outage.status == "awaiting_permit"
    permit_approved(desk, outage)
    assert outage.status == "ready"


def test_t06_nothing_is_posted_and_nobody_is_rung_before_the_permit(desk: Desk) -> None:
    with_persons(5001, key_user=True)
    outage = handed_over(desk)
    posting, portal = duty(outage, Task.POSTING), duty(outage, Task.PORTAL)
    assert (posting.due_at, portal.due_at) == (None, None), "nothing is owed before the gate opens"
    put_up = Evidence(evidence="贴在菜市场门口")
    with pytest.raises(duties.DutyRefused, match="duty_before_notice"):
        duties.complete(posting, given=put_up, by=desk.dana, at=desk.now)
    call, agent = duty(outage, Task.PHONE_KEY_USERS), person("call_agent")
    for result in ("reached", "no_answer"):
        with pytest.raises(duties.DutyRefused, match="duty_before_notice"):
            duties.record_call(call, result=result, by=agent, at=desk.now)
    by_hand = duties.ask_for(outage, task=Task.POSTING, name="桥头", by=desk.dana, at=desk.now)
    assert by_hand.due_at is None
    permit_approved(desk, outage)
    posting.refresh_from_db()
    by_hand.refresh_from_db()
    assert (posting.due_at, by_hand.due_at) == (START, START)
    duties.complete(posting, given=put_up, by=desk.dana, at=desk.now)
    moved = START + timedelta(days=1)
    outages.postpone_outage(
        outage,
        planned_start_at=moved,
        planned_end_at=moved + timedelta(hours=6),
        reason="避开高考",
        by=desk.dana,
        at=desk.now,
    )
    by_hand.refresh_from_db()
    assert by_hand.due_at == moved, "what a person asked for moves with the works"


# -- T07 to T10: who is told inside the house, and the bureau -------------------------


def test_t07_unplanned_network_of_5000_persons_tells_bureau_production_and_leader(
    desk: Desk,
) -> None:
    with_persons(5000)
    outage = emergency(desk)
    assert {*LEADERS, Task.NOTIFY_BUREAU_SECTION} <= tasks_of(outage)
    assert {d.owner for d in outage.duties.filter(task__in=LEADERS)} == {"call_centre"}


def test_t07_unplanned_network_of_4999_persons_tells_none_of_them(desk: Desk) -> None:
    with_persons(4999)
    found = tasks_of(emergency(desk))
    assert not found & {*LEADERS, Task.NOTIFY_BUREAU_SECTION}
    assert Task.POSTING in found


def test_t08_a_small_repair_on_a_trunk_road_tells_production_and_leader_alone(desk: Desk) -> None:
    with_persons(100)
    found = tasks_of(emergency(desk, on_trunk_road=True))
    assert found >= LEADERS
    assert Task.NOTIFY_BUREAU_SECTION not in found


def test_t09_a_small_repair_with_one_key_user_tells_production_and_leader(desk: Desk) -> None:
    with_persons(100, key_user=True)
    found = tasks_of(emergency(desk, on_trunk_road=False))
    assert found >= LEADERS
    assert Task.NOTIFY_BUREAU_SECTION not in found


def test_t10_an_unplanned_plant_outage_of_ten_persons_tells_the_bureau_section(
    desk: Desk,
) -> None:
    lay("(S) -p1-V1| a -p2- b", c_p2={"persons": 10})
    burst = emergency(desk, on_trunk_road=False)
    assert Task.NOTIFY_BUREAU_SECTION not in tasks_of(burst), "so small a burst tells it nothing"
    stopped, plan = plants.draft_stopped_plant(
        sources=["S"],
        place="城南水厂",
        estimated_restoration_at=desk.now + timedelta(hours=3),
        by=desk.dana,
        at=desk.now,
    )
    stopped = outages.confirm_impact(stopped, plan=plan, by=desk.dana, at=desk.now)
    assert duty(stopped, Task.NOTIFY_BUREAU_SECTION).owner == "call_centre"


# -- T11: the leader ----------------------------------------------------------------


def test_t11_a_planned_plant_outage_waits_for_the_company_leader(desk: Desk) -> None:
    with_persons(100)
    outage = handed_over(desk, "plant")
    assert outage.status == "awaiting_leader"
    draft = notices.draft_notice(outage, kind="first", by=desk.dana, at=desk.now)
    with pytest.raises(GateRefused, match="leader_required"):
        notices.publish_notice(draft, by=desk.dana, at=desk.now)
    production = person("production")
    for task in (Task.PORTAL, Task.NEWSPAPER):
        public = duty(outage, task)
        assert public.owner == "production"
        given = Evidence(evidence_url="https://portal.example/t/1", evidence="B3 版")
        with pytest.raises(duties.DutyRefused, match="duty_before_notice"):
            duties.complete(public, given=given, by=production, at=desk.now)
    approvals.approve_outage(outage.approvals.get(), by=person("leader"), at=desk.now)
    outage.refresh_from_db()
    assert outage.status == "ready", "a missing permit only warns"
    notices.publish_notice(draft, by=desk.dana, at=desk.now)
    warned = outage.events.get(verb="published_without")
    assert warned.reason == "permit"
    assert outage.permit.status == "required"


def test_t11_a_leader_who_says_no_sends_the_sheet_back(desk: Desk) -> None:
    with_persons(100)
    outage = handed_over(desk, "plant")
    approvals.reject_outage(
        outage.approvals.get(), comment="避开高考", by=person("leader"), at=desk.now
    )
    outage.refresh_from_db()
    assert outage.status == "impact_confirmed"
    assert duty(outage, Task.OUTAGE_SHEET).status == "pending"
    outage = outages.make_ready(outage, by=desk.dana, at=desk.now)
    assert outage.status == "awaiting_leader"
    assert outage.approvals.get(status="requested").sheet.version == 2


def test_t11_a_leaders_word_holds_for_no_larger_impact(desk: Desk) -> None:
    lay(BRANCH, c_p2={"persons": 100}, c_p3={"persons": 300})
    outage = handed_over(desk, "plant")
    approvals.approve_outage(outage.approvals.get(), by=person("leader"), at=desk.now)
    larger = plans.adjust_plan(
        outage.plans.get(status="approved"),
        what_if=plans.WhatIf(inoperable=("V2",)),
        reason="关不动",
        by=desk.dana,
        at=desk.now,
    )
    assert larger.persons > 100
    plans.adopt_plan(larger, by=desk.dana, at=desk.now)
    outage.refresh_from_db()
    assert outage.status == "awaiting_leader"
    assert outage.sheets.count() == 2


# -- T12: key users -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ahead", "due"), [(timedelta(hours=48), timedelta(hours=24)), (timedelta(hours=6), None)]
)
def test_t12_a_key_user_is_rung_24_hours_ahead_or_at_once(
    desk: Desk, ahead: timedelta, due: timedelta | None
) -> None:
    with_persons(100, key_user=True)
    outage, plan = drafted(desk)
    outage = outages.confirm_impact(outage, plan=plan, by=desk.dana, at=desk.now)
    assert duty(outage, Task.PHONE_KEY_USERS).due_at is None, "the call centre knows nothing yet"
    told_at = START - ahead
    outages.make_ready(outage, by=desk.dana, at=told_at)
    expected = told_at if due is None else START - due
    assert duty(outage, Task.PHONE_KEY_USERS).due_at == expected


def test_t12_a_call_made_too_late_is_on_record_as_late(desk: Desk) -> None:
    with_persons(100, key_user=True)
    outage = handed_over(desk)
    call = duty(outage, Task.PHONE_KEY_USERS)
    agent = person("call_agent")
    assert call.due_at is not None
    duties.record_call(call, result="reached", by=agent, at=call.due_at + timedelta(seconds=1))
    assert outage.events.get(subject="duty", verb="duty_status", new="done", facts__task=call.task)
    last = outage.events.filter(subject="duty", subject_id=call.pk).latest("pk")
    assert last.facts["late"] is True


# -- T13: the portal --------------------------------------------------------------------


def test_t13_planned_network_of_6000_puts_a_notice_on_the_portal_with_its_address(
    desk: Desk,
) -> None:
    with_persons(6000)
    outage = handed_over(desk)
    permit_approved(desk, outage)
    portal = duty(outage, Task.PORTAL)
    agent = person("call_agent")
    assert portal.owner == "call_centre"
    with pytest.raises(duties.DutyRefused, match="duty_lacks_evidence"):
        duties.complete(portal, by=agent, at=desk.now)
    given = Evidence(evidence_url="https://portal.example/t/1")
    duties.complete(portal, given=given, by=agent, at=desk.now)
    portal.refresh_from_db()
    assert (portal.status, portal.evidence_url) == ("done", given.evidence_url)


def test_t13_unplanned_of_6000_has_no_portal_task(desk: Desk) -> None:
    with_persons(6000)
    assert Task.PORTAL not in tasks_of(emergency(desk))


# -- T14: the sheet -----------------------------------------------------------------------


def test_t14_a_sheet_with_the_trunk_road_unanswered_is_refused(desk: Desk) -> None:
    with_persons(100)
    outage = confirmed(desk, on_trunk_road=None)
    with pytest.raises(sheets.SheetRefused) as refused:
        outages.make_ready(outage, by=desk.dana, at=desk.now)
    assert refused.value.items == ("on_trunk_road",)
    outage.refresh_from_db()
    assert outage.status == "impact_confirmed"
    outage = outages.make_ready(outage, by=desk.dana, at=desk.now, on_trunk_road=True)
    sheet = outage.sheets.get()
    assert sheet.on_trunk_road is True
    assert [each["valve"] for each in sheet.valves] == ["V1", "V2"]
    assert {each["bore_mm"] for each in sheet.valves} == {200}
    assert all(each["place"] for each in sheet.valves)
    assert (sheet.starts_at, sheet.ends_at) == (START, START + timedelta(hours=6))
    assert outage.status == "ready"


def test_t14_a_valve_without_its_bore_stops_the_sheet_until_somebody_says_it(desk: Desk) -> None:
    with_persons(100)
    from network.models import Valve

    Valve.objects.filter(asset_id="V1").update(bore_mm=None)
    outage = confirmed(desk)
    with pytest.raises(sheets.SheetRefused) as refused:
        outages.make_ready(outage, by=desk.dana, at=desk.now)
    assert refused.value.items == ("valve_bores",)
    from outages.services.papers import handing_over

    sheet = handing_over.hand_over(
        outage, typed={"V1": {"bore_mm": 300}}, by=desk.dana, at=desk.now
    )
    assert {each["valve"]: each["bore_mm"] for each in sheet.valves} == {"V1": 300, "V2": 200}


# -- T15: the exchange with the dispatch centre ----------------------------------------------


def test_t15_a_message_without_the_pipes_diameter_is_refused(desk: Desk) -> None:
    with_persons(6000)
    from network.models import Pipe

    Pipe.objects.update(diameter_mm=None)
    outage = emergency(desk)
    assert not outage.exchanges.exists()
    withheld = outage.events.filter(verb="exchange_withheld").latest("pk")
    assert "pipe_diameter" in withheld.reason
    assert duty(outage, Task.EXCHANGE).status == "pending"
    facts = exchange.facts_of(outage)
    with pytest.raises(exchange.ExchangeRefused) as refused:
        exchange.send_exchange(outage, facts=facts, by=desk.dana, at=desk.now)
    assert refused.value.items == ("pipe_diameter",)


def test_t15_each_change_of_status_or_time_is_a_new_message(desk: Desk) -> None:
    with_persons(6000)
    outage = emergency(desk)
    first = ExchangeMessage.objects.get(outage=outage)
    assert (first.leak_location, first.pipe_diameter) == ("解放路", "DN200")
    assert "未关2个" in first.valve_text
    assert duty(outage, Task.EXCHANGE).status == "done"
    later = NOON + timedelta(hours=9)
    outages.change_estimate(
        outage, estimated_restoration_at=later, reason="管件晚到", by=desk.dana, at=desk.now
    )
    second = outage.exchanges.latest("number")
    assert (second.number, second.expected_repair_at) == (2, later)
    desk.take(plans.Approval(outage.plans.get(), outage, outage.work_orders.get(), None))
    desk.close_all(outage)
    told = list(outage.exchanges.order_by("number").values_list("valve_text", flat=True))
    assert told[-1].startswith("已关2个")
    assert len(told) == 4, "the first valve put it in effect, the last closed it off"
    desk.repair(outage)
    fifth = outage.exchanges.latest("number")
    assert (fifth.number, fifth.cause) == (5, "repair"), "the crew said so on the phone"


def test_t15_a_small_outage_tells_the_dispatch_centre_nothing_by_itself(desk: Desk) -> None:
    with_persons(100)
    outage = emergency(desk)
    assert not outage.exchanges.exists()
    sent = exchange.send_exchange(
        outage, facts=exchange.facts_of(outage), by=desk.dana, at=desk.now
    )
    assert sent is not None
    again = exchange.send_exchange(
        outage, facts=exchange.facts_of(outage), by=desk.dana, at=desk.now
    )
    assert again is None, "pressed twice, told once"


# -- T25: nothing planned begins unannounced ---------------------------------------------------


def test_t25_a_planned_outage_begins_only_after_publication_an_emergency_at_once(
    desk: Desk,
) -> None:
    with_persons(100)
    outage = confirmed(desk)
    with pytest.raises(outages.NotPublished):
        outages.start_outage(outage, by=desk.dana, at=desk.now)
    outage = outages.make_ready(outage, by=desk.dana, at=desk.now)
    with pytest.raises(outages.NotPublished):
        outages.start_outage(outage, by=desk.dana, at=START)
    notices.publish_notice(outage.notices.get(), by=desk.dana, at=desk.now)
    with pytest.raises(outages.WindowRefused, match="window_ahead"):
        outages.start_outage(outage, by=desk.dana, at=START - timedelta(seconds=1))
    outage.refresh_from_db()
    assert outage.status == "published", "no earlier than people were told"
    assert outages.start_outage(outage, by=desk.dana, at=START).status == "in_effect"


def test_t25_an_emergency_of_any_size_waits_for_nothing(desk: Desk) -> None:
    with_persons(90_000)
    outage = emergency(desk)
    assert outages.start_outage(outage, by=desk.dana, at=desk.now).status == "in_effect"
    assert OutageNotice.objects.get(outage=outage).status == "published"


def test_t25_a_published_outage_whose_new_plan_needs_a_permit_does_not_begin(desk: Desk) -> None:
    lay(BRANCH, c_p2={"persons": 100}, c_p3={"persons": 5000})
    outage = published(desk)
    larger = plans.adjust_plan(
        outage.plans.get(status="approved"),
        what_if=plans.WhatIf(inoperable=("V2",)),
        reason="关不动",
        by=desk.dana,
        at=desk.now,
    )
    plans.adopt_plan(larger, by=desk.dana, at=desk.now)
    assert Task.PERMIT in tasks_of(outage)
    assert outages.begin_due_outages(at=START) == 0
    with pytest.raises(GateRefused, match="permit_required"):
        outages.start_outage(outage, by=desk.dana, at=START)
    permit_approved(desk, outage)
    assert outages.begin_due_outages(at=START) == 1


# -- T27: each special user, each organisation --------------------------------------------------


def test_t27_special_users_and_organisations_in_the_area_are_tasks_of_their_own(
    desk: Desk,
) -> None:
    lay(
        STREET,
        c_p2={"persons": 3, "special_user": "透析"},
        c_p3={"persons": 2, "special_user": "失能"},
    )
    inside = Point(WEST + 1.5 * STEP_DEG, NORTH)
    box = Polygon.from_bbox((WEST, NORTH - 0.001, WEST + 2 * STEP_DEG, NORTH + 0.001))
    far = Point(WEST + 1, NORTH)
    rows = [
        ("O1", "compound", inside),
        ("O2", "property", box),
        ("O3", "enterprise", far),
        ("O4", "media", inside),
    ]
    for code, kind, geom in rows:
        Organisation.objects.create(code=code, kind=kind, name=code, phone="0766", geom=geom)
    outage = emergency(desk, on_trunk_road=False)
    told = outage.duties.filter(task=Task.PHONE_ORGANISATIONS).values_list("target", flat=True)
    assert set(told) == {"org:O1", "org:O2"}
    special = outage.duties.filter(task=Task.TELL_SPECIAL_USERS)
    assert set(special.values_list("target", flat=True)) == {"customer:c.p2"}
    assert not any(row.target_name for row in special), "no name leaves the network's records"


def test_t27_a_call_without_an_answer_comes_again_and_a_wrong_number_fails(desk: Desk) -> None:
    lay(STREET, c_p2={"special_user": "透析"})
    outage = emergency(desk)
    call, agent = duty(outage, Task.TELL_SPECIAL_USERS), person("call_agent")
    with pytest.raises(duties.DutyRefused, match="duty_of_other"):
        duties.record_call(call, result="reached", by=person("gis_editor"), at=desk.now)
    at = desk.now
    call = duties.record_call(call, result="no_answer", by=agent, at=at)
    assert (call.status, call.attempts) == ("pending", 1)
    assert call.again_at is not None and call.again_at > at
    call = duties.record_call(call, result="wrong_number", by=agent, at=desk.now)
    assert call.status == "failed"
    call = duties.reopen(call, by=agent, at=desk.now)
    call = duties.record_call(
        call, result="reached", given=Evidence(recording="REC-7"), by=agent, at=desk.now
    )
    assert (call.status, call.attempts, call.recording) == ("done", 3, "REC-7")


def test_org_03_the_call_centre_publishes_and_rings_and_engineering_posts(desk: Desk) -> None:
    lay(STREET, c_p2={"persons": 10, "key_user": True})
    outage = emergency(desk)
    owners = dict(outage.duties.values_list("task", "owner"))
    told = (Task.WECHAT_AND_WEBSITE, Task.SMS, Task.PHONE_KEY_USERS)
    assert {owners[task] for task in told} == {"call_centre"}
    assert owners[Task.POSTING] == owners[Task.OUTAGE_SHEET] == "engineering"


def test_out_11_a_planned_posting_is_due_before_the_start_an_unplanned_one_at_once(
    desk: Desk,
) -> None:
    with_persons(100)
    planned = duty(handed_over(desk), Task.POSTING)
    assert (planned.owner, planned.due_at) == ("engineering", START)
    done = Evidence(evidence="贴在菜市场门口")
    duties.complete(planned, given=done, by=desk.dana, at=desk.now)
    planned.refresh_from_db()
    assert planned.done_at is not None
    assert planned.done_at < START
    at_once = duty(emergency(desk), Task.POSTING)
    assert at_once.due_at == at_once.made_at


def test_t27_who_is_rung_as_a_key_user_is_not_rung_twice_and_dialysis_comes_first(
    desk: Desk,
) -> None:
    with_key_and_special_user()
    key = Customer.objects.get(asset_id="c.p2")
    Customer.objects.filter(pk=key.pk).update(special_user="dialysis")
    key.pk, key.asset_id, key.key_user, key.special_user = None, "c.p2-1", False, "elderly"
    key.save()
    outage = emergency(desk)
    calls = outage.duties.filter(task__in=[Task.PHONE_KEY_USERS, Task.TELL_SPECIAL_USERS])
    assert list(calls.order_by("pk").values_list("task", "target")) == [
        (Task.PHONE_KEY_USERS, "customer:c.p2"),
        (Task.TELL_SPECIAL_USERS, "customer:c.p2-2"),
        (Task.TELL_SPECIAL_USERS, "customer:c.p2-1"),
    ]
    inside = outage.duties.get(task=Task.PHONE_LEADER)
    assert inside.pk < calls.filter(task=Task.TELL_SPECIAL_USERS).earliest("pk").pk


def test_t27_important_roads_in_the_area_get_a_posting_each(desk: Desk) -> None:
    with_persons(100)
    road = LineString((WEST - 0.01, NORTH), (WEST + 0.01, NORTH), srid=4326)
    away = LineString((WEST + 1, NORTH), (WEST + 1.1, NORTH), srid=4326)
    TrunkRoad.objects.create(name="解放路", geom=MultiLineString(road, srid=4326))
    TrunkRoad.objects.create(name="环城路", geom=MultiLineString(away, srid=4326))
    outage = emergency(desk, on_trunk_road=False)
    posting = outage.duties.filter(task=Task.POSTING)
    assert set(posting.values_list("target", flat=True)) == {"works", "road:解放路"}
    road_point = posting.get(target="road:解放路").geom
    assert road_point is not None and outage.area.contains(road_point)


# -- T28: news on the channels that were used -----------------------------------------------------


def later(desk: Desk, outage: Outage, hours: int) -> datetime:
    back = NOON + timedelta(hours=hours)
    outage.refresh_from_db()
    outages.change_estimate(
        outage, estimated_restoration_at=back, reason="管件晚到", by=desk.dana, at=desk.now
    )
    return back


def test_t28_a_new_time_makes_tasks_on_the_channels_that_were_used(desk: Desk) -> None:
    with_key_and_special_user()
    outage, agent = emergency(desk), person("call_agent")
    duties.record_call(duty(outage, Task.PHONE_KEY_USERS), result="reached", by=agent, at=desk.now)
    later(desk, outage, 8)
    news = outage.duties.filter(round=1)
    assert set(news.values_list("task", "about", "status")) == {
        (Task.PHONE_KEY_USERS, "update", "pending"),
        (Task.SMS, "update", "done"),
    }, "who was not rung yet hears the newer time on the first call"
    assert duty(outage, Task.TELL_SPECIAL_USERS, round=0).status == "pending"

    later(desk, outage, 9)
    assert duty(outage, Task.PHONE_KEY_USERS, round=1).reason == "newer_news"
    assert duty(outage, Task.PHONE_KEY_USERS, round=2).status == "pending"


def test_t28_nobody_is_told_anew_of_what_was_never_told(desk: Desk) -> None:
    with_persons(100, phone="")
    outage = emergency(desk)
    later(desk, outage, 8)
    assert not outage.duties.filter(round__gt=0).exists()


def test_t28_water_back_is_told_on_the_same_channels_and_what_waits_is_dropped(
    desk: Desk,
) -> None:
    with_key_and_special_user()
    outage, agent = emergency(desk), person("call_agent")
    duties.record_call(duty(outage, Task.PHONE_KEY_USERS), result="reached", by=agent, at=desk.now)
    desk.take(plans.Approval(outage.plans.get(), outage, outage.work_orders.get(), None))
    desk.close_all(outage)
    desk.repair(outage)
    desk.reopen_all(outage)
    desk.restore(outage)
    assert duty(outage, Task.PHONE_KEY_USERS, about="all_clear").status == "pending"
    assert duty(outage, Task.TELL_SPECIAL_USERS).reason == "all_clear"


def test_t15_the_dispatch_centre_hears_that_works_began_by_themselves(desk: Desk) -> None:
    with_persons(5001)
    outage = handed_over(desk)
    permit_approved(desk, outage)
    notices.publish_notice(outage.notices.get(), by=desk.dana, at=desk.now)
    assert outages.begin_due_outages(at=START) == 1
    last = outage.exchanges.latest("number")
    assert (last.cause, last.outage_status, last.sent_at) == ("status", "in_effect", START)
    assert outages.begin_due_outages(at=START + timedelta(minutes=1)) == 0
