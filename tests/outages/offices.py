"""Departments with people who answer, staff of every kind, and reports to order about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from gisapp.accounts.roles import sync_roles
from outages.choices import NETWORK_KINDS
from outages.models import BurstReport, Department, OrderCategory, WorkOrder
from outages.services import orders
from outages.services.desk import reports
from outages.services.orders import OrderFacts
from outages.services.rules import departments
from tests.factories import NOON, NORTH, WEST

HERE = {"lon": WEST + 0.0005, "lat": NORTH}


def member(role: str, *, department: str = "", username: str = "", crew: str | None = None) -> Any:
    """Somebody of a role in a department; the same name is the same person."""
    sync_roles()
    user, _made = get_user_model().objects.get_or_create(
        username=username or f"{role}-{department}",
        defaults={"department_code": department, "crew_code": crew},
    )
    user.groups.add(Group.objects.get(name=role))
    return get_user_model().objects.get(pk=user.pk)


def client_of(user: Any) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def staffed(*codes: str) -> None:
    """Give departments an acceptor who answers at any hour."""
    for code in codes:
        department = departments.shipped_department(code)
        if not department.acceptors.filter(is_active=True).exists():
            departments.add_acceptor(
                department, name=f"{department.name}值班", phone="0700-5550000", by=None, at=NOON
            )


def office(code: str) -> Department:
    return departments.shipped_department(code)


def category(code: str) -> OrderCategory:
    return departments.shipped_category(code)


def told(
    kind: str = "charges", *, by: Any = None, at: datetime = NOON, **facts: Any
) -> BurstReport:
    """A report; faults of the network stand on the first pipe of the drawing."""
    given: dict[str, Any] = {
        "kind": kind,
        "contact_name": "陈阿姨",
        "contact_phone": "13900001111",
        "description": "说了些什么",
        "address": "解放路8号",
    }
    if kind in NETWORK_KINDS:
        given |= HERE
    return reports.report_burst(facts=reports.ReportFacts(**{**given, **facts}), by=by, at=at)


def ordered(
    report: BurstReport,
    *,
    to: str = "engineering",
    about: str = "other_facilities",
    by: Any = None,
    at: datetime | None = None,
    **facts: Any,
) -> WorkOrder:
    """An order for a report to a department that has somebody to take it."""
    staffed(to)
    given = OrderFacts(category=category(about), department=office(to), **facts)
    return orders.issue_for_report(
        report, facts=given, by=by, at=at or report.received_at + timedelta(minutes=1)
    )


def now() -> datetime:
    return timezone.now()
