"""After a test that commits, the tables are put back as the migrations left them.

Django would empty every table and make all shipped rows anew, which takes longer than most of the
tests that ask for it. Here the tables that were written in are emptied and filled again from
memory. Shipped rows keep their ids.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from psycopg import sql

# Foreign keys and the guards against deletion are triggers: they do not act for a replica.
_NO_TRIGGERS = "SET LOCAL session_replication_role = replica"


@dataclass(frozen=True)
class Rows:
    """What stands in the tables: their names, and of those that are not empty the rows."""

    tables: tuple[str, ...]
    filled: dict[str, bytes]  # table -> its rows as COPY writes them

    @classmethod
    def of_now(cls) -> Rows:
        """Read the tables of the database that is connected."""
        tables = tuple(sorted(connection.introspection.django_table_names(only_existing=True)))
        return cls(tables, {name: _copied(name) for name in _not_empty(tables)})

    def put_back(self) -> None:
        """Make the tables what they were. Waits for whoever is still writing."""
        with transaction.atomic(), connection.cursor() as cursor:
            names = sql.SQL(", ").join(map(sql.Identifier, self.tables))
            cursor.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(names))
            cursor.execute(_NO_TRIGGERS)
            for name in _not_empty(self.tables) | self.filled.keys():
                before = self.filled.get(name, b"")
                if not before or _copied(name) != before:
                    _fill(name, before)


def _not_empty(tables: tuple[str, ...]) -> set[str]:
    asked = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, sql.Identifier(name))
        for name in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {name for (name,) in cursor.fetchall()}


def _copied(table: str) -> bytes:
    asked = sql.SQL("COPY (SELECT * FROM {} ORDER BY 1) TO STDOUT").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(asked) as copy:
        return b"".join(copy)


def _fill(table: str, rows: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        if rows:
            told = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
            with cursor.copy(told) as copy:
                copy.write(rows)
