"""The call-backs' screens: the list, the call and the next one, replies, opinions, rates."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from outages.choices import HandoverKind
from outages.models import CallBack, Event, Rectification, WorkOrder
from outages.models.callbacks.asking import QUESTIONS
from outages.policy.sampling import seal_of
from outages.selectors.shifts import open_matters
from outages.services.callbacks.asking import Answers, record_call
from outages.services.callbacks.drawing import draw_of
from outages.services.callbacks.hearing import watch
from outages.services.rules.policy import set_policy_text
from tests.outages.callbacks import by_phone, by_sms, reply
from tests.outages.offices import client_of, member
from tests.workbooks import sheets_of

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
CONTENT = dict.fromkeys(QUESTIONS, "satisfied")
UNHAPPY = CONTENT | {"overall": "unsatisfied", "attitude": "unsatisfied"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Any:
    return client_of(member("call_agent", username="ada"))


def url(callback: CallBack, act: str = "") -> str:
    name = f"outages:callback-{act}" if act else "outages:callback"
    return reverse(name, args=[callback.order.number])


def today() -> Any:
    """A moment of this month that is over: the screens read the clock."""
    return timezone.now() - 2 * MINUTE


def test_a_call_is_saved_and_the_next_user_comes_up(agent: Any) -> None:
    first, second = by_phone(today() - HOUR), by_phone(today(), contact_phone="13900002222")
    listed = agent.get(reverse("outages:callbacks")).content.decode()
    assert listed.index(first.order.number) < listed.index(second.order.number)
    page = agent.get(url(first)).content.decode()
    # The words to read out, the number masked, the five questions.
    assert "您好，这里是供水服务热线" in page
    assert "952525" in page
    assert "139****1111" in page
    assert "13900001111" not in page
    assert page.count('value="unsatisfied"') == 5
    assert 'class="orderpage callbackpage"' in page
    assert "目前没有需要你办的" not in page, "the call is what is to be done"
    answer = agent.post(url(first, "call"), {"result": "reached", "opinion": "不错", **CONTENT})
    assert answer.url == url(second)
    first.refresh_from_db()
    assert first.status == "satisfied"
    # The last one leads back to the list.
    answer = agent.post(url(second, "call"), {"result": "no_answer"})
    assert answer.url == reverse("outages:callbacks")
    second.refresh_from_db()
    assert (second.status, second.tries) == ("to_call", 1)


def test_an_unanswered_question_keeps_the_form_open_with_what_was_said(agent: Any) -> None:
    callback = by_phone(today())
    some = {name: value for name, value in CONTENT.items() if name != "attitude"}
    answer = agent.post(url(callback, "call"), {"result": "reached", "opinion": "快", **some})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "请选择满意或不满意" in page
    assert "快</textarea>" in page
    assert not callback.attempts.exists()


def test_dissatisfied_on_the_telephone_an_order_goes_out_and_both_pages_say_so(agent: Any) -> None:
    callback = by_phone(today())
    agent.post(url(callback, "call"), {"result": "reached", "opinion": "还漏", **UNHAPPY})
    callback.refresh_from_db()
    assert callback.follow_up is not None
    page = agent.get(url(callback)).content.decode()
    assert callback.follow_up.number in page
    order = agent.get(reverse("outages:order", args=[callback.order.number])).content.decode()
    assert url(callback) in order
    visit = agent.get(reverse("outages:order", args=[callback.follow_up.number])).content.decode()
    assert url(callback) in visit
    case = agent.get(reverse("outages:case", args=[callback.report.reference])).content.decode()
    assert url(callback) in case
    # Filing the first order is refused in words.
    filed = agent.post(reverse("outages:order-archive", args=[callback.order.number]))
    assert filed.status_code == 409
    assert "回访" in filed.content.decode()


def test_a_department_writes_its_visit_and_what_it_does_better(agent: Any) -> None:
    callback = by_phone(today())
    agent.post(url(callback, "call"), {"result": "reached", "opinion": "太慢", **UNHAPPY})
    clerk = client_of(member("department", department="engineering"))
    other = client_of(member("department", department="production"))
    assert other.post(url(callback, "visit"), {"result": "reached", **CONTENT}).status_code == 409
    done = clerk.post(url(callback, "visit"), {"result": "reached", "opinion": "", **CONTENT})
    assert done.status_code == 302
    callback.refresh_from_db()
    assert (callback.status, callback.method) == ("satisfied", "visit")
    opinions = clerk.get(reverse("outages:callback-opinions")).content.decode()
    assert "太慢" in opinions
    assert "服务态度" in opinions
    assert "太慢" not in other.get(reverse("outages:callback-opinions")).content.decode()
    assert "太慢" in agent.get(reverse("outages:callback-opinions")).content.decode()
    assert clerk.post(url(callback, "improve"), {"text": "加一组人"}).status_code == 302
    assert "加一组人" in clerk.get(reverse("outages:callback-opinions")).content.decode()


def test_supervision_has_it_put_right_and_sees_the_rates(agent: Any) -> None:
    callback = by_phone(today())
    agent.post(url(callback, "call"), {"result": "reached", "opinion": "凶", **UNHAPPY})
    boss = client_of(member("supervision"))
    assert boss.post(url(callback, "rectify"), {"what": "培训", "due_at": ""}).status_code == 302
    row = Rectification.objects.get()
    clerk = client_of(member("department", department="engineering"))
    page = clerk.get(reverse("outages:callback-opinions")).content.decode()
    done = reverse("outages:rectification-done", args=[row.pk])
    assert done in page
    assert clerk.post(done, {"outcome": "已培训"}).status_code == 302
    row.refresh_from_db()
    assert row.outcome == "已培训"
    rates = boss.get(reverse("outages:callback-rates")).content.decode()
    assert re.search(r"满意率（已作答用户）.*?0\.0 %", rates, re.DOTALL)
    for odd in ("2020-01", "nonsense", "2026-99"):
        assert boss.get(reverse("outages:callback-rates"), {"month": odd}).status_code == 200
    # It reads everything, and calls nobody who is not protected.
    second = by_phone(today(), contact_phone="13900002222")
    assert boss.post(url(second, "call"), {"result": "declined"}).status_code == 403
    assert boss.post(url(callback, "close"), {"reason": "产权人管道"}).status_code == 302


def test_cb_10_the_goals_of_a_sample_stand_beside_the_rates_where_they_hold(agent: Any) -> None:
    by_phone(today())
    boss = client_of(member("supervision"))
    assert "重大投诉回访率" not in boss.get(reverse("outages:callback-rates")).content.decode()
    since = today() - timedelta(days=1)
    set_policy_text(
        "profile_property", "on", source="会议", effective_from=since, by=None, at=since
    )
    page = boss.get(reverse("outages:callback-rates")).content.decode()
    assert re.search(r"抽样回访率.*?is-danger.*?0\.0 %.*?目标 50%", page, re.DOTALL)
    assert re.search(r"重大投诉回访率.*?—.*?目标 100%", page, re.DOTALL)


def test_who_is_protected_is_called_by_the_owner_and_shown_to_nobody_else(agent: Any) -> None:
    bea = member("call_agent", username="bea")
    callback = by_phone(today(), is_confidential=True, by=bea, contact_name="李四")
    page = agent.get(url(callback)).content.decode()
    assert "李四" not in page
    assert "139****1111" not in page
    assert agent.post(url(callback, "call"), {"result": "declined"}).status_code == 403
    own = client_of(bea)
    assert "李四" in own.get(url(callback)).content.decode()
    assert own.post(url(callback, "call"), {"result": "declined"}).status_code == 302


def test_a_reply_in_words_is_read_by_a_person(agent: Any) -> None:
    callback = by_sms(today() - HOUR)
    row = reply("来得太晚 <b>", at=today())
    assert row is not None
    watch(at=timezone.now())
    page = agent.get(reverse("outages:callbacks")).content.decode()
    assert "来得太晚 &lt;b&gt;" in page
    assert "139****1111" in page
    answer = agent.post(
        reverse("outages:callback-reply", args=[row.pk]), {"verdict": "unsatisfied"}
    )
    assert answer.status_code == 302
    callback.refresh_from_db()
    assert callback.turned == "dissatisfied"
    assert "来得太晚" not in agent.get(reverse("outages:callbacks")).content.decode()


@pytest.mark.parametrize("show", ["call", "visit", "sms", "done", "nonsense"])
def test_every_list_opens_empty_and_full(agent: Any, show: str) -> None:
    address = reverse("outages:callbacks")
    assert agent.get(address, {"show": show}).status_code == 200
    by_sms(today() - HOUR)
    unhappy = Answers(**UNHAPPY)
    record_call(by_phone(today()), result="reached", answers=unhappy, by=None, at=timezone.now())
    assert agent.get(address, {"show": show}).status_code == 200


def test_the_shift_hands_over_who_is_to_be_called() -> None:
    callback = by_phone(today())
    [matter] = [row for row in open_matters() if row.kind == HandoverKind.CALL_BACK]
    assert (matter.subject_id, matter.label) == (callback.pk, callback.order.number)
    assert matter.due_at == callback.completed_at + timedelta(days=3)
    record_call(callback, result="declined", by=None, at=timezone.now())
    assert not [row for row in open_matters() if row.kind == HandoverKind.CALL_BACK]


def test_what_a_user_said_is_never_in_an_event(agent: Any) -> None:
    callback = by_phone(today())
    agent.post(url(callback, "call"), {"result": "reached", "opinion": "邻居老王说的", **UNHAPPY})
    said = Event.objects.filter(reason__contains="老王")
    assert not said.exists()
    assert not any("老王" in str(event.facts) for event in Event.objects.all())
    assert WorkOrder.objects.filter(task__contains="老王").exists()


def test_the_seed_is_shown_when_its_month_is_over_and_its_seal_all_the_time(agent: Any) -> None:
    today = timezone.localdate()
    before = today.replace(day=1) - timedelta(days=1)
    for draw, is_shown in ((draw_of(today), False), (draw_of(before), True)):
        asked = {"month": f"{draw.month:%Y-%m}"}
        page = agent.get(reverse("outages:callback-rates"), asked).content.decode()
        book = agent.get(reverse("outages:callback-rates"), {**asked, "format": "xlsx"})
        for text in (page, str(sheets_of(book.content))):
            assert seal_of(draw.seed) in text
            assert (draw.seed in text) is is_shown
