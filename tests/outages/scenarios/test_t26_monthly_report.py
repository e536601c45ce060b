"""T26: drafted on the 26th, alarm before the 28th, totals as the database counts, then for ever."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.urls import reverse

from gisapp.tasks import watch_monthly_report
from outages.choices import Channel, MonthlySection
from outages.models import (
    Alert,
    BurstReport,
    Deadline,
    Event,
    MonthlyComment,
    MonthlyReport,
    WorkOrder,
)
from outages.policy.monthly.figures import Figures, tally
from outages.services import monthly, orders
from outages.services.monthly.writing import MonthlyRefused, live_figures
from outages.services.rules import deadlines
from outages.services.rules.reasons import ReasonMissing
from tests.factories import lay
from tests.outages.offices import client_of, member, ordered, told
from tests.workbooks import formulas_in, sheets_of

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
FIRST = datetime(2026, 10, 26, tzinfo=SHANGHAI)
DRAFTED = datetime(2026, 11, 26, 0, 1, tzinfo=SHANGHAI)
KINDS = ["leak", "no_water", "charges", "conduct", "suggestion", "praise", "consultation"]


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def watch(moment: datetime) -> None:
    """Let Beat run once at a moment: the scan and the watch."""
    with time_machine.travel(moment, tick=False):
        deadlines.scan(at=moment)
        watch_monthly_report()


@pytest.fixture
def called() -> BurstReport:
    """Somebody called in the period, so there is something to report on."""
    return told("charges", at=at(3), is_complaint=True)


def draft(moment: datetime = DRAFTED) -> MonthlyReport:
    watch(moment)
    return MonthlyReport.objects.get(month=date(2026, 11, 1), version=1)


def alerts(code: str) -> Counter[str]:
    """Count the alerts about the report itself, by who is told."""
    about = Q(subject="monthly") | Q(facts__key="monthly_report_due")
    return Counter(Alert.objects.filter(about, code=code).values_list("to_name", flat=True))


# -- Drafted, reminded, alarmed ------------------------------------------------------------------


@pytest.mark.usefixtures("called")
def test_t26_drafted_on_the_26th_by_itself_and_once() -> None:
    watch(at(25, 23, 59))
    # Nothing was received in October's days, so that report is not owed.
    assert not MonthlyReport.objects.exists()
    report = draft()
    assert (report.first, report.last) == (date(2026, 10, 26), date(2026, 11, 25))
    assert (report.status, report.version, report.drafted_by) == ("draft", 1, None)
    for minutes in (2, 4, 600):
        watch(DRAFTED + timedelta(minutes=minutes))
    assert MonthlyReport.objects.count() == 1
    assert alerts("monthly_report_drafted") == {"call_agent": 1, "shift_leader": 1}
    assert Event.objects.filter(subject="monthly", verb="monthly_drafted").count() == 1


@pytest.mark.usefixtures("called")
def test_t26_reminded_before_the_28th_alarmed_at_it_and_red_after_it() -> None:
    report = draft()
    limit = Deadline.objects.get(subject="monthly", subject_id=report.pk)
    assert limit.due_at == at(28, 0) == report.due_at
    watch(at(27, 9))
    assert not alerts("deadline_warned")
    watch(at(27, 15))
    assert alerts("deadline_warned") == {"call_agent": 1, "shift_leader": 1}
    watch(at(27, 23, 59))
    assert not alerts("deadline_breached")
    watch(at(28, 0, 1))
    assert alerts("deadline_breached") == {"shift_leader": 1, "leader": 1, "supervision": 1}
    watch(at(28, 23, 59))
    assert not alerts("monthly_report_red")
    for _twice in range(2):
        watch(at(29, 0))
    assert alerts("monthly_report_red") == {"shift_leader": 1, "leader": 1, "supervision": 1}
    limit.refresh_from_db()
    assert limit.breached_at == report.due_at


@pytest.mark.usefixtures("called")
def test_t26_issued_in_time_nobody_is_alarmed() -> None:
    report = draft()
    monthly.issue(report, by=member("shift_leader"), at=at(27, 23))
    for moment in (at(28, 1), at(29, 1)):
        watch(moment)
    assert not alerts("deadline_breached")
    assert not alerts("monthly_report_red")
    assert alerts("monthly_report_issued") == {"leader": 1, "supervision": 1}
    limit = Deadline.objects.get(subject="monthly")
    assert (limit.met_at, limit.breached_at) == (at(27, 23), None)
    # And next month again.
    watch(datetime(2026, 12, 26, 0, 1, tzinfo=SHANGHAI))
    assert MonthlyReport.objects.get(month=date(2026, 12, 1)).first == date(2026, 11, 26)


@pytest.mark.usefixtures("called")
def test_a_draft_missed_for_days_is_made_up_for_and_its_limit_is_not_lengthened() -> None:
    report = draft(datetime(2026, 12, 2, tzinfo=SHANGHAI))
    assert report.month == date(2026, 11, 1)
    watch(datetime(2026, 12, 2, 0, 5, tzinfo=SHANGHAI))
    assert alerts("deadline_breached")["leader"] == 1
    assert alerts("monthly_report_red")["leader"] == 1


def test_an_installation_of_today_owes_no_report() -> None:
    watch(DRAFTED)
    assert not MonthlyReport.objects.exists()


# -- Totals --------------------------------------------------------------------------------------


def a_month(seed: int) -> None:
    """Contacts and orders of all sorts in and around the period, at every stage."""
    lay("(S) -p1-V1| a -p2-V2| b -p3-V3| c")
    chance, agent = random.Random(seed), member("call_agent")
    for _ in range(24):
        moment = FIRST + timedelta(hours=chance.randint(-48, 32 * 24))
        report = told(
            chance.choice(KINDS),
            by=agent,
            at=moment,
            is_complaint=chance.random() < 0.4,
            channel=chance.choice([Channel.PHONE, Channel.LETTER, Channel.MAYOR_HOTLINE]),
            with_media=chance.random() < 0.1,
            contact_phone=f"139{chance.randint(0, 99):08d}",
        )
        if chance.random() < 0.7 and report.status == "received":
            department = chance.choice(["engineering", "production"])
            work(ordered(report, to=department, by=agent), chance, moment)
    deadlines.scan(at=DRAFTED)


def work(order: WorkOrder, chance: random.Random, moment: datetime) -> None:
    """Carry an order some way."""
    steps = chance.randint(0, 4)
    if steps > 0:
        order = orders.notify_department(
            order, method="recorded_call", by=None, at=moment + chance.randint(1, 9) * HOUR / 60
        )
    if steps > 1:
        when = moment + chance.randint(10, 90) * HOUR / 60
        order = orders.accept_order(order, by=None, at=when, assignee="王师傅")
    if steps > 2:
        order = orders.start_work(order, by=None, at=moment + 3 * HOUR)
    if steps > 3:
        orders.urge_order(order, by=None, at=moment + 4 * HOUR, text="催")


@pytest.mark.parametrize("seed", range(4))
def test_t26_totals_equal_database_counts(seed: int) -> None:
    a_month(seed)
    report = draft()
    figures = live_figures(report, at=DRAFTED)
    inside = Q(received_at__gte=FIRST, received_at__lt=at(26, 0))
    contacts = BurstReport.objects.filter(inside)
    issued = WorkOrder.objects.filter(issued_at__gte=FIRST, issued_at__lt=at(26, 0))
    assert figures.intake.total == contacts.count() > 0
    assert figures.intake.complaints == contacts.filter(is_complaint=True).count()
    assert figures.intake.orders == issued.count() == tally(figures.orders)
    assert tally(figures.complaints) == contacts.filter(is_complaint=True).count()
    assert sum(line.contacts for line in figures.sources) == contacts.count()
    for line in figures.sources:
        of_channel = contacts.filter(channel=line.channel)
        assert line.contacts == of_channel.count()
        assert line.complaints == of_channel.filter(is_complaint=True).count()
    for code in ("engineering", "production"):
        in_cells = sum(cell.count for cell in figures.orders if cell.department == code)
        assert in_cells == issued.filter(department__code=code).count()
    ended = Deadline.objects.filter(
        Q(met_at__isnull=False) | Q(breached_at__isnull=False),
        first_due_at__gte=FIRST,
        first_due_at__lt=at(26, 0),
    )
    assert sum(line.total for line in figures.limits) == ended.count() > 0
    late = ended.filter(breached_at__isnull=False).count()
    assert sum(line.total - line.met for line in figures.limits) == late
    assert sum(line.breached for line in figures.league) == late
    last = figures.months[-1]
    assert (last.contacts, last.complaints, last.orders) == (
        figures.intake.total,
        figures.intake.complaints,
        figures.intake.orders,
    )


def test_t26_page_and_every_file_say_the_same_totals() -> None:
    a_month(7)
    report = draft()
    url = reverse("outages:monthly-report", args=[report.pk])
    with time_machine.travel(DRAFTED, tick=False):
        reader = client_of(member("supervision"))
        page = reader.get(url)
        text = reader.get(url, {"format": "csv"}).content.decode("utf-8-sig")
        book = reader.get(url, {"format": "xlsx"}).content
        paper = reader.get(url, {"format": "pdf"})
        printed = reader.get(reverse("outages:monthly-print", args=[report.pk])).content.decode()
    document = page.context["document"]
    assert formulas_in(book) == 0
    sheets = list(sheets_of(book).values())[1:]
    rows = list(csv.reader(io.StringIO(text)))
    assert len(sheets) == len(document.tables)
    for table, sheet in zip(document.tables, sheets, strict=True):
        of_csv = [row[1:] for row in rows if row[0] == table.key]
        assert len(of_csv) == len(table.rows)
        for told_row, csv_row, sheet_row in zip(table.rows, of_csv, sheet[1:], strict=False):
            numbers = [float(cell) for cell in told_row if isinstance(cell, int | float)]
            assert [float(each) for each, cell in zip(csv_row, told_row, strict=True)
                    if isinstance(cell, int | float)] == pytest.approx(numbers)  # fmt: skip
            assert [float(each) for each, cell in zip(sheet_row, told_row, strict=False)
                    if isinstance(cell, int | float)] == pytest.approx(numbers)  # fmt: skip
        if table.key != "comments":  # those stand under their sections
            assert table.title in page.content.decode()
            assert table.title in printed
    assert paper.content.startswith(b"%PDF-")
    assert "style=" not in page.content.decode().split("<main")[-1]
    assert "13900001111" not in text
    assert "陈阿姨" not in text


# -- Issued: for ever ----------------------------------------------------------------------------


def test_t26_an_issued_report_never_changes() -> None:
    a_month(2)
    report = draft()
    leader = member("shift_leader", username="ada")
    monthly.comment(
        report, section=MonthlySection.ANALYSIS, text="热点在解放路", by=leader, at=at(26)
    )
    issued = monthly.issue(report, by=leader, at=at(27))
    kept = issued.kept_figures()
    assert isinstance(kept, Figures)
    # The month goes on being worked at: the draft would differ, the issued one does not.
    told("leak", at=at(20), is_complaint=True)
    assert live_figures(issued, at=at(27)).intake.total == kept.intake.total + 1
    issued.refresh_from_db()
    assert issued.kept_figures() == kept
    assert issued.issuer_name == "ada"
    for change in (
        lambda: MonthlyReport.objects.filter(pk=issued.pk).update(figures={}),
        lambda: MonthlyReport.objects.filter(pk=issued.pk).update(status="draft"),
        lambda: MonthlyReport.objects.filter(pk=issued.pk).delete(),
        lambda: MonthlyComment.objects.create(
            report=issued, section="analysis", text="afterwards", at=at(28)
        ),
        lambda: MonthlyComment.objects.filter(report=issued).update(text=""),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(MonthlyRefused) as refused:
        monthly.comment(issued, section="analysis", text="x", by=leader, at=at(28))
    assert refused.value.code == "monthly_issued"


def test_a_correction_is_another_version_and_leaves_the_first_as_it_was() -> None:
    a_month(3)
    leader = member("shift_leader", username="ada")
    report = draft()
    monthly.comment(report, section="complaints", text="一", by=leader, at=at(26))
    first = monthly.issue(report, by=leader, at=at(27))
    with pytest.raises(ReasonMissing):
        monthly.correct(first, reason=" ", by=leader, at=at(28))
    told("leak", at=at(20), is_complaint=True)
    second = monthly.correct(first, reason="补录一件投诉", by=leader, at=at(28))
    assert second.version == 2
    assert second.comments.get().text == "一"
    second = monthly.issue(second, by=leader, at=at(28, 10))
    before, after = first.kept_figures(), second.kept_figures()
    assert before is not None
    assert after is not None
    assert after.intake.complaints == before.intake.complaints + 1
    with pytest.raises(MonthlyRefused) as refused:
        monthly.correct(first, reason="再改", by=leader, at=at(29))
    assert refused.value.code == "monthly_not_newest"
    # The month was issued in time: its correction is not late.
    assert Deadline.objects.get(subject="monthly").breached_at is None


@pytest.mark.usefixtures("called")
def test_a_month_is_not_issued_before_it_is_over() -> None:
    with time_machine.travel(at(24), tick=False):
        early = monthly.draft_month(date(2026, 11, 1), by=None, at=at(24))
    with pytest.raises(MonthlyRefused) as refused:
        monthly.issue(early, by=member("shift_leader"), at=at(25, 23))
    assert refused.value.code == "monthly_not_over"


def test_no_query_is_made_for_each_contact(django_assert_max_num_queries: Any) -> None:
    a_month(5)
    report = draft()
    with django_assert_max_num_queries(45):
        live_figures(report, at=DRAFTED)


@pytest.mark.usefixtures("called")
def test_the_limit_stands_among_the_departments_figures() -> None:
    """What is due each month is kept or not like any other limit (RPT-05)."""
    draft()
    watch(at(28, 1))
    december = datetime(2026, 12, 26, 0, 1, tzinfo=SHANGHAI)
    watch(december)
    report = MonthlyReport.objects.get(month=date(2026, 12, 1))
    found = {line.key: line for line in live_figures(report, at=december).limits}
    assert (found["monthly_report_due"].department, found["monthly_report_due"].met) == (
        "call_centre",
        0,
    )
    page = client_of(member("supervision")).get(
        reverse("outages:breaches"),
        {"since": "2026-11-26", "until": "2026-12-25", "key": "monthly_report_due"},
    )
    assert reverse("outages:monthly") in page.content.decode()
