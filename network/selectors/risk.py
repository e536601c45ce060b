"""The risk map: what was reckoned in advance, with its places, for a screen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from network.choices import RunStatus
from network.models import (
    CriticalityRun,
    Junction,
    NetworkRevision,
    Pipe,
    PipeCriticality,
    Valve,
    ValveCriticality,
)
from network.selectors.criticality import current_criticality, newest_criticality

# Customers lost from which a pipe stands in the next band: the law's steps are about persons, a
# dispatcher's about how many telephones will ring.
BANDS: Final = (50, 200, 1000)
# A worker looks every quarter of a minute, and says every few seconds that it is at it.
UNATTENDED: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class Known:
    """What is known in advance: `run` holds for what is in force now unless `is_old`.

    `under_way` waits for a worker or is being reckoned; `is_left` where no worker is at it.
    """

    run: CriticalityRun | None
    is_old: bool
    under_way: CriticalityRun | None
    is_left: bool = False


def known_risk(revision: NetworkRevision) -> Known:
    """The reckoning to show for `revision`, and the one that is being made."""
    current = current_criticality(revision)
    run = current or newest_criticality(revision)
    going = CriticalityRun.objects.filter(
        revision=revision, status__in=[RunStatus.WAITING, RunStatus.RUNNING]
    )
    newest = going.order_by("-status", "-pk").first()
    return Known(run, run is not None and current is None, newest, _is_left(newest))


def _is_left(run: CriticalityRun | None) -> bool:
    """Whether nobody has taken a run up, or nobody is at it any more, for longer than usual."""
    if run is None:
        return False
    sign = run.started_at if run.status == RunStatus.WAITING else run.seen_at
    return sign is None or sign < timezone.now() - UNATTENDED


@dataclass(frozen=True)
class Standing:
    """Where one pipe or valve stands among all of its kind: 1 is the worst, equals share a rank.

    Without a `row` the run has none of it: a valve that is shut, stuck or may not be closed.
    """

    known: Known
    row: PipeCriticality | ValveCriticality | None
    rank: int
    total: int


def standing_of(revision: NetworkRevision, asset: Pipe | Valve) -> Standing | None:
    """What was reckoned of one asset; None where nothing is yet. Six queries at most."""
    known = known_risk(revision)
    if known.run is None:
        return None
    row: PipeCriticality | ValveCriticality | None
    if isinstance(asset, Pipe):
        pipes = known.run.pipes.all()
        row = pipes.filter(pipe=asset.asset_id).first()
        worse = pipes.filter(customers__gt=row.customers).count() if row else 0
        return Standing(known, row, worse + 1, pipes.count())
    valves = known.run.valves.all()
    row = valves.filter(valve=asset.asset_id).first()
    worse = valves.filter(worst_customers__gt=row.worst_customers).count() if row else 0
    return Standing(known, row, worse + 1, valves.count())


def band_of(customers: int) -> int:
    """How dark a pipe is drawn: 0 to 3."""
    return sum(customers >= limit for limit in BANDS)


def pipes_at_risk(
    run: CriticalityRun, box: Sequence[float], *, limit: int
) -> list[tuple[str, str, int, int, int]]:
    """The worst pipes that touch `box` (west, south, east, north in degrees), worst first.

    Each with its geometry as GeoJSON text (EPSG:4326), customers, persons, and how many touch the
    box in all.
    """
    query = """
        SELECT asset.asset_id, ST_AsGeoJSON(asset.geom, 6), row.customers, row.persons,
               count(*) OVER ()
        FROM network_pipe asset JOIN network_pipecriticality row
          ON row.run_id = %s AND row.pipe = asset.asset_id
        WHERE asset.revision_id = %s AND asset.geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326)
        ORDER BY row.customers DESC, asset.asset_id LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(query, [run.pk, run.revision_id, *box, limit])
        return list(cursor.fetchall())


def places_of(run: CriticalityRun, kind: str, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Place, street and bore of some pipes, valves or junctions of the run's revision, by id."""
    wanted = list(names)
    if kind == "pipe":
        rows = Pipe.objects.filter(revision=run.revision_id, asset_id__in=wanted)
        return {
            row.asset_id: {
                "point": row.geom.interpolate_normalized(0.5),
                "bore": row.diameter_mm,
                "street": row.street,
                "street_en": row.street_en,
            }
            for row in rows
        }
    model: Any = Valve if kind == "valve" else Junction
    return {
        row.asset_id: {
            "point": row.geom,
            "bore": getattr(row, "bore_mm", None),
            "street": getattr(row, "location", ""),
            "street_en": getattr(row, "location_en", ""),
        }
        for row in model.objects.filter(revision=run.revision_id, asset_id__in=wanted)
    }
