"""The interruption report against the database's own rows, counted minute by minute."""

import csv
import io
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from network.models import Area, Customer
from outages.models import Outage, SupplySpell
from outages.policy.report_periods import Period, months_until
from outages.selectors.supply.interruptions import interruption_report, mask_account
from outages.views.exports.tables import safe_cell
from tests import factories
from tests.factories import lay
from tests.workbooks import formulas_in, sheets_of

pytestmark = pytest.mark.django_db

STREET = "(S) -p1-V1| a -p2-V2| b -p3-V3| c -p4-V4| d -p5- e"
PERIOD = Period(date(2026, 10, 26), date(2026, 11, 25))
BEGIN = datetime(2026, 10, 25, 16, tzinfo=UTC)  # its first midnight in Shanghai
NOW = datetime(2026, 11, 28, tzinfo=UTC)
CUSTOMERS = [f"c.p{n}" for n in range(1, 6)]


@pytest.fixture
def town(db: None) -> list[Outage]:
    """Five customers, the first two in one district and the third in another; four outages."""
    lay(STREET)
    points = {each.asset_id: each.geom for each in Customer.objects.all()}
    for code, names in (("E", CUSTOMERS[:2]), ("W", CUSTOMERS[2:3])):
        Area.objects.create(
            kind="district",
            code=code,
            name=f"{code}区",
            geom=MultiPolygon(
                *[Polygon.from_bbox((p.x - 1e-5, p.y - 1e-5, p.x + 1e-5, p.y + 1e-5))
                  for p in (points[name] for name in names)]
            ),
        )  # fmt: skip
    facts = [("planned", "renewal"), ("unplanned", "burst"), ("unplanned", "leak")]
    return [
        Outage.objects.create(
            code=f"O{nth}", kind=kind, cause=cause, created_at=BEGIN, place="解放路"
        )
        for nth, (kind, cause) in enumerate(facts)
    ]


def scatter(outages: list[Outage], seed: int) -> None:
    """Spells of whole hours around the period, over each other and over its ends."""
    chance = random.Random(seed)
    for _ in range(14):
        outage = chance.choice([*outages, None])
        off = BEGIN + timedelta(hours=chance.randint(-12, 31 * 24))
        hours = chance.choice([1, 2, 3, 5, 6, 13, 26, 30])
        on = None if chance.random() < 0.1 else off + timedelta(hours=hours)
        basis = "valves" if outage else "recorded"
        SupplySpell.objects.get_or_create(
            customer=chance.choice(CUSTOMERS), outage=outage, off_at=off, basis=basis,
            defaults={"on_at": on},
        )  # fmt: skip


def counted() -> tuple[dict[str, set[int]], dict[int, int]]:
    """Hours of the period lost, by customer; and how many interruptions lasted at least so long."""
    hour = timedelta(hours=1)
    dry: dict[str, set[int]] = defaultdict(set)
    for row in SupplySpell.objects.all():
        last = round(((row.on_at or NOW) - BEGIN) / hour)
        dry[row.customer].update(range(round((row.off_at - BEGIN) / hour), last))
    lost, bands = defaultdict(set), dict.fromkeys((3, 6, 12, 24), 0)
    now = round((NOW - BEGIN) / hour)
    for customer, hours in dry.items():
        for first in sorted(each for each in hours if each - 1 not in hours):
            end = next(each for each in range(first, 10_000) if each not in hours)
            if end - first < 3:
                continue
            lost[customer].update(range(max(first, 0), min(end, 31 * 24)))
            if 0 <= end < min(31 * 24, now):
                for band in bands:
                    bands[band] += end - first >= band
    return {name: those for name, those in lost.items() if those}, bands


@pytest.mark.parametrize("seed", range(8))
def test_t26_totals_equal_what_the_database_holds(town: list[Outage], seed: int) -> None:
    scatter(town, seed)
    lost, bands = counted()
    report = interruption_report(PERIOD, at=NOW)
    hours = sum(len(those) for those in lost.values())
    assert report.minutes == 60 * hours > 0
    assert dict(report.bands) == bands
    assert len(report.total.by_customer) == len(lost)
    assert report.served == 5
    for division in (report.by_kind, report.by_cause, report.by_area, report.by_outage):
        assert sum(line.minutes for line in division) == report.minutes
    districts = {line.key: line for line in report.by_area}
    assert districts["E"].minutes == 60 * sum(len(lost.get(each, ())) for each in CUSTOMERS[:2])
    assert {key: line.served for key, line in districts.items()} == {"E": 2, "W": 1, "": 2}
    for nth, (_hours, count) in enumerate(report.bands):
        assert sum(line.bands[nth] for line in report.by_area) == count
    assert sum(each.minutes for each in report.worst) == report.minutes


