"""The part of the network around some reports, laid out to look for a burst in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB, Distance
from django.contrib.gis.geos import Point, Polygon
from django.db.models import Q, Sum
from numpy.typing import NDArray

from network.choices import PipeStatus
from network.models import Customer, Junction, NetworkRevision, Pipe, Source, Valve
from network.selectors.arguing import rows_of
from network.selectors.around import LocalMetres
from network.topology.argument.burst_rates import Rates
from network.topology.argument.locate import Around
from network.topology.argument.mains import Mains, mains_of
from network.topology.elements import NetworkTables
from network.topology.engine.states import NetworkState

Floats = NDArray[np.float64]
BEYOND_M = 1_000.0  # looked at beyond the outermost report
MOST_PIPES = 3_000  # the part shrinks until it has no more


class Surroundings:
    """Pipes around some places, with what the ranking of suspects asks of them.

    Read by index: seven queries and one for the customers, whatever the city's size.
    """

    def __init__(
        self,
        revision: NetworkRevision,
        state: NetworkState,
        places: Sequence[Point],
        *,
        heard: tuple[Point, float],
        at: datetime,
    ) -> None:
        """`heard`: a call from within so many metres of that point would have been counted."""
        self._revision, self._state, self._at = revision, state, at
        self._centre, self._heard_m = heard
        lons, lats = [place.x for place in places], [place.y for place in places]
        self.plane = LocalMetres((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
        self._half = self.plane.metres(max(lons), max(lats))
        self._beyond_m = BEYOND_M
        self._rows = self._pipes()

    def _pipes(self) -> list[tuple[Any, ...]]:
        """Pipes in service in the box, which gets smaller where the town is dense."""
        while True:
            box = self.plane.box(*(side + self._beyond_m for side in self._half))
            rows = list(
                Pipe.objects.filter(
                    revision=self._revision, status=PipeStatus.IN_SERVICE, geom__bboverlaps=box
                )
                .order_by("asset_id")
                .values_list(
                    "asset_id", "length_m", "diameter_mm", "material", "year_laid", AsWKB("geom")
                )[: MOST_PIPES + 1]
            )
            if len(rows) <= MOST_PIPES or self._beyond_m < BEYOND_M / 8:
                return rows[:MOST_PIPES]
            self._beyond_m *= 0.75

    def around(self) -> Around | None:
        """The part as the ranking wants it; None without a pipe."""
        if not self._rows:
            return None
        tables = rows_of(self._revision)([row[0] for row in self._rows], valves=self._valves())
        rows = {row[0]: row for row in self._rows}
        mains = mains_of(
            tables,
            {pipe: row[1] for pipe, row in rows.items()},
            closed=self._closed(tables),
            silent=self._silent(tables),
        )
        lines = self._lines([rows[pipe][5] for pipe in mains.pipe_ids])
        rates = Rates()
        by_pipe = np.array([self._rate(rates, *rows[pipe][2:5]) for pipe in mains.pipe_ids])
        bores = np.array([rows[pipe][2] or np.nan for pipe in mains.pipe_ids], dtype=float)
        return Around(
            mains=mains,
            bores_mm=bores[mains.pipes],
            households=self._households(mains, lines),
            rates=by_pipe[mains.pipes],
            goes_on=self._goes_on(mains, lines),
            lines=lines,
            heights_m=self._heights(tables, mains),
            level_m=self._level(),
        )

    def _valves(self) -> list[str]:
        """Those within the outermost ends of the pipes."""
        outermost = shapely.total_bounds(shapely.from_wkb([bytes(row[5]) for row in self._rows]))
        box = Polygon.from_bbox(outermost.tolist())
        box.srid = 4326
        rows = Valve.objects.filter(revision=self._revision, geom__bboverlaps=box)
        return list(rows.values_list("asset_id", flat=True))

    def _heights(self, tables: NetworkTables, mains: Mains) -> Floats:
        """Of the ground at each node; the ends that closed valves part from junctions have none."""
        known = Junction.objects.filter(
            revision=self._revision, asset_id__in=tables.junctions, elevation_m__isnull=False
        )
        heights = dict(known.values_list("asset_id", "elevation_m"))
        found = np.full(mains.node_count, np.nan)
        found[: len(tables.junctions)] = [heights.get(each, np.nan) for each in tables.junctions]
        return found

    def _level(self) -> float | None:
        """To what height the nearest source that gives water lifts it; None where none says."""
        turned = self._state.active_sources | self._state.inactive_sources
        gives = Q(is_active=True) & ~Q(asset_id__in=turned)
        given = Source.objects.filter(
            gives | Q(asset_id__in=self._state.active_sources),
            revision=self._revision,
            head_m__isnull=False,
        )
        nearest = given.annotate(away=Distance("geom", self._centre)).order_by("away", "pk")
        return nearest.values_list("head_m", flat=True).first()

    def _rate(self, rates: Rates, bore: float | None, material: str, year: int | None) -> float:
        return rates.of(material, None if year is None else float(self._at.year - year), bore)

    def _closed(self, tables: NetworkTables) -> set[str]:
        valves = zip(tables.valves.ids, tables.valves.closed, strict=True)
        drawn = {valve for valve, closed in valves if closed}
        return (drawn - self._state.opened) | self._state.closed

    def _silent(self, tables: NetworkTables) -> set[str]:
        sources = zip(tables.sources.ids, tables.sources.active, strict=True)
        drawn = {source for source, active in sources if not active}
        return (drawn - self._state.active_sources) | self._state.inactive_sources

    def _lines(self, shapes: Sequence[bytes]) -> list[shapely.LineString]:
        def in_metres(points: Floats) -> Floats:
            return np.column_stack(self.plane.forward(points[:, 0], points[:, 1]))

        found = shapely.from_wkb([bytes(each) for each in shapes])
        return list(shapely.transform(found, in_metres))

    def _households(self, mains: Mains, lines: Sequence[shapely.LineString]) -> Floats:
        """Connections in earshot, those of a divided pipe spread over it."""
        counted = (
            Customer.objects.filter(revision=self._revision, pipe__in=mains.pipe_ids)
            .values_list("pipe")
            .annotate(count=Sum("connections"))
        )
        counts = dict(counted.values_list("pipe", "count"))
        by_pipe = np.array([counts.get(pipe, 0) for pipe in mains.pipe_ids], dtype=float)
        centre = shapely.Point(self.plane.metres(self._centre.x, self._centre.y))
        middles = shapely.line_interpolate_point(np.array(lines), 0.5, normalized=True)
        by_pipe[shapely.distance(centre, middles) > self._heard_m] = 0.0
        found: Floats = by_pipe[mains.pipes] * (mains.high - mains.low)
        return found

    def _goes_on(self, mains: Mains, lines: Sequence[shapely.LineString]) -> tuple[int, ...]:
        """Nodes outside the box: what lies beyond them was not read."""
        half_x, half_y = (side + self._beyond_m for side in self._half)
        ends: dict[int, tuple[float, float]] = {}
        for nth, pipe in enumerate(mains.pipes.tolist()):
            if mains.low[nth] == 0.0:
                ends[int(mains.us[nth])] = lines[pipe].coords[0][:2]
            if mains.high[nth] == 1.0:
                ends[int(mains.vs[nth])] = lines[pipe].coords[-1][:2]
        return tuple(n for n, (x, y) in sorted(ends.items()) if abs(x) > half_x or abs(y) > half_y)
