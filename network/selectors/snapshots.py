"""Build a revision's topology once, keep it on disk, and share it between processes.

A snapshot is a folder of arrays named after its revision. It is written aside and moved
into place, so a reader finds it whole or not at all; processes map it, so all of a
machine's workers use one copy. A revision never changes, so neither does its snapshot.
"""

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
PLACE = ("asset_id", "junction", "pipe", "fraction")
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
        aside.rename(folder)
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
    ids, junctions, pipes, fractions = _columns(Hydrant, revision, *PLACE)
    return NetworkTables(
        junctions=_columns(Junction, revision, "asset_id")[0],
        pipes=_pipes(revision),
        splits=_splits(revision),
        valves=_valves(revision),
        sources=_sources(revision),
        hydrants=Points(ids, junctions, pipes, _numbers(fractions)),
        customers=_customers(revision),
    )


def _pipes(revision: NetworkRevision) -> Pipes:
    ids, starts, ends, flows = _columns(
        Pipe,
        revision,
        *("asset_id", "from_junction", "to_junction", "flow"),
        status=PipeStatus.IN_SERVICE,
    )
    return Pipes(ids, starts, ends, [flow == Flow.FORWARD for flow in flows])


def _splits(revision: NetworkRevision) -> Splits:
    pipes, junctions, fractions = _columns(PipeSplit, revision, "pipe", "junction", "fraction")
    return Splits(pipes, junctions, fractions)


def _valves(revision: NetworkRevision) -> Valves:
    ids, junctions, pipes, fractions, isolates, flow_to, states, operability = _columns(
        Valve, revision, *PLACE, "isolates", "flow_to_pipe", "state", "operability"
    )
    return Valves(
        ids,
        junctions,
        pipes,
        _numbers(fractions),
        isolates,
        flow_to,
        closed=[state == ValveState.CLOSED for state in states],
        operable=[able not in STUCK for able in operability],
    )


def _sources(revision: NetworkRevision) -> Sources:
    ids, junctions, inlets, active = _columns(
        Source, revision, "asset_id", "junction", "inlet_pipes", "is_active"
    )
    return Sources(ids, junctions, inlets, active)


def _customers(revision: NetworkRevision) -> Customers:
    ids, junctions, pipes, fractions, persons, connections = _columns(
        Customer, revision, *PLACE, "persons", "connections"
    )
    return Customers(
        ids,
        junctions,
        pipes,
        _numbers(fractions),
        persons=[
            settings.PERSONS_PER_CONNECTION * (each or 1) if known is None else known
            for known, each in zip(persons, connections, strict=True)
        ],
    )


def _columns(
    model: type[Model], revision: NetworkRevision, *names: str, **only: object
) -> list[list[Any]]:
    rows = model._default_manager.filter(revision=revision, **only).order_by("pk")
    read = rows.values_list(*names).iterator(20_000)
    return [list(column) for column in zip(*read, strict=True)] or [[] for _ in names]


def _numbers(values: Iterable[float | None]) -> list[float]:
    return [NAN if value is None else value for value in values]
