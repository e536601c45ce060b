"""Where is the burst, from the panel of a report: the ranking, who counts, and choosing a pipe."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from gisapp.accounts.roles import sync_roles
from outages.models import BurstReport
from outages.services.desk.locating import companions, whereabouts
from tests import factories
from tests.factories import lay
from tests.outages.conftest import Desk

# A main from S with two branches; the pipes behind V get their water through q1 alone.
TREE = """
    (S) -p1- a -p2- b -p3- c
    a -q1/V/- d -q2- e -q3- f
    b -t1/W/- g -t2- h
"""


@pytest.fixture
def dana(db: None) -> Client:
    sync_roles()
    lay(TREE)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.cookies["django_language"] = "en"
    client.force_login(factories.person("dispatcher"))
    return client


def block(client: Client, report: BurstReport, **query: object) -> str:
    url = reverse("outages:report-where", args=[report.pk])
    answer = client.get(url, query, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_calls_from_one_branch_point_to_it(dana: Client, desk: Desk) -> None:
    for pipe in ("q2", "q3"):
        desk.report(pipe, kind="no_water")
    leak = desk.report("q2", kind="leak")
    assert whereabouts(leak, companions(leak)).pipes[0].pipe == "q2"
    text = block(dana, leak)
    assert text.count('name="with"') == 3
    text = text[text.index("Pipe by pipe") :]
    first = text[text.index('class="other__text"') :]
    assert re.match(r'class="other__text">\d+ % · q2 ', first)
    assert "data-line" in first


def test_only_the_chosen_reports_count(dana: Client, desk: Desk) -> None:
    here, there = desk.report("t2", kind="leak"), desk.report("q3", kind="leak")
    alone = block(dana, here, **{"with": there.pk})
    assert re.search(r'other__text">\d+ % · q3 ', alone)
    assert alone.count(" checked") == 1


def test_other_kinds_and_cases_with_an_outage_do_not_count(dana: Client, desk: Desk) -> None:
    desk.report("q1", kind="water_quality")
    desk.burst("q3")
    leak = desk.report("t2", kind="leak")
    assert list(companions(leak)) == [leak]


def test_once_the_case_runs_there_is_nothing_to_guess_from(dana: Client, desk: Desk) -> None:
    report = desk.burst("q3").plan.report
    text = block(dana, report)
    assert "No report near by is still open" in text
    assert "name no pipe" not in text


def test_one_click_makes_it_the_burst_pipe_of_the_plan(dana: Client, desk: Desk) -> None:
    leak = desk.report("q2", kind="leak")
    desk.propose(leak)
    text = block(dana, leak)
    pipe = re.search(r'name="pipe" value="(\w+)"', text)
    assert pipe
    url = reverse("outages:report-place", args=[leak.pk])
    answer = dana.post(url, {"pipe": pipe[1], "reason": "ranked"})
    assert answer.status_code == 302
    leak.refresh_from_db()
    assert leak.pipe == pipe[1]
    newest = leak.plans.order_by("-version").first()
    assert newest is not None
    assert [each["pipe"] for each in newest.burst_pipes] == [pipe[1]]
