"""Read columns of many rows as arrays, without a Python object for each value.

Rows come by COPY in text form: fields end at a tab or a new line, and a backslash starts an
escape. Queries give no NULLs; a row with an escape in it (an id with a tab, a new line or a
backslash) is read the slow way.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from django.db import connection
from numpy.typing import NDArray

BLOCK_BYTES = 8 << 20
TAB, NEW_LINE, BACKSLASH = b"\t"[0], b"\n"[0], b"\\"
ESCAPED = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}

Column = NDArray[np.bytes_]
Places = NDArray[np.int64]


def read_columns(query: str, width: int, parameters: Sequence[object] = ()) -> list[Column]:
    """The `width` columns of `query` as arrays of UTF-8 bytes, one entry a row.

    Numbers are their text, booleans `t` and `f`.
    """
    blocks = [_columns(block, width) for block in _blocks(query, parameters)]
    if not blocks:
        return [np.empty(0, dtype="S1")] * width
    return [np.concatenate(column) for column in zip(*blocks, strict=True)]


def _blocks(query: str, parameters: Sequence[object]) -> Iterator[bytes]:
    """The rows as bytes, some megabytes of whole rows at a time."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT", parameters) as rows,
    ):
        held: list[bytes] = []
        size = 0
        for row in rows:  # libpq hands out whole rows
            held.append(bytes(row))
            size += len(row)
            if size >= BLOCK_BYTES:
                yield b"".join(held)
                held, size = [], 0
        if held:
            yield b"".join(held)


def _columns(block: bytes, width: int) -> list[Column]:
    if BACKSLASH in block:
        return _columns_with_escapes(block, width)
    raw = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero((raw == TAB) | (raw == NEW_LINE))
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts
    return [_gathered(raw, starts[n::width], lengths[n::width]) for n in range(width)]


def _gathered(
    raw: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Column:
    """Fields of one column, side by side in one array as wide as the longest."""
    widest = max(int(lengths.max()), 1)
    places = np.arange(widest)
    inside = places < lengths[:, None]
    fields = np.zeros((len(starts), widest), dtype=np.uint8)
    fields[inside] = raw[(starts[:, None] + places)[inside]]
    column: Column = fields.view(f"S{widest}")[:, 0]
    return column


def _columns_with_escapes(block: bytes, width: int) -> list[Column]:
    rows = [line.split(b"\t") for line in block.split(b"\n")[:-1]]
    columns = list(zip(*rows, strict=True))
    if len(columns) != width:
        msg = f"expected {width} columns, not {len(columns)}"
        raise ValueError(msg)
    return [np.asarray([_plain(field) for field in column], dtype=np.bytes_) for column in columns]


def _plain(field: bytes) -> bytes:
    return re.sub(rb"\\(.)", lambda found: ESCAPED.get(found[1], found[1]), field, flags=re.DOTALL)
