"""Checks of ids: every asset has one, of its own, that fits the records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from network.topology.check.records import Records, where
from network.topology.findings import Finding
from network.topology.noding import RawPoints
from network.topology.noding.columns import Strings

LONGEST_ID = 64


def check_identity(records: Records) -> Iterator[Finding]:
    """Yield missing, repeated and overlong ids."""
    for nth, code, facts in _faults(records.network.pipes.ids):
        yield records.about_pipe(code, nth, **facts)
    kinds: tuple[tuple[str, RawPoints], ...] = (
        ("node", records.nodes),
        ("valve", records.valves.points),
        ("hydrant", records.hydrants),
        ("source", records.sources.points),
        ("customer", records.customers.points),
    )
    for kind, points in kinds:
        for nth, code, facts in _faults(points.ids):
            yield records.about_point(code, kind, points, nth, **facts)


def _faults(ids: Strings) -> Iterator[tuple[int, str, dict[str, int]]]:
    names, first, counts = np.unique(ids.astype(str), return_index=True, return_counts=True)
    for nth in where((counts > 1) & (names != "")):
        yield int(first[nth]), "id_duplicate", {"count": int(counts[nth])}
    for nth, name in enumerate(ids.tolist()):
        if not name:
            yield nth, "id_missing", {"row": nth + 1}
        elif len(name) > LONGEST_ID:
            yield nth, "id_too_long", {"length": len(name)}
