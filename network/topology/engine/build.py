"""Turn tables of assets into a `Topology`.

RULE 1  A pipe is one vertex per part; junctions and valves in its middle divide it.
RULE 2  A pipe end at a junction is an edge; so is each side of a split.
RULE 3  A valve sits on edges: a valve at a junction on all edges there, one at a pipe's
        end on that edge, one in mid-pipe on both edges of a junction made for it.
RULE 4  An edge carries one valve at most: where several meet, vertices are put between. Valves
        at a pipe's end stand nearest to the pipe.
RULE 5  One-way pipes, one-way valves and inlets take a direction away from their edges. One in
        mid-pipe passes water toward that end of its pipe which meets the pipe it flows to, the
        nearer one where both do.
RULE 6  Base segments are components over edges without valve that pass both ways.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from network.topology.elements import NetworkTables, Points, TopologyError
from network.topology.engine.ground import Ground
from network.topology.engine.ids import Numbering, as_ids, text
from network.topology.engine.structure import BoolArray, Grouping, IntArray, Topology


def build(tables: NetworkTables) -> Topology:
    """Build the topology of `tables`. Raises TopologyError naming the record that does not fit.

    Assets are numbered in the order of their ids. Linear in the size of the network, but for the
    sorting; arrays all the way, for a million pipes.
    """
    ground = Ground(tables)
    edges = _Edges.lay(ground)
    edges.direct(*_inlets(ground, edges), inward=False)
    placed = _Valves(ground, edges).place()
    return _assemble(ground, edges, placed)


# -- RULE 2 ---------------------------------------------------------------------


@dataclass
class _Edges:
    """Edge k joins part `parts[k]` and junction `junctions[k]`; water may pass out and in.

    The first edges are the pipes' starts, then their ends, then two for each cut: the side before
    it and the side after it.
    """

    parts: IntArray
    junctions: IntArray
    outward: BoolArray  # part to junction
    inward: BoolArray
    at_junction: Grouping
    ground: Ground

    @classmethod
    def lay(cls, ground: Ground) -> "_Edges":
        first, last = ground.part_starts[:-1], ground.part_starts[1:] - 1
        cut_pipe = ground.cut_pipe
        # Every pipe has a part more than cuts: that many parts lie before a cut's.
        before = cut_pipe + np.arange(len(cut_pipe), dtype=np.int32)
        sides = np.column_stack([before, before + 1]).ravel().astype(np.int32)
        cut_junctions = np.repeat(ground.cut_junction, 2)
        both = ~ground.one_way
        always = np.ones(len(both), dtype=bool)
        cut_both = both[cut_pipe]
        yes = np.ones(len(cut_pipe), dtype=bool)
        junctions = np.concatenate([ground.starts, ground.ends, cut_junctions])
        return cls(
            parts=np.concatenate([first, last, sides]),
            junctions=junctions,
            outward=np.concatenate([both, always, np.column_stack([yes, cut_both]).ravel()]),
            inward=np.concatenate([always, both, np.column_stack([cut_both, yes]).ravel()]),
            at_junction=Grouping.of(junctions, ground.junction_count),
            ground=ground,
        )

    def direct(self, *edges: IntArray, inward: bool) -> None:
        """Let water pass `edges` one way only."""
        way = self.outward if inward else self.inward
        for some in edges:
            way[some] = False

    def between(self, pipe: IntArray, junction: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Where pipes meet junctions: the start edge, the end edge, the edge before a cut.

        -1 where there is none; the edge after a cut follows the one before it.
        """
        ground = self.ground
        count = len(ground.pipes)
        start = np.where(ground.starts[pipe] == junction, pipe, -1)
        end = np.where(ground.ends[pipe] == junction, count + pipe, -1)
        keys = ground.cut_pipe.astype(np.int64) * ground.junction_count + ground.cut_junction
        order = np.argsort(keys, kind="stable")
        wanted = pipe.astype(np.int64) * ground.junction_count + junction
        at = np.searchsorted(keys[order], wanted)
        there = at < len(keys)
        there[there] = keys[order[at[there]]] == wanted[there]
        cut = np.full(len(pipe), -1, dtype=np.int32)
        cut[there] = 2 * count + 2 * order[at[there]]
        return start, end, cut

    def all_between(self, pipe: IntArray, junction: IntArray) -> IntArray:
        """All edges where pipes meet junctions, in no order."""
        start, end, cut = self.between(pipe, junction)
        cut = cut[cut >= 0]
        return np.concatenate([start[start >= 0], end[end >= 0], cut, cut + 1])


# -- RULES 3 to 5 ---------------------------------------------------------------


@dataclass(frozen=True)
class _Placed:
    """Edges as RULE 4 leaves them, each with its valve (-1 for none), by vertex."""

    parts: IntArray
    others: IntArray
    valve: IntArray
    outward: BoolArray
    inward: BoolArray
    vertex_count: int
    valve_part: IntArray  # the part at whose end each valve stands, -1 for others


