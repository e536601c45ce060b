"""How long a snapshot takes from PostGIS, against a plain COPY of the same columns."""

import subprocess
import sys
import tempfile
from pathlib import Path

from django.db import connection

from network.models import NetworkRevision
from network.selectors import read_tables
from network.topology.engine.build import build
from tests.bench.ground import ROOT, environment_of
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


def rows(name: str, revision: NetworkRevision, state: Path, *, runs: int) -> list[list[str]]:
    """Reading, building and writing; the baseline only takes the rows and drops them."""
    with tempfile.TemporaryDirectory(prefix="mainbreak-snapshot-") as folder:
        ours = measure(lambda: build(read_tables(revision)).save(Path(folder)), runs=runs)
    plain = measure(lambda: _copy(revision), runs=runs)
    return [
        row(f"snapshot from PostGIS, {name}", ours, plain, "COPY of the same columns"),
        [f"memory of building it, {name}", *_memory(revision, state), ""],
    ]


# A process of its own, whose peak is that of Django started and of the snapshot built.
BUILD = """
import sys, tempfile
from pathlib import Path
import django
django.setup()
from network.models import NetworkRevision
from network.selectors import read_tables
from network.topology.engine.build import build
from tests.bench.memory import peak_mb
revision = NetworkRevision.objects.get(pk=sys.argv[1])
started = peak_mb()
with tempfile.TemporaryDirectory() as folder:
    build(read_tables(revision)).save(Path(folder))
print(peak_mb(), started)
"""


def _memory(revision: NetworkRevision, state: Path) -> tuple[str, str]:
    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(revision.pk)],
        cwd=ROOT,
        env=environment_of(state),
        check=True,
        capture_output=True,
        text=True,
    )
    peak, started = built.stdout.split()
    return f"{float(peak):,.0f} MB at most", f"the process before it: {float(started):,.0f} MB"


def _copy(revision: NetworkRevision) -> None:
    with connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            query = f"SELECT {columns} FROM {table} WHERE revision_id = %s"
            with cursor.copy(f"COPY ({query}) TO STDOUT", [revision.pk]) as taken:
                for _row in taken:
                    pass
