"""Reads that cannot write and cannot run for long: what every map request is made in."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.db.utils import OperationalError


class ReadTooSlow(Exception):
    """The database stopped a map query at its time limit."""


@contextmanager
def bounded_read() -> Iterator[None]:
    """Run the block in one read-only transaction with a limit per statement.

    The limit is `LAYERS_STATEMENT_TIMEOUT_MS` (2,000 by default). Raises ReadTooSlow when a
    statement met it. Inside a surrounding transaction the read-only mark ends with the block.
    """
    limit_ms = int(getattr(settings, "LAYERS_STATEMENT_TIMEOUT_MS", 2_000))
    with translated_timeout(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(limit_ms)])
        yield


@contextmanager
def translated_timeout() -> Iterator[None]:
    """Turn the driver's cancelled statement into ReadTooSlow."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == "57014":
            msg = "the map query took too long; look at a smaller piece of the map"
            raise ReadTooSlow(msg) from error
        raise
