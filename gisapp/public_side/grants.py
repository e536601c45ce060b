"""The public's role in the database: what it may, written down once and made so again and again.

It reads the names of places, files a report, asks how a report goes on and what is planned, and
counts how often somebody asked. It may read and write no table besides.
"""

from typing import Final

from django.db import connection, transaction
from psycopg import sql

READABLE: Final = ("layers_publicplace",)
CALLABLE: Final = (
    "file_public_report",
    "public_report_status",
    "public_report_plan",
    "public_rating",
    "file_public_rating",
    "count_asked",
)
# Of each session of the role. A page that takes longer than this is not worth waiting for.
SESSION: Final = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
}
MOST_CONNECTIONS: Final = 40
# Any number of our own; layers.public.snapshots and the containers hold those before it.
LOCK: Final = 5_201_979


def grant_public(role: str, password: str) -> bool:
    """Make the role if it is not there, and give it exactly what it may have in this database.

    Returns whether it was made. Safe to repeat; without the right to make roles (a hosted server)
    it must exist already. Roles are the server's, so several databases may share one.
    """
    name = sql.Identifier(role)
    with transaction.atomic(), connection.cursor() as cursor:
        # One at a time: two that grant at once would trip over the same rows of the catalogue.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])
        made = not cursor.fetchone()[0]
        if made:
            cursor.execute(sql.SQL("CREATE ROLE {}").format(name))
        cursor.execute(
            sql.SQL(
                "ALTER ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT"
                " NOREPLICATION NOBYPASSRLS CONNECTION LIMIT {}"
            ).format(name, sql.Literal(password), sql.Literal(MOST_CONNECTIONS))
        )
        for setting, value in SESSION.items():
            cursor.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    name, sql.Identifier(setting), sql.Literal(value)
                )
            )
        for statement in _grants():
            cursor.execute(sql.SQL(statement).format(role=name))
    return made


def _grants() -> list[str]:
    kinds = ("TABLES", "SEQUENCES", "FUNCTIONS")
    return [
        *(f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {{role}}" for kind in kinds),
        "REVOKE CREATE ON SCHEMA public FROM {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        *(f"GRANT SELECT ON {table} TO {{role}}" for table in READABLE),
        *(f"GRANT EXECUTE ON FUNCTION {function} TO {{role}}" for function in CALLABLE),
    ]
