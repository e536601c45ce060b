"""Store a drawing as the new current revision: everything or nothing.

Rows stream through COPY in one transaction. Readers see the old revision until it commits and the
new one after it; the revision before is kept, older ones keep their record but not their rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from math import isnan
from typing import Any, Final

import numpy as np
import shapely
from django.contrib.gis.geos import Polygon
from django.db import connection, models, transaction
from numpy.typing import NDArray

from network.choices import RevisionStatus, ValvePlacement
from network.importer.assets import Assets
from network.importer.crs import bounds_of
from network.importer.drawing import Drawing
from network.importer.progress import Progress
from network.importer.tables import extra_rows
from network.importer.valve_history import record_valve_changes
from network.models import (
    Customer,
    Hydrant,
    Junction,
    NetworkRevision,
    Pipe,
    PipeSplit,
    Source,
    Valve,
)
from network.models.revisions import ImportRun
from network.selectors import build_snapshot, drop_snapshot
from network.topology.noding import Places
from network.topology.noding.columns import NOWHERE

# One import at a time: the lock goes with the transaction. The number is only ours to know.
_PUBLISHING_LOCK: Final = 952_525_001
_ASSET_TABLES: Final[tuple[type[models.Model], ...]] = (
    Junction, Pipe, PipeSplit, Valve, Hydrant, Source, Customer,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Publication:
    """Who publishes what, and how it was read."""

    run: ImportRun
    source_name: str
    source_crs: str
    snap_tolerance_m: float
    at: datetime
    # Asked when the states are settled, not before: a crew may close a valve during a long copy.
    held_valves: Callable[[], frozenset[str]] = frozenset


def publish(drawing: Drawing, publication: Publication, progress: Progress) -> NetworkRevision:
    """Store the drawing and make it current. The caller has made sure that nothing is blocking."""
    with transaction.atomic(), ExitStack() as undo:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PUBLISHING_LOCK])
        previous = NetworkRevision.objects.filter(status=RevisionStatus.CURRENT).first()
        revision = _staged(drawing, publication)
        for copy in _copies(drawing, revision.pk):
            copy.run(progress)
        _drop_rows_before(previous)
        progress.stage("analysing")
        with connection.cursor() as cursor:
            for model in _ASSET_TABLES:
                cursor.execute(f"ANALYZE {model._meta.db_table}")
        progress.stage("snapshot")
        undo.callback(drop_snapshot, revision)
        build_snapshot(revision)
        with connection.cursor() as cursor:
            # From here to the commit, which is near, nobody records a valve's state.
            cursor.execute("LOCK TABLE network_valvecondition IN SHARE ROW EXCLUSIVE MODE")
        record_valve_changes(
            drawing.assets["valves"],
            previous=previous,
            revision=revision,
            held=publication.held_valves(),
            by=publication.run.started_by,
            at=publication.at,
        )
        _make_current(previous, revision)
        undo.pop_all()
    return revision


def _staged(drawing: Drawing, publication: Publication) -> NetworkRevision:
    newest = NetworkRevision.objects.aggregate(newest=models.Max("number"))["newest"] or 0
    return NetworkRevision.objects.create(
        number=newest + 1,
        status=RevisionStatus.STAGED,
        created_at=publication.at,
        created_by=publication.run.started_by,
        source_name=publication.source_name,
        source_crs=publication.source_crs,
        snap_tolerance_m=publication.snap_tolerance_m,
        counts=counts_of(drawing),
        extent=_extent(drawing),
    )


def counts_of(drawing: Drawing) -> dict[str, float]:
    """Return how much of everything a drawing holds."""
    valves = drawing.assets["valves"]
    return {
        "pipes": len(drawing.assets["pipes"]),
        "junctions": len(drawing.network.junctions),
        "splits": len(drawing.network.splits),
        "valves": len(valves),
        "isolating_valves": int(np.sum(valves.fields["isolates"])),
        "hydrants": len(drawing.assets["hydrants"]),
        "sources": len(drawing.assets["sources"]),
        "customers": len(drawing.assets["customers"]),
        "length_km": round(float(drawing.length_m.sum()) / 1000, 3),
    }


def _extent(drawing: Drawing) -> Polygon | None:
    bounds = bounds_of(drawing.assets["pipes"].geometry)
    if not np.isfinite(bounds).all():
        return None
    west, south, east, north = (float(edge) for edge in bounds)
    # A network on one line still needs an area to be looked at: a metre or so around it.
    margin = 1e-5
    return Polygon.from_bbox((west - margin, south - margin, east + margin, north + margin))


def _make_current(previous: NetworkRevision | None, revision: NetworkRevision) -> None:
    if previous is not None:
        previous.status = RevisionStatus.SUPERSEDED
        previous.save(update_fields=["status"])
    revision.status = RevisionStatus.CURRENT
    revision.save(update_fields=["status"])


def _drop_rows_before(previous: NetworkRevision | None) -> None:
    """Delete the rows of revisions older than the one that is being replaced."""
    if previous is None:
        return
    for model in _ASSET_TABLES:
        model._default_manager.filter(revision__number__lt=previous.number).delete()


# -- COPY ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Copy:
    """One table's rows on their way into the database."""

    model: type[models.Model]
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    count: int

    def run(self, progress: Progress) -> None:
        table = self.model._meta.db_table
        progress.stage("storing", detail=f"{table} {self.count:,}")
        names = ", ".join(f'"{name}"' for name in self.columns)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({names}) FROM STDIN") as sink,
        ):
            for row in progress.rows(self.rows, table, self.count):
                sink.write_row(row)
        progress.close()


