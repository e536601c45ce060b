"""The demo's past outages: finished and filed, their water lost counted, nobody told anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gisapp.demo import outages as past
from network.models import Pipe
from outages.models import Delivery, Outage, OutageTask, SupplySpell, WorkOrder
from outages.policy.report_periods import Period
from outages.selectors.supply.interruptions import interruption_report
from tests import factories
from tests.factories import lay
from tests.outages.offices import member

pytestmark = pytest.mark.django_db

STREET = "(S) -p1-V1| a -p2-V2| b -p3-V3| c -p4-V4| d -p5-V5| e -p6- (T)"


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT, settings.SNAPSHOT_DIR = tmp_path, tmp_path / "snapshots"
    lay(STREET)
    Pipe.objects.update(role="distribution", street="解放路", street_en="Jiefang Road", length_m=90)
    for role in ("call_agent", "dispatcher", "leader"):
        member(role, username=role)
    factories.crew("C1")
    burst, works, *_rest = past._ALL
    assert isinstance(burst, past.Burst)
    assert isinstance(works, past.Works)
    inner = (replace(burst, where=0.5), replace(works, where=(0.4, 0.7)))
    monkeypatch.setattr(past, "_ALL", inner)


def test_past_outages_are_over_and_what_they_cost_is_counted(town: None) -> None:
    now = timezone.now()
    assert past.load_outages(at=now) == 4
    assert past.load_outages(at=now) == 0, "what is there is left alone"
    assert set(Outage.objects.values_list("status", flat=True)) == {"closed"}
    assert set(WorkOrder.objects.values_list("status", flat=True)) == {"archived"}
    assert not OutageTask.objects.filter(status="pending").exists()
    assert not Delivery.objects.filter(status__in=["pending", "sending"]).exists()
    assert not SupplySpell.objects.filter(on_at=None).exists()
    # Two on one main: nobody is dry twice at the same moment, so the report counts less.
    today = timezone.localdate(now)
    report = interruption_report(Period(today - timedelta(days=60), today), at=now)
    spells = SupplySpell.objects.all()
    apart = sum((each.on_at - each.off_at).total_seconds() for each in spells if each.on_at) / 60
    assert 0 < report.minutes < apart
    assert {line.key for line in report.by_kind} == {"planned", "unplanned"}


def test_a_town_with_too_few_mains_has_no_past(town: None) -> None:
    Pipe.objects.update(role="service")
    assert past.load_outages(at=timezone.now()) == 0
