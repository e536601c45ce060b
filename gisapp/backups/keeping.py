"""Backing the data up, and giving a backup back into an empty database.

A backup is a folder of its own: `database.dump` (pg_dump's own format), `media.tar` (photos and
papers) and `manifest.json`, written last: what was counted, and the checksums of both files. A
folder without a manifest is none: it was broken off. Folders are readable by their owner alone.

With a key (BACKUP_KEY) both files are sealed while they are written, end in `.sealed`, and the
manifest names the key's fingerprint. Nothing unsealed touches the disk.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final

import structlog
from django.conf import settings

from gisapp.backups import database_tools, media_archive
from gisapp.backups.database_tools import BackupFailed
from gisapp.backups.media_archive import PutBack
from gisapp.backups.sealed_files import NotOpened, Opening, Sealing, Sink, fingerprint
from network.selectors.locks import alone

logger = structlog.get_logger(__name__)

DUMP: Final = "database.dump"
MEDIA: Final = "media.tar"
MANIFEST: Final = "manifest.json"
SEALED: Final = ".sealed"


# Held by the one process that makes a backup; with that process it goes.
BACKUP_LOCK: Final = 7_130_012


class BackupRunning(BackupFailed):
    """Another process is making a backup."""


@dataclass(frozen=True)
class Backup:
    """One finished backup. `key` is the fingerprint of what it is sealed with, or nothing."""

    folder: Path
    at: datetime
    rows: Mapping[str, int]
    key: str = ""

    @property
    def size_bytes(self) -> int:
        return sum(each.stat().st_size for each in self.folder.iterdir())

    def file(self, name: str) -> Path:
        """Where one of its files is."""
        return self.folder / (name + SEALED if self.key else name)

    @contextmanager
    def written(self, name: str) -> Iterator[Sink]:
        """Open one of its files for writing, sealed where there is a key."""
        with self.file(name).open("xb") as file:
            if not self.key:
                yield file
                return
            sealing = Sealing(file, key=settings.BACKUP_KEY, about=self._about(name))
            yield sealing
            sealing.close()

    @contextmanager
    def read(self, name: str) -> Iterator[IO[bytes] | Opening]:
        """Open one of its files for reading. Raises BackupFailed where the key is not right."""
        with self.file(name).open("rb") as file:
            try:
                yield (
                    Opening(file, key=settings.BACKUP_KEY, about=self._about(name))
                    if self.key
                    else file
                )
            except NotOpened as error:
                msg = f"{self.file(name).name}: {error}"
                raise BackupFailed(msg) from error

    def _about(self, name: str) -> str:
        return f"{name} {self.at.isoformat()}"


@dataclass(frozen=True)
class Restored:
    """What came back: rows by table, and the files of the media."""

    rows: Mapping[str, int]
    media: PutBack


def backups() -> list[Backup]:
    """Return the finished backups, oldest first; a manifest that was cut off makes none."""
    found = []
    for manifest in sorted(settings.BACKUP_DIR.glob(f"*/{MANIFEST}")):
        try:
            found.append(_told_by(manifest))
        except (ValueError, KeyError):
            logger.warning("backup_without_manifest", folder=manifest.parent.name)
    return found


def _told_by(manifest: Path) -> Backup:
    told = json.loads(manifest.read_text())
    at = datetime.fromisoformat(told["at"])
    return Backup(manifest.parent, at, told["rows"], told.get("key", ""))


def is_due(*, at: datetime, interval: timedelta) -> bool:
    """Whether the newest backup is older than the policy's `backup_interval`."""
    every = backups()
    return not every or every[-1].at + interval <= at


def back_up(*, at: datetime) -> Backup:
    """Back up database and media, drop what is older than the newest kept. Raises BackupFailed.

    What is broken off is removed: it is tried again every hour, and would fill the disk.
    Raises BackupRunning while another process is at it: two would only slow each other down.
    """
    with alone(BACKUP_LOCK) as is_ours:
        if not is_ours:
            msg = "another backup is running"
            raise BackupRunning(msg)
        return _made(at)


def _made(at: datetime) -> Backup:
    folder = settings.BACKUP_DIR / f"{at:%Y%m%d-%H%M%S}"
    folder.mkdir(mode=0o700, parents=True)
    try:
        made = _written(folder, at)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for old in backups()[: -settings.BACKUPS_KEPT]:
        shutil.rmtree(old.folder)
    return made


def _written(folder: Path, at: datetime) -> Backup:
    """Write dump, media and, last and at once, the manifest."""
    key = fingerprint(settings.BACKUP_KEY) if settings.BACKUP_KEY else ""
    with database_tools.snapshot() as (name, rows):
        made = Backup(folder, at, rows, key)
        with made.written(DUMP) as file:
            database_tools.dump(file, snapshot=name)
    with made.written(MEDIA) as file:
        media_archive.pack(settings.MEDIA_ROOT, file)
    told = {
        "at": at.isoformat(),
        "key": key,
        "rows": rows,
        "sha256": {path.name: _sha256(path) for path in (made.file(DUMP), made.file(MEDIA))},
    }
    partial = folder / f"{MANIFEST}.partial"
    partial.write_text(json.dumps(told, indent=1))
    partial.replace(folder / MANIFEST)
    return made


def restore(folder: Path, *, into: str) -> Restored:
    """Give a backup back: its rows into a new database `into` on the same server, its media to
    where they belong.

    The database must not exist, and a file that is there stays as it is: nothing that runs is
    overwritten. Every row must have come back. Raises BackupFailed.
    """
    given = _checked(folder)
    rows = _restore_rows(given, into)
    with given.read(MEDIA) as file:
        return Restored(rows, media_archive.put_back(file, settings.MEDIA_ROOT))


def drill(folder: Path, *, into: str) -> Restored:
    """Try whether a backup would come back: restore it into a database that is dropped again, read
    every file of the media and leave those that there are alone. Raises BackupFailed.
    """
    given = _checked(folder)
    try:
        rows = _restore_rows(given, into)
    finally:
        database_tools.drop(into)
    with given.read(MEDIA) as file:
        return Restored(rows, media_archive.compare(file, settings.MEDIA_ROOT))


def _checked(folder: Path) -> Backup:
    """Return a backup whose files are what its manifest says and whose key we have."""
    given = _told_by(folder / MANIFEST)
    told = json.loads((folder / MANIFEST).read_text())
    for name, checksum in told["sha256"].items():
        if not (folder / name).is_file() or _sha256(folder / name) != checksum:
            msg = f"{name} is not what the manifest says: it was changed or cut off"
            raise BackupFailed(msg)
    if given.key and not settings.BACKUP_KEY:
        msg = f"it is encrypted with the key {given.key}: BACKUP_KEY must hold it"
        raise BackupFailed(msg)
    if given.key and fingerprint(settings.BACKUP_KEY) != given.key:
        msg = (
            f"it is encrypted with the key {given.key}, and BACKUP_KEY holds another one, "
            f"{fingerprint(settings.BACKUP_KEY)}"
        )
        raise BackupFailed(msg)
    return given


def _restore_rows(given: Backup, into: str) -> dict[str, int]:
    with given.read(DUMP) as file:
        database_tools.load(file, into=into)
    rows = database_tools.row_counts(into)
    if rows != given.rows:
        wrong = [name for name in given.rows if rows.get(name) != given.rows[name]]
        msg = f"not every row came back: {', '.join(wrong)}"
        raise BackupFailed(msg)
    return rows


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
