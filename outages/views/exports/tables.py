"""What a report consists of when it leaves the screen: titled tables of plain values.

    Document ── tables ──► CSV (one after another), workbook (a sheet each), paper

All forms are written from the same tables, so that they cannot differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

# A value of a cell. Numbers stay numbers; a moment is shown in the utility's own time.
Cell = str | int | float | date | datetime | None
Row = tuple[Cell, ...]
# A cell that begins so would be run as a formula by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Table:
    """One table: `key` names it in files, `head` its columns. Every row has as many cells."""

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
    # Where each row leads on the screen, if the table leads anywhere.
    links: tuple[str, ...] = ()

    def column(self, place: int) -> list[Cell]:
        """Return the cells of one column."""
        return [row[place] for row in self.rows]

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers, to be set to the right."""
        return tuple(
            any(_is_number(row[place]) for row in self.rows)
            and all(row[place] is None or _is_number(row[place]) for row in self.rows)
            for place in range(len(self.head))
        )


@dataclass(frozen=True)
class Document:
    """A report: `name` for its file, `facts` as lines under the title."""

    name: str
    title: str
    facts: tuple[str, ...]
    tables: tuple[Table, ...]

    def table(self, key: str) -> Table:
        """Return one table. Raises KeyError."""
        return {each.key: each for each in self.tables}[key]


def table(
    key: str,
    title: str,
    head: Iterable[str],
    rows: Iterable[Row],
    note: str = "",
    links: Iterable[str] = (),
) -> Table:
    """Make a table. Raises ValueError where a row has other columns than the head."""
    made = Table(key, title, tuple(head), tuple(tuple(row) for row in rows), note, tuple(links))
    for row in made.rows:
        if len(row) != len(made.head):
            msg = f"{key}: {len(row)} cells under {len(made.head)} headings"
            raise ValueError(msg)
    return made


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def safe_cell(value: Cell) -> Cell:
    """Return a cell of a text file that no spreadsheet runs as a formula."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value


def local_moment(value: datetime) -> datetime:
    """Return the utility's wall clock without a zone, as spreadsheets know it."""
    return timezone.localtime(value).replace(tzinfo=None)
