"""One row in any table, by SQL: what its columns need and nothing of what a model would check.

Constraints between tables are not asked while the row goes in, so that a guard can be tried on a
table without building the life that leads to a row of it.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from psycopg import sql

_COLUMNS = """
    SELECT a.attname, split_part(format_type(a.atttypid, NULL), ' ', 1),
        format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute a
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attgenerated = ''
"""
# Triggers that ask of a row that comes in whether what it points at exists (bit 4 is INSERT).
_ASKING = """
    SELECT tgname FROM pg_trigger
    WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgtype & 4 <> 0
"""
# By the first word of a type's name.
_VALUES: dict[str, str] = {
    "character": "''",
    "text": "''",
    "boolean": "false",
    "smallint": "1",
    "integer": "1",
    "bigint": "1",
    "double": "1",
    "timestamp": "now()",
    "date": "current_date",
    "time": "localtime",
    "jsonb": "'{}'",
    "uuid": "gen_random_uuid()",
    "bytea": "''",
}
_PLACES: dict[str, str] = {
    "Point": "POINT(110 22)",
    "MultiPolygon": "MULTIPOLYGON(((110 22, 111 22, 111 23, 110 22)))",
    "Polygon": "POLYGON((110 22, 111 22, 111 23, 110 22))",
}


def a_row_in(table: str) -> None:
    """Put one row into a table, past its checks and keys; the test's rollback removes it.

    The checks come back with the rollback too. Fails on a type that it has no value for.
    """
    with connection.cursor() as cursor:
        checks = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass"
        for (name,) in _rows(cursor, checks + " AND contype IN ('c', 'f')", table):
            cursor.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                    sql.Identifier(table), sql.Identifier(name)
                )
            )
        for (name,) in _rows(cursor, _ASKING, table):
            cursor.execute(
                sql.SQL("DROP TRIGGER {} ON {}").format(sql.Identifier(name), sql.Identifier(table))
            )
        columns = _rows(cursor, _COLUMNS, table)
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                sql.Identifier(table),
                sql.SQL(", ").join(sql.Identifier(name) for name, _word, _kind in columns),
                sql.SQL(", ").join(sql.SQL(_value(word, kind)) for _name, word, kind in columns),
            )
        )


def _value(word: str, kind: str) -> str:
    """A value of a type: `word` begins its name, `kind` is all of it."""
    if kind.endswith("[]"):
        return "'{}'"
    if place := re.match(r"geometry\((\w+),4326\)", kind):
        return f"ST_GeomFromText('{_PLACES[place[1]]}', 4326)"
    return _VALUES[word]


def _rows(cursor: Any, query: str, table: str) -> list[tuple[Any, ...]]:
    cursor.execute(query, [table])
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
