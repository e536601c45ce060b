"""The public's role in the database: what it may, written down once and made so again and again.

It reads the names of places, files a report, asks how a report goes on and what is planned, and
counts how often somebody asked. It may read and write no table besides.
"""

from collections.abc import Iterator
from typing import Final

from psycopg import sql

from gisapp.guards.roles import Login, set_role

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


def grant_public(role: str, password: str) -> bool:
    """Make the role if it is not there, and give it exactly what it may; whether it was made."""
    return set_role(Login(role, password, MOST_CONNECTIONS, SESSION), _grants())


def _grants() -> Iterator[sql.Composable]:
    for table in READABLE:
        yield sql.SQL("GRANT SELECT ON {}").format(sql.Identifier(table))
    for function in CALLABLE:
        yield sql.SQL("GRANT EXECUTE ON FUNCTION {}").format(sql.Identifier(function))
