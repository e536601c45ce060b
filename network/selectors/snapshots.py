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
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from network.models import NetworkRevision
from network.selectors.states import network_now
from network.selectors.tables import read_tables
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, Isolation, isolate
from network.topology.engine.ready import ReadyState, make_ready
from network.topology.engine.states import NetworkState, canonical
from network.topology.engine.structure import Topology

# Raise it when the arrays of `Topology` or `ReadyState` change their meaning: older ones are left.
LAYOUT = 5
KEPT_SNAPSHOTS, KEPT_STATES = 3, 4
UNFINISHED = ".building-"
# No snapshot takes this long to build: whoever began it was killed.
ABANDONED_S = 24 * 60 * 60


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A revision's topology and, where a worker has made them, its ready states."""

    topology: Topology
    folder: Path

    def isolate(self, bursts: Sequence[Burst], state: NetworkState) -> Isolation:
        """Answer `bursts` in `state`: by look-up where that state is ready, else by search.

        Raises UnknownAsset for an id the network does not have.
        """
        return isolate(self.topology, bursts, state, self.ready(state) or self.newest())

    def ready(self, state: NetworkState) -> ReadyState | None:
        """The ready state of `state`, None where there is none (yet)."""
        return self._opened(self.state_folder(state))

    def newest(self) -> ReadyState | None:
        """The ready state of what held last, as a start for others; None where none was made."""
        folders = _newest_first(self.folder / "states")
        return self._opened(folders[0]) if folders else None

    def _opened(self, folder: Path) -> ReadyState | None:
        if not folder.is_dir():
            return None
        with suppress(FileNotFoundError):  # pruned between the look and the reading
            return _opened_state(self, str(folder))
        return None

    def prepare(self, state: NetworkState) -> Path:
        """Make `state` ready, unless it is. Seconds for a million pipes: for workers only."""
        folder = self.state_folder(state)
        if not folder.is_dir():
            _keep(folder, make_ready(self.topology, state).save)
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
def _opened_state(snapshot: Snapshot, folder: str) -> ReadyState:
    return ReadyState.load(snapshot.topology, Path(folder))


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
    """Make what holds now ready to be asked. Nothing to do for most calls: one small query."""
    now = network_now()
    if now is not None:
        load_snapshot(now.revision).prepare(now.state)


def _keep(folder: Path, save: Callable[[Path], None]) -> None:
    """Let `save` write `folder` aside, then move it into place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder.parent))
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
    """Remove all but the newest folders, and what a killed process began.

    Who has mapped their files keeps them.
    """
    begun = _by_time(parent, f"{UNFINISHED}*")
    abandoned = [folder for made, folder in begun if made < time.time() - ABANDONED_S]
    for folder in (*_newest_first(parent)[kept:], *abandoned):
        shutil.rmtree(folder, ignore_errors=True)


def _newest_first(parent: Path) -> list[Path]:
    """Finished folders by their time, the newest first; none where `parent` is missing."""
    return [folder for _, folder in sorted(_by_time(parent, "[!.]*"), reverse=True)]


def _by_time(parent: Path, pattern: str) -> list[tuple[float, Path]]:
    found = []
    for folder in parent.glob(pattern):
        with suppress(FileNotFoundError):  # pruned meanwhile
            found.append((folder.stat().st_mtime, folder))
    return found


def _folder(revision: NetworkRevision) -> Path:
    """Named after key and birth: a database made anew never meets another one's snapshot."""
    born = f"{revision.created_at.timestamp():.6f}".replace(".", "")
    return Path(settings.SNAPSHOT_DIR) / f"r{revision.number}-{revision.pk}-{born}-v{LAYOUT}"
