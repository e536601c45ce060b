"""Backing the data up, and giving a backup back into an empty database.

A backup is a folder of its own: `database.dump` (pg_dump's own format), `media.tar` (photos and
papers) and `manifest.json`, written last: what was counted, and the checksums of both files. A
folder without a manifest is none: it was broken off. Folders are readable by their owner alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import connection
from psycopg import Connection, Cursor, connect, sql

logger = structlog.get_logger(__name__)

DUMP: Final = "database.dump"
MEDIA: Final = "media.tar"
MANIFEST: Final = "manifest.json"
_PG: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
}
# So long a dump may take, seconds.
PATIENCE_S: Final = 3_600
_TABLES: Final = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relpersistence = 'p'
      AND relname <> 'spatial_ref_sys' ORDER BY relname
"""


class BackupFailed(Exception):
    """A tool of the database failed, or a file is not what its manifest says."""


@dataclass(frozen=True)
class Backup:
    """One finished backup."""

    folder: Path
    at: datetime
    rows: Mapping[str, int]

    @property
    def size_bytes(self) -> int:
        return sum(each.stat().st_size for each in self.folder.iterdir())


def backups() -> list[Backup]:
    """Return the finished backups, oldest first; a manifest that was cut off makes none."""
    found = []
    for manifest in sorted(settings.BACKUP_DIR.glob(f"*/{MANIFEST}")):
        try:
            told = json.loads(manifest.read_text())
            at = datetime.fromisoformat(told["at"])
            found.append(Backup(manifest.parent, at, told["rows"]))
        except (ValueError, KeyError):
            logger.warning("backup_without_manifest", folder=manifest.parent.name)
    return found


def is_due(*, at: datetime, interval: timedelta) -> bool:
    """Whether the newest backup is older than the policy's `backup_interval`."""
    every = backups()
    return not every or every[-1].at + interval <= at


def back_up(*, at: datetime) -> Backup:
    """Back up database and media, drop what is older than the newest kept. Raises BackupFailed.

    What is broken off is removed: it is tried again every hour, and would fill the disk.
    """
    folder = settings.BACKUP_DIR / f"{at:%Y%m%d-%H%M%S}"
    folder.mkdir(mode=0o700, parents=True)
    try:
        rows = _written(folder, at)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for old in backups()[: -settings.BACKUPS_KEPT]:
        shutil.rmtree(old.folder)
    return Backup(folder, at, rows)


def _written(folder: Path, at: datetime) -> dict[str, int]:
    """Write dump, media and, last and at once, the manifest; return the row counts."""
    with _session() as session:
        # What is counted is what is dumped, whatever is written meanwhile.
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = _first(session.execute("SELECT pg_export_snapshot()"))
        rows = _counts(session)
        _run("pg_dump", "-Fc", f"--snapshot={snapshot}", "-f", str(folder / DUMP))
    with tarfile.open(folder / MEDIA, "w") as tar:
        if settings.MEDIA_ROOT.is_dir():
            tar.add(settings.MEDIA_ROOT, arcname="media")
    told = {
        "at": at.isoformat(),
        "rows": rows,
        "sha256": {name: _sha256(folder / name) for name in (DUMP, MEDIA)},
    }
    partial = folder / f"{MANIFEST}.partial"
    partial.write_text(json.dumps(told, indent=1))
    partial.replace(folder / MANIFEST)
    return rows


def restore(folder: Path, *, into: str) -> dict[str, int]:
    """Give a backup back into a new database `into` on the same server; return its row counts.

    The database must not exist: nothing that runs is overwritten. Every row must have come back.
    Raises BackupFailed.
    """
    told = json.loads((folder / MANIFEST).read_text())
    for name, checksum in told["sha256"].items():
        if _sha256(folder / name) != checksum:
            msg = f"{name} is not what the manifest says: it was changed or cut off"
            raise BackupFailed(msg)
    _run("createdb", "--template=template0", into)
    _run("pg_restore", "--no-owner", "--exit-on-error", "-d", into, str(folder / DUMP))
    with _session(into) as session:
        rows = _counts(session)
    if rows != told["rows"]:
        wrong = [name for name in told["rows"] if rows.get(name) != told["rows"][name]]
        msg = f"not every row came back: {', '.join(wrong)}"
        raise BackupFailed(msg)
    return rows


def _counts(session: Connection[Any]) -> dict[str, int]:
    """Count the rows of every table."""
    tables = [str(name) for (name,) in session.execute(_TABLES).fetchall()]
    query = "SELECT count(*) FROM {}"
    return {
        table: int(_first(session.execute(sql.SQL(query).format(sql.Identifier(table)))))
        for table in tables
    }


def _first(found: Cursor[Any]) -> Any:
    row = found.fetchone()
    assert row is not None, "the query has one row"
    return row[0]


def _session(database: str = "") -> Connection[Any]:
    """Connect beside Django's own connection, to its database or another one on its server."""
    return connect(**_address(), dbname=database or str(connection.settings_dict["NAME"]))


def _address() -> dict[str, Any]:
    given = connection.settings_dict
    told = {
        "host": given["HOST"],
        "port": given["PORT"],
        "user": given["USER"],
        "password": given["PASSWORD"],
    }
    return {name: value for name, value in told.items() if value}


def _run(tool: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own tools; address and password go by environment."""
    environment = {
        **os.environ,
        **{_PG[name]: str(value) for name, value in _address().items()},
        "PGDATABASE": str(connection.settings_dict["NAME"]),
    }
    done = subprocess.run(
        [_tool(tool), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode:
        msg = f"{tool}: {done.stderr.strip()[-500:]}"
        raise BackupFailed(msg)


def _tool(name: str) -> str:
    found = shutil.which(name)
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found and not newest:
        msg = f"{name} is not installed: the client of the database is missing"
        raise BackupFailed(msg)
    return found or str(newest[-1])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
