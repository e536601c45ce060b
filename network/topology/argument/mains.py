"""The network as lengths: how far it is from place to place along pipes, in metres.

Pipes are divided where junctions stand on them and where a closed valve cuts them. Closed
valves part, stuck or not; one-way pipes and devices keep their direction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from network.topology.elements import NetworkTables

Metres = NDArray[np.float64]
LEAST_M = 0.01  # a way of no length would be no way


@dataclass(frozen=True, eq=False)
class Mains:
    """Pieces of pipe between nodes; piece k runs from `us[k]` to `vs[k]`.

    It covers fractions `low[k]` to `high[k]` of pipe `pipes[k]`, whose id is
    `pipe_ids[pipes[k]]`. Water may run along it where `forward[k]`, back where `backward[k]`.
    """

    pipe_ids: list[str]
    pipes: NDArray[np.int64]
    low: Metres
    high: Metres
    us: NDArray[np.int64]
    vs: NDArray[np.int64]
    lengths_m: Metres
    forward: NDArray[np.bool_]
    backward: NDArray[np.bool_]
    node_count: int
    source_nodes: NDArray[np.int64]

    def piece_at(self, pipe: int, fraction: float) -> int:
        """The piece of a pipe on which `fraction` lies."""
        those = np.flatnonzero(self.pipes == pipe)
        nth = int(np.searchsorted(self.high[those], fraction))
        return int(those[min(nth, len(those) - 1)])

    def distances(
        self, nodes: NDArray[np.int64], *, against_flow: bool = False, within_m: float = np.inf
    ) -> Metres:
        """Metres with the flow from each of `nodes` (a row each) to every node.

        With `against_flow`: from every node to it. What is farther than `within_m` is out of reach:
        inf, as where there is no way.
        """
        graph = self._against_flow if against_flow else self._with_flow
        found: Metres = dijkstra(graph, indices=nodes, limit=within_m)
        return found

    def from_sources(self) -> Metres:
        """Metres with the flow to every node from the nearest source."""
        if not len(self.source_nodes):
            return np.full(self.node_count, np.inf)
        nearest: Metres = self.distances(self.source_nodes).min(axis=0)
        return nearest

    def around(self, nodes: NDArray[np.int64], *, within_m: float = np.inf) -> Metres:
        """Metres from each of `nodes` to every node, whichever way water runs."""
        found: Metres = dijkstra(self._either_way, indices=nodes, limit=within_m)
        return found

    @cached_property
    def _with_flow(self) -> csr_matrix[np.float64]:
        return self._graph(self.forward, self.backward)

    @cached_property
    def _against_flow(self) -> csr_matrix[np.float64]:
        return self._graph(self.backward, self.forward)

    @cached_property
    def _either_way(self) -> csr_matrix[np.float64]:
        everywhere = np.ones(len(self.us), dtype=bool)
        return self._graph(everywhere, everywhere)

    def _graph(self, along: NDArray[np.bool_], back: NDArray[np.bool_]) -> csr_matrix[np.float64]:
        """Lengths of ways from us to vs and back; of pipes side by side the shortest."""
        tails = np.concatenate([self.us[along], self.vs[back]])
        heads = np.concatenate([self.vs[along], self.us[back]])
        lengths = np.concatenate([self.lengths_m[along], self.lengths_m[back]])
        order = np.lexsort((lengths, heads, tails))
        tails, heads, lengths = tails[order], heads[order], lengths[order]
        shortest = np.ones(len(order), dtype=bool)
        shortest[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
        return csr_matrix(
            (lengths[shortest], (tails[shortest], heads[shortest])),
            shape=(self.node_count, self.node_count),
        )


def mains_of(
    tables: NetworkTables,
    lengths_m: Mapping[str, float],
    *,
    closed: Collection[str],
    silent: Collection[str] = (),
) -> Mains:
    """Lay out the pipes of `tables`; `closed` valves part them, `silent` sources give nothing.

    Ids are text; a pipe without a length counts as one of `LEAST_M`.
    """
    layout = _Layout(tables, frozenset(closed))
    rows = [row for nth in range(len(tables.pipes.ids)) for row in layout.pieces(nth)]
    pipes, low, high, us, vs, forward, backward = zip(*rows, strict=True)
    whole = np.array([lengths_m.get(each, 0.0) for each in tables.pipes.ids])
    share = np.array(high) - np.array(low)
    sources = zip(tables.sources.ids, tables.sources.junctions, strict=True)
    return Mains(
        pipe_ids=list(tables.pipes.ids),
        pipes=np.array(pipes),
        low=np.array(low),
        high=np.array(high),
        us=np.array(us),
        vs=np.array(vs),
        lengths_m=np.maximum(whole[np.array(pipes)] * share, LEAST_M),
        forward=np.array(forward, dtype=bool),
        backward=np.array(backward, dtype=bool),
        node_count=layout.node_count,
        source_nodes=np.array(
            sorted({layout.junctions[at] for each, at in sources if each not in silent}), dtype=int
        ),
    )


Piece = tuple[int, float, float, int, int, bool, bool]


class _Layout:
    def __init__(self, tables: NetworkTables, closed: frozenset[str]) -> None:
        self.tables = tables
        self.junctions = {each: nth for nth, each in enumerate(tables.junctions)}
        self.node_count = len(self.junctions)
        self.tees: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for pipe, junction, at in zip(
            tables.splits.pipes, tables.splits.junctions, tables.splits.fractions, strict=True
        ):
            self.tees[pipe].append((at, junction))
        self.cuts: dict[str, list[float]] = defaultdict(list)
        # One-way valves in mid-pipe, by pipe: where, and whether they pass water toward its end.
        self.gates: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        self.shut_ends: set[tuple[str, str]] = set()  # junction, and pipe ("": all at it)
        self.inward: set[tuple[str, str]] = set()  # junction, and the pipe that water only enters
        self.outward: set[tuple[str, str]] = set()
        self._read_valves(closed)

    def _read_valves(self, closed: frozenset[str]) -> None:
        valves = self.tables.valves
        for nth, valve in enumerate(valves.ids):
            junction, pipe, flow_to = valves.junctions[nth], valves.pipes[nth], valves.flow_to[nth]
            if not (valves.isolates[nth] or flow_to):
                continue
            if valve in closed and junction:
                self.shut_ends.add((junction, pipe))
            elif valve in closed:
                self.cuts[pipe].append(valves.fractions[nth])
            elif flow_to and (toward := self._toward_end(pipe, valves.fractions[nth], flow_to)):
                self.gates[pipe].append((valves.fractions[nth], toward > 0))
            if flow_to and junction and pipe not in ("", flow_to):
                self.outward.add((junction, pipe))
            elif flow_to and junction:
                self.inward.add((junction, flow_to))

    def _toward_end(self, pipe: str, at: float, flow_to: str) -> int:
        """1 where a valve in mid-pipe passes water toward the end, -1 toward the start, else 0."""
        pipes = self.tables.pipes
        row = {each: nth for nth, each in enumerate(pipes.ids) if each in (pipe, flow_to)}
        if len(row) < 2:
            return 0
        target = {pipes.starts[row[flow_to]], pipes.ends[row[flow_to]]}
        target |= {junction for _, junction in self.tees.get(flow_to, [])}
        start, end = (each[row[pipe]] in target for each in (pipes.starts, pipes.ends))
        return 0 if not (start or end) else 1 if end and (not start or at > 0.5) else -1

    def pieces(self, nth: int) -> list[Piece]:
        """The pieces of one pipe, from its start to its end."""
        pipes = self.tables.pipes
        pipe, one_way = pipes.ids[nth], bool(pipes.one_way[nth])
        stops: list[tuple[float, str]] = [
            (0.0, pipes.starts[nth]),
            *sorted([*self.tees.get(pipe, []), *((at, "") for at in self.cuts.get(pipe, []))]),
            (1.0, pipes.ends[nth]),
        ]
        return [
            (
                nth,
                low,
                high,
                self._node(first, pipe),
                self._node(last, pipe),
                (first, pipe) not in self.outward
                and (last, pipe) not in self.inward
                and not self._gated(pipe, low, high, toward_end=False),
                not one_way
                and (first, pipe) not in self.inward
                and (last, pipe) not in self.outward
                and not self._gated(pipe, low, high, toward_end=True),
            )
            for (low, first), (high, last) in pairwise(stops)
        ]

    def _gated(self, pipe: str, low: float, high: float, *, toward_end: bool) -> bool:
        """Whether a one-way valve on this stretch passes water toward the end, or the start."""
        return any(low <= at <= high and to == toward_end for at, to in self.gates.get(pipe, []))

    def _node(self, junction: str, pipe: str) -> int:
        """The junction, or a node of its own for an end that a closed valve parts from it."""
        shut = (junction, pipe) in self.shut_ends or (junction, "") in self.shut_ends
        if junction and not shut:
            return self.junctions[junction]
        self.node_count += 1
        return self.node_count - 1
