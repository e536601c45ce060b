"""The demo's past: limits warn and alarm at their times, and only the newest alerts still wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gisapp.demo.hotline import load_hotline
from gisapp.demo.past import STILL_WAITING, live_through
from outages.models import Alert, Deadline, Event, HotlineCall
from outages.selectors.desk.hotline import waits_between
from tests.factories import lay
from tests.outages.offices import member, ordered, told

pytestmark = pytest.mark.django_db


def test_clocks_act_at_their_times_and_old_alerts_are_seen_to() -> None:
    lay("(S) -p1- [V1] -p2- a")
    for role in ("call_agent", "dispatcher", "shift_leader", "leader", "supervision"):
        member(role)
    member("department", department="engineering")
    now = timezone.now()
    old = told("conduct", at=now - timedelta(days=2), is_complaint=True)
    ordered(old, at=now - timedelta(days=2) + timedelta(minutes=1))
    told("conduct", at=now - timedelta(minutes=5), is_complaint=True)

    assert live_through(at=now) > 0
    late = Deadline.objects.filter(due_at__lt=now, met_at=None, cancelled_at=None)
    assert late.exists()
    assert not late.filter(breached_at=None).exists()
    for each in Event.objects.filter(verb="deadline_breached"):
        assert each.at < now - timedelta(minutes=1)
    open_alerts = Alert.objects.filter(acknowledged_at=None)
    assert open_alerts.exists()
    assert min(open_alerts.values_list("created_at", flat=True)) >= now - STILL_WAITING
    seen = Alert.objects.exclude(acknowledged_at=None)
    assert not seen.filter(acknowledged_at__gt=now).exists()
    # The second time there is nothing left to do.
    count = Alert.objects.count()
    assert live_through(at=now) == 0
    assert Alert.objects.count() == count


def test_calls_of_the_hotline_are_drawn_once_and_some_waited_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gisapp.demo.hotline.DAYS", 2)
    member("call_agent", username="call_agent")
    evening = timezone.localtime().replace(hour=22, minute=0)
    made = load_hotline(at=evening)
    assert made > 20
    assert load_hotline(at=evening) == 0
    waits = waits_between(evening - timedelta(days=2), evening)
    assert waits.calls == made
    assert 0 < waits.late < made
    assert not HotlineCall.objects.filter(ring_at__gte=evening).exists()
