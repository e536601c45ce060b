"""Rows on their way into a table: columns in, blocks of COPY text out.

A column is packed texts, an array, a list, or something that makes its values as they are asked
for. Blocks have BLOCK_ROWS rows, so that a million rows never stand in memory as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any

import numpy as np
import shapely
from django.db import connection, models
from numpy.typing import NDArray

from network.importer.packed import BLOCK_ROWS, Packed, blocks_of
from network.importer.places import Courses, Geometry, ewkb_hex
from network.importer.progress import Progress

# What COPY's text form has a meaning for; other control characters never come this far.
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_NULL = "\\N"


@dataclass(frozen=True, slots=True)
class Made:
    """A column whose texts are made a block at a time."""

    blocks: Callable[[], Iterator[list[str]]]


@dataclass(frozen=True, slots=True)
class Same:
    """A column that says the same in every row."""

    value: Any


Values = Packed | NDArray[Any] | Sequence[Any] | Made | Same


@dataclass(frozen=True, slots=True)
class Copy:
    """One table's rows on their way into the database."""

    model: type[models.Model]
    columns: dict[str, Values]
    count: int

    def run(self, revision: int, progress: Progress) -> None:
        """Store all rows under a revision."""
        table = self.model._meta.db_table
        progress.stage("storing", detail=f"{table} {self.count:,}")
        columns = {"revision_id": Same(revision), **self.columns}
        names = ", ".join(f'"{name}"' for name in columns)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({names}) FROM STDIN") as sink,
        ):
            progress.counted(self._write(columns, sink.write), table, self.count)
        progress.close()

    def _write(self, of: dict[str, Values], write: Callable[[str], None]) -> Iterator[int]:
        """Write block after block; yield how many rows each had.

        A block is made while the database takes in the one before: never more than two stand in
        memory.
        """
        left = self.count
        columns = [_blocks(values, self.count) for values in of.values()]
        with ThreadPoolExecutor(max_workers=1) as writer:
            under_way: Future[None] | None = None
            while left > 0:
                rows = min(left, BLOCK_ROWS)
                fields = [next(column) for column in columns]
                text = "\n".join(map("\t".join, zip(*fields, strict=True))) + "\n"
                if under_way is not None:
                    under_way.result()
                under_way = writer.submit(write, text)
                left -= rows
                yield rows
            if under_way is not None:
                under_way.result()


def shapes(geometry: Geometry) -> Made:
    """Return geometries of EPSG:4326 as a column."""

    def blocks() -> Iterator[list[str]]:
        for start in range(0, len(geometry), BLOCK_ROWS):
            yield ewkb_hex(geometry[start : start + BLOCK_ROWS])

    return Made(blocks)


def lines(courses: Courses, flipped: NDArray[np.bool_]) -> Made:
    """Return lines of EPSG:4326 as a column, those turned round that are `flipped`."""

    def blocks() -> Iterator[list[str]]:
        for start in range(0, len(courses), BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            found = courses.lines(rows.start, rows.stop)
            found[flipped[rows]] = shapely.reverse(found[flipped[rows]])
            yield ewkb_hex(found)

    return Made(blocks)


def named(ids: NDArray[np.object_], indices: NDArray[np.int64]) -> Made:
    """Return the ids at some positions as a column, nothing where there is no position (-1)."""

    def blocks() -> Iterator[list[str]]:
        for start in range(0, len(indices), BLOCK_ROWS):
            part = indices[start : start + BLOCK_ROWS]
            found = ids[part] if len(ids) else np.full(len(part), "", dtype=object)
            found[part < 0] = ""
            yield found.tolist()

    return Made(blocks)


def made(values: Iterable[str]) -> Made:
    """Return texts that are made one by one as a column."""
    return Made(lambda: blocks_of(values))


def _blocks(values: Values, count: int) -> Iterator[list[str]]:
    if isinstance(values, Same):
        one = _literals([values.value])
        for start in range(0, count, BLOCK_ROWS):
            yield one * min(BLOCK_ROWS, count - start)
    elif isinstance(values, Packed | Made):
        yield from map(_escaped, values.blocks())
    else:
        for start in range(0, count, BLOCK_ROWS):
            yield _fields(values[start : start + BLOCK_ROWS])


def _fields(block: NDArray[Any] | Sequence[Any]) -> list[str]:
    """Return values as fields of COPY's text form."""
    if isinstance(block, np.ndarray):
        block = block.tolist()
    kinds = set(map(type, block))
    if kinds == {float}:
        return [_NULL if text == "nan" else text for text in map(repr, block)]
    if kinds == {str}:
        return _escaped(list(block))
    if list in kinds:
        return _literals(block)
    # Few different ones, nearly always: states, counts, yes and no.
    different = list(set(block))
    known = dict(zip(different, _literals(different), strict=True))
    return [known[value] for value in block]


def _literals(values: Iterable[Any]) -> list[str]:
    return list(map(_literal, values))


def _literal(value: Any) -> str:
    if value is None or (isinstance(value, float) and isnan(value)):
        return _NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return _escape("{" + ",".join(map(_quoted, value)) + "}")
    if isinstance(value, date):
        return value.isoformat()
    return _escape(str(value))


def _quoted(text: str) -> str:
    inside = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'


def _escaped(block: list[str]) -> list[str]:
    """Escape texts; nearly never is there anything to escape."""
    if _SPECIAL.search("".join(block)) is None:
        return block
    return list(map(_escape, block))


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text)
