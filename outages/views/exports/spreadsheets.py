"""A document as CSV and as a workbook (XLSX). No cell is ever a formula or a link."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, Final

from outages.views.exports.tables import Cell, Document, Row, Table, local_moment, safe_cell

# Spreadsheets read Chinese in a text file only behind this mark.
BOM: Final = "\ufeff"
# What a sheet's name may not hold, and how long it may be.
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_LONGEST_NAME: Final = 31
_WIDEST: Final = 60
# A workbook's text cell holds no more.
_LONGEST_TEXT: Final = 32_000


def as_csv(document: Document) -> bytes:
    """Write all tables one after another, each row after the key of its table."""
    rows: list[Sequence[Cell]] = []
    for each in document.tables:
        rows.append(("table", *each.head))
        rows += [(each.key, *row) for row in each.rows]
    return csv_bytes(rows)


def as_one_csv(table: Table) -> bytes:
    """Write a table that stands alone: its head and its rows, no key before them."""
    return csv_bytes([table.head, *table.rows])


def csv_bytes(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write rows as CSV that spreadsheets read and do not run."""
    text = StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([safe_cell(_plain(each)) for each in row])
    return f"{BOM}{text.getvalue()}".encode()


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return local_moment(cell).isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else cell


def as_xlsx(document: Document) -> bytes:
    """Write a workbook: what it is on the first sheet, then a sheet for each table."""
    # Imported here: only whoever asks for a workbook needs the package.
    import xlsxwriter  # noqa: PLC0415

    body = BytesIO()
    book = xlsxwriter.Workbook(
        body,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    styles = _Styles(book)
    _write_title(book.add_worksheet(_sheet_name(document.title, set())), document, styles)
    names: set[str] = {_sheet_name(document.title, set())}
    for each in document.tables:
        name = _sheet_name(each.title, names)
        names.add(name)
        _write_table(book.add_worksheet(name), each, styles)
    book.close()
    return body.getvalue()


class _Styles:
    """The formats of a workbook; a workbook makes its own."""

    def __init__(self, book: Any) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#EEF0F4"}
        )
        self.text = book.add_format({"valign": "top", "text_wrap": True})
        self.whole = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})


def _sheet_name(title: str, taken: set[str]) -> str:
    """Return a name that workbooks accept and that no other sheet has."""
    plain = " ".join(title.translate(_NOT_IN_NAMES).split())[:_LONGEST_NAME] or "1"
    name, nth = plain, 1
    while name.lower() in {each.lower() for each in taken}:
        nth += 1
        name = f"{plain[: _LONGEST_NAME - len(str(nth)) - 1]} {nth}"
    return name


def _write_title(sheet: Any, document: Document, styles: _Styles) -> None:
    sheet.set_column(0, 0, 90)
    sheet.write_string(0, 0, document.title, styles.title)
    for nth, fact in enumerate(document.facts):
        sheet.write_string(nth + 1, 0, fact[:_LONGEST_TEXT], styles.text)
    first = len(document.facts) + 2
    for nth, each in enumerate(document.tables):
        sheet.write_string(first + nth, 0, each.title)


def _write_table(sheet: Any, of: Table, styles: _Styles) -> None:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    sheet.set_paper(9)  # A4
    for place, heading in enumerate(of.head):
        sheet.write_string(0, place, heading, styles.head)
        sheet.set_column(place, place, _width(heading, of.column(place)))
    for nth, row in enumerate(of.rows):
        _write_row(sheet, nth + 1, row, styles)
    if of.note:
        sheet.write_string(len(of.rows) + 2, 0, of.note)
    if of.rows:
        sheet.autofilter(0, 0, len(of.rows), len(of.head) - 1)


def _write_row(sheet: Any, nth: int, row: Row, styles: _Styles) -> None:
    for place, cell in enumerate(row):
        match cell:
            case None:
                sheet.write_blank(nth, place, None)
            case datetime():
                sheet.write_datetime(nth, place, local_moment(cell), styles.moment)
            case date():
                sheet.write_datetime(nth, place, cell, styles.day)
            case int():
                sheet.write_number(nth, place, cell, styles.whole)
            case float():
                sheet.write_number(nth, place, cell, styles.number)
            case _:
                sheet.write_string(nth, place, cell[:_LONGEST_TEXT], styles.text)


def _width(heading: str, cells: Iterable[Cell]) -> float:
    """Return a column's width in characters; Chinese ones take two."""
    longest = max((_columns(str(_plain(cell))) for cell in cells), default=0)
    return min(max(longest, _columns(heading), 6) + 2, _WIDEST)


def _columns(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
