"""Reports as files: what leaves the screen says the same as the screen, and runs nowhere."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.template.defaultfilters import floatformat
from hypothesis import given
from hypothesis import strategies as st

from outages.templatetags.paper import cell_text
from outages.views.exports.spreadsheets import as_csv, as_xlsx
from outages.views.exports.tables import Document, safe_cell, table
from tests.workbooks import formulas_in, sheets_of

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12
) | st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(1)", "http://x", "007"])
NUMBERS = st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6, allow_subnormal=False)
ROWS = st.lists(st.tuples(TEXTS, NUMBERS), max_size=5)


def document(*rows: Any, title: str = "投诉") -> Document:
    return Document("report", "月报", ("2026-11",), (table("t", title, ("甲", "乙"), rows),))


@given(ROWS)
def test_a_workbook_holds_every_cell_as_it_is_and_no_formula(rows: Any) -> None:
    body = as_xlsx(document(*rows))
    assert formulas_in(body) == 0
    found = sheets_of(body)["投诉"]
    assert found[0] == ["甲", "乙"]
    assert [row[0] or "" for row in found[1:]] == [row[0] for row in rows]
    assert [float(row[1]) for row in found[1:]] == pytest.approx([float(row[1]) for row in rows])


@given(ROWS)
def test_no_cell_of_a_text_file_is_run_as_a_formula(rows: Any) -> None:
    text = as_csv(document(*rows)).decode()
    assert text.startswith("\ufeff")
    found = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert found[0] == ["table", "甲", "乙"]
    for (name, value), row in zip(rows, found[1:], strict=True):
        assert row[0] == "t"
        assert row[1].removeprefix("'") == name.removeprefix("'")
        assert not row[1].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
        assert float(row[2]) == value


def test_moments_are_told_in_the_utility_s_own_time() -> None:
    at = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
    made = document((at, date(2026, 11, 26)), (None, None))
    assert "2026-11-26 00:30:00,2026-11-26" in as_csv(made).decode()
    # A spreadsheet's days are counted from 1899-12-30.
    first = sheets_of(as_xlsx(made))["投诉"][1]
    assert float(first[0]) == pytest.approx(46352 + 30 / 1440)
    assert float(first[1]) == 46352


def test_sheets_have_names_that_workbooks_accept() -> None:
    titles = ["投诉/办理 [类]", "投诉 办理 类", "x" * 40, "x" * 41, "History"]
    tables = tuple(table(f"t{nth}", title, ("a",), []) for nth, title in enumerate(titles))
    names = list(sheets_of(as_xlsx(Document("r", "月报", (), tables))))
    assert len(names) == len({name.lower() for name in names}) == 6
    assert all(len(name) <= 31 for name in names)


def test_rows_fit_their_heads() -> None:
    with pytest.raises(ValueError, match="1 cells under 2"):
        table("t", "t", ("a", "b"), [(1,)])


def test_a_cell_that_only_looks_like_text_is_left_alone() -> None:
    assert [safe_cell(each) for each in (" =1", "a=1", 3, None)] == ["' =1", "a=1", 3, None]


@pytest.mark.parametrize(
    ("figure", "printed"),
    [(66.5699, "66.57"), (0.4485, "0.45"), (1.005, "1.01"), (-2.345, "-2.35"), (12.0, "12")],
)
def test_paper_rounds_a_figure_as_the_page_does(figure: float, printed: str) -> None:
    assert cell_text(figure) == printed
    assert figure.is_integer() or printed == floatformat(figure, 2)
