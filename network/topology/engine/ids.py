"""Ids as arrays of UTF-8 bytes: sorting them, and finding positions by them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from network.topology.elements import TopologyError

IdArray = NDArray[np.bytes_]
Positions = NDArray[np.int32]


def as_ids(values: Sequence[str] | IdArray) -> IdArray:
    """Text or bytes as one array of bytes; an array of bytes is taken as it is."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "S":
        return values
    return np.asarray([str(each).encode() for each in values] or [], dtype=np.bytes_)


def text(raw: bytes | np.bytes_) -> str:
    """An id as people write it."""
    return bytes(raw).decode()


class Numbering:
    """The assets of one kind, numbered in the order of their ids.

    `order[n]` is the row at which asset n stands in the table that was read.
    """

    def __init__(self, kind: str, ids: Sequence[str] | IdArray) -> None:
        """Raise TopologyError where two assets have one id."""
        raw = as_ids(ids)
        self.kind = kind
        self.order: Positions = np.argsort(raw, kind="stable").astype(np.int32)
        self.ids: IdArray = raw[self.order]
        twice = np.flatnonzero(self.ids[1:] == self.ids[:-1])
        if len(twice):
            msg = f"{kind} {text(self.ids[twice[0]])!r} stands twice"
            raise TopologyError(msg)

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, wanted: IdArray) -> Positions:
        """The number of each wanted id, -1 where there is none (an empty id is none)."""
        if not len(self.ids) or not len(wanted):
            return np.full(len(wanted), -1, dtype=np.int32)
        at = np.searchsorted(self.ids, wanted)
        at[at == len(self.ids)] = 0
        return np.where(self.ids[at] == wanted, at, -1).astype(np.int32)

    def require(self, wanted: IdArray, what: str = "", owners: IdArray | None = None) -> Positions:
        """The number of each wanted id. Raises TopologyError naming the first that is unknown."""
        found = self.find(wanted)
        missing = np.flatnonzero(found < 0)
        if len(missing):
            first = missing[0]
            owner = f"{what} {text(owners[first])}: " if owners is not None else ""
            msg = f"{owner}unknown {self.kind} {text(wanted[first])!r}"
            raise TopologyError(msg)
        return found
