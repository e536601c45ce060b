"""The monthly report as people use it: read, comment, issue, correct, agree and close actions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from outages.models import ActionItem, Alert, MonthlyReport
from outages.selectors.monthly.rows import street_of
from outages.services import monthly
from tests.factories import lay
from tests.outages.offices import client_of, member, ordered, told

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)


@pytest.fixture
def report() -> Any:
    """November's draft with two leaks in one street and a complaint, on the 26th."""
    lay("(S) -p1- [V1] -p2- a")
    with time_machine.travel(NOW, tick=False):
        for nth in range(2):
            leak = told("leak", at=NOW - 3 * DAY, contact_phone=f"1390000111{nth}")
        ordered(leak, at=NOW - 3 * DAY)
        told("conduct", at=NOW - 2 * DAY, is_complaint=True, is_confidential=True)
        yield monthly.draft_month(date(2026, 11, 1), by=None, at=NOW)


def open_page(report: MonthlyReport, who: Any) -> str:
    answer = client_of(who).get(reverse("outages:monthly-report", args=[report.pk]))
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def send(who: Any, report: MonthlyReport, act: str, **data: Any) -> Any:
    return client_of(who).post(reverse(f"outages:monthly-{act}", args=[report.pk]), data)


def test_it_is_commented_issued_and_then_only_corrected(report: MonthlyReport) -> None:
    agent, leader = member("call_agent"), member("shift_leader")
    assert send(agent, report, "comment", section="analysis", text="热点").status_code == 302
    assert "热点" in open_page(report, member("supervision"))
    assert send(agent, report, "issue").status_code == 403
    assert send(leader, report, "issue").status_code == 302
    page = open_page(report, leader)
    assert "shift_leader" in page
    assert 'name="text"' not in page.split("act-correct")[0]
    assert send(agent, report, "comment", section="analysis", text="x").status_code == 409
    assert send(leader, report, "correct").status_code == 422
    answer = send(leader, report, "correct", reason="补录")
    second = MonthlyReport.objects.get(version=2)
    assert answer.url == reverse("outages:monthly-report", args=[second.pk])
    assert "补录" in open_page(second, leader)


def test_a_form_that_does_not_hold_stays_open_with_what_was_written(report: MonthlyReport) -> None:
    answer = send(member("call_agent"), report, "comment", section="analysis", text="长" * 4001)
    assert answer.status_code == 422
    assert "长长长" in answer.content.decode()
    answer = send(member("call_agent"), report, "action", topic="漏水", due_on="2026-11-01")
    assert answer.status_code == 422
    assert not ActionItem.objects.exists()


def test_an_action_is_agreed_told_and_closed_by_its_own_department(report: MonthlyReport) -> None:
    agent = member("call_agent")
    engineering = member("department", department="engineering")
    production = member("department", department="production")
    office = ordered(told("charges", at=NOW), at=NOW).department
    facts = {"topic": "漏水", "task": "换管", "department": office.pk, "owner": "农国强"}
    assert send(agent, report, "action", **facts, due_on="2026-12-10").status_code == 302
    action = ActionItem.objects.get()
    told_to = Alert.objects.get(code="action_agreed")
    assert (told_to.to_kind, told_to.to_name) == ("department", "engineering")
    url = reverse("outages:monthly-action-close", args=[action.pk])
    closing = {"result": "done", "outcome": "换了 300 米"}
    assert client_of(production).post(url, closing).status_code == 403
    assert client_of(engineering).post(url, {"result": "done"}).status_code == 422
    assert client_of(engineering).post(url, closing).status_code == 302
    assert client_of(engineering).post(url, closing).status_code == 409
    action.refresh_from_db()
    assert (action.result, action.closed_by) == ("done", engineering)
    # What was agreed before the issue is in it as it was then; what comes of it stands beside.
    assert "换了 300 米" in open_page(report, agent)


def test_the_issued_report_keeps_its_actions_as_they_were(report: MonthlyReport) -> None:
    office = ordered(told("charges", at=NOW), at=NOW).department
    leader = member("shift_leader")
    action = monthly.agree_action(
        report, topic="漏水", task="换管", department=office, owner="农国强",
        due_on=date(2026, 12, 10), by=leader, at=NOW,
    )  # fmt: skip
    issued = monthly.issue(report, by=leader, at=NOW)
    monthly.close_action(action, result="done", outcome="换了 300 米", by=leader, at=NOW + DAY)
    kept = issued.kept_figures()
    assert kept is not None
    assert [(line.task, line.outcome) for line in kept.actions] == [("换管", "")]
    files = client_of(leader).get(
        reverse("outages:monthly-report", args=[report.pk]), {"format": "csv"}
    )
    assert "换了 300 米" not in files.content.decode()


def test_the_page_draws_what_it_tells_and_names_nobody(report: MonthlyReport) -> None:
    page = open_page(report, member("leader"))
    assert 'class="heat"' in page
    assert 'class="chart' in page
    assert "解放路" in page
    for personal in ("陈阿姨", "13900001111", "解放路8号"):
        assert personal not in page


def test_a_street_is_told_and_no_door() -> None:
    leak = told("charges", at=NOW, address="人民路18号3栋201")
    assert street_of(leak) == "人民路"
    leak.is_confidential = True
    assert street_of(leak) == ""


def test_the_list_shows_what_runs_what_is_open_and_what_is_missing(report: MonthlyReport) -> None:
    agent = client_of(member("call_agent"))
    listed = agent.get(reverse("outages:monthly"))
    assert "2026-11" in listed.content.decode()
    assert agent.get(reverse("outages:monthly-running")).status_code == 200
    for form in ("csv", "xlsx", "pdf"):
        running = agent.get(reverse("outages:monthly-running"), {"format": form})
        assert running.status_code == 200
    with time_machine.travel(NOW + 31 * DAY, tick=False):
        late = client_of(member("call_agent"))
        assert "2026-12" in late.get(reverse("outages:monthly")).content.decode()
        assert late.post(reverse("outages:monthly-draft")).status_code == 302
        assert MonthlyReport.objects.filter(month=date(2026, 12, 1)).exists()
        assert late.post(reverse("outages:monthly-draft")).status_code == 302
        assert MonthlyReport.objects.filter(month=date(2026, 12, 1)).count() == 1


def test_a_month_without_anything_shows_empty_tables(client: Any) -> None:
    lay("(S) -p1- a")
    client.force_login(member("supervision"))
    page = client.get(reverse("outages:monthly-running"))
    assert page.status_code == 200
    assert 'class="heat"' not in page.content.decode()
    assert client.get(reverse("outages:monthly")).status_code == 200