class _Valves:
    """Puts valves on edges."""

    def __init__(self, ground: Ground, edges: _Edges) -> None:
        self.ground = ground
        self.edges = edges

    def place(self) -> _Placed:
        ground, edges = self.ground, self.edges
        end_edge = self._end_edges()
        at_all = np.concatenate([ground.in_middle, ground.on_all])
        counts, all_edges = _members(edges.at_junction, ground.valve_junction[at_all])
        all_valves = np.repeat(at_all, counts)
        self._direct_one_way(end_edge)
        edge = np.concatenate([end_edge, all_edges])
        valve = np.concatenate([ground.at_end, all_valves])
        # Nearest to the pipe stand the end valves; others as the table has them.
        at_hub = np.arange(len(edge)) >= len(end_edge)
        row = np.lexsort((ground.valves.order[valve], at_hub, edge))
        valve_part = np.full(len(ground.valves), -1, dtype=np.int32)
        valve_part[ground.at_end] = edges.parts[end_edge]
        return self._chained(edge[row], valve[row], valve_part)

    def _end_edges(self) -> IntArray:
        """The edge of each valve that stands at one pipe's end.

        Of several at one junction (a ring, a pipe that passes through) it is the one on the side
        of the valve's own position; the first where the source did not say.
        """
        ground = self.ground
        valves = ground.at_end
        pipe, junction = ground.valve_pipe[valves], ground.valve_junction[valves]
        start, end, cut = self.edges.between(pipe, junction)
        nowhere = np.flatnonzero((start < 0) & (end < 0) & (cut < 0))
        if len(nowhere):
            valve = valves[nowhere[0]]
            msg = (
                f"valve {text(ground.valves.ids[valve])}: "
                f"pipe {text(ground.pipes.ids[ground.valve_pipe[valve]])} does not meet "
                f"junction {text(ground.junctions.ids[ground.valve_junction[valve]])}"
            )
            raise TopologyError(msg)
        candidates = np.stack([start, end, cut, np.where(cut >= 0, cut + 1, -1)])
        chosen = np.argsort(candidates < 0, axis=0, kind="stable")
        column = np.arange(len(valves))
        first, second = candidates[chosen[0], column], candidates[chosen[1], column]
        fraction = ground.valve_fraction[valves]
        middle = np.full(len(valves), 0.5)
        on_cut = first >= 2 * len(ground.pipes)
        middle[on_cut] = ground.cut_fraction[(first[on_cut] - 2 * len(ground.pipes)) // 2]
        edge: IntArray = np.where((second >= 0) & (fraction >= middle), second, first)
        return edge

    def _direct_one_way(self, end_edge: IntArray) -> None:
        ground, edges = self.ground, self.edges
        one_way = ground.valve_one_way[ground.at_end]
        valves = ground.at_end[one_way]
        into = ground.valve_flow_to[valves] == ground.valve_pipe[valves]
        edges.direct(end_edge[one_way][into], inward=True)
        edges.direct(end_edge[one_way][~into], inward=False)
        hubs = ground.on_all[ground.valve_flow_to[ground.on_all] >= 0]
        pipes = ground.valve_flow_to[hubs]
        edges.direct(edges.all_between(pipes, ground.valve_junction[hubs]), inward=True)
        self._direct_in_middle()

    def _direct_in_middle(self) -> None:
        ground, edges = self.ground, self.edges
        valves, to_end = ground.directed_in_middle()
        before = edges.between(ground.valve_pipe[valves], ground.valve_junction[valves])[2]
        edges.direct(before[to_end], before[~to_end] + 1, inward=False)
        edges.direct(before[to_end] + 1, before[~to_end], inward=True)

    def _chained(self, edge: IntArray, valve: IntArray, valve_part: IntArray) -> _Placed:
        """Put vertices between valves that meet on one edge; `edge` is sorted."""
        ground, edges = self.ground, self.edges
        first = np.ones(len(edge), dtype=bool)
        first[1:] = edge[1:] != edge[:-1]
        last = np.ones(len(edge), dtype=bool)
        last[:-1] = first[1:]
        between = ground.part_count + ground.junction_count
        # The vertex made before each valve that is not the first on its edge.
        made = between + np.cumsum(~first) - 1
        others = (edges.junctions + ground.part_count).astype(np.int32)
        far = np.where(last, others[edge], np.append(made[1:], 0))
        on_edge = np.full(len(others), -1, dtype=np.int32)
        on_edge[edge[first]] = valve[first]
        others[edge[first]] = far[first]
        more = ~first
        return _Placed(
            parts=np.concatenate([edges.parts, made[more]]).astype(np.int32),
            others=np.concatenate([others, far[more]]).astype(np.int32),
            valve=np.concatenate([on_edge, valve[more]]).astype(np.int32),
            outward=np.concatenate([edges.outward, edges.outward[edge[more]]]),
            inward=np.concatenate([edges.inward, edges.inward[edge[more]]]),
            vertex_count=between + int(more.sum()),
            valve_part=valve_part,
        )


def _inlets(ground: Ground, edges: _Edges) -> tuple[IntArray, ...]:
    """Edges of inlet pipes at their tank: water flows toward it only."""
    sources = ground.tables.sources
    found = []
    for junction_id, inlets in zip(sources.junctions, sources.inlet_pipes, strict=True):
        pipes = ground.pipes.find(as_ids(inlets))
        pipes = pipes[pipes >= 0]
        if len(pipes):
            junction = ground.junctions.require(as_ids([_as_text(junction_id)]))
            found.append(edges.all_between(pipes, np.repeat(junction, len(pipes))))
    return tuple(found)


def _members(groups: Grouping, wanted: IntArray) -> tuple[IntArray, IntArray]:
    """Items of several groups, one after the other, and how many each has."""
    starts = groups.starts[wanted]
    counts = groups.starts[wanted + 1] - starts
    total = int(counts.sum())
    within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    return counts, groups.items[np.repeat(starts, counts) + within]


# -- RULE 6 ---------------------------------------------------------------------


def _assemble(ground: Ground, edges: _Edges, placed: _Placed) -> Topology:
    tables = ground.tables
    plain = (placed.valve == -1) & placed.outward & placed.inward
    segments, count = _components(placed.parts[plain], placed.others[plain], placed.vertex_count)
    apart = segments[placed.parts] != segments[placed.others]
    arcs = np.flatnonzero(~plain & apart)
    hubs, order = ground.valve_junction, ground.valves.order
    sided = np.flatnonzero(hubs >= 0)
    counts, side_edges = _members(edges.at_junction, hubs[sided])
    side_starts = np.zeros(len(hubs) + 1, dtype=np.int64)
    side_starts[sided + 1] = counts
    np.cumsum(side_starts, out=side_starts)
    junction_segment = segments[ground.part_count :]
    sources = Numbering("source", tables.sources.ids)
    fed = ground.junctions.require(as_ids(tables.sources.junctions)[sources.order])
    hydrants = Numbering("hydrant", tables.hydrants.ids)
    customers = Numbering("customer", tables.customers.ids)
    return Topology(
        pipe_ids=ground.pipes.ids,
        part_starts=ground.part_starts,
        part_segment=segments[: ground.part_count],
        cut_fractions=ground.cut_fraction,
        junction_ids=ground.junctions.ids,
        junction_segment=junction_segment[: len(ground.junctions)],
        valve_ids=ground.valves.ids,
        valve_isolates=ground.valve_isolates,
        valve_one_way=ground.valve_one_way,
        valve_closed=np.asarray(tables.valves.closed, bool)[order],
        valve_operable=np.asarray(tables.valves.operable, bool)[order],
        valve_hub=_where(hubs, junction_segment),
        valve_end=_where(placed.valve_part, segments),
        valve_side_starts=side_starts,
        valve_sides=segments[edges.parts[side_edges]],
        source_ids=sources.ids,
        source_segment=junction_segment[fed],
        source_active=np.asarray(tables.sources.active, bool)[sources.order],
        hydrant_ids=hydrants.ids,
        hydrant_segment=_of_points(ground, segments, count, tables.hydrants, hydrants),
        customer_ids=customers.ids,
        customer_segment=_of_points(ground, segments, count, tables.customers, customers),
        customer_persons=np.asarray(tables.customers.persons, np.int32)[customers.order],
        arc_u=segments[placed.parts[arcs]],
        arc_v=segments[placed.others[arcs]],
        arc_valve=placed.valve[arcs],
        arc_forward=placed.outward[arcs],
        arc_backward=placed.inward[arcs],
        segment_count=count,
    )


def _where(vertices: IntArray, segments: IntArray) -> IntArray:
    """The segment of each vertex, -1 for none."""
    found = np.full(len(vertices), -1, dtype=np.int32)
    some = vertices >= 0
    found[some] = segments[vertices[some]]
    return found


def _of_points(
    ground: Ground, segments: IntArray, count: int, points: Points, numbers: Numbering
) -> IntArray:
    """Segments of hanging assets; `count` for one on no pipe in service."""
    order = numbers.order
    pipe_ids = as_ids(points.pipes)[order]
    found = np.full(len(order), count, dtype=np.int32)
    pipe = ground.pipes.find(pipe_ids)
    on_pipe = np.flatnonzero(pipe >= 0)
    fractions = np.asarray(points.fractions, dtype=np.float64)[order]
    found[on_pipe] = segments[ground.parts_at(pipe[on_pipe], fractions[on_pipe])]
    junction_ids = as_ids(points.junctions)[order]
    alone = np.flatnonzero((pipe_ids == b"") & (junction_ids != b""))
    junction = ground.junctions.require(junction_ids[alone])
    found[alone] = segments[ground.part_count + junction]
    return found


def _components(us: IntArray, vs: IntArray, count: int) -> tuple[IntArray, int]:
    graph = coo_matrix((np.ones(len(us), np.int8), (us, vs)), shape=(count, count))
    found, labels = connected_components(graph, directed=False)
    return labels.astype(np.int32), int(found)


def _as_text(each: str | bytes) -> str:
    return each if isinstance(each, str) else text(each)
