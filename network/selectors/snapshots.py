"""Build a revision's topology once, keep it on disk, and share it between processes.

A snapshot is a folder of arrays named after its revision. It is written aside and moved
into place, so a reader finds it whole or not at all; processes map it, so all of a
machine's workers use one copy. A revision never changes, so neither does its snapshot.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Model

from network.choices import Flow, Operability, PipeStatus, ValveState
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
from network.topology.build import build
from network.topology.elements import (
    Customers,
    NetworkTables,
    Pipes,
    Points,
    Sources,
    Splits,
    Valves,
)
from network.topology.structure import Topology

# Raise it when the arrays of `Topology` change their meaning: old snapshots are then left.
LAYOUT = 1
NAN = float("nan")
STUCK = {Operability.INOPERABLE, Operability.INACCESSIBLE}


def load_topology(revision: NetworkRevision) -> Topology:
    """The topology of `revision`, from its snapshot; built and kept if there is none yet."""
    return _opened(revision.pk, str(_folder(revision)))


@lru_cache(maxsize=2)
def _opened(revision_pk: int, folder: str) -> Topology:
    if not Path(folder).is_dir():
        build_snapshot(NetworkRevision.objects.get(pk=revision_pk))
    return Topology.load(Path(folder))


def build_snapshot(revision: NetworkRevision) -> Path:
    """Build the topology of `revision` from the database and write its snapshot."""
    folder = _folder(revision)
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    try:
        build(read_tables(revision)).save(aside)
        aside.chmod(0o755)
        os.rename(aside, folder)
    except OSError:
        # Another process was faster: its snapshot is as good as ours.
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _folder(revision: NetworkRevision) -> Path:
    """Named after key and birth: a database made anew never meets another one's snapshot."""
    born = f"{revision.created_at.timestamp():.6f}".replace(".", "")
    return Path(settings.SNAPSHOT_DIR) / f"r{revision.number}-{revision.pk}-{born}-v{LAYOUT}"


def read_tables(revision: NetworkRevision) -> NetworkTables:
    """Read the rows of `revision` that make its graph: what is in service, as columns."""
    pipes = _columns(
        Pipe,
        revision,
        *("asset_id", "from_junction", "to_junction", "flow"),
        status=PipeStatus.IN_SERVICE,
    )
    valves = _columns(
        Valve,
        revision,
        *("asset_id", "junction", "pipe", "fraction"),
        *("isolates", "flow_to_pipe", "state", "operability"),
    )
    sources = _columns(Source, revision, "asset_id", "junction", "inlet_pipes", "is_active")
    customers = _columns(
        Customer,
        revision,
        *("asset_id", "junction", "pipe", "fraction", "persons", "connections"),
    )
    hydrants = _columns(Hydrant, revision, "asset_id", "junction", "pipe", "fraction")
    return NetworkTables(
        junctions=_columns(Junction, revision, "asset_id")[0],
        pipes=Pipes(*pipes[:3], [flow == Flow.FORWARD for flow in pipes[3]]),
        splits=Splits(*_columns(PipeSplit, revision, "pipe", "junction", "fraction")),
        valves=Valves(
            *valves[:3],
            _numbers(valves[3]),
            valves[4],
            valves[5],
            [state == ValveState.CLOSED for state in valves[6]],
            [operability not in STUCK for operability in valves[7]],
        ),
        sources=Sources(*sources),
        hydrants=Points(*hydrants[:3], _numbers(hydrants[3])),
        customers=Customers(
            *customers[:3],
            _numbers(customers[3]),
            [
                settings.PERSONS_PER_CONNECTION * (connections or 1) if persons is None else persons
                for persons, connections in zip(customers[4], customers[5], strict=True)
            ],
        ),
    )


def _columns(
    model: type[Model], revision: NetworkRevision, *names: str, **only: object
) -> list[list[Any]]:
    rows = model._default_manager.filter(revision=revision, **only).order_by("pk")
    read = rows.values_list(*names).iterator(20_000)
    return [list(column) for column in zip(*read, strict=True)] or [[] for _ in names]


def _numbers(values: Iterable[float | None]) -> list[float]:
    return [NAN if value is None else value for value in values]
