"""Roles of the database server: made if they are not there, and given exactly what they may have.

There are three. The owner migrates and grants. The application's role reads and writes, as far as
`tables` lets rows be changed (`application_role`). The public's role reads the names of places and
calls the functions that are made for it (`gisapp.public_side.grants`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from psycopg import sql

# Any number of our own; layers.public.snapshots and the containers hold those before it.
LOCK: Final = 5_201_979
_KINDS: Final = ("TABLES", "SEQUENCES", "FUNCTIONS")


@dataclass(frozen=True)
class Login:
    """How a role signs in, and the limits of its sessions."""

    role: str
    password: str
    most_connections: int = -1  # as many as the server takes
    session: Mapping[str, str] = field(default_factory=dict)


def set_role(
    login: Login, grants: Iterable[sql.Composable], *, using: str = DEFAULT_DB_ALIAS
) -> bool:
    """Make a role if it is not there, and give it these rights and no others in this database.

    Returns whether it was made. Safe to repeat; without the right to make roles (a hosted server)
    it must exist already. Roles are the server's, so several databases may share one.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        # One at a time: two that grant at once would trip over the same rows of the catalogue.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        made = not is_there(login.role, using=using)
        if made:
            cursor.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(login.role)))
        for statement in (*_signing_in(login), *_anew(login.role, grants)):
            cursor.execute(statement)
    return made


def set_rights(
    role: str, grants: Iterable[sql.Composable], *, using: str = DEFAULT_DB_ALIAS
) -> None:
    """Give a role that is there these rights and no others in this database."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for statement in _anew(role, grants):
            cursor.execute(statement)


def is_there(role: str, *, using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether the server has this role."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])
        return bool(cursor.fetchone()[0])


def _signing_in(login: Login) -> Iterable[sql.Composable]:
    name = sql.Identifier(login.role)
    yield sql.SQL(
        "ALTER ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT"
        " NOREPLICATION NOBYPASSRLS CONNECTION LIMIT {}"
    ).format(name, sql.Literal(login.password), sql.Literal(login.most_connections))
    for setting, value in login.session.items():
        yield sql.SQL("ALTER ROLE {} SET {} = {}").format(
            name, sql.Identifier(setting), sql.Literal(value)
        )


def _anew(role: str, grants: Iterable[sql.Composable]) -> Iterable[sql.Composable]:
    """Return the statements that take every right away and give these: what was given by hand goes.

    Each grant ends where the role's name belongs.
    """
    name = sql.Identifier(role)
    for kind in _KINDS:
        yield sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA public FROM {}").format(sql.SQL(kind), name)
    yield sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {}").format(name)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name)
    for grant in grants:
        yield sql.SQL("{} TO {}").format(grant, name)
