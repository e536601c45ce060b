"""What is asked every half minute, or at every step, stays small however long the history is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from gisapp.accounts.roles import sync_roles
from outages.choices import NoticeChannel
from outages.models import Delivery, Outage, PublicReport, Shift
from outages.selectors.publishing.channels import channel_health
from outages.selectors.rules.deadlines import deadlines_of
from outages.selectors.shifts.on_duty import events_of
from outages.services import outages
from outages.services.desk import reports
from outages.services.desk.public_reports import update_stages
from outages.services.rules.leaders import acting_for
from outages.views.control.panels import states_of
from tests.factories import NOON, lay
from tests.outages.conftest import Desk
from tests.outages.offices import member

pytestmark = pytest.mark.django_db


def way_of(rows: QuerySet[Any]) -> str:
    """How the database would read them, were the tables too long to be read whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


def test_limits_and_the_duty_log_are_found_by_an_index() -> None:
    outage = Outage(pk=1)
    assert "deadlines_of_subject" in way_of(deadlines_of(outage))
    assert "events_by_time" in way_of(events_of(Shift(opened_at=NOON)))


def test_a_channel_s_health_reads_only_what_is_not_through() -> None:
    """Of years of messages nearly all are through; the indexes leave them out."""
    Delivery.objects.bulk_create(
        Delivery(
            purpose="test", text="测试", channel="sms", recipient=str(nth), key=uuid4(),
            status="accepted", due_at=NOON - timedelta(minutes=nth),
        )
        for nth in range(3000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outages_delivery")
    with CaptureQueriesContext(connection) as asked:
        channel_health((NoticeChannel.SMS,), at=NOON)
    ways = []
    for query in asked.captured_queries:
        if "outages_delivery" in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {query['sql']}")
                ways.append("\n".join(line for (line,) in cursor.fetchall()))
    assert "deliveries_not_through" in ways[0]
    assert "deliveries_with_trouble" in ways[1]


def test_a_settled_report_is_read_again_only_where_something_happened() -> None:
    lay("(S) -p1- a -p2- b")
    sent = [_public(nth) for nth in range(3)]
    update_stages(NOON + timedelta(minutes=1))
    PublicReport.objects.update(stage="answered")
    late = NOON + timedelta(days=2)
    with CaptureQueriesContext(connection) as asked:
        assert update_stages(late) == 0
    assert len(asked) == 1, "nothing to read, so nothing is fetched besides"

    report = sent[0].report
    assert report is not None
    reports.invalidate_report(report, reason="试验", by=None, at=late)
    reports.reopen_report(report, reason="是真的", by=None, at=late)
    assert update_stages(late) == 1
    assert [each.stage for each in PublicReport.objects.order_by("reference")] == [
        "received", "answered", "answered",
    ]  # fmt: skip


def _public(nth: int) -> PublicReport:
    facts = reports.ReportFacts(lon=110.05, lat=22.93, kind="leak", reference=f"R{nth}")
    return PublicReport.objects.create(
        client_key=uuid4(),
        reference=f"R{nth}",
        received_at=NOON,
        kind="leak",
        geom=Point(110.05, 22.93, srid=4326),
        report=reports.report_burst(facts=facts, by=None, at=NOON),
    )


def test_who_acts_for_a_department_is_one_question_however_many_work_there(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    sync_roles()
    for nth in range(3):
        member("department", department="engineering", username=f"eng{nth}")
    with django_assert_num_queries(1):
        [audience] = acting_for("engineering")
    assert audience.name == "engineering"


def test_notices_are_counted_in_one_query(
    desk: Desk, django_assert_num_queries: Callable[..., Any]
) -> None:
    lay("(S) -p1- a -p2-V1| b -p3- c |V2-p5- d -p6- (T)")
    outage = desk.burst("p3").outage
    for hours in (7, 8):
        outages.change_estimate(
            outage,
            estimated_restoration_at=NOON + timedelta(hours=hours),
            reason="管件晚到",
            by=desk.dana,
            at=desk.now,
        )
    notices = list(outage.notices.order_by("version"))
    with django_assert_num_queries(1):
        states = states_of(notices)
    assert [state.notice for state in states] == notices
    assert [state.accepted + state.under_way for state in states] == [
        notice.deliveries.filter(status__in=["accepted", "pending"]).count() for notice in notices
    ]
