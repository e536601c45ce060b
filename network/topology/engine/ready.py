"""A topology in one state, made ready: the answer to nearly every burst is then a look-up.

RULE 1  Segments that an open, stuck valve joins are one *group*: a burst's zone is a group,
        but for what one-way devices add.
RULE 2  Group d *dominates* group g when every way of water to g leads through d. Taking out
        a group dries exactly what it dominates: its subtree in the dominator tree.
RULE 3  Groups are numbered along that tree, so that the subtree of g is g .. end[g] - 1 and
        everything on it (pipes, customers, hydrants, all sorted by group) is one slice.
        Groups without water are numbered last.
RULE 4  Shutting a valve is the same as taking out the group only where the valve stands
        between two sides (*thin*). A group with another kind of border, or at the outlet of
        a one-way device, is not *simple*: its bursts are answered by search instead.

Source of RULE 2: Lengauer and Tarjan, "A fast algorithm for finding dominators in a flowgraph",
ACM TOPLAS 1 (1979); computed by rustworkx.
"""

import json
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import rustworkx
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from network.topology.engine.states import Masks, NetworkState, canonical, masks
from network.topology.engine.structure import BoolArray, Grouping, IntArray, Topology, mapped
from network.topology.engine.supply_tree import SupplyTree

AT_ONCE = 100_000
APART = {"apart": True}  # not an array
STOPS, PASSES, CLOSED, WALKED, THICK = range(5)  # what a border does to its group


@dataclass(frozen=True, eq=False)
class ReadyState:
    """What holds in one state, as arrays in the order of the dominator tree; may be mapped.

    Items of group g are `x[x_starts[g]:x_starts[g + 1]]`; those of its whole subtree end at
    `x_starts[end[g]]`. `persons_before[k]` counts persons of the first k of `customers`.
    Group g has borders `border_starts[g]:border_starts[g + 1]`: the valve, the group beyond,
    and whether water would come in (PASSES), the valve merely STOPS the trace, or is CLOSED.
    """

    group_of: IntArray  # group of each base segment; one more for what hangs on nothing
    end: IntArray
    wet_count: int  # groups below have water
    simple: BoolArray
    border_starts: NDArray[np.int64]
    border_valve: IntArray
    border_beyond: IntArray
    border_kind: NDArray[np.uint8]
    walked_starts: NDArray[np.int64]
    walked: IntArray  # stuck valves and one-way devices inside each group
    pipe_starts: NDArray[np.int64]
    pipes: IntArray  # the pipe of each part
    customer_starts: NDArray[np.int64]
    customers: IntArray
    persons_before: NDArray[np.int64]
    hydrant_starts: NDArray[np.int64]
    hydrants: IntArray
    source_starts: NDArray[np.int64]
    sources: IntArray  # active ones
    state: NetworkState = field(metadata=APART)  # as `canonical` has it
    tree: SupplyTree = field(metadata=APART)  # for what the look-up leaves, and for what-ifs

    def save(self, folder: Path) -> None:
        """Write one `.npy` per array into `folder`, which must exist, the state and the tree."""
        for each in _arrays():
            np.save(folder / f"{each.name}.npy", np.asarray(getattr(self, each.name)))
        (folder / "state.json").write_text(json.dumps(self.state.as_json()), encoding="utf-8")
        self.tree.save(folder)

    @classmethod
    def load(cls, topology: Topology, folder: Path) -> "ReadyState":
        """Map what `save` wrote; processes that map one folder share its memory."""
        values = {each.name: mapped(folder, each.name) for each in _arrays()}
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        return cls(
            **{**values, "wet_count": int(values["wet_count"])},
            state=NetworkState.of_json(state),
            tree=SupplyTree.load(topology, folder),
        )


def _arrays() -> list[Field[Any]]:
    return [each for each in fields(ReadyState) if each.metadata != APART]


