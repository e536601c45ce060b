"""T16, T17 and T18: who is asked after the work, what a 2 starts, and what may be filed."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from outages.models import (
    Alert,
    BurstReport,
    CallBack,
    CallBackDraw,
    Deadline,
    Delivery,
    WorkOrder,
)
from outages.models.callbacks.asking import QUESTIONS
from outages.policy import sampling
from outages.policy.report_periods import Period, month_of
from outages.selectors import callbacks as lists
from outages.services import orders
from outages.services.callbacks.asking import Answers, record_call, record_visit
from outages.services.callbacks.drawing import draw_callback, draw_of
from outages.services.callbacks.hearing import watch
from outages.services.orders import OrderRefused
from outages.workflow import OPEN_WORK_ORDERS
from tests.factories import NOON
from tests.outages.callbacks import by_phone, by_sms, finished, reply, worked_off
from tests.outages.offices import member, ordered, told

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


# -- T16 ---------------------------------------------------------------------------------------


def drawn_for(count: int, complaints: int) -> Counter[tuple[bool, str]]:
    """Finish orders, complaints among them anywhere, and count how they were drawn."""
    mixed = [n < complaints for n in range(count)]
    random.Random(16).shuffle(mixed)
    first = ordered(told("conduct"), about="service_attitude")
    for n, is_complaint in enumerate(mixed):
        report = BurstReport.objects.create(
            reference=f"D-{n:04}",
            kind="conduct",
            channel="phone",
            received_at=NOON,
            is_complaint=is_complaint,
            contact_phone="13900001111",
        )
        order = WorkOrder.objects.create(
            number=f"D-{n:04}",
            report=report,
            department=first.department,
            category=first.category,
            issued_at=NOON,
            finished_at=NOON + n * MINUTE,
        )
        draw_callback(order, by=None, at=NOON + n * MINUTE)
    return Counter(CallBack.objects.values_list("is_complaint", "drawn_as"))


def test_t16_20_complaints_are_called_and_of_200_others_10_the_rest_is_asked_by_sms() -> None:
    assert drawn_for(220, 20) == {(True, "phone"): 20, (False, "phone"): 10, (False, "sms"): 190}
    # Each SMS is one row of the outbox, and each finished order has exactly one call-back.
    assert Delivery.objects.filter(purpose="call_back").count() == 190
    assert CallBack.objects.count() == 220
    # Anybody can draw again from the seed that was kept.
    draw = CallBackDraw.objects.get()
    assert draw.start == sampling.start_of(draw.seed)
    for row in CallBack.objects.filter(is_complaint=False):
        again = sampling.draw(row.number, start=draw.start, phone_percent=5)
        assert str(again) == row.drawn_as
    # The report reads the same figures.
    [own] = lists.rates(month_of(date(2026, 11, 21)))
    assert (own.by_channel["sms"].drawn, own.by_channel["phone"].drawn) == (190, 30)
    assert (own.complaints.drawn, own.total.drawn) == (20, 220)


def test_t16_months_have_draws_of_their_own_and_no_draw_is_made_twice() -> None:
    this, next_month = draw_of(date(2026, 11, 5)), draw_of(date(2026, 12, 1))
    assert this != next_month
    assert draw_of(date(2026, 11, 30)) == this
    assert len({draw_of(date(2027, month, 1)).seed for month in range(1, 13)}) == 12
    with pytest.raises(DatabaseError), transaction.atomic():
        CallBackDraw.objects.filter(pk=this.pk).update(start=(this.start + 1) % 100)
    with pytest.raises(DatabaseError), transaction.atomic():
        this.delete()


def test_t16_an_order_finished_last_month_is_drawn_by_this_month_whose_seed_nobody_knows() -> None:
    """Told its result on the 1st, it would else fall by a seed that is shown since midnight."""
    last_day = datetime(2026, 11, 30, 8, tzinfo=UTC)
    first = ordered(told("conduct", contact_phone="13900001111"), about="service_attitude")
    WorkOrder.objects.filter(pk=first.pk).update(finished_at=last_day)
    first.refresh_from_db()
    callback = draw_callback(first, by=None, at=last_day + DAY)
    assert callback is not None
    assert callback.draw is not None
    assert (callback.completed_at, callback.draw.month) == (last_day, date(2026, 12, 1))


def test_t16_told_twice_it_is_drawn_once_and_what_was_drawn_stays() -> None:
    order = finished()
    callback = CallBack.objects.get()
    assert draw_callback(order, by=None, at=NOON + HOUR) == callback
    with pytest.raises(DatabaseError), transaction.atomic():
        CallBack.objects.filter(pk=callback.pk).update(number=99)
    with pytest.raises(DatabaseError), transaction.atomic():
        callback.delete()


def test_t16_a_landline_is_called_and_the_draw_stays_on_record() -> None:
    callback = CallBack.objects.get(order=finished(contact_phone="0766-8812345"))
    assert callback.method == "phone"
    assert callback.drawn_as == "phone" or callback.turned == "no_mobile"
    assert not Delivery.objects.filter(purpose="call_back").exists()


def test_t16_who_left_no_number_is_counted_apart_and_the_order_may_be_filed() -> None:
    order = finished(contact_phone="")
    assert order.status == "fed_back"
    assert CallBack.objects.get(order=order).status == "no_contact"
    [own] = lists.rates(Period(date(2026, 11, 1), date(2026, 11, 30)))
    assert (own.without_number, own.total.drawn) == (1, 0)
    assert order.status in OPEN_WORK_ORDERS


def test_t16_nobody_is_asked_by_sms_in_the_night() -> None:
    night = NOON + timedelta(hours=14)  # 02:00 in Shanghai
    for _each in range(2):
        finished(at=night)
    dues = Delivery.objects.filter(purpose="call_back").values_list("due_at", flat=True)
    assert set(dues) == {NOON + timedelta(hours=20)}


# -- T17 ---------------------------------------------------------------------------------------

CONTENT = Answers(**dict.fromkeys(QUESTIONS, "satisfied"))
UNHAPPY = Answers(**{**dict.fromkeys(QUESTIONS, "satisfied"), "overall": "unsatisfied"})


def unhappy_by_sms() -> CallBack:
    """A user who replied 2 an hour after the SMS."""
    callback = by_sms()
    assert reply("2", at=NOON + HOUR) is not None
    watch(at=NOON + HOUR)
    callback.refresh_from_db()
    return callback


def refused_to_file(order: WorkOrder, *, at: datetime) -> str:
    order.refresh_from_db()
    with pytest.raises(OrderRefused) as refused:
        orders.archive_order(order, by=None, at=at)
    return str(refused.value.code)


def test_t17_a_2_is_called_by_a_person_then_visited_until_it_is_solved() -> None:
    callback = unhappy_by_sms()
    order = callback.order
    # By itself it is a call that somebody owes, with its limit; the agents hear of it at once.
    assert (callback.status, callback.method, callback.turned) == (
        "to_call", "phone", "dissatisfied",
    )  # fmt: skip
    assert list(lists.to_call()) == [callback]
    due = Deadline.objects.get(key="callback_phone_due", met_at=None)
    assert due.due_at == NOON + HOUR + 3 * DAY
    assert Alert.objects.filter(code="callback_dissatisfied", to_name="call_agent").count() == 1
    assert refused_to_file(order, at=NOON + 2 * HOUR) == "callback_pending"

    # Still dissatisfied: an order that follows, to the same department, with the user's words.
    record_call(
        callback, result="reached", answers=UNHAPPY, opinion="还在漏", by=None, at=NOON + 2 * HOUR
    )
    callback.refresh_from_db()
    visit = callback.follow_up
    assert visit is not None
    assert (visit.follows, visit.department, visit.status) == (order, order.department, "issued")
    assert "上门" in visit.task
    assert "还在漏" in visit.task
    assert refused_to_file(order, at=NOON + 3 * HOUR) == "callback_pending"

    # It has no result before somebody met the user.
    with pytest.raises(OrderRefused) as unseen:
        worked_off(visit, at=NOON + 4 * HOUR)
    assert unseen.value.code == "visit_missing"
    visit.refresh_from_db()
    orders.contact_user(visit, method="visit", by=None, at=NOON + 5 * HOUR)
    orders.enter_result(visit, result="已修好", by=None, at=NOON + 5 * HOUR)
    orders.feed_back(visit, told="已修好", by=None, at=NOON + 5 * HOUR)
    callback.refresh_from_db()
    assert (callback.status, callback.turned) == ("to_call", "after_visit")
    # The order that visited draws nothing of its own, and does not end the first.
    assert CallBack.objects.count() == CallBack.objects.filter(order__follows=None).count()
    assert refused_to_file(order, at=NOON + 6 * HOUR) == "callback_pending"

    record_call(callback, result="reached", answers=CONTENT, by=None, at=NOON + 6 * HOUR)
    callback.refresh_from_db()
    assert (callback.status, callback.verdict) == ("satisfied", "unsatisfied")
    assert callback.solved_at == NOON + 6 * HOUR
    order.refresh_from_db()
    assert orders.archive_order(order, by=None, at=NOON + 7 * HOUR).status == "archived"
    assert not Deadline.objects.filter(key="callback_phone_due", met_at=None).exists()


def test_t17_content_at_the_door_it_waits_for_the_order_that_visits() -> None:
    callback = unhappy_by_sms()
    record_call(callback, result="reached", answers=UNHAPPY, by=None, at=NOON + 2 * HOUR)
    callback.refresh_from_db()
    visit = callback.follow_up
    assert visit is not None
    clerk = member("department", department="engineering")
    orders.accept_order(visit, by=clerk, at=NOON + 3 * HOUR, assignee="李工")
    orders.start_work(visit, by=clerk, at=NOON + 3 * HOUR)
    record_visit(callback, result="reached", answers=CONTENT, by=clerk, at=NOON + 4 * HOUR)
    callback.refresh_from_db()
    assert (callback.status, callback.method) == ("satisfied", "visit")
    assert refused_to_file(callback.order, at=NOON + 5 * HOUR) == "follow_up_open"
    visit.refresh_from_db()
    orders.enter_result(visit, result="已修好", by=clerk, at=NOON + 5 * HOUR)
    orders.feed_back(visit, told="已修好", by=None, at=NOON + 5 * HOUR)
    callback.order.refresh_from_db()
    assert orders.archive_order(callback.order, by=None, at=NOON + 6 * HOUR).status == "archived"


def test_t17_not_solved_by_the_first_visit_there_is_a_second() -> None:
    callback = unhappy_by_sms()
    for hour in (2, 12):
        record_call(callback, result="reached", answers=UNHAPPY, by=None, at=NOON + hour * HOUR)
        callback.refresh_from_db()
        assert callback.follow_up is not None
        worked_off(callback.follow_up, at=NOON + (hour + 5) * HOUR, visited=True)
        callback.refresh_from_db()
        assert callback.status == "to_call"
    assert callback.order.followers.count() == 2


def test_t17_dissatisfied_and_never_reached_somebody_visits_all_the_same() -> None:
    callback = unhappy_by_sms()
    for n in range(3):
        assert callback.status == "to_call"
        callback = record_call(callback, result="no_answer", by=None, at=NOON + (2 + n) * HOUR)
    assert callback.status == "to_solve"
    assert callback.follow_up is not None


# -- T18 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [by_sms, by_phone])
def test_t18_an_order_is_not_filed_before_its_call_back(make: Any) -> None:
    callback = make()
    order = callback.order
    assert order.status == "callback"
    assert refused_to_file(order, at=NOON + HOUR) == "callback_pending"
    if callback.delivery is None:
        record_call(callback, result="declined", by=None, at=NOON + HOUR)
    else:
        reply("1", at=NOON + HOUR)
        watch(at=NOON + HOUR)
    order.refresh_from_db()
    assert orders.archive_order(order, by=None, at=NOON + 2 * HOUR).status == "archived"


def test_t18_an_sms_without_reply_holds_the_order_for_as_long_as_the_policy_says() -> None:
    callback = by_sms()
    assert watch(at=NOON + 3 * DAY - MINUTE) == 0
    assert refused_to_file(callback.order, at=NOON + 3 * DAY - MINUTE) == "callback_pending"
    assert watch(at=NOON + 3 * DAY) == 1
    callback.refresh_from_db()
    assert callback.status == "unanswered"
    callback.order.refresh_from_db()
    done = orders.archive_order(callback.order, by=None, at=NOON + 3 * DAY)
    assert done.status == "archived"
