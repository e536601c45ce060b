"""Reports that other systems hand in: a report like any other from that moment on."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from outages.models import BurstReport, IntakeClient
from outages.services.desk import reports
from outages.services.desk.reports import ReportFacts
from outages.services.systems.once import Taken, take_once
from outages.services.systems.tokens import IntakeRefused

_KEYS: Final = UUID("6d6a2c3e-3f0e-4a53-9f0a-6b1b6f9f7e10")


def hand_in(
    client: IntakeClient, *, facts: ReportFacts, key: str, body: bytes, at: datetime
) -> Taken[BurstReport]:
    """Take a report that a system hands in. Raises IntakeRefused, PlaceRefused, UnknownPipe."""

    def made() -> BurstReport:
        if str(facts.channel) not in client.channels:
            raise IntakeRefused(code="intake_channel", channel=str(facts.channel))
        # Nothing but this request makes a report under this key.
        mark = uuid5(_KEYS, f"{client.pk}:{key}")
        return reports.report_burst(facts=replace(facts, client_key=mark), by=None, at=at)

    return take_once(client, BurstReport, key=key, body=body, at=at, make=made)


def report_of(client: IntakeClient, reference: str) -> BurstReport | None:
    """Return a report that this system handed in; None for any other. One query."""
    rows = BurstReport.objects.filter(intake__client=client, reference=reference)
    return rows.select_related("outage", "duplicate_of__outage").first()