def make_ready(topology: Topology, state: NetworkState) -> ReadyState:
    """Prepare `topology` in `state` for instant answers. Linear in its size.

    Raises UnknownAsset for an id the network does not have.
    """
    state = canonical(topology, state)
    holds = masks(topology, state)
    groups, count = _groups(topology, holds)
    number, end, wet_count = _numbered(*_flows(topology, holds, groups), count)
    group_of = np.append(number[groups], count).astype(np.int32)
    borders = _Borders(topology, holds, group_of)
    starts, valve, beyond, kind = borders.table(count)
    simple = np.ones(count, dtype=bool)
    simple[borders.not_simple()] = False
    customers = Grouping.of(group_of[topology.customer_segment], count + 1)
    persons = np.zeros(len(customers.items) + 1, dtype=np.int64)
    np.cumsum(topology.customer_persons[customers.items], dtype=np.int64, out=persons[1:])
    parts = Grouping.of(group_of[topology.part_segment], count)
    hydrants = Grouping.of(group_of[topology.hydrant_segment], count + 1)
    active = np.flatnonzero(holds.active).astype(np.int32)
    sources = Grouping.of(group_of[topology.source_segment[active]], count)
    walked = borders.walked_inside(count)
    return ReadyState(
        group_of=group_of,
        end=end,
        wet_count=wet_count,
        simple=simple,
        border_starts=starts,
        border_valve=valve,
        border_beyond=beyond,
        border_kind=kind,
        walked_starts=walked.starts,
        walked=walked.items,
        pipe_starts=parts.starts,
        pipes=topology.part_pipe[parts.items],
        customer_starts=customers.starts,
        customers=customers.items,
        persons_before=persons,
        hydrant_starts=hydrants.starts,
        hydrants=hydrants.items,
        source_starts=sources.starts,
        sources=active[sources.items],
        state=state,
        tree=SupplyTree(topology, holds),
    )


# -- RULE 1 ---------------------------------------------------------------------


def _groups(topology: Topology, holds: Masks) -> tuple[IntArray, int]:
    """The group of each segment, not yet in order, and how many there are."""
    valve = np.asarray(topology.arc_valve)
    both_ways = topology.arc_forward & topology.arc_backward
    stuck = both_ways & _of_valve(holds.walked & ~holds.closed, valve, without=True)
    us, vs = topology.arc_u[stuck], topology.arc_v[stuck]
    count = topology.segment_count
    graph = coo_matrix((np.ones(len(us), np.int8), (us, vs)), shape=(count, count))
    found, labels = connected_components(graph, directed=False)
    return labels.astype(np.int32), int(found)


def _of_valve(mask: BoolArray, valve: IntArray, *, without: bool) -> BoolArray:
    """`mask` of each arc's valve; `without` for the arcs that have none."""
    if not len(mask):
        return np.full(len(valve), without)
    return np.where(valve < 0, without, mask[valve])


# -- RULES 2 and 3 --------------------------------------------------------------


