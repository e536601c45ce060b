"""What comes of a call-back: answers late, doubled and out of order, tries, opinions, rates."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction

from outages.models import (
    Alert,
    BurstReport,
    CallBack,
    CallBackTry,
    Deadline,
    Delivery,
    Event,
    InboundMessage,
    Rectification,
)
from outages.models.callbacks.asking import QUESTIONS
from outages.policy.callbacks import (
    CALLBACK_TRANSITIONS,
    OPEN_CALLBACKS,
    CallBackStatus,
)
from outages.policy.report_periods import month_of
from outages.selectors import callbacks as lists
from outages.services import orders
from outages.services.callbacks.asking import Answers, record_call, record_visit
from outages.services.callbacks.hearing import read_reply, watch
from outages.services.callbacks.improving import (
    finish_rectification,
    note_improvement,
    order_rectification,
)
from outages.services.callbacks.locked import CallBackRefused
from outages.services.callbacks.solving import close_unsolved, order_again
from outages.services.rules.policy import set_policy_text
from tests.factories import NOON
from tests.outages.callbacks import by_phone, by_sms, finished, reply, sent, worked_off
from tests.outages.offices import member, office

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
CONTENT = Answers(**dict.fromkeys(QUESTIONS, "satisfied"))
UNHAPPY = Answers(**{**dict.fromkeys(QUESTIONS, "satisfied"), "overall": "unsatisfied"})


# -- The table ---------------------------------------------------------------------------------


def test_every_state_is_in_the_table_and_every_open_one_has_a_way_out() -> None:
    assert set(CALLBACK_TRANSITIONS) == set(CallBackStatus)
    assert all(CALLBACK_TRANSITIONS[state] for state in OPEN_CALLBACKS)
    # From every state an end can be reached.
    ends = set(CallBackStatus) - OPEN_CALLBACKS
    for state in OPEN_CALLBACKS:
        seen, todo = set(), [state]
        while todo:
            for after in CALLBACK_TRANSITIONS[todo.pop()] - seen:
                seen.add(after)
                todo.append(CallBackStatus(after))
        assert seen & ends


@pytest.mark.django_db
def test_nobody_is_asked_by_sms_in_the_night() -> None:
    night = datetime(2026, 11, 21, 22, 30, tzinfo=SHANGHAI)
    for _order in range(3):  # of 20 in a row one is by telephone
        row = CallBack.objects.get(order=finished(at=night)).delivery
        if row is not None:
            break
    assert row is not None
    assert row.due_at == datetime(2026, 11, 22, 8, tzinfo=SHANGHAI)
    assert row.why == "quiet_hours"


def in_force(key: str, value: str) -> None:
    """Set a policy that holds since yesterday."""
    since = NOON - DAY
    set_policy_text(key, value, source="会议", effective_from=since, by=None, at=since)


# -- Replies -----------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def answered(callback: CallBack, *said: tuple[str, int]) -> CallBack:
    """Let replies (text, minutes after the SMS) be heard in this order."""
    for text, minutes in said:
        reply(text, at=NOON + minutes * MINUTE)
        watch(at=NOON + HOUR)
    callback.refresh_from_db()
    return callback


def test_a_1_is_the_end_of_it() -> None:
    callback = answered(by_sms(), ("1", 5))
    assert (callback.status, callback.verdict) == ("satisfied", "satisfied")
    assert callback.answered_at == NOON + 5 * MINUTE


def test_answers_come_to_the_same_in_whatever_order_they_are_heard() -> None:
    said = (("2", 5), ("1", 9), ("1", 2))
    for n, heard in enumerate(itertools.permutations(said)):
        phone = f"1390000{n:04}"
        callback = by_sms(phone=phone)
        for text, minutes in heard:
            reply(text, at=NOON + minutes * MINUTE, sender=f"+86{phone}")
            watch(at=NOON + HOUR)
        callback.refresh_from_db()
        assert (callback.status, callback.verdict) == ("to_call", "unsatisfied"), heard
        assert callback.answered_at == NOON + 5 * MINUTE
        # Nothing of it is lost, and the agents are told once.
        assert callback.attempts.count() == 3
        assert Alert.objects.filter(subject_id=callback.pk, subject="call_back").count() == 1


def test_a_2_that_comes_after_somebody_spoke_with_the_user_is_kept_and_starts_nothing() -> None:
    callback = answered(by_sms(), ("2", 5))
    record_call(callback, result="reached", answers=CONTENT, by=None, at=NOON + HOUR)
    reply("2", at=NOON + 30 * MINUTE, key="on its way for half an hour")
    watch(at=NOON + 2 * HOUR)
    callback.refresh_from_db()
    assert (callback.status, callback.attempts.count()) == ("satisfied", 3)


def test_a_reply_told_twice_is_one_and_said_twice_changes_nothing() -> None:
    callback = by_sms()
    assert reply("2", at=NOON + MINUTE, key="a") is not None
    assert reply("2", at=NOON + MINUTE, key="a") is None
    reply("２。", at=NOON + 2 * MINUTE, key="b")
    watch(at=NOON + HOUR)
    callback.refresh_from_db()
    assert callback.status == "to_call"
    limits = Deadline.objects.filter(key="callback_phone_due", subject="call_back")
    # by_sms may have drawn a telephone call before, which has a limit of its own.
    assert limits.filter(subject_id=callback.pk).count() == 1
    assert watch(at=NOON + HOUR) == 0


def test_a_late_2_comes_back_even_after_the_wait_and_the_file() -> None:
    callback = by_sms()
    watch(at=NOON + 4 * DAY)
    orders.archive_order(callback.order, by=None, at=NOON + 4 * DAY)
    reply("不满意", at=NOON + 5 * DAY)
    watch(at=NOON + 5 * DAY)
    callback.refresh_from_db()
    assert (callback.status, callback.turned) == ("to_call", "dissatisfied")
    record_call(callback, result="reached", answers=UNHAPPY, by=None, at=NOON + 5 * DAY)
    callback.refresh_from_db()
    assert callback.follow_up is not None


def test_a_late_1_counts_as_an_answer() -> None:
    callback = by_sms()
    watch(at=NOON + 4 * DAY)
    reply("1", at=NOON + 5 * DAY)
    watch(at=NOON + 5 * DAY)
    callback.refresh_from_db()
    assert callback.status == "satisfied"


def test_words_wait_for_a_person_who_says_what_they_come_to() -> None:
    callback = answered(by_sms(), ("还可以吧，就是来得晚", 5))
    assert callback.status == "sent"
    [row] = lists.replies_to_read()
    assert row.callback == callback
    ada = member("call_agent", username="ada")
    read_reply(row, verdict="satisfied", by=ada, at=NOON + 2 * HOUR)
    callback.refresh_from_db()
    assert callback.status == "satisfied"
    assert not lists.replies_to_read().exists()
    said = CallBackTry.objects.get(callback=callback)
    assert (said.opinion, said.by) == ("还可以吧，就是来得晚", ada)
    with pytest.raises(CallBackRefused, match="reply_read"):
        read_reply(row, verdict="", by=ada, at=NOON + 2 * HOUR)


def test_words_after_another_message_are_not_taken_for_an_answer() -> None:
    callback = by_sms()
    Delivery.objects.create(
        purpose="order",
        channel="sms",
        recipient="+8613900001111",
        text="别的事",
        key="11111111-2222-3333-4444-555555555555",
        status="accepted",
        due_at=NOON,
        accepted_at=NOON + MINUTE,
    )
    reply("什么意思", at=NOON + 2 * MINUTE)
    reply("2", at=NOON + 3 * MINUTE)
    watch(at=NOON + HOUR)
    callback.refresh_from_db()
    assert callback.status == "to_call"  # a bare 2 answers the question that was asked
    [row] = lists.replies_to_read()
    assert (row.text, row.callback) == ("什么意思", None)
    read_reply(row, verdict="", by=None, at=NOON + HOUR)
    assert not lists.replies_to_read().exists()


def test_a_reply_from_nobody_we_asked_waits_for_a_person() -> None:
    reply("1", at=NOON, sender="+8613700000000")
    assert watch(at=NOON + HOUR) == 0
    assert lists.replies_to_read().count() == 1


def test_what_did_not_arrive_is_made_good_by_telephone() -> None:
    callback = by_sms()
    Delivery.objects.filter(pk=callback.delivery_id).update(is_received=False)
    assert watch(at=NOON + HOUR) == 1
    callback.refresh_from_db()
    assert (callback.status, callback.turned) == ("to_call", "not_delivered")
    # Heard from all the same, nobody need call.
    reply("1", at=NOON + 2 * HOUR)
    watch(at=NOON + 2 * HOUR)
    callback.refresh_from_db()
    assert callback.status == "satisfied"
    assert not Deadline.objects.filter(subject="call_back", met_at=None, cancelled_at=None).exists()


def test_the_policy_may_have_the_silent_called() -> None:
    set_policy_text(
        "callback_sms_no_reply",
        "phone_after_3_days",
        source="会议",
        effective_from=NOON - DAY,
        by=None,
        at=NOON - DAY,
    )
    callback = by_sms()
    watch(at=NOON + 3 * DAY)
    callback.refresh_from_db()
    assert (callback.status, callback.turned) == ("to_call", "no_reply")


# -- On the telephone --------------------------------------------------------------------------


def test_the_limit_counts_from_the_work_and_is_met_by_the_call() -> None:
    callback = by_phone()
    limit = Deadline.objects.get(key="callback_phone_due")
    assert (limit.started_at, limit.due_at, limit.order) == (NOON, NOON + 3 * DAY, callback.order)
    record_call(callback, result="reached", answers=CONTENT, by=None, at=NOON + DAY)
    limit.refresh_from_db()
    assert (limit.met_at, limit.breached_at) == (NOON + DAY, None)


@pytest.mark.parametrize("question", QUESTIONS)
def test_who_was_reached_answers_all_five(question: str) -> None:
    callback = by_phone()
    some = Answers(**{**dict.fromkeys(QUESTIONS, "satisfied"), question: ""})
    with pytest.raises(CallBackRefused, match="callback_unanswered_question"):
        record_call(callback, result="reached", answers=some, by=None, at=NOON)
    assert not CallBackTry.objects.exists()


def test_three_tries_in_vain_are_the_end_of_a_first_call() -> None:
    callback = by_phone()
    other = by_phone(NOON + MINUTE)
    callback = record_call(callback, result="no_answer", by=None, at=NOON + HOUR)
    # Who did not answer goes to the end of the list.
    assert list(lists.to_call()) == [other, callback]
    record_call(callback, result="wrong_number", by=None, at=NOON + 2 * HOUR)
    callback = record_call(callback, result="no_answer", by=None, at=NOON + 3 * HOUR)
    assert (callback.status, callback.tries) == ("not_reached", 3)
    with pytest.raises(CallBackRefused, match="callback_not_to_call"):
        record_call(callback, result="no_answer", by=None, at=NOON + 4 * HOUR)
    callback.order.refresh_from_db()
    assert orders.archive_order(callback.order, by=None, at=NOON + DAY).status == "archived"


def test_the_number_of_tries_is_the_policys() -> None:
    set_policy_text(
        "callback_phone_tries",
        "1",
        source="会议",
        effective_from=NOON - DAY,
        by=None,
        at=NOON - DAY,
    )
    assert record_call(by_phone(), result="no_answer", by=None, at=NOON).status == "not_reached"


def test_who_meant_to_press_1_is_satisfied_and_nobody_goes_there() -> None:
    callback = answered(by_sms(), ("2", 5))
    callback = record_call(callback, result="reached", answers=CONTENT, by=None, at=NOON + HOUR)
    assert (callback.status, callback.verdict, callback.solved_at) == (
        "satisfied", "satisfied", None,
    )  # fmt: skip
    assert not callback.order.followers.exists()


def test_only_who_may_know_who_told_us_calls_them() -> None:
    ada, bea = member("call_agent", username="ada"), member("call_agent", username="bea")
    callback = by_phone(is_confidential=True, by=ada)
    with pytest.raises(CallBackRefused, match="callback_of_protected"):
        record_call(callback, result="reached", answers=CONTENT, by=bea, at=NOON + HOUR)
    record_call(callback, result="reached", answers=CONTENT, by=ada, at=NOON + HOUR)


def test_who_is_protected_is_never_asked_by_sms() -> None:
    for _each in range(3):
        finished(is_confidential=True)
    assert set(CallBack.objects.values_list("method", flat=True)) == {"phone"}
    assert not Delivery.objects.exists()


# -- The order that follows --------------------------------------------------------------------


def test_without_anybody_to_take_it_the_order_is_written_down_and_the_agents_hear_of_it() -> None:
    callback = by_phone()
    callback.department.acceptors.update(is_active=False)
    callback = record_call(callback, result="reached", answers=UNHAPPY, by=None, at=NOON + HOUR)
    assert callback.follow_up is not None
    assert callback.follow_up.status == "draft"
    assert Alert.objects.filter(code="follow_up_waits").exists()
    with pytest.raises(CallBackRefused, match="callback_has_order"):
        order_again(callback, by=None, at=NOON + HOUR)


def test_an_order_taken_back_puts_the_call_back_on_the_list_again() -> None:
    callback = by_phone()
    callback = record_call(callback, result="reached", answers=UNHAPPY, by=None, at=NOON + HOUR)
    assert callback.follow_up is not None
    orders.void_order(callback.follow_up, reason="重复", by=None, at=NOON + 2 * HOUR)
    callback.refresh_from_db()
    assert callback.status == "to_call"


def test_a_visit_is_written_by_the_department_that_was_sent() -> None:
    callback = by_phone()
    callback = record_call(callback, result="reached", answers=UNHAPPY, by=None, at=NOON + HOUR)
    stranger = member("department", department="production")
    with pytest.raises(CallBackRefused, match="callback_of_other_department"):
        record_visit(callback, result="reached", answers=CONTENT, by=stranger, at=NOON + DAY)
    own = member("department", department="engineering")
    record_visit(callback, result="no_answer", by=own, at=NOON + DAY)
    assert callback.follow_up is not None
    assert not callback.follow_up.contacts.filter(reached=True).exists()
    callback = record_visit(callback, result="reached", answers=UNHAPPY, by=own, at=NOON + DAY)
    assert callback.status == "to_solve"


def test_only_supervision_ends_it_unsolved_and_says_why() -> None:
    callback = by_phone()
    callback = record_call(callback, result="reached", answers=UNHAPPY, by=None, at=NOON + HOUR)
    boss = member("supervision")
    callback = close_unsolved(callback, reason="属产权人管道", by=boss, at=NOON + DAY)
    assert (callback.status, callback.verdict) == ("unsatisfied", "unsatisfied")
    assert Event.objects.filter(verb="callback_status", reason="属产权人管道").exists()
    with pytest.raises(CallBackRefused, match="callback_over"):
        close_unsolved(callback, reason="再", by=boss, at=NOON + DAY)


def test_a_complaints_order_that_follows_has_an_hour_of_its_own() -> None:
    """Counted from the complaint of last week it would be late before anybody saw it."""
    callback = by_phone()
    callback = record_call(callback, result="reached", answers=UNHAPPY, by=None, at=NOON + 2 * DAY)
    limit = Deadline.objects.get(key="accept_complaint", order=callback.follow_up)
    assert limit.due_at == NOON + 2 * DAY + HOUR


# -- What departments make of it ---------------------------------------------------------------


def test_an_opinion_comes_to_the_department_which_says_what_it_does_better() -> None:
    callback = by_phone()
    record_call(
        callback, result="reached", answers=CONTENT, opinion="来得太晚", by=None, at=NOON + HOUR
    )
    [said] = lists.opinions(department="engineering")
    assert said.opinion == "来得太晚"
    assert not lists.opinions(department="production").exists()
    clerk = member("department", department="engineering")
    note_improvement(callback, text="夜班加一组人", by=clerk, at=NOON + DAY)
    with pytest.raises(CallBackRefused, match="callback_of_other_department"):
        note_improvement(
            callback, text="好", by=member("department", department="production"), at=NOON + DAY
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        callback.improvements.update(text="没有")


def test_a_rectification_has_a_day_and_is_reported_done() -> None:
    callback = by_phone()
    boss = member("supervision")
    row = order_rectification(callback, what="整改服务态度", by=boss, at=NOON)
    # Seven working days after Saturday 21 November.
    assert row.due_at == NOON + 10 * DAY
    limit = Deadline.objects.get(key="rectification_due")
    assert (limit.department, limit.due_at) == ("engineering", row.due_at)
    assert Alert.objects.filter(code="rectification_ordered", to_name="engineering").exists()
    clerk = member("department", department="engineering")
    finish_rectification(row, outcome="已培训", by=clerk, at=NOON + DAY)
    limit.refresh_from_db()
    assert limit.met_at == NOON + DAY
    assert not lists.open_rectifications().exists()
    with pytest.raises(CallBackRefused, match="rectification_done"):
        finish_rectification(row, outcome="又", by=clerk, at=NOON + DAY)
    with pytest.raises(CallBackRefused, match="rectification_in_the_past"):
        order_rectification(callback, what="x", due_at=NOON - DAY, by=boss, at=NOON)
    assert Rectification.objects.count() == 1


# -- Rates -------------------------------------------------------------------------------------


def test_rates_are_counted_by_department_channel_and_first_word() -> None:
    november = month_of(date(2026, 11, 21))
    first = by_phone()
    record_call(first, result="reached", answers=UNHAPPY, by=None, at=NOON + HOUR)
    first.refresh_from_db()
    assert first.follow_up is not None
    worked_off(first.follow_up, at=NOON + 5 * HOUR, visited=True)
    record_call(first, result="reached", answers=CONTENT, by=None, at=NOON + 6 * HOUR)
    by_phone(to="production", contact_phone="13900002222")
    silent = by_sms(phone="13900003333")
    rows = {row.department.code: row for row in lists.rates(november)}
    own = rows["engineering"]
    phone = own.by_channel["phone"]
    assert (phone.satisfied, phone.unsatisfied, phone.solved) == (0, 1, 1)
    assert (own.by_channel["sms"].carried_out, own.by_channel["sms"].answered) == (
        CallBack.objects.filter(delivery__accepted_at__isnull=False).count(), 0,
    )  # fmt: skip
    assert rows["production"].total.rate_percent == 0.0
    assert rows["production"].total.satisfied_percent is None
    asked = lists.questionnaire(november)
    assert (asked["overall"], asked["quality"]) == ((1, 1), (2, 0))
    assert lists.totals(rows.values()).drawn == CallBack.objects.count()
    assert lists.rates(november, department="production") == [rows["production"]]
    assert lists.rates(month_of(date(2026, 10, 1))) == []
    # An SMS that turned out not to arrive is no call-back.
    before = own.by_channel["sms"].carried_out
    Delivery.objects.filter(pk=silent.delivery_id).update(is_received=False)
    [again] = lists.rates(november, department="engineering")
    assert again.by_channel["sms"].carried_out == before - 1


def test_cb_10_whom_somebody_spoke_with_is_counted_apart_and_major_complaints_too() -> None:
    november = month_of(date(2026, 11, 21))
    major = by_phone()
    BurstReport.objects.filter(pk=major.report_id).update(is_major=True)
    by_phone(contact_phone="13900002222")
    silent = by_sms(phone="13900003333")
    answered(silent, ("1", 5))
    assert lists.spoken_with(november).major_percent == 0.0
    record_call(major, result="reached", answers=CONTENT, by=None, at=NOON + HOUR)
    counted = lists.spoken_with(november)
    # Who answered by SMS was asked, but nobody spoke with them.
    asked = CallBack.objects.count()
    assert counted == lists.SpokenWith(asked=asked, spoken=1, major=1, major_spoken=1)
    assert (counted.percent, counted.major_percent) == (round(100 / asked, 1), 100.0)
    assert lists.spoken_with(november, department="production").percent is None


def test_what_waits_is_found_by_the_lists() -> None:
    callback = by_sms()
    sent(callback, at=NOON)
    assert callback in lists.waiting_for_reply()
    phone = by_phone()
    record_call(phone, result="reached", answers=UNHAPPY, by=None, at=NOON + HOUR)
    assert [row.pk for row in lists.in_hand()] == [phone.pk]
    assert InboundMessage.objects.count() == 0
    assert office("engineering") == phone.department
