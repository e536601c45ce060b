"""A database with all tables and no work in it, made once an instance and copied from then on.

All migrations from the first take most of a minute of a processor, a copy takes a blink: the two
shares of a run, the journeys and the cluster that is crashed each need their own.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

ROOT: Final = Path(__file__).resolve().parents[1]
PREFIX: Final = "mainbreak_prepared_"
# What the tables, and the rows that the program ships with them, are made from.
MADE_FROM: Final = (
    "requirements.lock",
    "*/migrations/*.py",
    "gisapp/*/migrations/*.py",
    "gisapp/guards/*.py",
    "gisapp/accounts/*.py",
    "network/models/**/*.py",
    "outages/models/**/*.py",
    "outages/policy/**/*.py",
    "outages/services/rules/departments.py",
    "outages/services/shifts/*.py",
)
# Two shares that want it at the same time: one makes it, the other waits. Any number that is ours.
LOCK: Final = 5_021_126


def prepared_database(owner_url: str) -> str:
    """Return the name of the prepared database of this code; makes it where there is none.

    `owner_url` names the cluster, as whoever may make databases there.
    """
    name = PREFIX + fingerprint()
    address = _of(owner_url, "postgres").replace("postgis:", "postgresql:", 1)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if name not in _there(server):
            _make(server, owner_url, name)
    return name


def fingerprint() -> str:
    """Return a word that changes with whatever the tables are made from."""
    digest = hashlib.sha256()
    for path in sorted({each for pattern in MADE_FROM for each in ROOT.glob(pattern)}):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _there(server: psycopg.Connection) -> set[str]:
    found = server.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
    )
    return {name for (name,) in found}


def _make(server: psycopg.Connection, owner_url: str, name: str) -> None:
    """Migrate under another name: who finds the name finds a database that is whole."""
    for old in _there(server):
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
    unfinished = f"{PREFIX}unfinished"
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
    # As in the other tests: a crash of the machine may cost a test, waiting costs minutes.
    server.execute(
        sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(unfinished))
    )
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--skip-checks", "--verbosity=0"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "gisapp.settings",
            "DATABASE_URL": _of(owner_url, unfinished),
            "OWNER_DATABASE_URL": "",
        },
        check=True,
        timeout=600,
    )
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(unfinished), sql.Identifier(name)
        )
    )


def _of(url: str, database: str) -> str:
    return f"{url.rpartition('/')[0]}/{database}"
