"""One import from start to end: read, check, publish or refuse, and keep the record of it."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.module_loading import import_string
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from network.choices import AreaKind
from network.importer.crs import CrsChoice
from network.importer.drawing import Drawing, Plane, draw
from network.importer.found_at_valves import Recorded, disagreements, found_at_valves
from network.importer.mapping import LayerMapping, read_mapping
from network.importer.progress import Progress
from network.importer.publishing import Publication, Stock, counts_of, publish
from network.importer.reading import Source, read_source
from network.importer.runs import kept_run
from network.models import Area, CheckFinding, ImportRun, NetworkRevision
from network.selectors import current_revision, prepare_current_state
from network.topology.findings import BLOCKING, Finding
from network.topology.noding import Tolerances

# How far around the service area or the network so far new data is still taken for the same town.
KNOWN_MARGIN_DEGREES = 0.5


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the caller asked for. Tolerances in metres; None is the setting."""

    path: str
    mapping: Path | None = None
    crs: str | None = None
    swap_axes: bool = False
    snap_tolerance_m: float | None = None
    is_dry_run: bool = False
    source_name: str = ""

    @property
    def name(self) -> str:
        """What the source is called in the records: never a path of this machine."""
        return (self.source_name or Path(self.path).name)[:200]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of an import."""

    run: ImportRun
    revision: NetworkRevision | None
    findings: Sequence[Finding]
    source: Source

    @property
    def blocking(self) -> int:
        """How many findings stand against publication."""
        return sum(finding.severity == BLOCKING for finding in self.findings)


def import_network(
    options: ImportOptions, *, started_by: Any = None, progress: Progress | None = None
) -> ImportResult:
    """Import a network; publish it unless something is blocking or it is a dry run.

    Raises ImportRefused where nothing could be read. Whatever happens, the attempt is kept as an
    ImportRun, and the network so far stays as it is unless the new one is published whole.
    """
    progress = progress or Progress(None)
    with _collector_paused(), kept_run(started_by=started_by, source_name=options.name) as run:
        try:
            return _import(options, run, progress)
        except Exception as error:
            progress.close()
            run.outcome = ImportRun.Outcome.FAILED
            run.error = str(error)[:2000]
            run.finished_at = timezone.now()
            run.save()
            raise


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Let nobody look for reference cycles among millions of rows: there are none to speak of.

    Looking through them again and again takes a tenth of an import's own work.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _import(options: ImportOptions, run: ImportRun, progress: Progress) -> ImportResult:
    mapping = read_mapping(options.mapping) if options.mapping else LayerMapping()
    area = service_area()
    source = read_source(
        options.path,
        mapping,
        CrsChoice(options.crs or mapping.crs, options.swap_axes),
        _known_bounds(area),
        progress,
    )
    snap_m = options.snap_tolerance_m or settings.SNAP_TOLERANCE_M
    drawing = draw(
        source,
        tolerances=Tolerances(snap_m, settings.CUSTOMER_SNAP_M),
        service_area=area,
        progress=progress,
    )
    findings = [*drawing.findings, *_disagreements(drawing)]
    run.counts = summary(drawing, findings, source)
    keep_findings(run, findings, drawing.plane)
    result = ImportResult(run, None, findings, source)
    stock = Stock.of(drawing)
    del drawing  # storing takes as much memory as what is still to be stored
    revision = None
    if result.blocking:
        run.outcome = ImportRun.Outcome.REFUSED
    elif options.is_dry_run:
        run.outcome = ImportRun.Outcome.DRY_RUN
    else:
        revision = _publish(stock, run, source, options, snap_m, progress)
        run.outcome = ImportRun.Outcome.PUBLISHED
        run.revision = revision
    run.finished_at = timezone.now()
    run.save()
    return replace(result, revision=revision)


def _disagreements(drawing: Drawing) -> list[Finding]:
    """Return where the source says otherwise of a valve than was found in the street."""
    valves = drawing.assets["valves"]
    recorded = map(
        Recorded,
        valves.ids.tolist(),
        map(str, valves.fields["operability"]),
        valves.fields["checked_on"],
        map(tuple, drawing.plane.metres_of_points(valves.geometry).tolist()),
    )
    return disagreements(recorded, found_at_valves())


def _publish(
    stock: Stock,
    run: ImportRun,
    source: Source,
    options: ImportOptions,
    snap_m: float,
    progress: Progress,
) -> NetworkRevision:
    publication = Publication(
        run=run,
        source_name=options.name,
        source_crs=source.crs[:200],
        snap_tolerance_m=snap_m,
        at=timezone.now(),
        held_valves=held_valves,
    )
    revision = publish(stock, publication, progress)
    prepare_current_state()
    return revision


def held_valves() -> frozenset[str]:
    """Return the valves that running outages hold closed: an import does not open them.

    HELD_VALVES names the function that knows them, since the network knows no outages.
    """
    name = getattr(settings, "HELD_VALVES", "")
    return frozenset(import_string(name)()) if name else frozenset()


def summary(drawing: Drawing, findings: Sequence[Finding], source: Source) -> dict[str, Any]:
    """Return what is kept of a run: how much was read, how much was found."""
    codes = Counter(finding.code for finding in findings)
    severities = Counter(finding.severity for finding in findings)
    return {
        "assets": counts_of(drawing),
        "findings": dict(sorted(codes.items())),
        "severities": dict(severities),
        "crs": source.crs,
        "read": source.read,
        "ignored": source.ignored,
    }


def keep_findings(run: ImportRun, findings: Sequence[Finding], plane: Plane) -> None:
    """Store findings with their run, each at its place."""
    CheckFinding.objects.bulk_create(
        (
            CheckFinding(
                run=run,
                code=finding.code,
                severity=finding.severity,
                asset_kind=finding.asset_kind,
                asset_id=finding.asset_id[:64],
                geom=place,
                facts=dict(finding.facts),
            )
            for finding, place in zip(findings, places_of(findings, plane), strict=True)
        ),
        batch_size=5000,
    )


def places_of(findings: Sequence[Finding], plane: Plane) -> list[Point | None]:
    """Return where each finding is, in EPSG:4326, None where it has no place."""
    placed = [finding.place for finding in findings if finding.place is not None]
    if not placed:
        return [None] * len(findings)
    lon_lat = iter(plane.lon_lat(np.asarray(placed, dtype=float)).tolist())
    return [None if finding.place is None else _point(next(lon_lat)) for finding in findings]


def _point(lon_lat: Sequence[float]) -> Point:
    return Point(lon_lat[0], lon_lat[1], srid=4326)


def service_area() -> BaseGeometry | None:
    """Return the utility's service area in EPSG:4326, None where none is recorded."""
    areas = Area.objects.filter(kind=AreaKind.SERVICE_AREA).values_list("geom", flat=True)
    shapes = [shapely.from_wkb(bytes(geom.wkb)) for geom in areas]
    return shapely.union_all(shapes) if shapes else None


def _known_bounds(area: BaseGeometry | None) -> NDArray[np.float64] | None:
    """Return the bounds in which the network is known to lie, with a margin."""
    if area is not None:
        bounds = np.asarray(area.bounds)
    else:
        revision = current_revision()
        if revision is None or revision.extent is None:
            return None
        bounds = np.asarray(revision.extent.extent)
    margin = KNOWN_MARGIN_DEGREES
    known: NDArray[np.float64] = bounds + np.array([-margin, -margin, margin, margin])
    return known
