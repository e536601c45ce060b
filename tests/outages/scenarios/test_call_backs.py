"""T16, T17 and T18: who is asked after the work, what a 2 starts, and what may be filed."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from outages.models import BurstReport, CallBack, CallBackDraw, Delivery, WorkOrder
from outages.policy.report_periods import Period, month_of
from outages.policy.sampling import method_for, start_of
from outages.selectors import callbacks as lists
from outages.services.callbacks.drawing import draw_callback, draw_of
from outages.workflow import OPEN_WORK_ORDERS
from tests.factories import NOON
from tests.outages.callbacks import finished
from tests.outages.offices import ordered, told

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
    assert draw.start == start_of(draw.seed)
    for row in CallBack.objects.filter(is_complaint=False):
        again = method_for(is_complaint=False, number=row.number, start=draw.start, phone_percent=5)
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
