"""Records of many assets of one revision, by their own ids."""

from collections.abc import Collection
from typing import Any, Final

from django.db import connection

from network.models import (
    Customer,
    Hydrant,
    Junction,
    NetworkRevision,
    Pipe,
    PipeSplit,
    Source,
    Valve,
)
from network.selectors.columns import SEPARATOR

_SEPARATOR: Final = SEPARATOR.decode()


def rows_by_id(
    model: type[Customer | Hydrant | Junction | Pipe | PipeSplit | Source | Valve],
    columns: str,
    revision: NetworkRevision,
    ids: Collection[str],
    *,
    by: str = "asset_id",
) -> list[tuple[Any, ...]]:
    """Return `columns` (SQL, of the caller's own writing) of the assets. One query, in no order.

    `by` is the column that holds the ids.
    """
    array, value = array_of(ids)
    with connection.cursor() as cursor:
        # Only names and expressions of the callers' source; values are parameters.
        cursor.execute(
            f"SELECT {columns} FROM {model._meta.db_table} "  # noqa: S608
            f"WHERE revision_id = %s AND {by} = ANY({array})",
            [revision.pk, value],
        )
        return cursor.fetchall()


def array_of(ids: Collection[str]) -> tuple[str, Any]:
    """Return SQL for an array of ids, and its one parameter.

    As one text, not as a list of parameters and not as a literal of an array: of twenty thousand
    customers, making and reading those costs more than all else. Ids that have the separator in
    them, which no importer leaves in a text, go as an array after all.
    """
    joined = _SEPARATOR.join(ids)
    if (joined or not ids) and joined.count(_SEPARATOR) == max(len(ids) - 1, 0):
        return f"string_to_array(%s, chr({ord(_SEPARATOR)}))", joined
    return "%s::text[]", list(ids)
