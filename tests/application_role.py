"""The application's role in the tests' own database, which its owner made.

Tests run as the owner, who may empty tables between them. What is to be tried as in earnest runs
`as_application()`, on the same connection, or opens a session of its own with `LOGIN`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from django.db import DatabaseError, connection
from psycopg import sql

# Not the instance's own role: another name for each share of a run, and a password of no worth.
ROLE: Final = f"mainbreak_app_tried_{os.environ.get('TEST_SHARE', '1')}"
PASSWORD: Final = "tried-and-worth-nothing-elsewhere"


@contextmanager
def as_application() -> Iterator[None]:
    """Let the tests' connection have the application's rights and no others, inside."""
    _become(ROLE)
    try:
        yield
    finally:
        _become("")


@contextmanager
def as_owner() -> Iterator[None]:
    """Inside `as_application`, the owner again: whoever has the right meets the guard itself."""
    _become("")
    try:
        yield
    finally:
        _become(ROLE)


def _become(role: str) -> None:
    """Become the role, or without one who signed in."""
    told = sql.SQL("SET ROLE {}").format(sql.Identifier(role)) if role else "RESET ROLE"
    # After an error in a transaction nothing more is answered: the role goes with its rollback.
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute(told)
