"""The timeline of a case is in words: no code of the program stands in it, nothing twice."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from outages.models import Event
from outages.services.rules import deadlines
from outages.views.words.history import entries
from tests.factories import lay
from tests.outages.conftest import Desk

LINE = "(S) -p1- a -p2-V1| b -p3- c |V2-p4- d -p5- (T)"
CODE = re.compile(r"^[a-z]+(_[a-z]+)+$")

pytestmark = pytest.mark.django_db


def test_no_event_of_a_case_is_shown_by_its_code(desk: Desk) -> None:
    lay(LINE)
    report = desk.report("p3")
    deadlines.scan(at=desk.now + timedelta(minutes=9))
    outage = desk.take(desk.approve(desk.propose(report))).outage
    desk.close_all(outage)
    desk.repair(outage)
    events = Event.objects.filter(outage=outage) | Event.objects.filter(report=report)
    kept = {event.verb for event in events}
    # Nothing is proved unless there is what nobody should read.
    assert {"alert_raised", "deadline_met", "deadline_breached", "repair_done"} <= kept
    rows = entries(events.exclude(subject="delivery").order_by("at", "pk"))
    assert [row["text"] for row in rows if CODE.match(row["text"])] == []
    assert len([row for row in rows if row["tone"] == "danger"]) >= 2
