"""Build a revision's topology once, keep it on disk, and share it between processes.

A snapshot is a folder of arrays named after its revision. It is written aside and moved
into place, so a reader finds it whole or not at all; processes map it, so all of a
machine's workers use one copy. A revision never changes, so neither does its snapshot: it is
built before the revision becomes current, and no question ever waits for it.

States of the valves do change. A snapshot's folder `states` holds a ready state for some of
them, named by the state's digest: whoever asks in that state looks the answer up, whoever asks in
another one searches. Ready states are made by a worker (`prepare_current_state`), never by
somebody who asks.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
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
from network.selectors.revisions import current_revision
from network.selectors.states import network_state
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
from network.topology.isolation import Burst, Isolation, isolate
from network.topology.ready import ReadyState, make_ready
from network.topology.states import NetworkState, canonical, masks
from network.topology.structure import Topology

# Raise it when the arrays of `Topology` or `ReadyState` change their meaning: older ones are left.
LAYOUT = 3
KEPT_SNAPSHOTS, KEPT_STATES = 3, 4
NAN = float("nan")
PLACE = ("asset_id", "junction", "pipe", "fraction")
STUCK = {Operability.INOPERABLE, Operability.INACCESSIBLE}


@dataclass(frozen=True)
class Snapshot:
    """A revision's topology and, where a worker has made them, its ready states."""

    topology: Topology
    folder: Path

    def isolate(self, bursts: Sequence[Burst], state: NetworkState) -> Isolation:
        """Answer `bursts` in `state`: by look-up where that state is ready, else by search.

        Raises UnknownAsset for an id the network does not have.
        """
        return isolate(self.topology, bursts, state, self.ready(state))

    def ready(self, state: NetworkState) -> ReadyState | None:
        """The ready state of `state`, None where there is none (yet)."""
        folder = self.state_folder(state)
        return _opened_state(str(folder)) if folder.is_dir() else None

    def prepare(self, state: NetworkState) -> Path:
        """Make `state` ready, unless it is. Seconds for a million pipes: for workers only."""
        folder = self.state_folder(state)
        if not folder.is_dir():
            made = make_ready(self.topology, masks(self.topology, state))
            _keep(folder, made.save)
            _prune(folder.parent, KEPT_STATES)
        os.utime(folder)  # what holds now is pruned last
        return folder

    def state_folder(self, state: NetworkState) -> Path:
        """Where the ready state of `state` is, or would be."""
        return self.folder / "states" / canonical(self.topology, state).digest()


def load_snapshot(revision: NetworkRevision) -> Snapshot:
    """The snapshot of `revision`; built and kept if this machine has none yet."""
    return _opened(revision.pk, str(_folder(revision)))


def load_topology(revision: NetworkRevision) -> Topology:
    """The topology of `revision`, from its snapshot."""
    return load_snapshot(revision).topology


@lru_cache(maxsize=2)
def _opened(revision_pk: int, folder: str) -> Snapshot:
    if not Path(folder).is_dir():
        build_snapshot(NetworkRevision.objects.get(pk=revision_pk))
    return Snapshot(Topology.load(Path(folder)), Path(folder))


@lru_cache(maxsize=KEPT_STATES)
def _opened_state(folder: str) -> ReadyState:
    return ReadyState.load(Path(folder))


def build_snapshot(revision: NetworkRevision) -> Path:
    """Build the topology of `revision` from the database and write its snapshot.

    In the transaction that makes the revision, before anybody can ask about it.
    """
    folder = _folder(revision)
    if not folder.is_dir():
        _keep(folder, build(read_tables(revision)).save)
        _prune(folder.parent, KEPT_SNAPSHOTS)
    return folder


def drop_snapshot(revision: NetworkRevision) -> None:
    """Remove the snapshot of a revision that came to nothing."""
    shutil.rmtree(_folder(revision), ignore_errors=True)


def prepare_current_state() -> None:
    """Make what holds now ready to be asked. Nothing to do for most calls: two small queries."""
    revision = current_revision()
    if revision is not None:
        load_snapshot(revision).prepare(network_state())


def _keep(folder: Path, save: Callable[[Path], None]) -> None:
    """Let `save` write `folder` aside, then move it into place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    try:
        save(aside)
        aside.chmod(0o755)
        aside.rename(folder)
    except OSError:
        # Another process was faster: its snapshot is as good as ours.
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _prune(parent: Path, kept: int) -> None:
    """Remove all but the newest folders; who has mapped their files keeps them."""
    folders = [each for each in parent.iterdir() if not each.name.startswith(".")]
    for folder in sorted(folders, key=lambda each: each.stat().st_mtime)[:-kept]:
        shutil.rmtree(folder, ignore_errors=True)


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
