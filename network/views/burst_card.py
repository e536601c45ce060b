"""If this pipe bursts: the answer computed on the spot for a pipe's card, and its drawing."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from network.models import Customer, Hydrant, NetworkRevision, Pipe, Source, Valve
from network.selectors import burst_answer
from network.topology.elements import UnknownAsset
from network.topology.engine.isolation import Isolation
from network.views.asset_facts import headline, where

# A zone without valves may be half a town: the numbers are whole, the drawing is not.
MOST_DRAWN = 1500
# Tens of thousands of ids in one statement are slow to parse.
IDS_AT_ONCE = 5000


@dataclass(frozen=True)
class ValveToClose:
    """One valve of the answer; `number` finds it on the map and is no order of closing."""

    number: int
    asset_id: str
    detail: str


@dataclass(frozen=True)
class BurstCard:
    """What the card says and draws."""

    isolation: Isolation
    valves: list[ValveToClose]
    key_users: int
    drawing: dict[str, Any]
    warnings: dict[str, dict[str, Any]]


def burst_card(revision: NetworkRevision, pipe: Pipe) -> BurstCard | None:
    """Return what a burst on the pipe would take now; None for a pipe not in service."""
    try:
        isolation = burst_answer(revision, pipe.asset_id)
    except UnknownAsset:
        return None
    rows = Valve.objects.filter(revision=revision, asset_id__in=isolation.valves_to_close)
    valves = list(rows.order_by("asset_id"))
    return BurstCard(
        isolation=isolation,
        valves=[
            ValveToClose(number, valve.asset_id, _valve_detail(valve))
            for number, valve in enumerate(valves, start=1)
        ],
        key_users=_key_users(revision, isolation),
        drawing=_drawing(revision, isolation, valves),
        # A warning without facts is one all the same.
        warnings={each.code: each.facts or {"is_so": True} for each in isolation.warnings},
    )


def _valve_detail(valve: Valve) -> str:
    return " · ".join(part for part in (headline(valve), where(valve)) if part)


def _key_users(revision: NetworkRevision, isolation: Isolation) -> int:
    affected = [*isolation.customers_isolated, *isolation.customers_unintended]
    key_users = Customer.objects.filter(revision=revision, key_user=True)
    return sum(
        key_users.filter(asset_id__in=affected[start : start + IDS_AT_ONCE]).count()
        for start in range(0, len(affected), IDS_AT_ONCE)
    )


def _drawing(
    revision: NetworkRevision, isolation: Isolation, valves: Iterable[Valve]
) -> dict[str, Any]:
    zone = set(isolation.zone_pipes)
    outside = [pipe for pipe in isolation.pipes_dry if pipe not in zone]
    features = [
        *_pipes(revision, isolation.zone_pipes, "zone-pipe"),
        *_pipes(revision, outside, "unintended-pipe"),
        *_points(Hydrant.objects, revision, isolation.hydrants_dry, kind="hydrant", dry=True),
        *_points(Source.objects, revision, isolation.sources_to_shut, kind="source"),
        *(
            feature(valve.geom, kind="valve", id=valve.asset_id, number=number, status="todo")
            for number, valve in enumerate(valves, start=1)
        ),
    ]
    return {"type": "FeatureCollection", "features": features}


def _pipes(revision: NetworkRevision, ids: Iterable[str], kind: str) -> Iterator[dict[str, Any]]:
    drawn = Pipe.objects.filter(revision=revision, asset_id__in=list(ids)[:MOST_DRAWN])
    for pipe in drawn.only("geom", "diameter_mm", "role"):
        yield feature(pipe.geom, kind=kind, dn=pipe.diameter_mm, role=pipe.role)


def _points(
    rows: Any, revision: NetworkRevision, ids: Iterable[str], **properties: Any
) -> Iterator[dict[str, Any]]:
    drawn: QuerySet[Any] = rows.filter(revision=revision, asset_id__in=list(ids)[:MOST_DRAWN])
    for row in drawn.only("geom", "asset_id"):
        yield feature(row.geom, id=row.asset_id, **properties)


def feature(geom: Any, **properties: Any) -> dict[str, Any]:
    """Return a GeoJSON feature (EPSG:4326)."""
    return {"type": "Feature", "geometry": json.loads(geom.json), "properties": properties}
