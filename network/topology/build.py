"""Turn tables of assets into a `Topology`.

RULE 1  A pipe is one vertex per part; junctions and valves in its middle divide it.
RULE 2  A pipe end at a junction is an edge; so is each side of a split.
RULE 3  A valve sits on edges: a valve at a junction on all edges there, one at a pipe's
        end on that edge, one in mid-pipe on both edges of a junction made for it.
RULE 4  An edge carries one valve at most: where two valves meet, a vertex is put between.
RULE 5  One-way pipes, one-way valves and inlets take a direction away from their edges.
RULE 6  Base segments are components over edges without valve that pass both ways.
"""

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from network.topology.elements import NetworkTables, Points, TopologyError
from network.topology.structure import Grouping, IntArray, Topology


def build(tables: NetworkTables) -> Topology:
    """Build the topology of `tables`. Raises TopologyError naming the record that does not fit."""
    return _Builder(tables).build()


class _Builder:
    """Working state while edges are laid and valves are put on them."""

    def __init__(self, tables: NetworkTables) -> None:
        self.tables = tables
        self.pipe_index = _index("pipe", tables.pipes.ids)
        self.junction_index = _index("junction", tables.junctions)
        self.starts = self._junctions(tables.pipes.starts, "start of pipe", tables.pipes.ids)
        self.ends = self._junctions(tables.pipes.ends, "end of pipe", tables.pipes.ids)
        self.cuts: dict[int, list[tuple[float, int]]] = defaultdict(list)
        self.cut_edges: dict[tuple[int, int], list[int]] = defaultdict(list)
        self.chains: dict[int, list[int]] = {}  # a pipe's edge -> edges that RULE 4 put behind it
        self.made_junctions = 0
        self.valve_parts = np.full(len(tables.valves.ids), -1, dtype=np.int64)
        self.valve_junctions = np.full(len(tables.valves.ids), -1, dtype=np.int64)

    def build(self) -> Topology:
        self._collect_cuts()
        self._number_vertices()
        self._lay_edges()
        self._place_valves()
        self._direct_inlets()
        return self._assemble()

    # -- RULE 1 -----------------------------------------------------------------

    def _collect_cuts(self) -> None:
        """Note every place where a pipe is divided, and by which junction.

        Valves in mid-pipe get a junction of their own, numbered after the real ones.
        """
        splits, valves = self.tables.splits, self.tables.valves
        for pipe_id, junction_id, fraction in zip(
            splits.pipes, splits.junctions, splits.fractions, strict=True
        ):
            if pipe_id not in self.pipe_index:
                continue  # a split of a pipe that is not in service divides nothing
            junction = self._known(self.junction_index, "junction", junction_id)
            self.cuts[self.pipe_index[pipe_id]].append((fraction, junction))
        self.mid_valves: list[tuple[int, int]] = []
        for valve, (junction_id, pipe_id) in enumerate(
            zip(valves.junctions, valves.pipes, strict=True)
        ):
            if junction_id or pipe_id not in self.pipe_index or not self._is_cut(valve):
                continue
            junction = len(self.tables.junctions) + self.made_junctions
            self.made_junctions += 1
            self.cuts[self.pipe_index[pipe_id]].append((valves.fractions[valve], junction))
            self.mid_valves.append((valve, junction))
        for places in self.cuts.values():
            places.sort()

    def _is_cut(self, valve: int) -> bool:
        """Whether a valve can stop water: isolating ones, and one-way ones when closed."""
        return bool(self.tables.valves.isolates[valve] or self.tables.valves.flow_to[valve])

    def _number_vertices(self) -> None:
        pipe_count = len(self.tables.pipes.ids)
        counts = np.ones(pipe_count, dtype=np.int64)
        for pipe, places in self.cuts.items():
            counts[pipe] += len(places)
        self.part_starts = np.zeros(pipe_count + 1, dtype=np.int32)
        np.cumsum(counts, out=self.part_starts[1:])
        self.part_count = int(self.part_starts[-1])
        self.vertex_count = self.part_count + len(self.tables.junctions) + self.made_junctions

    # -- RULE 2 -----------------------------------------------------------------

    def _lay_edges(self) -> None:
        """Edge k joins part `parts[k]` and junction vertex `others[k]`.

        `inward` is junction to part, `outward` part to junction. The first edges are the
        pipes' starts, then their ends, then the sides of splits.
        """
        one_way = np.asarray(self.tables.pipes.one_way, dtype=bool)
        first_parts, last_parts = self.part_starts[:-1], self.part_starts[1:] - 1
        split_parts: list[int] = []
        split_junctions: list[int] = []
        split_outward: list[bool] = []
        split_inward: list[bool] = []
        base = 2 * len(one_way)
        for pipe, places in self.cuts.items():
            for nth, (_, junction) in enumerate(places):
                for side in (0, 1):  # the part before the cut, then the one after it
                    self.cut_edges[pipe, junction].append(base + len(split_parts))
                    split_parts.append(int(self.part_starts[pipe]) + nth + side)
                    split_junctions.append(junction)
                    split_outward.append(side == 0 or not one_way[pipe])
                    split_inward.append(side == 1 or not one_way[pipe])
        self.parts = list(np.concatenate([first_parts, last_parts]).tolist()) + split_parts
        junctions = np.concatenate(
            [self.starts, self.ends, np.asarray(split_junctions, dtype=np.int64)]
        )
        self.others: list[int] = (junctions + self.part_count).tolist()
        both = ~one_way
        self.outward = [*both.tolist(), *([True] * len(both)), *split_outward]
        self.inward = [*([True] * len(both)), *both.tolist(), *split_inward]
        self.valve_at = [-1] * len(self.parts)
        self.ends_by_junction = Grouping.of(
            junctions.astype(np.int32), len(self.tables.junctions) + self.made_junctions
        )
        self.end_parts = np.asarray(self.parts, dtype=np.int32)

    def _edges_of(self, pipe: int, junction: int) -> list[int]:
        """Edges where a pipe meets a junction: an end, both ends of a ring, sides of a split."""
        edges = []
        if self.starts[pipe] == junction:
            edges.append(pipe)
        if self.ends[pipe] == junction:
            edges.append(len(self.starts) + pipe)
        return edges + self.cut_edges.get((pipe, junction), [])

    # -- RULES 3 to 5 -----------------------------------------------------------

    def _place_valves(self) -> None:
        """Valves at pipe ends stand nearest to the pipe, so they are placed first."""
        valves = self.tables.valves
        at_junction: list[tuple[int, int]] = list(self.mid_valves)
        for valve, junction in self.mid_valves:
            self.valve_junctions[valve] = junction
        for valve, junction_id in enumerate(valves.junctions):
            if not junction_id or not self._is_cut(valve):
                continue
            junction = self._known(self.junction_index, "junction", junction_id)
            if not valves.pipes[valve]:
                at_junction.append((valve, junction))
            elif valves.pipes[valve] in self.pipe_index:
                self._place_at_end(valve, self.pipe_index[valves.pipes[valve]], junction)
            self.valve_junctions[valve] = junction
        self._place_at_junctions(at_junction)

    def _place_at_end(self, valve: int, pipe: int, junction: int) -> None:
        edges = self._edges_of(pipe, junction)
        if not edges:
            msg = (
                f"valve {self.tables.valves.ids[valve]}: pipe {self.tables.pipes.ids[pipe]} "
                f"does not meet junction {self.tables.valves.junctions[valve]}"
            )
            raise TopologyError(msg)
        edge = edges[0] if len(edges) == 1 else self._nearer(edges, pipe, junction, valve)
        self.valve_parts[valve] = self.parts[edge]
        self._put(edge, valve)
        flow_to = self.tables.valves.flow_to[valve]
        if flow_to:
            self._direct(edge, inward=flow_to == self.tables.valves.pipes[valve])

    def _nearer(self, edges: list[int], pipe: int, junction: int, valve: int) -> int:
        """Of two ends at one junction, the one on the side of the valve's own position."""
        fraction = self.tables.valves.fractions[valve]
        if math.isnan(fraction):  # the source did not say where
            return edges[0]
        if edges[0] < 2 * len(self.starts):  # a ring: both pipe ends at this junction
            return edges[0] if fraction < 0.5 else edges[1]
        split = next(place for place, there in self.cuts[pipe] if there == junction)
        return edges[0] if fraction < split else edges[1]

    def _place_at_junctions(self, placed: Sequence[tuple[int, int]]) -> None:
        edges_at: dict[int, list[int]] = {junction: [] for _, junction in placed}
        for junction, edges in edges_at.items():
            ends = self.ends_by_junction
            edges.extend(ends.items[ends.starts[junction] : ends.starts[junction + 1]].tolist())
        for valve, junction in placed:
            flow_to = self.tables.valves.flow_to[valve]
            into = set()
            if flow_to and flow_to in self.pipe_index:
                into = set(self._edges_of(self.pipe_index[flow_to], junction))
            for edge in edges_at[junction]:
                self._put(edge, valve)
                if edge in into:
                    self._direct(edge, inward=True)

    def _put(self, edge: int, valve: int) -> None:
        """Put a valve on a pipe's edge, behind those that are there already (RULE 4)."""
        if self.valve_at[edge] == -1:
            self.valve_at[edge] = valve
            return
        chain = self.chains.setdefault(edge, [])
        last = chain[-1] if chain else edge
        between = self.vertex_count
        self.vertex_count += 1
        chain.append(len(self.parts))
        self.parts.append(between)
        self.others.append(self.others[last])
        self.outward.append(self.outward[edge])
        self.inward.append(self.inward[edge])
        self.valve_at.append(valve)
        self.others[last] = between

    def _direct(self, edge: int, *, inward: bool) -> None:
        """Let water pass a pipe's edge one way only, through all the valves on it."""
        way = self.outward if inward else self.inward
        for each in [edge, *self.chains.get(edge, [])]:
            way[each] = False

    def _direct_inlets(self) -> None:
        """Water in an inlet pipe flows toward its tank only."""
        sources = self.tables.sources
        for junction_id, inlets in zip(sources.junctions, sources.inlet_pipes, strict=True):
            junction = self._known(self.junction_index, "junction", junction_id)
            for pipe_id in inlets:
                if pipe_id in self.pipe_index:
                    for edge in self._edges_of(self.pipe_index[pipe_id], junction):
                        self._direct(edge, inward=False)

    # -- RULE 6 -----------------------------------------------------------------

    def _assemble(self) -> Topology:
        tables = self.tables
        parts, others = np.asarray(self.parts, np.int32), np.asarray(self.others, np.int32)
        valve_at = np.asarray(self.valve_at, np.int32)
        outward, inward = np.asarray(self.outward, bool), np.asarray(self.inward, bool)
        plain = (valve_at == -1) & outward & inward
        segments, count = _components(parts[plain], others[plain], self.vertex_count)
        arcs = np.flatnonzero(~plain & (segments[parts] != segments[others]))
        junctions = self.valve_junctions
        side_starts, sides = self._valve_sides(segments)
        return Topology(
            pipe_ids=_encoded(tables.pipes.ids),
            part_starts=self.part_starts,
            part_segment=segments[: self.part_count],
            cut_fractions=self._cut_fractions(),
            junction_ids=_encoded(tables.junctions),
            junction_segment=segments[self.part_count : self.part_count + len(tables.junctions)],
            valve_ids=_encoded(tables.valves.ids),
            valve_isolates=np.asarray(tables.valves.isolates, bool),
            valve_one_way=np.asarray([bool(flow_to) for flow_to in tables.valves.flow_to], bool),
            valve_closed=np.asarray(tables.valves.closed, bool),
            valve_operable=np.asarray(tables.valves.operable, bool),
            valve_hub=np.where(junctions >= 0, segments[junctions + self.part_count], -1).astype(
                np.int32
            ),
            valve_end=np.where(self.valve_parts >= 0, segments[self.valve_parts], -1).astype(
                np.int32
            ),
            valve_side_starts=side_starts,
            valve_sides=sides,
            source_ids=_encoded(tables.sources.ids),
            source_segment=self._segments_of_junctions(segments, tables.sources.junctions),
            source_active=np.asarray(tables.sources.active, bool),
            hydrant_ids=_encoded(tables.hydrants.ids),
            hydrant_segment=self._segments_of_points(segments, tables.hydrants, "hydrant"),
            customer_ids=_encoded(tables.customers.ids),
            customer_segment=self._segments_of_points(segments, tables.customers, "customer"),
            customer_persons=np.asarray(tables.customers.persons, np.int32),
            arc_u=segments[parts[arcs]],
            arc_v=segments[others[arcs]],
            arc_valve=valve_at[arcs],
            arc_forward=outward[arcs],
            arc_backward=inward[arcs],
            segment_count=count,
        )

    def _valve_sides(self, segments: IntArray) -> tuple[NDArray[np.int64], IntArray]:
        """For each valve the segments of all pipe parts that meet at its junction."""
        ends = self.ends_by_junction
        found = [
            self.end_parts[ends.items[ends.starts[junction] : ends.starts[junction + 1]]]
            if junction >= 0
            else np.empty(0, dtype=np.int32)
            for junction in self.valve_junctions.tolist()
        ]
        starts = np.zeros(len(found) + 1, dtype=np.int64)
        np.cumsum([len(parts) for parts in found], out=starts[1:])
        return starts, segments[np.concatenate([*found, np.empty(0, dtype=np.int32)])]

    def _cut_fractions(self) -> NDArray[np.float64]:
        flat = np.zeros(self.part_count - len(self.tables.pipes.ids))
        for pipe, places in self.cuts.items():
            first = int(self.part_starts[pipe]) - pipe
            flat[first : first + len(places)] = [fraction for fraction, _ in places]
        return flat

    def _segments_of_junctions(self, segments: IntArray, ids: Sequence[str]) -> IntArray:
        found = [self._known(self.junction_index, "junction", each) for each in ids]
        return segments[np.asarray(found, dtype=np.int64) + self.part_count]

    def _segments_of_points(self, segments: IntArray, points: Points, kind: str) -> IntArray:
        """Segments of hanging assets; `segment_count` for one on no pipe in service."""
        vertices = np.full(len(points.ids), -1, dtype=np.int64)
        fractions = self._cut_fractions()
        for nth, (junction_id, pipe_id) in enumerate(
            zip(points.junctions, points.pipes, strict=True)
        ):
            if pipe_id:
                pipe = self.pipe_index.get(pipe_id)
                if pipe is not None:
                    vertices[nth] = self._part_at(pipe, points.fractions[nth], fractions)
            elif junction_id:
                junction = self._known(self.junction_index, "junction", junction_id)
                vertices[nth] = junction + self.part_count
        nowhere = int(segments.max(initial=-1)) + 1
        return np.where(vertices == -1, nowhere, segments[vertices]).astype(np.int32)

    def _part_at(self, pipe: int, fraction: float, fractions: NDArray[np.float64]) -> int:
        first, stop = int(self.part_starts[pipe]), int(self.part_starts[pipe + 1])
        if stop - first == 1 or math.isnan(fraction):
            return first
        cuts = fractions[first - pipe : stop - pipe - 1]
        return first + int(np.searchsorted(cuts, fraction, side="right"))

    # -- small ------------------------------------------------------------------

    def _junctions(self, ids: Sequence[str], what: str, owners: Sequence[str]) -> NDArray[np.int64]:
        index = self.junction_index
        try:
            return np.fromiter((index[each] for each in ids), dtype=np.int64, count=len(ids))
        except KeyError:
            owner, missing = next(
                (owner, each) for owner, each in zip(owners, ids, strict=True) if each not in index
            )
            msg = f"{what} {owner}: unknown junction {missing!r}"
            raise TopologyError(msg) from None

    @staticmethod
    def _known(index: dict[str, int], kind: str, asset_id: str) -> int:
        try:
            return index[asset_id]
        except KeyError:
            msg = f"unknown {kind} {asset_id!r}"
            raise TopologyError(msg) from None


def _index(kind: str, ids: Sequence[str]) -> dict[str, int]:
    found = {each: nth for nth, each in enumerate(ids)}
    if len(found) != len(ids):
        seen: set[str] = set()
        twice = next(each for each in ids if each in seen or seen.add(each))  # type: ignore[func-returns-value]
        msg = f"{kind} {twice!r} stands twice"
        raise TopologyError(msg)
    return found


def _encoded(ids: Sequence[str]) -> NDArray[np.bytes_]:
    return np.asarray([each.encode() for each in ids], dtype=np.bytes_)


def _components(us: IntArray, vs: IntArray, count: int) -> tuple[IntArray, int]:
    graph = coo_matrix((np.ones(len(us), np.int8), (us, vs)), shape=(count, count))
    found, labels = connected_components(graph, directed=False)
    return labels.astype(np.int32), int(found)
