"""The utility's rules are tried as what the product runs as, not as the owner of the tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.application_role import as_application


@pytest.fixture(autouse=True)
def _as_the_application(db: None, application_role: str) -> Iterator[None]:
    """Every scenario, from its first row to its last look."""
    with as_application():
        yield
