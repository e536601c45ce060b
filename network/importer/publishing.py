"""Store a drawing as the new current revision: everything or nothing.

Rows stream through COPY in one transaction. Readers see the old revision until it commits and the
new one after it; the revision before is kept, older ones keep their record but not their rows.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from typing import Final

import numpy as np
from django.contrib.gis.geos import Polygon
from django.db import connection, models, transaction

from network.choices import RevisionStatus, ValvePlacement
from network.importer.assets import Assets
from network.importer.copying import Copy, Made, Same, Values, lines, made, named, shapes
from network.importer.drawing import Drawing
from network.importer.places import bounds_of
from network.importer.progress import Progress
from network.importer.search import search_initials, search_text
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


@dataclass(frozen=True, slots=True)
class Stock:
    """What is stored of a drawing. Each table's rows are let go as soon as they are stored."""

    copies: deque[Copy]
    valves: Assets
    counts: dict[str, float]
    extent: Polygon | None

    @staticmethod
    def of(drawing: Drawing) -> Stock:
        """Return what to store; whoever lets go of the drawing then spares its memory."""
        return Stock(
            copies=deque(_copies(drawing)),
            valves=drawing.assets["valves"],
            counts=counts_of(drawing),
            extent=_extent(drawing),
        )


def publish(stock: Stock, publication: Publication, progress: Progress) -> NetworkRevision:
    """Store a drawing and make it current. The caller has made sure that nothing is blocking."""
    with transaction.atomic(), ExitStack() as undo:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PUBLISHING_LOCK])
            # The index of words takes rows in by the hundred thousand: a tenth less work.
            cursor.execute("SET LOCAL gin_pending_list_limit = '64MB'")
        previous = NetworkRevision.objects.filter(status=RevisionStatus.CURRENT).first()
        revision = _staged(stock, publication)
        while stock.copies:
            stock.copies.popleft().run(revision.pk, progress)
        _drop_rows_before(previous)
        progress.stage("analysing")
        with connection.cursor() as cursor:
            for model in _ASSET_TABLES:
                cursor.execute("SELECT refresh_statistics(%s::regclass)", [model._meta.db_table])
        progress.stage("snapshot")
        undo.callback(drop_snapshot, revision)
        build_snapshot(revision)
        with connection.cursor() as cursor:
            # From here to the commit, which is near, nobody records a valve's state.
            cursor.execute("LOCK TABLE network_valvecondition IN SHARE ROW EXCLUSIVE MODE")
        record_valve_changes(
            stock.valves,
            previous=previous,
            revision=revision,
            held=publication.held_valves(),
            by=publication.run.started_by,
            at=publication.at,
        )
        _make_current(previous, revision)
        undo.pop_all()
    return revision


def _staged(stock: Stock, publication: Publication) -> NetworkRevision:
    newest = NetworkRevision.objects.aggregate(newest=models.Max("number"))["newest"] or 0
    return NetworkRevision.objects.create(
        number=newest + 1,
        status=RevisionStatus.STAGED,
        created_at=publication.at,
        created_by=publication.run.started_by,
        source_name=publication.source_name,
        source_crs=publication.source_crs,
        snap_tolerance_m=publication.snap_tolerance_m,
        counts=stock.counts,
        extent=stock.extent,
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
    bounds = bounds_of(drawing.courses.points)
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


def _copies(drawing: Drawing) -> Iterator[Copy]:
    network, assets = drawing.network, drawing.assets
    names = network.junctions.ids
    yield _junctions(drawing)
    yield _pipes(drawing)
    splits = network.splits
    columns: dict[str, Values] = {
        "pipe": named(network.pipes.ids, splits.pipe),
        "junction": named(names, splits.junction),
        "fraction": splits.fraction,
    }
    yield Copy(PipeSplit, columns, len(splits))
    yield _valves(drawing)
    yield _asset_copy(Hydrant, assets["hydrants"], _placed(drawing, network.hydrants))
    yield _customers(drawing)
    junction = named(names, network.sources.junction)
    yield _asset_copy(Source, assets["sources"], {"junction": junction})


def _asset_copy(model: type[models.Model], assets: Assets, found: dict[str, Values]) -> Copy:
    """Copy assets; `found` are the columns that noding found, over those that the source said."""
    stored = {field.column for field in model._meta.concrete_fields} - {"id"}
    fields: dict[str, Values] = {**assets.fields, **found}
    columns: dict[str, Values] = {
        "asset_id": assets.ids,
        "geom": shapes(assets.geometry),
        "attributes": _attributes(assets),
    }
    columns |= {name: values for name, values in fields.items() if name in stored}
    return Copy(model, columns, len(assets))


def _attributes(assets: Assets) -> Made | Same:
    if not assets.extras:
        return Same("{}")
    return made(
        json.dumps(row, ensure_ascii=False, allow_nan=False) if row else "{}"
        for row in extra_rows(assets.extras)
    )


def _junctions(drawing: Drawing) -> Copy:
    """Copy the source's nodes as they are, and the junctions made of the ends it left open."""
    junctions, nodes = drawing.network.junctions, drawing.assets["nodes"]
    left_open = len(junctions) - len(nodes)
    columns: dict[str, Values] = {
        "asset_id": junctions.ids,
        "geom": shapes(
            np.concatenate([nodes.geometry, drawing.plane.lon_lat(junctions.xy[len(nodes) :])])
        ),
        "attributes": _attributes_and_blanks(nodes, left_open),
        "is_generated": junctions.generated,
        "elevation_m": nodes.fields["elevation_m"] + [None] * left_open,
        "demand_m3_d": nodes.fields["demand_m3_d"] + [None] * left_open,
    }
    return Copy(Junction, columns, len(junctions))


def _attributes_and_blanks(nodes: Assets, blanks: int) -> Made | Same:
    attributes = _attributes(nodes)
    if isinstance(attributes, Same):
        return attributes
    of_nodes = chain.from_iterable(attributes.blocks())
    return made(chain(of_nodes, repeat("{}", blanks)))


def _pipes(drawing: Drawing) -> Copy:
    network, pipes = drawing.network, drawing.assets["pipes"]
    names = network.junctions.ids
    found: dict[str, Values] = {
        "geom": lines(drawing.courses, network.flipped),
        "from_junction": named(names, network.start),
        "to_junction": named(names, network.end),
        "length_m": drawing.length_m,
    }
    return _asset_copy(Pipe, pipes, found)


def _placed(drawing: Drawing, places: Places) -> dict[str, Values]:
    return {
        "junction": named(drawing.network.junctions.ids, places.junction),
        "pipe": named(drawing.network.pipes.ids, places.pipe),
        "fraction": places.fraction,
    }


def _valves(drawing: Drawing) -> Copy:
    places = drawing.network.valves
    has_pipe, has_junction = places.pipe != NOWHERE, places.junction != NOWHERE
    placement = np.full(len(places), ValvePlacement.NODE.value, dtype=object)
    placement[has_pipe & has_junction] = ValvePlacement.PIPE_END.value
    placement[has_pipe & ~has_junction] = ValvePlacement.MID_PIPE.value
    found = _placed(drawing, places) | {"placement": placement}
    return _asset_copy(Valve, drawing.assets["valves"], found)


def _customers(drawing: Drawing) -> Copy:
    customers = drawing.assets["customers"]
    names, addresses = customers.fields["name"], customers.fields["address"]
    found = _placed(drawing, drawing.network.customers) | {
        "search_text": made(map(search_text, addresses, names)),
        "search_initials": made(map(search_initials, addresses)),
    }
    return _asset_copy(Customer, customers, found)
