"""Check a revision as it is stored, with the valves as they stand now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Model
from django.utils import timezone
from numpy.typing import NDArray

from network.choices import Flow, LinkKind, PipeStatus
from network.importer.crs import LOCAL
from network.importer.drawing import Plane
from network.importer.found_at_valves import Recorded, disagreements, found_at_valves
from network.importer.run import keep_findings, service_area
from network.importer.runs import kept_run
from network.importer.vocabulary import ONE_WAY, valve_kind
from network.models import (
    Customer,
    Hydrant,
    ImportRun,
    Junction,
    NetworkRevision,
    Pipe,
    PipeSplit,
    Source,
    Valve,
    ValveCondition,
)
from network.topology.check import (
    CustomerRecords,
    Records,
    SourceRecords,
    ValveRecords,
    check_network,
)
from network.topology.findings import Finding
from network.topology.noding import (
    Junctions,
    NodedNetwork,
    Places,
    RawPipes,
    RawPoints,
    Splits,
)
from network.topology.noding.columns import NOWHERE

Columns = dict[str, NDArray[Any]]
PLACED: Final = ("asset_id", "junction", "pipe", "fraction")


def check_revision(revision: NetworkRevision) -> ImportRun:
    """Run all checks on a stored revision and keep them as a run of their own."""
    with kept_run(source_name=revision.source_name, revision=revision) as run:
        records, plane = _records(revision)
        findings = [*check_network(records), *_found_otherwise(revision, plane)]
        keep_findings(run, findings, plane)
        run.outcome = ImportRun.Outcome.CHECKED
        severities: dict[str, int] = {}
        for finding in findings:
            severities[finding.severity] = severities.get(finding.severity, 0) + 1
        run.counts = {"assets": revision.counts, "severities": severities}
        run.finished_at = timezone.now()
        run.save()
        return run


def _found_otherwise(revision: NetworkRevision, plane: Plane) -> list[Finding]:
    """Return where the revision says otherwise of a valve than was found since."""
    found = found_at_valves()
    rows = Valve.objects.filter(revision=revision, asset_id__in=found).order_by("pk")
    recorded = []
    for valve in rows:
        here = np.asarray([shapely.Point(valve.geom.x, valve.geom.y)], dtype=object)
        x, y = plane.metres_of_points(here)[0].tolist()
        recorded.append(Recorded(valve.asset_id, valve.operability, valve.checked_on, (x, y)))
    return disagreements(recorded, found)


def _columns(model: type[Model], revision: NetworkRevision, *names: str) -> Columns:
    """Read columns of a revision's rows; a `geom` among them comes as shapely geometries."""
    wanted = ["wkb" if name == "geom" else name for name in names]
    query = model._default_manager.filter(revision=revision).order_by("pk")
    if "geom" in names:
        query = query.annotate(wkb=AsWKB("geom"))
    rows = list(query.values_list(*wanted))
    columns: Columns = {}
    for nth, name in enumerate(names):
        column = np.empty(len(rows), dtype=object)
        column[:] = [row[nth] for row in rows]
        columns[name] = column
    if "geom" in columns:
        columns["geom"] = shapely.from_wkb([bytes(wkb) for wkb in columns["geom"]])
    return columns