def _flows(
    topology: Topology, holds: Masks, groups: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Tails and heads of the ways that water may take between groups, and the fed groups."""
    opened = _of_valve(~holds.closed, np.asarray(topology.arc_valve), without=True)
    us, vs = groups[topology.arc_u], groups[topology.arc_v]
    apart = opened & (us != vs)
    forward, backward = apart & topology.arc_forward, apart & topology.arc_backward
    tails = np.concatenate([us[forward], vs[backward]])
    heads = np.concatenate([vs[forward], us[backward]])
    return tails, heads, np.unique(groups[topology.source_segment[holds.active]])


def _numbered(
    tails: IntArray, heads: IntArray, fed: IntArray, count: int
) -> tuple[IntArray, IntArray, int]:
    """New numbers of the groups, the end of each one's subtree by new number, and the wet ones."""
    above = count  # one source above all
    graph: rustworkx.PyDiGraph[None, None] = rustworkx.PyDiGraph()
    graph.add_nodes_from([None] * (count + 1))
    for first in range(0, len(tails), AT_ONCE):  # a tuple for every way at once is heavy
        some = slice(first, first + AT_ONCE)
        graph.extend_from_edge_list(
            list(zip(tails[some].tolist(), heads[some].tolist(), strict=True))
        )
    graph.extend_from_edge_list([(above, each) for each in fed.tolist()])
    found = rustworkx.immediate_dominators(graph, above)
    del graph
    below = np.fromiter(found.keys(), dtype=np.int32, count=len(found))
    parent = np.full(count + 1, -1, dtype=np.int32)
    parent[below] = np.fromiter(found.values(), dtype=np.int32, count=len(found))
    parent[above] = -1
    return _preorder(parent, above)


def _preorder(parent: IntArray, root: int) -> tuple[IntArray, IntArray, int]:
    """Number the vertices below `root` so that each subtree is one run; the others come last."""
    children = Grouping.of(parent + 1, root + 2)
    starts, items = children.starts.tolist(), children.items.tolist()
    order = [root]
    for vertex in order:
        order.extend(items[starts[vertex + 1] : starts[vertex + 2]])
    size, parents = [1] * (root + 1), parent.tolist()
    for vertex in reversed(order[1:]):
        size[parents[vertex]] += size[vertex]
    number = np.full(root, -1, dtype=np.int32)
    free = [0] * (root + 1)  # the next number that a vertex has for its children
    for vertex in order[1:]:
        above = parents[vertex]
        number[vertex] = mine = free[above]
        free[above] += size[vertex]
        free[vertex] = mine + 1
    wet_count = len(order) - 1
    dry = np.flatnonzero(number < 0)
    number[dry] = np.arange(wet_count, root, dtype=np.int32)
    end = np.arange(1, root + 1, dtype=np.int32)
    reached = np.asarray(order[1:], dtype=np.int32)
    end[number[reached]] = number[reached] + np.asarray(size, dtype=np.int32)[reached]
    return number, end, wet_count


# -- RULE 4 ---------------------------------------------------------------------


class _Borders:
    """Every arc seen from both of its sides: what it means to the group that it stands at."""

    def __init__(self, topology: Topology, holds: Masks, group_of: IntArray) -> None:
        self.topology = topology
        self.group_of = group_of
        self.closed, self.walks, self.active = holds.closed, holds.walked, holds.active
        arcs = len(topology.arc_u)
        self.arc = np.tile(np.arange(arcs, dtype=np.int32), 2)
        self.valve = np.tile(np.asarray(topology.arc_valve), 2)
        here = np.concatenate([topology.arc_u, topology.arc_v])
        self.beyond_segment = np.concatenate([topology.arc_v, topology.arc_u])
        self.here = group_of[here]
        self.beyond = group_of[self.beyond_segment]
        self.comes_in = np.concatenate([topology.arc_backward, topology.arc_forward])
        self.kind = self._kinds()

    def _kinds(self) -> NDArray[np.uint8]:
        closed = _of_valve(self.closed, self.valve, without=False)
        walked = _of_valve(self.walks, self.valve, without=True)
        kind = np.where(closed, CLOSED, np.where(walked, WALKED, PASSES)).astype(np.uint8)
        inside = self._is_inside()
        self._look_over_hubs(kind)
        hub = self._hub_of(self.valve)
        joins = inside & (hub != self.here) & self._holds_something(hub)
        kind[joins & (kind != CLOSED)] = THICK
        within = (self.here == self.beyond) & (kind == WALKED)
        self.drop = ~self.comes_in | (inside & (kind != THICK) & (kind != WALKED)) | within
        return kind

    def _hub_of(self, valve: IntArray) -> IntArray:
        """The group of the junction at which each valve stands; -1 where there is none."""
        hub = np.asarray(self.topology.valve_hub)
        if not len(hub):
            return np.full(len(valve), -1, dtype=np.int32)
        segment = np.where(valve < 0, -1, hub[valve])
        return np.where(segment < 0, -1, self.group_of[segment])

    def _is_inside(self) -> BoolArray:
        """Whether all pipes that the valve stands between are in the group it is seen from.

        One that keeps a source at its own junction out of the group does not stand inside.
        """
        topology, group_of = self.topology, self.group_of
        count = len(topology.valve_ids)
        if not count:
            return np.zeros(len(self.valve), dtype=bool)
        sides = group_of[topology.valve_sides]
        starts = topology.valve_side_starts
        some = np.flatnonzero(np.diff(starts) > 0)
        around = np.full(count, -1, dtype=np.int32)
        if len(some):
            lowest = np.minimum.reduceat(sides, starts[some])
            highest = np.maximum.reduceat(sides, starts[some])
            around[some] = np.where(lowest == highest, lowest, -1)
        end, hub = np.asarray(topology.valve_end), np.asarray(topology.valve_hub)
        fed = np.zeros(len(group_of), dtype=bool)
        fed[group_of[topology.source_segment[self.active]]] = True
        at_source = (hub >= 0) & (group_of[hub] != around)
        at_source[at_source] = fed[group_of[hub[at_source]]]
        around[at_source] = -1
        own = np.where((end >= 0) & (hub >= 0), group_of[end], -1)
        own = np.where(own == group_of[hub], own, -1)
        found: BoolArray = (self.valve >= 0) & (
            (around[self.valve] == self.here) | (own[self.valve] == self.here)
        )
        return found

    def _holds_something(self, groups: IntArray) -> BoolArray:
        """Whether customers, hydrants or sources hang on each of `groups`."""
        topology = self.topology
        taken = np.zeros(len(self.group_of) + 1, dtype=bool)
        for segments in (
            topology.customer_segment,
            topology.hydrant_segment,
            topology.source_segment,
        ):
            taken[self.group_of[segments]] = True
        taken[-1] = False  # where -1 looks
        return taken[groups]

    def _look_over_hubs(self, kind: NDArray[np.uint8]) -> None:
        """Tell thin valves from others, and let thin ones look over their own junction.

        A valve with one arc is thin. So is one with two over an empty junction of its own: what
        lies beyond is then the group on the junction's other side.
        """
        topology = self.topology
        valves, arcs = len(topology.valve_ids), len(topology.arc_u)
        if not valves:
            return
        of_valve = np.bincount(topology.arc_valve[topology.arc_valve >= 0], minlength=valves)
        at_segment = np.bincount(
            np.concatenate([topology.arc_u, topology.arc_v]), minlength=topology.segment_count
        )
        members = np.bincount(self.group_of[:-1], minlength=len(self.group_of))
        hub = np.asarray(topology.valve_hub)
        lone = (hub >= 0) & (at_segment[hub] == 2) & (members[self.group_of[hub]] == 1)
        lone &= (of_valve == 2) & ~self._holds_something(self.group_of[hub])
        several = (self.valve >= 0) & (of_valve[self.valve] > 1)
        over = several & lone[self.valve] & (self.beyond_segment == hub[self.valve])
        kind[several & ~over & (kind == PASSES)] = THICK
        at = topology.arcs_by_segment
        first = at.starts[self.beyond_segment[over]]
        pair = np.stack([at.items[first], at.items[first + 1]])
        other = np.where(pair[0] % arcs == self.arc[over], pair[1], pair[0])
        # `other` stands at the hub: below `arcs` at its u side, its far end is then v.
        at_u, arc = other < arcs, other % arcs
        far = np.where(at_u, topology.arc_v[arc], topology.arc_u[arc])
        self.beyond[over] = self.group_of[far]
        flows = np.where(at_u, topology.arc_backward[arc], topology.arc_forward[arc])
        still = np.flatnonzero(over)[~flows]
        kind[still] = np.where(kind[still] == PASSES, STOPS, kind[still])

    def not_simple(self) -> IntArray:
        """Groups with a border that needs a search."""
        hard = ~self.drop & ((self.kind == WALKED) | (self.kind == THICK))
        return np.unique(self.here[hard])

    def table(self, count: int) -> tuple[NDArray[np.int64], IntArray, IntArray, NDArray[np.uint8]]:
        """Borders in the order of their groups: starts, valves, groups beyond, kinds."""
        kept = np.flatnonzero(~self.drop & (self.valve >= 0) & (self.kind <= CLOSED))
        by_group = Grouping.of(self.here[kept], count)
        rows = kept[by_group.items]
        return by_group.starts, self.valve[rows], self.beyond[rows], self.kind[rows]

    def walked_inside(self, count: int) -> Grouping:
        """Stuck valves and one-way devices that a trace of the whole group walks through."""
        rows = np.flatnonzero(
            self.comes_in
            & ((self.here == self.beyond) | (self.here == self.group_of[self.beyond_segment]))
            & _of_valve(self.walks & ~self.closed, self.valve, without=False)
        )
        pairs = np.unique(np.stack([self.here[rows], self.valve[rows]]), axis=1)
        by_group = Grouping.of(pairs[0].astype(np.int32), count)
        return Grouping(pairs[1].astype(np.int32)[by_group.items], by_group.starts)
