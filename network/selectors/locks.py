"""One at a time, across processes: locks of the database that last as long as their session.

A process that is killed lets go of them by that, so whoever asks later knows that it is gone.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(kind: int, of: int = 0, *, wait: bool = False) -> Iterator[bool]:
    """Hold the lock `of` one thing of a kind while the block runs; False where another holds it.

    With `wait` it is waited for, as long as the session waits for any lock, and always held.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [kind, of])
            is_held = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, of])
            is_held = bool(cursor.fetchone()[0])
    try:
        yield is_held
    finally:
        if is_held and connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, of])


def held(kind: int) -> set[int]:
    """Return of which things of a kind somebody holds the lock now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND classid = %s AND objsubid = 2 AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())",
            [kind],
        )
        return {int(of) for (of,) in cursor.fetchall()}