def test_months_add_up_to_the_year(town: list[Outage]) -> None:
    scatter(town, 3)
    months = interruption_report(PERIOD, at=NOW).months
    assert [month.first for month, _line in months] == [
        month.first for month in months_until(date(2026, 11, 25), 12)
    ]
    year = Period(months[0][0].first, months[-1][0].last)
    whole = interruption_report(year, at=NOW)
    assert sum(line.minutes for _month, line in months) == whole.minutes > 0


def test_the_page_and_its_file_tell_the_same(town: list[Outage], client: Client) -> None:
    scatter(town, 5)
    client.force_login(factories.person("supervision"))
    asked = {"since": "2026-10-26", "until": "2026-11-25"}
    page = client.get(reverse("outages:interruptions"), asked)
    report = page.context["report"]
    rows = list(
        csv.DictReader(
            io.StringIO(
                client.get(reverse("outages:interruptions"), {**asked, "format": "csv"})
                .content.decode("utf-8-sig")
            )
        )
    )  # fmt: skip
    told = defaultdict(float)
    for row in rows:
        told[row["division"]] += float(row["minutes"] or 0)
    # Spells that still run go on between the two answers.
    for division in ("kind", "cause", "area", "outage"):
        assert told[division] == pytest.approx(told["total"], abs=0.01)
    assert told["total"] == pytest.approx(report.minutes, rel=1e-3)
    text = page.content.decode()
    for outage in town:
        assert f'<a href="{reverse("outages:outage", args=[outage.pk])}">{outage.code}</a>' in text
    # By length within each area: the page's and the file's are the report's.
    bands = {row["key"]: [row[f"interruptions_{hours}_h"] for hours in (3, 6, 12, 24)]
             for row in rows if row["division"] == "area"}  # fmt: skip
    assert bands == {each.key: [str(n) for n in each.bands] for each in report.by_area}
    assert text.count('<th scope="col" class="num">24 ') == 1
    assert "<svg" in text
    assert "style=" not in text.split("<main")[-1]
    full = set(Customer.objects.values_list("account", flat=True))
    assert not [account for account in full if account in text]


@pytest.mark.parametrize("seed", [1, 6])
def test_t26_a_workbook_s_totals_equal_the_database_s(
    town: list[Outage], client: Client, seed: int
) -> None:
    scatter(town, seed)
    lost, bands = counted()
    asked = {"since": "2026-10-26", "until": "2026-11-25", "format": "xlsx"}
    with time_machine.travel(NOW, tick=False):
        client.force_login(factories.person("leader"))
        answer = client.get(reverse("outages:interruptions"), asked)
    assert "interruptions-20261026-20261125.xlsx" in answer["Content-Disposition"]
    assert formulas_in(answer.content) == 0
    sheets = list(sheets_of(answer.content).values())
    total, months, lengths, areas, kinds, causes, outages, worst = (
        rows[1:] for rows in sheets[1:]
    )  # the first tells what it is
    minutes = 60 * sum(len(those) for those in lost.values())
    assert float(total[1][1]) == minutes > 0
    assert {int(row[0]): int(row[1]) for row in lengths} == bands
    assert [sum(int(row[at]) for row in areas) for at in range(5, 9)] == list(bands.values())
    for rows in (areas, kinds, causes):
        assert sum(float(row[1]) for row in rows) == minutes
    assert sum(float(row[2]) for row in outages) == sum(float(row[2]) for row in worst) == minutes
    assert len(months) == 12


def test_the_report_is_printed_as_pdf(town: list[Outage], client: Client) -> None:
    pytest.importorskip("weasyprint")
    scatter(town, 2)
    client.force_login(factories.person("supervision"))
    asked = {"since": "2026-10-26", "until": "2026-11-25", "format": "pdf"}
    answer = client.get(reverse("outages:interruptions"), asked)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_an_empty_month_shows_nothing_lost(client: Client) -> None:
    client.force_login(factories.person("leader"))
    page = client.get(reverse("outages:interruptions"), {"since": "no date"})
    assert page.status_code == 200
    assert page.context["report"].minutes == 0
    assert page.context["report"].period.first == timezone.localdate().replace(day=1)


def test_a_cell_is_never_a_formula_and_an_account_never_whole() -> None:
    assert safe_cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert [safe_cell(each) for each in ("-1", "@x", "V1", -3.0)] == ["'-1", "'@x", "V1", -3.0]
    assert [mask_account(each) for each in ("A0012", "12", "")] == ["A**12", "***", "***"]
