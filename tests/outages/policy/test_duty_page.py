"""docs/outage-duties.md is what the matrix says."""

from pathlib import Path

from outages.management.commands.print_duties import duty_page
from outages.policy.matrix import MATRIX, Kind

PAGE = Path(__file__).parents[3] / "docs" / "outage-duties.md"


def test_the_page_is_printed_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == duty_page(), (
        "./run manage print_duties > docs/outage-duties.md writes it anew"
    )


def test_every_cell_of_the_matrix_stands_on_the_page() -> None:
    cells = sum(len(row.kinds & set(Kind)) for row in MATRIX)
    tables = duty_page().split("## In an emergency")[0]
    assert tables.count("\n| `") == cells