def _floats(column: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray([np.nan if value is None else value for value in column], dtype=np.float64)


def _records(revision: NetworkRevision) -> tuple[Records, Plane]:
    pipes = _columns(
        Pipe,
        revision,
        *("asset_id", "geom", "from_junction", "to_junction", "kind", "flow", "status"),
        *("diameter_mm", "length_m"),
    )
    plane = Plane.around(pipes["geom"])
    junctions = _columns(Junction, revision, "asset_id", "geom", "is_generated")
    valves = _columns(
        Valve,
        revision,
        *(*PLACED, "geom", "kind", "isolates", "state", "operability", "bore_mm", "flow_to_pipe"),
    )
    hydrants = _columns(Hydrant, revision, *PLACED, "geom")
    sources = _columns(Source, revision, "asset_id", "junction", "geom", "inlet_pipes", "is_active")
    customers = _columns(Customer, revision, *PLACED, "geom", "account", "persons")
    splits = _columns(PipeSplit, revision, "pipe", "junction", "fraction")
    area = service_area()
    records = Records(
        network=_network(plane, pipes, junctions, splits, (valves, hydrants, sources, customers)),
        nodes=_points(junctions, plane),
        given_length_m=_floats(pipes["length_m"]),
        diameter_mm=_floats(pipes["diameter_mm"]),
        valves=_valve_records(valves, plane),
        hydrants=_points(hydrants, plane),
        sources=SourceRecords(
            _points(sources, plane),
            sources["inlet_pipes"].tolist(),
            sources["is_active"].astype(bool),
        ),
        customers=CustomerRecords(
            _points(customers, plane), customers["account"], _floats(customers["persons"])
        ),
        snap_m=revision.snap_tolerance_m,
        drawn_to_scale=revision.source_crs != LOCAL,
        service_area=None if area is None else plane.metres_of_area(area),
    )
    return records, plane


def _network(
    plane: Plane, pipes: Columns, junctions: Columns, splits: Columns, kinds: Sequence[Columns]
) -> NodedNetwork:
    """Return the stored network as noding once made it; `kinds` in the order of its fields."""
    junction_index = {name: nth for nth, name in enumerate(junctions["asset_id"].tolist())}
    pipe_index = {name: nth for nth, name in enumerate(pipes["asset_id"].tolist())}
    lines = plane.metres(pipes["geom"])

    def places(columns: Columns) -> Places:
        blank = np.full(len(columns["asset_id"]), "", dtype=object)
        pipe = _indices(columns.get("pipe", blank), pipe_index)
        fraction = columns.get("fraction", np.full(len(blank), None))
        return Places(
            _indices(columns["junction"], junction_index),
            pipe,
            _floats(fraction),
            _distances(lines, pipe, plane.metres_of_points(columns["geom"])),
        )

    return NodedNetwork(
        pipes=RawPipes(
            ids=pipes["asset_id"],
            lines=lines,
            from_nodes=pipes["from_junction"],
            to_nodes=pipes["to_junction"],
            in_service=pipes["status"] == PipeStatus.IN_SERVICE,
            is_device=pipes["kind"] != LinkKind.PIPE,
            is_forward=pipes["flow"] == Flow.FORWARD,
        ),
        lines=lines,
        flipped=np.zeros(len(lines), bool),
        start=_indices(pipes["from_junction"], junction_index),
        end=_indices(pipes["to_junction"], junction_index),
        junctions=Junctions(
            junctions["asset_id"],
            plane.metres_of_points(junctions["geom"]),
            junctions["is_generated"].astype(bool),
        ),
        splits=Splits(
            _indices(splits["pipe"], pipe_index),
            _indices(splits["junction"], junction_index),
            _floats(splits["fraction"]),
        ),
        **dict(
            zip(("valves", "hydrants", "sources", "customers"), map(places, kinds), strict=True)
        ),
    )


def _valve_records(valves: Columns, plane: Plane) -> ValveRecords:
    """Return the valves with what was recorded of them since the import."""
    recorded = {each.asset_id: each for each in ValveCondition.objects.all()}
    for name in ("state", "operability"):
        for nth, asset_id in enumerate(valves["asset_id"].tolist()):
            now = getattr(recorded.get(asset_id), name, None)
            if now is not None:
                valves[name][nth] = now
    return ValveRecords(
        points=_points(valves, plane),
        isolates=valves["isolates"].astype(bool),
        state=valves["state"],
        operability=valves["operability"],
        bore_mm=_floats(valves["bore_mm"]),
        flow_to_pipe=valves["flow_to_pipe"],
        one_way_kind=np.asarray([valve_kind(kind) in ONE_WAY for kind in valves["kind"]], bool),
    )


def _points(columns: Columns, plane: Plane) -> RawPoints:
    blank = np.full(len(columns["asset_id"]), "", dtype=object)
    return RawPoints(
        columns["asset_id"],
        plane.metres_of_points(columns["geom"]),
        columns.get("junction", blank),
        columns.get("pipe", blank),
    )


def _indices(names: NDArray[Any], index: dict[str, int]) -> NDArray[np.int64]:
    return np.fromiter(
        (index.get(name, NOWHERE) for name in names.tolist()), dtype=np.int64, count=len(names)
    )


def _distances(
    lines: NDArray[Any], pipe: NDArray[np.int64], xy: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far each point stands from its pipe, in metres; 0 where it has none."""
    apart = np.zeros(len(pipe))
    on_pipe = pipe != NOWHERE
    apart[on_pipe] = shapely.distance(lines[pipe[on_pipe]], shapely.points(xy[on_pipe]))
    return apart
