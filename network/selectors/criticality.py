"""What was reckoned in advance: read, ranked, and written to files for a GIS."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection

from network.choices import RunStatus
from network.models import CriticalityRun, NetworkRevision
from network.selectors.snapshots import load_topology
from network.selectors.states import network_state
from network.topology.engine.states import canonical

SUFFIXES = (".gpkg", ".csv")


def current_criticality(revision: NetworkRevision) -> CriticalityRun | None:
    """The newest finished run for `revision` as its valves stand; None where there is none."""
    digest = canonical(load_topology(revision), network_state()).digest()
    runs = CriticalityRun.objects.filter(
        revision=revision, state_digest=digest, status=RunStatus.FINISHED
    )
    return runs.order_by("-pk").first()


def newest_criticality(revision: NetworkRevision) -> CriticalityRun | None:
    """The newest finished run for `revision` in whatever state; it may not hold any more."""
    runs = CriticalityRun.objects.filter(revision=revision, status=RunStatus.FINISHED)
    return runs.order_by("-pk").first()


@dataclass(frozen=True)
class _Layer:
    name: str
    geometry: str
    fields: tuple[str, ...]
    query: str


LAYERS = (
    _Layer(
        "pipes",
        "LineString",
        (
            *("pipe", "customers", "unintended", "persons", "hydrants", "valves_to_close"),
            *("is_isolatable", "length_m"),
        ),
        """SELECT ST_AsBinary(asset.geom), row.pipe, row.customers, row.unintended, row.persons,
                  row.hydrants, row.valves_to_close, row.is_isolatable, asset.length_m
           FROM network_pipecriticality row JOIN network_pipe asset
             ON asset.revision_id = %(revision)s AND asset.asset_id = row.pipe
           WHERE row.run_id = %(run)s ORDER BY row.customers DESC, row.pipe""",
    ),
    _Layer(
        "valves",
        "Point",
        (
            *("valve", "bursts", "worst_pipe", "worst_customers", "worst_persons"),
            *("all_customers", "all_persons", "not_isolatable"),
        ),
        """SELECT ST_AsBinary(asset.geom), row.valve, row.bursts, row.worst_pipe,
                  row.worst_customers, row.worst_persons, row.all_customers, row.all_persons,
                  row.not_isolatable
           FROM network_valvecriticality row JOIN network_valve asset
             ON asset.revision_id = %(revision)s AND asset.asset_id = row.valve
           WHERE row.run_id = %(run)s ORDER BY row.all_customers DESC, row.valve""",
    ),
    _Layer(
        "new_valves",
        "Point",
        (
            *("rank", "pipe", "junction", "loss_before", "loss_after", "customers"),
            *("customers_pipe_side", "customers_other_side", "zone_m"),
        ),
        """SELECT ST_AsBinary(asset.geom), row.rank, row.pipe, row.junction, row.loss_before,
                  row.loss_after, row.customers, row.customers_pipe_side,
                  row.customers_other_side, row.zone_m
           FROM network_bestvalveplace row JOIN network_junction asset
             ON asset.revision_id = %(revision)s AND asset.asset_id = row.junction
           WHERE row.run_id = %(run)s ORDER BY row.rank""",
    ),
)


def export_criticality(run: CriticalityRun, path: Path) -> list[Path]:
    """Write a run's tables: layers of one GeoPackage, or one CSV each beside `path`.

    Geometry is EPSG:4326; a CSV has it as WKT. Raises ValueError for another suffix. What is at
    the paths is replaced. Returns the files written.
    """
    if path.suffix not in SUFFIXES:
        msg = f"export to one of {', '.join(SUFFIXES)}, not {path.name}"
        raise ValueError(msg)
    written = []
    if path.suffix == ".gpkg":
        path.unlink(missing_ok=True)
    for layer in LAYERS:
        target = path
        if path.suffix == ".csv":
            target = path.with_name(f"{path.stem}-{layer.name.replace('_', '-')}.csv")
            target.unlink(missing_ok=True)
        _write(run, layer, target)
        written.append(target)
    return sorted(set(written))


def _write(run: CriticalityRun, layer: _Layer, target: Path) -> None:
    # Brings pandas with it: a second and 60 MB that every process would pay for a rare download.
    import pyogrio  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(layer.query, {"run": run.pk, "revision": run.revision_id})
        rows = cursor.fetchall()
    shapes, *columns = zip(*rows, strict=True) if rows else [()] * (len(layer.fields) + 1)
    options: dict[str, Any] = {}
    if target.suffix == ".gpkg":
        options = {"layer": layer.name, "append": target.exists()}
    else:
        options = {"layer_options": {"GEOMETRY": "AS_WKT"}}
    pyogrio.raw.write(
        target,
        geometry=np.array([bytes(each) for each in shapes], dtype=object),
        field_data=[np.array(column) for column in columns],
        fields=np.array(layer.fields),
        geometry_type=layer.geometry,
        crs="EPSG:4326",
        driver="GPKG" if target.suffix == ".gpkg" else "CSV",
        **options,
    )
