"""How long a snapshot takes from PostGIS, against a plain COPY of the same columns."""

import tempfile
from pathlib import Path

from django.db import connection

from network.models import NetworkRevision
from network.selectors import read_tables
from network.topology.engine.build import build
from tests.bench.timing import measure, row

COLUMNS = {
    "network_junction": "asset_id",
    "network_pipe": "asset_id, from_junction, to_junction, flow",
    "network_pipesplit": "pipe, junction, fraction",
    "network_valve": (
        "asset_id, junction, pipe, fraction, isolates, flow_to_pipe, state, operability"
    ),
    "network_hydrant": "asset_id, junction, pipe, fraction",
    "network_customer": "asset_id, junction, pipe, fraction, persons, connections",
    "network_source": "asset_id, junction, inlet_pipes, is_active",
}


def rows(name: str, revision: NetworkRevision) -> list[list[str]]:
    """Reading, building and writing; the baseline only takes the rows and drops them."""
    with tempfile.TemporaryDirectory(prefix="mainbreak-snapshot-") as folder:
        ours = measure(lambda: build(read_tables(revision)).save(Path(folder)), runs=3)
    plain = measure(lambda: _copy(revision), runs=3)
    return [row(f"snapshot from PostGIS, {name}", ours, plain, "COPY of the same columns")]


def _copy(revision: NetworkRevision) -> None:
    with connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            query = f"SELECT {columns} FROM {table} WHERE revision_id = %s"
            with cursor.copy(f"COPY ({query}) TO STDOUT", [revision.pk]) as taken:
                for _row in taken:
                    pass
