"""Delimited text comes out the same, whether it was split at once or read value by value."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.importer.delimited import read_delimited
from network.importer.packed import BLOCK_ROWS
from network.importer.refusals import ImportRefused

PLAIN = st.text("ab 1.0-球;,\t", max_size=5)
WILD = st.text('ab 1.0-球;,\t"\n', max_size=5)


def written(rows: list[list[str]], delimiter: str, line_end: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def read(text: str) -> dict[str, list[str]]:
    opened = io.StringIO(text, newline="")
    return {name: column.tolist() for name, column in read_delimited(opened, "a.csv").items()}


@given(
    rows=st.lists(st.lists(PLAIN, min_size=3, max_size=3) | st.lists(WILD, min_size=3, max_size=3)),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_every_value_is_where_it_was_written(
    rows: list[list[str]], delimiter: str, line_end: str
) -> None:
    found = read(written([["id", "b", "c"], *rows], delimiter, line_end))
    # A value is kept in clean form, and a row in which nothing is written is still a row.
    expected = [[value.strip() for value in row] for row in rows]
    columns = [list(column) for column in zip(*expected, strict=True)] or [[], [], []]
    for name, column in zip(("id", "b", "c"), columns, strict=True):
        is_whole = all(not each or re.fullmatch(r"-?\d+\.0", each) for each in column)
        assert found[name] == [each.removesuffix(".0") if is_whole else each for each in column]


def test_a_quote_after_many_plain_rows_is_still_read() -> None:
    rows = [[f"P{nth}", "main"] for nth in range(2 * BLOCK_ROWS + 10)]
    rows[BLOCK_ROWS + 3][1] = "Sand Street 5,\nflat 3"
    found = read(written([["id", "name"], *rows], ",", "\n"))
    assert found["id"] == [row[0] for row in rows]
    assert found["name"] == [row[1] for row in rows]


def test_blank_lines_are_no_rows_and_short_rows_are_filled() -> None:
    assert read("id,name\nP1,a\n\nP2\n   \nP3,c\n") == {
        "id": ["P1", "P2", "P3"],
        "name": ["a", "", "c"],
    }


def test_a_row_too_long_is_named_by_its_line_wherever_it_stands() -> None:
    rows = ["id,name", *(f"P{nth},a" for nth in range(BLOCK_ROWS + 5)), "P,a,b"]
    with pytest.raises(ImportRefused) as refused:
        read("\n".join(rows))
    assert refused.value.code == "csv_row"
    assert str(BLOCK_ROWS + 7) in str(refused.value)


def test_a_file_without_a_line_is_empty() -> None:
    with pytest.raises(StopIteration):
        read("")