def _copies(drawing: Drawing, revision: int) -> Iterator[_Copy]:
    network, assets = drawing.network, drawing.assets
    names = network.junctions.ids
    yield _junctions(drawing, revision)
    yield _pipes(drawing, revision)
    splits = network.splits
    yield _Copy(
        PipeSplit,
        ("revision_id", "pipe", "junction", "fraction"),
        zip(
            _same(revision),
            network.pipes.ids[splits.pipe].tolist(),
            names[splits.junction].tolist(),
            splits.fraction.tolist(),
            strict=False,
        ),
        len(splits),
    )
    yield _valves(drawing, revision)
    for model, kind, places in (
        (Hydrant, "hydrants", network.hydrants),
        (Customer, "customers", network.customers),
    ):
        yield _asset_copy(model, assets[kind], revision, _placed(drawing, places))
    sources = {"junction": [str(names[nth]) for nth in network.sources.junction.tolist()]}
    yield _asset_copy(Source, assets["sources"], revision, sources)


def _same(value: Any) -> Iterator[Any]:
    while True:
        yield value


def _asset_copy(
    model: type[models.Model], assets: Assets, revision: int, found: dict[str, Any]
) -> _Copy:
    """Copy assets; `found` are the columns that noding found, over those that the source said."""
    stored = {field.column for field in model._meta.concrete_fields} - {"id"}
    fields = {**assets.fields, **found}
    columns = [name for name in fields if name in stored]
    values = [_plain(fields[name]) for name in columns]
    rows = zip(
        _same(revision),
        assets.ids.tolist(),
        _ewkb(assets.geometry),
        _attributes(assets),
        *values,
        strict=False,
    )
    return _Copy(
        model, ("revision_id", "asset_id", "geom", "attributes", *columns), rows, len(assets)
    )


def _attributes(assets: Assets) -> Iterator[str]:
    if not assets.extras:
        return _same("{}")
    return (
        json.dumps(row, ensure_ascii=False, allow_nan=False) if row else "{}"
        for row in extra_rows(assets.extras, range(len(assets)))
    )


def _plain(values: Any) -> Any:
    """Return a column as plain values, NaN as NULL and choices as their text."""
    if not isinstance(values, np.ndarray):
        return values
    if values.dtype.kind == "f":
        return [None if isnan(number) else number for number in values.tolist()]
    return values.tolist()


def _ewkb(geometry: NDArray[np.object_], block: int = 20_000) -> Iterator[str]:
    """Yield geometries as hexadecimal EWKB with their SRID, some at a time to spare memory."""
    for start in range(0, len(geometry), block):
        part = shapely.set_srid(geometry[start : start + block], 4326)
        yield from shapely.to_wkb(part, hex=True, include_srid=True)


def _junctions(drawing: Drawing, revision: int) -> _Copy:
    """Copy the source's nodes as they are, and the junctions made of the ends it left open."""
    junctions, nodes = drawing.network.junctions, drawing.assets["nodes"]
    known = len(nodes)
    made = shapely.points(drawing.plane.lon_lat(junctions.xy[known:]))
    geometry = np.concatenate([nodes.geometry, np.asarray(made, dtype=object).reshape(-1)])
    elevation = nodes.fields["elevation_m"] + [None] * (len(junctions) - known)
    blank = iter("{}" for _nth in range(len(junctions) - known))
    rows = zip(
        _same(revision),
        junctions.ids.tolist(),
        _ewkb(geometry),
        _chained(_attributes(nodes), known, blank),
        junctions.generated.tolist(),
        elevation,
        strict=False,
    )
    columns = ("revision_id", "asset_id", "geom", "attributes", "is_generated", "elevation_m")
    return _Copy(Junction, columns, rows, len(junctions))


def _chained(first: Iterator[str], count: int, then: Iterator[str]) -> Iterator[str]:
    for _nth in range(count):
        yield next(first)
    yield from then


def _pipes(drawing: Drawing, revision: int) -> _Copy:
    network, pipes = drawing.network, drawing.assets["pipes"]
    names = network.junctions.ids
    geometry = pipes.geometry.copy()
    geometry[network.flipped] = shapely.reverse(geometry[network.flipped])
    turned = Assets("pipes", pipes.ids, geometry, pipes.fields, pipes.extras)
    return _asset_copy(
        Pipe,
        turned,
        revision,
        {
            "from_junction": names[network.start].tolist(),
            "to_junction": names[network.end].tolist(),
            "length_m": drawing.length_m,
        },
    )


def _placed(drawing: Drawing, places: Places) -> dict[str, Any]:
    junctions, pipes = drawing.network.junctions.ids, drawing.network.pipes.ids
    return {
        "junction": _named(junctions, places.junction),
        "pipe": _named(pipes, places.pipe),
        "fraction": places.fraction,
    }


def _named(ids: NDArray[np.object_], indices: NDArray[np.int64]) -> list[str]:
    return ["" if nth == NOWHERE else str(ids[nth]) for nth in indices.tolist()]


def _valves(drawing: Drawing, revision: int) -> _Copy:
    places = drawing.network.valves
    has_pipe, has_junction = places.pipe != NOWHERE, places.junction != NOWHERE
    placement = np.full(len(places), ValvePlacement.NODE.value, dtype=object)
    placement[has_pipe & has_junction] = ValvePlacement.PIPE_END.value
    placement[has_pipe & ~has_junction] = ValvePlacement.MID_PIPE.value
    found = _placed(drawing, places) | {"placement": placement}
    return _asset_copy(Valve, drawing.assets["valves"], revision, found)
