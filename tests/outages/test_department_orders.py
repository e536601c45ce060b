"""A department's order on its way: told, taken, worked, fed back, filed; and beside the way."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outages.models import (
    Alert,
    CallBack,
    Crew,
    Deadline,
    Event,
    FollowUp,
    OrderTransfer,
    WorkOrder,
)
from outages.selectors.orders import (
    cases_of,
    crew_standing,
    escalated_orders,
    orders_with_extension,
    owed_calls,
)
from outages.selectors.orders.nodes import ahead_of
from outages.services import orders
from outages.services.desk import follow_ups
from outages.services.orders import OrderRefused, ResultFacts
from outages.services.rules.policy import set_policy_text
from outages.services.rules.reasons import ReasonMissing
from outages.workflow import TransitionRefused
from tests.factories import NOON, crew, lay
from tests.outages.conftest import Desk
from tests.outages.offices import client_of, member, office, ordered, staffed, told

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def begun(kind: str = "workmanship", **facts: Any) -> WorkOrder:
    """An order that a department is at work on."""
    order = ordered(told(kind), **facts)
    order = orders.notify_department(order, method="sms", by=None, at=NOON + 2 * MINUTE)
    order = orders.accept_order(order, by=None, at=NOON + 3 * MINUTE, assignee="李工")
    return orders.start_work(order, by=None, at=NOON + 4 * MINUTE)


def post(client: Client, order: WorkOrder, act: str, **data: Any) -> Any:
    return client.post(reverse(f"outages:order-{act}", args=[order.number]), data)


def audiences(code: str) -> set[str]:
    return {f"{a.to_kind}:{a.to_name}" for a in Alert.objects.filter(code=code)}


def test_orders_are_numbered_in_the_day_and_belong_to_their_report() -> None:
    first, second = ordered(told("conduct")), ordered(told("conduct"))
    assert (first.number, second.number) == ("W261121-01", "W261121-02")
    assert first.report is not None
    assert list(first.report.work_orders.all()) == [first]
    assert first.report.status == "order_issued"


def test_only_the_department_that_has_it_accepts_an_order_and_names_who_handles_it() -> None:
    order = ordered(told("conduct"))
    own = client_of(member("department", department="engineering"))
    other = client_of(member("department", department="production"))
    assert post(other, order, "accept", assignee="王工").status_code == 409
    assert post(own, order, "accept", assignee="").status_code == 422
    assert post(own, order, "accept", assignee="王工").status_code == 302
    order.refresh_from_db()
    assert (order.status, order.assignee, order.accepted_by.department_code) == (
        "accepted", "王工", "engineering",
    )  # fmt: skip
    with pytest.raises(OrderRefused) as nameless:
        orders.accept_order(ordered(told("conduct")), by=None, at=NOON + HOUR)
    assert nameless.value.code == "assignee_missing"


def test_how_the_department_was_told_is_kept() -> None:
    order = ordered(told("conduct"))
    agent = client_of(member("call_agent"))
    sent = {"method": "recorded_call", "callee": "农国强", "recording": "REC-7"}
    assert post(agent, order, "notify", **sent).status_code == 302
    order.refresh_from_db()
    assert (order.notify_method, order.callee, order.recording) == (
        "recorded_call",
        "农国强",
        "REC-7",
    )
    assert order.notified_at is not None


def test_a_result_needs_the_user_to_have_been_contacted_and_words() -> None:
    order = begun()
    with pytest.raises(OrderRefused) as silent:
        orders.enter_result(order, result="好了", by=None, at=NOON + HOUR)
    assert silent.value.code == "contact_missing"
    orders.contact_user(order, method="visit", reached=False, by=None, at=NOON + 5 * MINUTE)
    with pytest.raises(OrderRefused):  # visited, not met
        orders.enter_result(order, result="好了", by=None, at=NOON + HOUR)
    orders.contact_user(order, method="phone", by=None, at=NOON + 6 * MINUTE, note="约好下午")
    with pytest.raises(ReasonMissing):
        orders.enter_result(order, result=" ", by=None, at=NOON + HOUR)
    done = orders.enter_result(order, result="好了", by=None, at=NOON + HOUR)
    assert done.status == "result_entered"
    assert audiences("result_entered") == {"role:call_agent"}
    # What was said to the user is in the record, not in the history.
    assert "约好下午" not in str(list(Event.objects.values_list("facts", "reason")))


def test_a_repair_needs_its_leak_check() -> None:
    lay("(S) -p1- a -p2- b")
    order = begun("low_pressure", about="pipe_repair")
    orders.contact_user(order, method="phone", by=None, at=NOON + 5 * MINUTE)
    with pytest.raises(OrderRefused) as leaks:
        orders.enter_result(order, result="换管", by=None, at=NOON + HOUR)
    assert leaks.value.code == "leak_check_missing"
    facts = ResultFacts(result="换管", leak_check_passed=True, signed_by="陈阿姨", user_remark="好")
    done = orders.enter_result(order, facts=facts, by=None, at=NOON + HOUR)
    assert (done.leak_check_passed, done.repaired_at, done.signed_by) == (
        True, NOON + HOUR, "陈阿姨",
    )  # fmt: skip
    assert Deadline.objects.get(key="repair_finish", order=order).met_at == NOON + HOUR


def test_who_refers_the_user_elsewhere_says_to_whom_and_what_is_left_is_described() -> None:
    order = begun()
    orders.contact_user(order, method="phone", by=None, at=NOON + 5 * MINUTE)
    for facts, code in (
        (ResultFacts(result="转走", outcome="referred"), "referral_missing"),
        (ResultFacts(result="好了", residual_kind="road"), "residual_missing"),
    ):
        with pytest.raises(OrderRefused) as refused:
            orders.enter_result(order, facts=facts, by=None, at=NOON + HOUR)
        assert refused.value.code == code
    boss = member("leader", department="engineering")
    left = ResultFacts(result="好了", residual_kind="road", residual="路面未恢复")
    orders.enter_result(order, facts=left, by=None, at=NOON + HOUR)
    assert audiences("residual_left") == {f"user:{boss.pk}"}
    # The follow-up is an order of its own beside the first, which still goes its way.
    assert order.report is not None
    order.report.refresh_from_db()
    after = ordered(order.report, about="other_facilities", follows=order, at=NOON + 2 * HOUR)
    assert list(order.followers.all()) == [after]


def test_feeding_back_needs_words_to_the_user_and_meets_the_complaints_limit() -> None:
    order = ordered(told("conduct", is_complaint=True))
    order = orders.accept_order(order, by=None, at=NOON + 3 * MINUTE, assignee="李工")
    order = orders.start_work(order, by=None, at=NOON + 4 * MINUTE)
    orders.contact_user(order, method="phone", by=None, at=NOON + 5 * MINUTE)
    order = orders.enter_result(order, result="已处理", by=None, at=NOON + HOUR)
    with pytest.raises(OrderRefused) as silent:
        orders.feed_back(order, by=None, at=NOON + 2 * HOUR)
    assert silent.value.code == "contact_missing"
    back = orders.send_back(order, reason="用户说没办好", by=None, at=NOON + 2 * HOUR)
    assert (back.status, back.finished_at) == ("in_progress", None)
    order = orders.enter_result(back, result="又处理了", by=None, at=NOON + 3 * HOUR)
    order = orders.feed_back(order, told="已整改并道歉", by=None, at=NOON + 4 * HOUR)
    assert order.status == "callback"
    reply = Deadline.objects.get(key="complaint_reply")
    assert (reply.due_at, reply.met_at) == (NOON + timedelta(days=5), NOON + 4 * HOUR)


def test_a_transfer_has_a_reason_one_department_and_a_call_within_a_day() -> None:
    staffed("production")
    agent = member("call_agent", username="ada")
    order = begun("conduct")
    assert order.report is not None
    owner = order.report.first_owner
    with pytest.raises(ReasonMissing):
        orders.transfer_order(order, to=office("production"), reason="", by=agent, at=NOON + HOUR)
    moved = orders.transfer_order(
        order, to=office("production"), reason="属于生产部", by=agent, at=NOON + HOUR
    )
    assert (moved.department.code, moved.status, moved.transfer_count) == (
        "production",
        "issued",
        1,
    )
    assert (moved.accepted_at, moved.assignee) == (None, "")
    kept = OrderTransfer.objects.get()
    assert (kept.from_department.code, kept.status_before) == ("engineering", "in_progress")
    assert kept.accepted_before == NOON + 3 * MINUTE
    moved.report.refresh_from_db()
    assert moved.report.first_owner == owner
    call = FollowUp.objects.get(kind="after_transfer")
    assert call.due_at == NOON + 25 * HOUR
    assert Deadline.objects.get(key="transfer_followup_call").due_at == call.due_at
    # The new department is told within its own five minutes.
    told_by = Deadline.objects.get(key="dispatch_notify", subject="order", met_at=None)
    assert told_by.due_at == NOON + HOUR + 5 * MINUTE
    with pytest.raises(OrderRefused) as same:
        orders.transfer_order(
            moved, to=office("production"), reason="再来", by=agent, at=NOON + HOUR
        )
    assert same.value.code == "transfer_to_same"
    follow_ups.call_made(call, outcome="用户知道了", by=agent, at=NOON + 2 * HOUR)
    assert Deadline.objects.get(key="transfer_followup_call").met_at == NOON + 2 * HOUR
    assert not owed_calls().exists()


def test_wo_18_what_was_agreed_with_the_user_is_when_somebody_has_to_be_there() -> None:
    since = NOON - HOUR
    set_policy_text(
        "arrive_utility", "30 min", source="会议", effective_from=since, by=None, at=since
    )
    at_once = ordered(told("low_pressure"))
    agreed = ordered(told("low_pressure"), appointment_at=NOON + 20 * HOUR)
    for order in (at_once, agreed):
        orders.accept_order(order, by=None, at=NOON + 5 * MINUTE, assignee="李工")
    due = {row.order: row.due_at for row in Deadline.objects.filter(key="arrive_utility")}
    assert due == {at_once: NOON + 35 * MINUTE, agreed: NOON + 20 * HOUR}


def test_more_time_that_is_asked_for_stands_among_the_approvals_of_the_own_leader() -> None:
    order = begun("low_pressure")
    limit = Deadline.objects.filter(order=order, met_at=None).earliest("due_at")
    orders.ask_extension(
        order,
        key=limit.key,
        wanted_until=limit.due_at + HOUR,
        plan="明早到场",
        reason="等沥青到货",
        by=member("department", department="engineering"),
        at=NOON + 4 * MINUTE,
    )
    page = reverse("outages:approvals")
    own = client_of(member("leader", department="engineering")).get(page).content.decode()
    assert f"{reverse('outages:order', args=[order.number])}#act-decide" in own
    assert "等沥青到货" in own
    assert '<span class="badge">1<' in entry_of(page, own)
    other = client_of(member("leader", department="production")).get(page).content.decode()
    assert order.number not in other
    assert "badge" not in entry_of(page, other)


def entry_of(address: str, page: str) -> str:
    """The bar's entry for an address, with its count if it has one."""
    found = re.search(f'<a href="{address}".*?</a>', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_urging_is_counted_and_tells_the_department() -> None:
    order = begun()
    agent = client_of(member("call_agent"))
    for _time in range(2):
        post(agent, order, "urge", text="快一点")
    order.refresh_from_db()
    assert (order.urge_count, order.urges.count()) == (2, 2)
    assert audiences("urged") == {"department:engineering"}
    with pytest.raises(OrderRefused):
        orders.urge_order(orders.void_order(order, reason="x", by=None, at=NOON), by=None, at=NOON)


def test_escalation_needs_one_of_three_reasons_and_is_answered_by_supervision() -> None:
    order = begun()
    agent, super_ = client_of(member("call_agent")), client_of(member("supervision"))
    assert post(agent, order, "escalate", reason="no_idea").status_code == 422
    assert post(agent, order, "escalate", reason="beyond_ability", note="缺设备").status_code == 302
    assert post(agent, order, "escalate", reason="not_in_time").status_code == 409
    assert list(escalated_orders()) == [order]
    assert audiences("escalated") == {"role:supervision"}
    # Supervision reads and answers; it changes nothing about the order itself.
    page = super_.get(reverse("outages:order", args=[order.number]))
    assert "超出部门解决能力" in page.content.decode()
    assert post(super_, order, "urge").status_code == 403
    assert post(super_, order, "void", reason="x").status_code == 403
    assert post(super_, order, "resolve", text="由分管领导协调").status_code == 302
    assert not escalated_orders().exists()
    assert order.escalations.get().resolution == "由分管领导协调"


def test_more_time_is_asked_by_the_department_and_waits_for_its_leader() -> None:
    order = begun("conduct")
    own = client_of(member("department", department="engineering"))
    assert post(own, order, "extend", key="x").status_code == 422
    with pytest.raises(OrderRefused) as none:
        orders.ask_extension(
            order, key="repair_start", wanted_until=NOON + HOUR, plan="p", reason="r", by=None,
            at=NOON,
        )  # fmt: skip
    assert none.value.code == "extension_no_limit"
    assert not orders_with_extension(department="engineering").exists()


def test_every_step_is_only_what_the_table_allows() -> None:
    order = ordered(told("conduct"))
    with pytest.raises(TransitionRefused):
        orders.start_work(order, by=None, at=NOON)
    with pytest.raises(TransitionRefused):
        orders.feed_back(order, told="好了", by=None, at=NOON)
    with pytest.raises(TransitionRefused):
        orders.archive_order(order, by=None, at=NOON)


def test_the_agent_never_says_only_that_somebody_was_sent(desk: Desk) -> None:
    lay("(S) -p1- [V1] -p2- a -p3- [V2] -p4- b")
    order = ordered(told("low_pressure"), about="pipe_repair", crew=desk.crew)
    assert crew_standing(order).state == "waiting"
    busy = ordered(
        told("no_water", contact_phone="13900002222"), about="pipe_repair", crew=desk.crew
    )
    busy = orders.accept_order(busy, by=desk.cruz, at=NOON + 2 * MINUTE)
    orders.arrive(busy, by=desk.cruz, at=NOON + 3 * MINUTE)
    standing = crew_standing(order)
    assert (standing.state, standing.elsewhere) == ("busy_elsewhere", busy)
    agent_user = member("call_agent", username="ada")
    agent = client_of(agent_user)
    page = agent.get(reverse("outages:order", args=[order.number])).content.decode()
    assert "还在 解放路8号 处理" in page
    assert post(agent, order, "ask-crew").status_code == 302
    call = FollowUp.objects.get(kind="ask_crew")
    assert (call.order, call.owner) == (order, agent_user)
    orders.accept_order(order, by=desk.cruz, at=NOON + 4 * MINUTE)
    orders.set_out(order, by=desk.cruz, at=NOON + 5 * MINUTE)
    order.refresh_from_db()
    assert crew_standing(order).state == "en_route"


def test_a_crews_step_stands_on_the_agents_page_at_the_next_look(desk: Desk) -> None:
    lay("(S) -p1- [V1] -p2- a -p3- [V2] -p4- b")
    order = ordered(told("low_pressure"), about="pipe_repair", crew=desk.crew)
    phone = client_of(member("crew", username="cruz2", crew="C1"))
    url = reverse("outages:work-order-milestone", args=[order.number])
    page = phone.get(reverse("outages:work-order", args=[order.number]))
    assert page.status_code == 200
    for step in ("accept", "set_out", "arrive", "start"):
        assert phone.post(url, {"milestone": step}).status_code == 302
    agent = client_of(member("call_agent"))
    assert "处理中" in agent.get(reverse("outages:order", args=[order.number])).content.decode()
    # The whole result sheet is asked for, and the leak check with it.
    result = reverse("outages:work-order-result", args=[order.number])
    assert phone.post(result, {"result": "好了", "outcome": "solved"}).status_code == 409
    done = {"result": "好了", "outcome": "solved", "leak_check_passed": "on"}
    assert phone.post(result, done).status_code == 302
    order.refresh_from_db()
    assert order.status == "result_entered"


def test_another_crews_order_is_not_there(desk: Desk) -> None:
    lay("(S) -p1- a -p2- b")
    Crew.objects.create(code="C9", name="九班")
    order = ordered(told("low_pressure"), about="pipe_repair", crew=desk.crew)
    stranger = client_of(member("crew", username="stranger", crew="C9"))
    assert stranger.get(reverse("outages:work-order", args=[order.number])).status_code == 404


def test_an_approved_plan_makes_the_waiting_order_the_crews_so_there_is_one(desk: Desk) -> None:
    lay("(S) -p1- [V1] -p2- a -p3- [V2] -p4- b")
    report = desk.report("p2")
    waiting = ordered(report, about="pipe_repair", at=NOON + 5 * MINUTE)
    plan = desk.propose(report)
    approval = desk.approve(plan)
    assert approval.order == waiting
    assert WorkOrder.objects.count() == 1
    waiting.refresh_from_db()
    assert (waiting.outage, waiting.crew) == (approval.outage, desk.crew)
    limits = Deadline.objects.filter(key="repair_start", met_at=None, cancelled_at=None)
    assert [limit.subject for limit in limits] == ["outage"]


def test_a_case_is_open_for_its_owner_until_its_order_is_filed() -> None:
    ada, bea = member("call_agent", username="ada"), member("call_agent", username="bea")
    report = told("conduct", by=ada)
    assert list(cases_of(ada)) == [report]
    order = ordered(report, by=bea)
    assert list(cases_of(ada)) == [report]
    assert not cases_of(bea).exists()
    order = orders.accept_order(order, by=None, at=NOON, assignee="李工")
    order = orders.start_work(order, by=None, at=NOON)
    orders.contact_user(order, method="phone", by=None, at=NOON)
    order = orders.enter_result(order, result="好", by=None, at=NOON)
    order = orders.feed_back(order, told="好", by=bea, at=NOON)
    assert cases_of(ada).exists()
    CallBack.objects.filter(order=order).update(status="declined", done_at=NOON)
    orders.archive_order(order, by=bea, at=NOON)
    assert not cases_of(ada).exists()


def test_milestones_stand_in_order_and_are_ticked_off_by_the_department() -> None:
    order = begun()
    rows = orders.plan_milestones(order, names=["开挖", " ", "回填"], by=None, at=NOON)
    assert [(row.sequence, row.name) for row in rows] == [(1, "开挖"), (2, "回填")]
    orders.finish_milestone(rows[0], by=None, at=NOON + HOUR)
    again = orders.finish_milestone(rows[0], by=None, at=NOON + 2 * HOUR)
    assert again.done_at == NOON + HOUR
    with pytest.raises(OrderRefused):
        orders.finish_milestone(rows[1], by=member("department", department="production"), at=NOON)


def test_a_milestone_done_before_an_earlier_one_is_kept_and_stands_out() -> None:
    order = begun()
    dig, weld, fill = orders.plan_milestones(
        order, names=["开挖", "焊接", "回填"], by=None, at=NOON
    )
    orders.finish_milestone(dig, by=None, at=NOON + HOUR)
    orders.finish_milestone(fill, by=None, at=NOON + 2 * HOUR)
    told = Event.objects.filter(verb="milestone_done").order_by("pk")
    assert [(each.facts["name"], each.facts["ahead_of"]) for each in told] == [
        ("开挖", []),
        ("回填", ["焊接"]),
    ]
    page = client_of(member("department", department="engineering")).get(
        reverse("outages:order", args=[order.number])
    )
    shown = page.content.decode()
    assert "早于：焊接" in shown, "in the list of milestones"
    assert "节点完成：回填，早于：焊接" in shown, "and in the history"
    # Told late that it was done in time, it stands in order after all.
    orders.finish_milestone(weld, by=None, at=NOON + 3 * HOUR, done_at=NOON + HOUR)
    assert ahead_of(list(order.milestones.all())) == {}


def test_every_limit_of_an_order_names_the_value_and_the_key_it_runs_by() -> None:
    order = ordered(told("conduct"), about="service_attitude")
    orders.notify_department(order, method="sms", by=None, at=timezone.now())
    now = timezone.now()
    set_policy_text("accept_normal", "45 分钟", effective_from=now, source="试行", by=None, at=now)
    shown = client_of(member("call_agent", username="ada")).get(
        reverse("outages:order", args=[order.number])
    )
    assert "20 分钟 ·" in shown.content.decode(), "what it was started with, not what holds now"
    assert "20 分钟，工程公司（accept_normal）" in shown.content.decode()


def test_supervision_has_a_list_of_its_own_of_what_lies_before_it() -> None:
    order = begun()
    escalated = orders.escalate_order(
        order, reason="beyond_ability", note="=要换设备", by=member("call_agent"), at=NOON
    )
    boss = client_of(member("supervision"))
    page, home = reverse("outages:escalations"), boss.get(reverse("outages:board"))
    assert page in home.content.decode(), "in the bar, with its count"
    shown = boss.get(page).content.decode()
    assert order.number in shown and "=要换设备" in shown and "#act-resolve" in shown
    assert order.number not in boss.get(page, {"department": "production"}).content.decode()
    file = boss.get(page, {"format": "csv"}).content.decode("utf-8-sig")
    assert f"open,{order.number}" in file and "'=要换设备" in file
    orders.resolve_escalation(escalated, resolution="已协调生产部", by=None, at=timezone.now())
    answered = boss.get(page).content.decode()
    assert "已协调生产部" in answered and "#act-resolve" not in answered
    # Leaders read it, and do not answer.
    assert client_of(member("leader")).get(page).status_code == 200
    assert client_of(member("call_agent", username="x")).get(page).status_code == 403


def test_the_crew_ticks_milestones_off_on_the_phone_once_and_of_then() -> None:
    order = begun()
    order.crew = crew("C7")
    order.save(update_fields=["crew"])
    first, second = orders.plan_milestones(order, names=["开挖", "回填"], by=None, at=NOON)
    phone = client_of(member("crew", crew="C7", username="cruz"))
    page = reverse("outages:work-order", args=[order.number])
    assert f'data-posting="node-{first.pk}"' in phone.get(page).content.decode()
    then = timezone.now() - timedelta(minutes=7)
    late, as_json = {"done_at": int(then.timestamp() * 1000)}, {"Accept": "application/json"}
    send = reverse("outages:work-order-node", args=[order.number, first.pk])
    for _again in range(2):
        answer = phone.post(send, late, headers=as_json)
        assert (answer.status_code, answer.json()) == (200, {})
    first.refresh_from_db()
    assert first.done_at is not None
    assert abs(first.done_at - then) < timedelta(seconds=1)
    by_form = reverse("outages:work-order-node", args=[order.number, second.pk])
    assert phone.post(by_form).url == page
    other = client_of(member("crew", crew="C8", username="other"))
    assert other.post(send).status_code == 404
