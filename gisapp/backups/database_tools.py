"""PostgreSQL's own tools, run on the database of this instance and on new ones beside it.

What goes in and out are streams, so that a dump may be sealed on its way to the disk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from django.db import connection
from psycopg import Connection, Cursor, connect, sql

from gisapp.backups.sealed_files import Sink

_PG: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
}
# So long a tool may take after its stream has ended, seconds.
PATIENCE_S: Final = 3_600
_BLOCK_BYTES: Final = 1024 * 1024
_TABLES: Final = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relpersistence = 'p'
      AND relname <> 'spatial_ref_sys' ORDER BY relname
"""


class BackupFailed(Exception):
    """A tool of the database failed, or a file is not what its manifest says."""


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int = ..., /) -> bytes: ...


@contextmanager
def snapshot() -> Iterator[tuple[str, dict[str, int]]]:
    """Hold one moment of the database: its name, for `dump`, and how many rows every table had."""
    with _session() as session:
        # What is counted is what is dumped, whatever is written meanwhile.
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        name = _first(session.execute("SELECT pg_export_snapshot()"))
        yield name, _counts(session)


def dump(sink: Sink, *, snapshot: str) -> None:
    """Write the database as it was at a held moment. Raises BackupFailed."""
    with _tool("pg_dump", "-Fc", f"--snapshot={snapshot}") as tool:
        assert tool.stdout is not None, "it was asked for"
        while block := tool.stdout.read(_BLOCK_BYTES):
            sink.write(block)


def load(source: Readable, *, into: str) -> None:
    """Make the new database `into` and fill it. Raises BackupFailed, also where it is there.

    Who may what is left out: the roles belong to a server, and may not be there on this one.
    """
    with _tool("createdb", "--template=template0", into):
        pass
    try:
        _fill(into, source)
    except BaseException:
        drop(into)
        raise


def _fill(database: str, source: Readable) -> None:
    restoring = ("--no-owner", "--no-privileges", "--exit-on-error", "-d", database)
    with _tool("pg_restore", *restoring) as tool:
        assert tool.stdin is not None, "it was asked for"
        while block := source.read(_BLOCK_BYTES):
            try:
                tool.stdin.write(block)
            except BrokenPipeError:  # it has ended, and says itself why
                break


def drop(database: str) -> None:
    """Drop a database that `load` made. Without one, nothing. Raises BackupFailed."""
    with _tool("dropdb", "--if-exists", "--force", database):
        pass


def row_counts(database: str) -> dict[str, int]:
    """Count the rows of every table of a database on this server."""
    with _session(database) as session:
        return _counts(session)


def _counts(session: Connection[Any]) -> dict[str, int]:
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
    return connect(**address(), dbname=database or str(connection.settings_dict["NAME"]))


def address() -> dict[str, Any]:
    """Where the server is, and as whom it is asked."""
    given = connection.settings_dict
    told = {
        "host": given["HOST"],
        "port": given["PORT"],
        "user": given["USER"],
        "password": given["PASSWORD"],
    }
    return {name: value for name, value in told.items() if value}


@contextmanager
def _tool(name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of the tools, its streams open; address and password go by environment.

    Raises BackupFailed with the tool's own last words where it fails.
    """
    environment = {
        **os.environ,
        **{_PG[part]: str(value) for part, value in address().items()},
        "PGDATABASE": str(connection.settings_dict["NAME"]),
    }
    # In a file: a pipe that nobody empties meanwhile would stop a tool with much to say.
    with tempfile.TemporaryFile() as said:
        tool = subprocess.Popen(
            [_found(name), *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        try:
            yield tool
        except BaseException:
            tool.kill()
            raise
        finally:
            _end(tool)
        if tool.returncode:
            said.seek(0)
            msg = f"{name}: {said.read().decode(errors='replace').strip()[-500:]}"
            raise BackupFailed(msg)


def _end(tool: subprocess.Popen[bytes]) -> None:
    """Close its streams and wait for it."""
    for stream in (tool.stdin, tool.stdout):
        try:
            if stream is not None:
                stream.close()
        except BrokenPipeError:
            continue
    tool.wait(timeout=PATIENCE_S)


def _found(name: str) -> str:
    found = shutil.which(name)
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found and not newest:
        msg = f"{name} is not installed: the client of the database is missing"
        raise BackupFailed(msg)
    return found or str(newest[-1])
