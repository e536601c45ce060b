"""What was found at valves in the street, against what the source says of them.

Somebody who stood at a valve and could not turn it knows better than a record of last year: what
was found stands until the source looked again later, or until a GIS editor records otherwise.
Where the two differ it is a finding, so that the source is put right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import Max
from django.utils import timezone

from network.choices import Operability
from network.models import ValveCondition, ValveStateChange
from network.topology.findings import Finding

BY_IMPORT = "import "


class Found(NamedTuple):
    """Whether a valve could be turned, and the day in the utility's time zone that this was."""

    operability: str
    on: date


class Recorded(NamedTuple):
    """What a source says of a valve; `place` in metres of the drawing."""

    asset_id: str
    operability: str
    checked_on: date | None
    place: tuple[float, float] | None


def found_at_valves() -> dict[str, Found]:
    """Return what stands recorded of valves' operability, by asset id. Two queries."""
    rows = ValveCondition.objects.filter(operability__isnull=False)
    changes = (
        ValveStateChange.objects.filter(attribute="operability", asset_id__in=rows.values("pk"))
        .exclude(occasion__startswith=BY_IMPORT)
        .values_list("asset_id")
        .annotate(at=Max("at"))
    )
    found_at = dict(changes)
    zone = timezone.get_default_timezone()
    return {
        row.pk: Found(
            str(row.operability),
            timezone.localtime(found_at.get(row.pk, row.changed_at), zone).date(),
        )
        for row in rows
    }


def stands(found: Found, operability: str, checked_on: date | None) -> bool:
    """Whether what was found holds against a source: it does unless that looked later."""
    if operability == Operability.UNKNOWN:
        return True
    return operability != found.operability and (checked_on is None or checked_on <= found.on)


def disagreements(valves: Iterable[Recorded], found: Mapping[str, Found]) -> list[Finding]:
    """Return a finding for each valve of which the source says otherwise than was found."""
    return [
        Finding(
            "valve_found_otherwise",
            "valve",
            valve.asset_id,
            valve.place,
            {
                "recorded": valve.operability,
                "found": found[valve.asset_id].operability,
                "on": found[valve.asset_id].on.isoformat(),
            },
        )
        for valve in valves
        if valve.asset_id in found
        and valve.operability != Operability.UNKNOWN
        and stands(found[valve.asset_id], valve.operability, valve.checked_on)
    ]
