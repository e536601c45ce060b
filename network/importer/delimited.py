"""Delimited text into columns: split at once where it is plain, by the `csv` module where not."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import TextIO

from network.importer.packed import BLOCK_ROWS, Packed, blocks_of
from network.importer.refusals import refusal

_QUOTE = '"'
_WRITTEN_AS_FLOAT = re.compile(r"(?:-?\d+\.0)?")


def read_delimited(opened: TextIO, name: str) -> dict[str, Packed]:
    """Return a table's columns by their names in the header. All values stay text.

    `opened` has its line ends as they are; `name` is what a refusal calls the file. The delimiter
    is the comma, semicolon or tab that the header has most of.
    Raises ImportRefused for a row that is longer than the header, StopIteration for an empty file,
    csv.Error and UnicodeDecodeError.
    """
    first = next(opened)
    delimiter = max(",;\t", key=first.count)
    lines = chain([first], opened)
    header = [each.strip() for each in next(csv.reader(lines, delimiter=delimiter))]
    packed = [Packed() for _name in header]
    for columns in _blocks(lines, header, delimiter, name):
        for column, values in zip(packed, columns, strict=True):
            column.append(values)
    return dict(zip(header, map(_whole_numbers, packed), strict=True))


def _blocks(
    lines: Iterator[str], header: list[str], delimiter: str, name: str
) -> Iterator[Sequence[Sequence[str]]]:
    """Yield the columns of BLOCK_ROWS rows at a time, fewer in the last block."""
    rows_before = 0
    while block := list(islice(lines, BLOCK_ROWS)):
        plain = _split(block, len(header), delimiter)
        if plain is None:
            # From the first block that is not plain, all the rest: a quoted value may go on in
            # the next one.
            rest = csv.reader(chain(block, lines), delimiter=delimiter)
            yield from _parsed(rest, len(header), name, first_line=rows_before + 2)
            return
        yield plain
        rows_before += len(block)


def _split(block: list[str], width: int, delimiter: str) -> list[list[str]] | None:
    """Return the columns of lines without quotes that all have `width` values; None otherwise."""
    if width < 2 or any(_QUOTE in line or line.count(delimiter) != width - 1 for line in block):
        return None
    values = delimiter.join([line.rstrip("\r\n") for line in block]).split(delimiter)
    return [values[nth::width] for nth in range(width)]


def _parsed(
    rows: Iterable[list[str]], width: int, name: str, *, first_line: int
) -> Iterator[Sequence[Sequence[str]]]:
    for block in blocks_of(_rows(rows, width, name, first_line)):
        columns = list(zip_longest(*block, fillvalue=""))
        short = [("",) * len(block)] * (width - len(columns))
        yield [*columns, *short]


def _rows(rows: Iterable[list[str]], width: int, name: str, first_line: int) -> Iterator[list[str]]:
    """Yield rows that hold anything. Raises ImportRefused for one that is too long."""
    for number, row in enumerate(rows, start=first_line):
        if len(row) > width:
            raise refusal(reason="csv_row", name=name, line=number)
        if len(row) > 1 or (row and row[0].strip()):
            yield row


def _whole_numbers(column: Packed) -> Packed:
    """Return 12 for 12.0 where all of a column is so: whole numbers that met a blank on the way.

    Spreadsheets and data frames write them like that, and 12.0 would be nobody's id.
    """
    if not all(_WRITTEN_AS_FLOAT.fullmatch(text) for text in column):
        return column
    return Packed.of(text.removesuffix(".0") for text in column)
