"""Branches on the middle of mains that state other ends: joined where they would be dry.

Some systems keep a main in one piece and name a branch's node that lies on its middle; others
draw a pipe over a node that it passes by. What is stated is believed as long as every part of the
drawing has a source. A part that has none, though it lies on one that has, was meant to be joined;
and a drawing with many of these is of the first kind.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from network.topology.noding.columns import (
    NOWHERE,
    Booleans,
    Floats,
    Integers,
    RawPipes,
    RawPoints,
    Tolerances,
)
from network.topology.noding.ends import PipeEnds
from network.topology.noding.nearest import nearest_within

# A node so near is drawn on the pipe; the rest is the rounding of seven decimals.
EXACT_M = 0.05
# The share of the touches that have to bring water to a dry part to tell how a drawing is meant.
ENOUGH = 0.25


def junctions_of_sources(sources: RawPoints, ends: PipeEnds, tolerances: Tolerances) -> Integers:
    """Return the junctions that sources name, or else stand at: a first look at what is fed.

    None on a schematic drawing, where lying on a pipe means nothing.
    """
    if tolerances.is_schematic:
        return np.empty(0, dtype=np.int64)
    index = {name: nth for nth, name in enumerate(ends.junctions.ids.tolist())}
    named = np.fromiter(
        (index.get(name, NOWHERE) for name in sources.nodes.tolist()), np.int64, len(sources)
    )
    nearest, _ = nearest_within(ends.junctions.xy, sources.xy, tolerances.source_m)
    found = np.where(named == NOWHERE, nearest, named)
    at_junction: Integers = found[found != NOWHERE]
    return at_junction


def meant_to_join(
    pipes: RawPipes,
    ends: PipeEnds,
    springs: Integers,
    pipe: Integers,
    junction: Integers,
    away: Floats,
    joined: Booleans,
) -> Booleans:
    """Return which of the touches of a `junction` on a `pipe`, `away` metres off, are tees.

    Those by which a part without source touches one that has one; and where they are a good
    share of all, every touch that is drawn exactly: then mains are drawn in one piece, and their
    loops are meant as well as their branches. `joined` touches are tees whatever this finds.
    `springs` are junctions with a source.
    """
    needed = _needed(pipes, ends, springs, pipe, junction, joined)
    exact: Booleans = ~joined & (away <= EXACT_M)
    if needed.any() and (needed & exact).sum() >= ENOUGH * exact.sum():
        return needed | exact
    return needed


def _needed(
    pipes: RawPipes,
    ends: PipeEnds,
    springs: Integers,
    pipe: Integers,
    junction: Integers,
    joined: Booleans,
) -> Booleans:
    count = len(ends.junctions)
    served = np.flatnonzero(pipes.in_service)
    parts = _components(
        np.concatenate([ends.start[served], junction[joined]]),
        np.concatenate([ends.end[served], ends.start[pipe[joined]]]),
        count,
    )
    fed = np.zeros(count, dtype=bool)
    fed[parts[springs]] = True
    ours, theirs = parts[junction], parts[ends.start[pipe]]
    wanted: Booleans = ~joined & ~(fed[ours] & fed[theirs])
    clusters = _components(ours[wanted], theirs[wanted], count)
    watered = np.zeros(count, dtype=bool)
    watered[clusters[np.flatnonzero(fed)]] = True
    return wanted & watered[clusters[ours]]


def _components(one: Integers, other: Integers, count: int) -> Integers:
    graph = coo_matrix((np.ones(len(one), np.int8), (one, other)), shape=(count, count))
    labels: Integers = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels
