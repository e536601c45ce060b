"""The role that the product runs as: what it may do to each table, drawn from the list of guards.

A row of an appended table may be read and added, one of a kept table changed too, and deleted only
where the list says that it may go. No table may be emptied or altered: they belong to the owner,
who migrates and serves nobody. So the guards cannot be taken off by whoever gets hold of a process
of the product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import sql

from gisapp.guards.roles import Login, is_there, set_rights, set_role
from gisapp.guards.tables import APPENDED, KEPT

Rights = frozenset[str]

READS: Final[Rights] = frozenset({"SELECT"})
ADDS: Final[Rights] = READS | {"INSERT"}
CHANGES: Final[Rights] = ADDS | {"UPDATE"}
REMOVES: Final[Rights] = CHANGES | {"DELETE"}
# Tables that no model stands for: counts of who asked how often, and which migrations ran.
WITHOUT_MODEL: Final[dict[str, Rights]] = {
    "layers_asked": READS | {"DELETE"},
    "django_migrations": READS,
}
# Functions with the owner's rights that the application calls.
CALLABLE: Final = ("count_asked", "refresh_statistics")
_OF_THE_OWNER: Final = """
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
_HELD: Final = """
    SELECT c.relname, r.name FROM pg_class c
    CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS r (name)
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname = ANY(%s)
      AND has_table_privilege(c.oid, r.name)
"""


def rights() -> dict[str, Rights]:
    """Return table -> what the application may do with its rows."""
    found = dict(WITHOUT_MODEL)
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            found[model._meta.db_table] = _rights_in(model._meta.label)
    return found


def _rights_in(label: str) -> Rights:
    if label in APPENDED:
        return ADDS
    return CHANGES if label in KEPT else REMOVES


def grant_application(role: str, password: str, *, using: str = DEFAULT_DB_ALIAS) -> bool:
    """Make the application's role if it is not there and give it its rights; whether it was made.

    To be called as the owner of the tables. Safe to repeat.
    """
    return set_role(Login(role, password), _grants(using), using=using)


def grant_new_tables(role: str, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Let a role have its part of new tables, after a migration. Where it is not there, nothing."""
    if is_there(role, using=using):
        set_rights(role, _grants(using), using=using)


def held_rights(*, using: str = DEFAULT_DB_ALIAS) -> dict[str, Rights]:
    """Return table -> what this connection's role may do, of the tables in `rights`. One query."""
    held: dict[str, set[str]] = defaultdict(set)
    with connections[using].cursor() as cursor:
        cursor.execute(_HELD, [sorted(rights())])
        for table, right in cursor.fetchall():
            held[table].add(right)
    return {table: frozenset(found) for table, found in held.items()}


def _grants(using: str) -> Iterator[sql.Composable]:
    """Return the grants, each but for its receiver; of tables that are not made yet, none."""
    with connections[using].cursor() as cursor:
        there = set(connections[using].introspection.table_names(cursor))
        cursor.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        functions = {name for (name,) in cursor.fetchall()}
    tables: dict[Rights, list[str]] = defaultdict(list)
    for table, may in sorted(rights().items()):
        if table in there:
            tables[may].append(table)
    for may, names in tables.items():
        yield sql.SQL("GRANT {} ON {}").format(
            sql.SQL(", ").join(map(sql.SQL, sorted(may))),
            sql.SQL(", ").join(map(sql.Identifier, names)),
        )
    yield sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public")
    for name in CALLABLE:
        if name in functions:
            yield sql.SQL("GRANT EXECUTE ON FUNCTION {}").format(sql.Identifier(name))


def close_functions(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Take from everybody what runs with the owner's rights: only roles that are named may call it.

    The migrations that made these functions did so; a restored database forgets who may what.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(_OF_THE_OWNER)
        for (function,) in cursor.fetchall():
            cursor.execute(
                sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(sql.SQL(function))
            )
