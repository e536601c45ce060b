"""Reads workbooks as a spreadsheet would, from the standard's own parts: no writer is trusted."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from defusedxml import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets_of(body: bytes) -> dict[str, list[list[Any]]]:
    """Return every sheet's rows by its name; a text cell as text, a number as it is written."""
    book = zipfile.ZipFile(io.BytesIO(body))
    shared = _shared_texts(book)
    names = [each.get("name", "") for each in _root(book, "xl/workbook.xml").iter(f"{MAIN}sheet")]
    return {
        name: _rows(_root(book, f"xl/worksheets/sheet{nth}.xml"), shared)
        for nth, name in enumerate(names, 1)
    }


def formulas_in(body: bytes) -> int:
    """Count the cells that a spreadsheet would reckon, and the links that it would follow."""
    book = zipfile.ZipFile(io.BytesIO(body))
    parts = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    roots = [_root(book, name) for name in parts]
    return sum(1 for root in roots for tag in ("f", "hyperlink") for _ in root.iter(f"{MAIN}{tag}"))


def _root(book: zipfile.ZipFile, name: str) -> Any:
    return ElementTree.fromstring(book.read(name))


def _shared_texts(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    root = _root(book, "xl/sharedStrings.xml")
    return ["".join(t.text or "" for t in si.iter(f"{MAIN}t")) for si in root.iter(f"{MAIN}si")]


def _rows(root: Any, shared: list[str]) -> list[list[Any]]:
    return [
        [_value(cell, shared) for cell in row.iter(f"{MAIN}c")] for row in root.iter(f"{MAIN}row")
    ]


def _value(cell: Any, shared: list[str]) -> Any:
    found = cell.find(f"{MAIN}v")
    if found is None:
        return None
    return shared[int(found.text)] if cell.get("t") == "s" else found.text
