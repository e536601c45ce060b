"""The heat as a live layer: the figures that the report draws, kept once it is issued."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from outages.policy.monthly.spots import disc_radius_m, warmth
from outages.selectors.monthly import gathering
from outages.services import monthly
from outages.services.monthly.writing import live_figures
from tests.factories import NORTH, WEST, lay
from tests.outages.offices import client_of, member, told

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)
FAR = {"lon": WEST + 0.02, "lat": NORTH}


@pytest.fixture
def now() -> Any:
    """Two leaks at one place and one far away, all of November's report; it is the 26th."""
    lay("(S) -p1- [V1] -p2- a")
    with time_machine.travel(NOW, tick=False):
        told("leak", at=NOW - 3 * DAY)
        told("leak", at=NOW - 3 * DAY, is_complaint=True, contact_phone="13900001112")
        told("low_pressure", at=NOW - 3 * DAY, contact_phone="13900001113", **FAR)
        yield NOW


def shown(role: str, **query: str) -> Any:
    answer = client_of(member(role)).get(reverse("layers:heat"), query)
    assert answer.status_code == 200
    return answer.json()


def test_it_draws_what_the_report_draws(now: datetime) -> None:
    report = monthly.draft_month(date(2026, 11, 1), by=None, at=now)
    figures = live_figures(report, at=now)
    of = gathering(report, at=now)
    assert (of.heat, of.spots) == (figures.heat, figures.spots)

    layer = shown("supervision", report=str(report.pk))
    discs = [each for each in layer["features"] if each["properties"]["kind"] == "heat"]
    rings = [each for each in layer["features"] if each["properties"]["kind"] == "spot"]
    assert [each["geometry"]["coordinates"] for each in discs] == [
        [cell.lon, cell.lat] for cell in figures.heat
    ]
    assert {each["properties"]["radius_m"] for each in discs} == {
        round(disc_radius_m(warmth(cell, figures.heat))) for cell in figures.heat
    }
    assert [(each["properties"]["number"], each["properties"]["radius_m"]) for each in rings] == [
        (1, 300)
    ]
    assert "2 件" in rings[0]["properties"]["label"]
    assert layer["told"] == "2026-10-26 至 2026-11-25，3 件来电来访"


def test_without_a_report_it_is_of_the_days_that_run(now: datetime) -> None:
    assert shown("leader")["features"] == []  # November's days are over
    told("leak", at=now - timedelta(hours=1))
    layer = shown("leader")
    assert [each["properties"]["label"] for each in layer["features"]] == ["1 件来电来访"]
    assert layer["told"].startswith("2026-11-26 至 2026-12-25")


def test_an_issued_report_keeps_its_heat(now: datetime) -> None:
    report = monthly.draft_month(date(2026, 11, 1), by=None, at=now)
    before = shown("supervision", report=str(report.pk))
    monthly.issue(report, by=member("shift_leader"), at=now)
    told("leak", at=now - 2 * DAY, contact_phone="13900001119")
    assert shown("supervision", report=str(report.pk)) == before
    assert (
        client_of(member("supervision"))
        .get(reverse("layers:heat"), {"report": "987654"})
        .status_code
        == 404
    )


def test_page_and_map_lead_to_each_other(now: datetime) -> None:
    report = monthly.draft_month(date(2026, 11, 1), by=None, at=now)
    sue = client_of(member("supervision"))
    page = sue.get(reverse("outages:monthly-report", args=[report.pk])).content.decode()
    assert f"{reverse('outages:map')}?heat={report.pk}" in page
    assert reverse("layers:heat") in sue.get(reverse("outages:map")).content.decode()
    centre = client_of(member("dispatch_centre"))
    assert reverse("layers:heat") not in centre.get(reverse("outages:map")).content.decode()
