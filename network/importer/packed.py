"""Columns of text kept in one piece: a million names without a million Python strings.

Texts are held some thousands at a time, joined by a character that no text can have. What is held
is what a file said, in clean form: without control characters and without blanks around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK_ROWS = 8192
_SEPARATOR = "\x1f"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CONTROL_BUT_SEPARATOR = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1e]")


def clean(text: str) -> str:
    """Return a text without control characters and without blanks around it."""
    return _CONTROL.sub("", text).strip()


class Packed:
    """A column of clean texts; BLOCK_ROWS in each block but the last."""

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._count = 0

    @staticmethod
    def of(texts: Iterable[str]) -> Packed:
        """Pack texts of any kind, cleaning them."""
        packed = Packed()
        for block in blocks_of(texts):
            packed.append(block)
        return packed

    def append(self, block: Sequence[str]) -> None:
        """Add a block of texts, cleaning them: BLOCK_ROWS of them, or fewer as the last."""
        self._blocks.append(_SEPARATOR.join(_cleaned(block)))
        self._count += len(block)

    def __len__(self) -> int:
        return self._count

    def blocks(self) -> Iterator[list[str]]:
        """Yield the texts, BLOCK_ROWS at a time."""
        for block in self._blocks:
            yield block.split(_SEPARATOR)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.blocks())

    def __getitem__(self, rows: NDArray[np.bool_]) -> Packed:
        """Return the column with only the rows that a mask marks."""
        kept = (text for text, wanted in zip(self, rows.tolist(), strict=True) if wanted)
        return Packed.of(kept)

    def tolist(self) -> list[str]:
        """Return all texts: a Python string for each, so not for long."""
        return list(self)


Column = NDArray[Any] | Packed


def blocks_of(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut any values into blocks of BLOCK_ROWS."""
    rest = iter(values)
    while block := list(islice(rest, BLOCK_ROWS)):
        yield block


def compact(column: NDArray[Any]) -> Column:
    """Return a column of texts and nothings packed, any other as it is."""
    if column.dtype != object:
        return column
    values = column.tolist()
    if not set(map(type, values)) <= {str, type(None)}:
        return column
    return Packed.of(value or "" for value in values)


def _cleaned(block: Sequence[str]) -> list[str]:
    """Clean a block of texts; nearly always there is nothing to take away but blanks."""
    joined = _SEPARATOR.join(block)
    if joined.count(_SEPARATOR) >= len(block) or _CONTROL_BUT_SEPARATOR.search(joined):
        return [clean(text) for text in block]
    return list(map(str.strip, block))
