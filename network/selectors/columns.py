"""Read columns of many rows as arrays, without a Python object for each value.

The database hands out a row for each block of rows: of every column one text, with a separator
between the values. A block in which a value has the separator in it is asked for once more, row by
row.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from network.models import (
    Customer,
    Hydrant,
    Junction,
    NetworkRevision,
    Pipe,
    PipeSplit,
    Valve,
)

BLOCK_ROWS = 50_000
# No importer leaves this in a text.
SEPARATOR = b"\x1f"
ESCAPED = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}

Column = NDArray[np.bytes_]
Rows = type[Junction | Pipe | PipeSplit | Valve | Hydrant | Customer]


def read_columns(
    model: Rows,
    revision: NetworkRevision,
    columns: Sequence[str],
    values: Sequence[object] = (),
    *,
    only: str = "true",
    of: Sequence[object] = (),
) -> list[Column]:
    """Columns of a revision's rows as arrays of UTF-8 bytes, one entry a row, in the rows' order.

    `columns` and the condition `only` are SQL of the caller's own source, `values` and `of` the
    parameters in them; no column may be NULL. Numbers are their text; booleans are `true` and
    `false`.
    """
    wanted = _Wanted(model._meta.db_table, revision.pk, columns, values, only, of)
    blocks = sorted(_blocks(wanted), key=lambda block: block.first)
    if not blocks:
        return [np.empty(0, dtype="S1")] * len(columns)
    parts = [_columns(block, wanted) for block in blocks]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


@dataclass(frozen=True)
class _Wanted:
    """What is read; the rows of a block are those with keys from `first` on."""

    table: str
    revision: int
    columns: Sequence[str]
    values: Sequence[object]
    only: str
    of: Sequence[object]

    def rows(self, first: str) -> str:
        """The rows of a block, whose first key is the SQL `first`."""
        return (
            f"SELECT {', '.join(self.columns)} FROM {self.table} "  # noqa: S608
            f"WHERE revision_id = %s AND {self.only} "
            f"AND id >= {first} AND id < {first} + {BLOCK_ROWS} ORDER BY id"
        )

    @property
    def names(self) -> str:
        """What the columns are called around `rows`."""
        return ", ".join(f"c{nth}" for nth in range(len(self.columns)))

    @property
    def texts(self) -> str:
        """The columns as texts, around `rows`."""
        return ", ".join(f"c{nth}::text" for nth in range(len(self.columns)))

    @property
    def in_one(self) -> str:
        """Each column in one text, around `rows`."""
        return ", ".join(
            f"string_agg(c{nth}::text, chr({SEPARATOR[0]}))" for nth in range(len(self.columns))
        )

    @property
    def parameters(self) -> list[Any]:
        return [*self.values, self.revision, *self.of]


@dataclass(frozen=True)
class _Block:
    """So many rows from a key on: a text for every column."""

    first: int
    count: int
    texts: list[bytes]


def _blocks(wanted: _Wanted) -> list[_Block]:
    keys = f"FROM {wanted.table} WHERE revision_id = %s"
    query = (
        "SELECT first, block.* FROM generate_series("  # noqa: S608
        f"(SELECT min(id) {keys}), (SELECT max(id) {keys}), {BLOCK_ROWS}) AS first, LATERAL ("
        f"SELECT count(*) AS rows, {wanted.in_one} FROM ({wanted.rows('first')}) "
        f"AS a ({wanted.names})) AS block WHERE block.rows > 0"
    )
    parameters = [wanted.revision, wanted.revision, *wanted.parameters]
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT", parameters) as got:
        return [_block(bytes(row)) for row in got]


def _block(row: bytes) -> _Block:
    first, count, *texts = row.removesuffix(b"\n").split(b"\t")
    if b"\\" in row:
        texts = [_unescaped(text) for text in texts]
    return _Block(int(first), int(count), texts)


def _unescaped(text: bytes) -> bytes:
    """A field of COPY's text form as it is in the database."""
    return re.sub(rb"\\(.)", lambda found: ESCAPED.get(found[1], found[1]), text, flags=re.DOTALL)


def _columns(block: _Block, wanted: _Wanted) -> list[Column]:
    between = block.count - 1
    if any(text.count(SEPARATOR) != between for text in block.texts):
        return _row_by_row(block, wanted)
    return [_split(text) for text in block.texts]


def _split(text: bytes) -> Column:
    """The values of a text, side by side in one array as wide as the longest."""
    raw = np.frombuffer(text, dtype=np.uint8)
    ends = np.append(np.flatnonzero(raw == SEPARATOR[0]), len(raw))
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts
    widest = max(int(lengths.max()), 1)
    # Every value is taken as wide as the widest; what follows it in the text is blanked out.
    padded = np.concatenate([raw, np.zeros(widest, dtype=np.uint8)])
    values = np.lib.stride_tricks.sliding_window_view(padded, widest)[starts]
    if int(lengths.min()) < widest:
        values[np.arange(widest) >= lengths[:, None]] = 0
    column: Column = values.view(f"S{widest}")[:, 0]
    return column


def _row_by_row(block: _Block, wanted: _Wanted) -> list[Column]:
    """The columns of a block in which a value has the separator in it."""
    query = f"SELECT {wanted.texts} FROM ({wanted.rows(str(block.first))}) AS a ({wanted.names})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, wanted.parameters)
        rows = cursor.fetchall()
    return [
        np.asarray([value.encode() for value in column], dtype=np.bytes_)
        for column in zip(*rows, strict=True)
    ]
