"""Departments' orders on the deadline board and in their list: what runs out first comes first."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from outages.models import WorkOrder
from outages.selectors.control.board_orders import order_rows
from outages.services import orders
from tests.factories import NOON, lay
from tests.outages.callbacks import by_phone, by_sms, finished
from tests.outages.offices import client_of, member, ordered, told

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TOWN = "(S) -p1- a -p2- (T)"

pytestmark = pytest.mark.django_db


def three_orders() -> tuple[WorkOrder, WorkOrder, WorkOrder]:
    """Ordinary and told, just issued, and a complaint whose hour runs."""
    lay(TOWN)
    ordinary = ordered(told("low_pressure"), at=NOON + MINUTE)
    orders.notify_department(ordinary, method="recorded_call", by=None, at=NOON + 2 * MINUTE)
    ordinary = orders.accept_order(ordinary, by=None, at=NOON + 3 * MINUTE, assignee="李工")
    untold = ordered(told("workmanship", at=NOON + 4 * MINUTE), at=NOON + 5 * MINUTE)
    complaint = ordered(
        told("conduct", is_complaint=True), about="service_attitude", at=NOON + MINUTE
    )
    orders.notify_department(complaint, method="recorded_call", by=None, at=NOON + 2 * MINUTE)
    return ordinary, untold, complaint


def test_org_17_every_open_order_stands_on_the_board_the_next_limit_first() -> None:
    ordinary, untold, complaint = three_orders()
    question = told("consultation", at=NOON + 6 * MINUTE)
    rows = order_rows(at=NOON + 7 * MINUTE)
    assert [row.order or row.report for row in rows] == [untold, question, complaint, ordinary]
    assert [row.deadline.key for row in rows if row.deadline] == [
        *("dispatch_notify", "consult_reply", "accept_complaint", "repair_start"),
    ]
    assert [row.next_step for row in rows] == [
        *("tell_department", "decide", "take_order", "work_off"),
    ]
    late = {row.order for row in order_rows(at=NOON + 10 * MINUTE) if row.is_late}
    assert late == {untold}


def test_org_17_the_board_names_the_limit_the_time_left_and_whose_it_is() -> None:
    ordinary, untold, complaint = three_orders()
    dana = client_of(member("dispatcher"))
    board = reverse("outages:board")
    with time_machine.travel(NOON + 11 * MINUTE, tick=False):
        page = dana.get(board).content.decode()
        places = [page.index(f'id="row-w{order.pk}"') for order in (untold, complaint, ordinary)]
        assert places == sorted(places)
        row = page[places[0] : places[1]]
        assert re.search(r"\+2:00.*派单通知时限.*待通知.*通知承办部门.*工程公司", row, re.DOTALL)
        assert reverse("outages:order", args=[untold.number]) in row
        assert "李工" in page[places[2] :]
        only = dana.get(board, {"show": "orders"}).content.decode()
        assert complaint.number in only
        assert complaint.number not in dana.get(board, {"show": "reports"}).content.decode()
        other = dana.get(board, {"department": "production"}).content.decode()
        assert complaint.number not in other


def test_who_is_asked_by_sms_is_not_chased_and_who_is_to_be_called_is() -> None:
    called, asked = by_phone(), by_sms()
    shown = {row.order for row in order_rows(at=NOON + HOUR)}
    assert called.order in shown
    assert asked.order not in shown


def test_the_list_of_orders_begins_with_what_runs_out_and_names_it() -> None:
    filed = finished(at=NOON - HOUR)
    ordinary, untold, complaint = three_orders()
    with time_machine.travel(NOON + 6 * MINUTE, tick=False):
        page = client_of(member("dispatcher")).get(reverse("outages:orders")).content.decode()
    places = [page.index(f">{order.number}") for order in (untold, complaint, ordinary, filed)]
    assert places == sorted(places)
    assert "派单通知时限" in page[places[0] : places[1]]


def test_the_board_asks_as_much_for_many_orders_as_for_one(
    django_assert_max_num_queries: object,
) -> None:
    three_orders()
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        assert len(order_rows(at=NOON + 7 * MINUTE)) == 3
