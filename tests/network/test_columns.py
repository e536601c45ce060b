"""Columns read by COPY are what the database holds, whatever the text."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.selectors import columns
from network.selectors.columns import read_columns

pytestmark = pytest.mark.django_db

# PostgreSQL stores no NUL and no half of a surrogate pair.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(words, words), max_size=8), st.integers(1, 40))
def test_any_text_comes_back(monkeypatch, rows: list[tuple[str, str]], block: int) -> None:
    monkeypatch.setattr(columns, "BLOCK_BYTES", block)
    query = "SELECT a, b FROM unnest(%s::text[], %s::text[]) AS given(a, b)"
    lists = [[a for a, _ in rows], [b for _, b in rows]]
    first, second = read_columns(query, 2, lists)
    found = [(a.decode(), b.decode()) for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    assert found == rows


def test_numbers_and_truths_come_as_text() -> None:
    numbers, truths = read_columns("SELECT x / 4.0, x > 1 FROM generate_series(1, 3) AS x", 2)
    assert numbers.astype(np.float64).tolist() == [0.25, 0.5, 0.75]
    assert (truths == b"t").tolist() == [False, True, True]


def test_no_rows_are_empty_columns() -> None:
    empty = read_columns("SELECT 1, 2 WHERE false", 2)
    assert [len(column) for column in empty] == [0, 0]
