"""The network in one state, as EPANET takes it: what has supply, and nothing else.

RULE 1  Only stretches that a source supplies are there. What is cut off is left out, so nothing
        can be said of it: EPANET returns figures for it all the same, and they mean nothing.
RULE 2  At a closed valve a stretch ends blind; an open one is no loss.
RULE 3  A source is a reservoir of its head. Every one that is active and touches what is supplied
        must have one, or nothing can be said.
RULE 4  A stretch that water passes one way is a check valve. A pump with a curve lifts, a PRV, PSV,
        FCV or TCV with a setting keeps it. Without one it is a plain one-way pipe, and what is
        supplied through it alone is not graded.
RULE 5  What people draw is drawn at the nearer end of their stretch.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from network.hydraulics.facts import Floats, NotGradable, Obstacle, Told, pump_curve
from network.hydraulics.mains import Mains
from network.topology.engine.ground import Ground
from network.topology.engine.states import Masks
from network.topology.engine.structure import BoolArray, IntArray

# Where no elevation is known, water is drawn in full: a place this far down never runs short.
FAR_DOWN_M: Final = -500.0
CONTROL_VALVES: Final = ("prv", "psv", "fcv", "tcv")
# A line device bends the flow only where its rating is known; these need theirs.
RATED: Final = frozenset({"pump", *CONTROL_VALVES})


@dataclass(frozen=True, eq=False)
class Link:
    """A device: `kind` pump or one of CONTROL_VALVES, between two nodes, with its rating."""

    part: int
    kind: str
    start: int
    end: int
    diameter_mm: float
    rating: float | list[tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Model:
    """Nodes and links. The first `junction_count` nodes are junctions, the rest reservoirs.

    `pipe_*` are plain stretches by the number in `pipe_part`; a pipe is `one_way` from its start.
    `part_nodes[k]` are the nodes at the ends of stretch k, -1 where it is not there.
    `place_node[p]` is the node of place p, -1 likewise; `is_rated` says of which nodes a pressure
    means something.
    """

    elevation_m: Floats  # of a reservoir its head
    demand_m3_h: Floats
    junction_count: int
    pipe_part: IntArray
    pipe_start: IntArray
    pipe_end: IntArray
    pipe_length_m: Floats
    pipe_diameter_mm: Floats
    pipe_roughness: Floats
    pipe_one_way: BoolArray
    devices: tuple[Link, ...]
    part_nodes: IntArray  # shape (parts, 2)
    place_node: IntArray
    is_rated: BoolArray
    told: tuple[Told, ...]


def make_model(mains: Mains, holds: Masks, part_is_wet: BoolArray) -> Model:
    """The model of `mains` as valves and sources stand, of the stretches that are supplied.

    Raises NotGradable where nothing is supplied or a source's head is not known.
    """
    return _Maker(mains, holds, part_is_wet).make()


class _Maker:
    """Numbers what is there, RULE by RULE."""

    def __init__(self, mains: Mains, holds: Masks, part_is_wet: BoolArray) -> None:
        self.mains = mains
        self.holds = holds
        self.there = part_is_wet & (mains.forward | mains.backward)

    def make(self) -> Model:
        mains, there = self.mains, self.there
        ends = self._ends()  # places, blind ends numbered after them
        used = np.unique(ends[there])
        heads = self._heads(set(used.tolist()))
        if not heads or not len(used):
            raise NotGradable(Obstacle.NO_SUPPLY)
        is_source = np.isin(used, np.fromiter(heads, dtype=np.int64))
        if is_source.all():  # nothing but sources is left: EPANET takes no such network
            raise NotGradable(Obstacle.NO_SUPPLY)
        row = np.concatenate([used[~is_source], used[is_source]])  # reservoirs last
        count = max(int(ends.max()) + 1, mains.ground.junction_count)
        node = np.full(count, -1, dtype=np.int32)
        node[row] = np.arange(len(row), dtype=np.int32)
        self.elevation = self._elevation(ends)
        part_nodes = np.where(there[:, None], node[ends], -1).astype(np.int32)
        devices, unrated = self._devices(part_nodes)
        plain = self._plain(devices, part_nodes)
        turned = ~mains.forward[plain]
        start = np.where(turned, part_nodes[plain, 1], part_nodes[plain, 0])
        end = np.where(turned, part_nodes[plain, 0], part_nodes[plain, 1])
        head = np.array([heads.get(place, np.nan) for place in row.tolist()])
        demand = self._demand(part_nodes, node, len(row))
        junctions = int((~is_source).sum())
        demand[junctions:] = 0.0
        return Model(
            elevation_m=np.where(np.isnan(head), self.elevation[row], head),
            demand_m3_h=demand,
            junction_count=junctions,
            pipe_part=plain,
            pipe_start=start,
            pipe_end=end,
            pipe_length_m=mains.length_m[plain],
            pipe_diameter_mm=mains.diameter_mm[plain],
            pipe_roughness=mains.roughness[plain],
            pipe_one_way=~(mains.forward[plain] & mains.backward[plain]),
            devices=tuple(devices),
            part_nodes=part_nodes,
            place_node=node[: mains.ground.junction_count],
            is_rated=self._rated(part_nodes, len(row), junctions, unrated),
            told=tuple(self._told(unrated)),
        )

    # -- RULE 2 -------------------------------------------------------------------

    def _ends(self) -> NDArray[np.int64]:
        """The places at both ends of every stretch; a number of its own where a valve is shut."""
        mains, ground = self.mains, self.mains.ground
        ends = np.column_stack([mains.start, mains.end]).astype(np.int64)
        closed = np.flatnonzero(self.holds.closed)
        hubs = np.concatenate([ground.on_all, ground.in_middle])
        shut_places = ground.valve_junction[np.intersect1d(closed, hubs)]
        blind = np.isin(ends, shut_places)
        for valve in np.intersect1d(closed, ground.at_end).tolist():
            part, side = _end_of_valve(ground, mains.start, mains.end, valve)
            blind[part, side] = True
        ends[blind] = ground.junction_count + np.arange(int(blind.sum()))
        return ends

    def _elevation(self, ends: NDArray[np.int64]) -> Floats:
        """By place and blind end; a blind end lies where its stretch ends."""
        mains = self.mains
        found = np.full(max(int(ends.max()) + 1, len(mains.elevation_m)), np.nan)
        found[: len(mains.elevation_m)] = mains.elevation_m
        places = np.column_stack([mains.start, mains.end])
        blind = ends >= len(mains.elevation_m)
        found[ends[blind]] = mains.elevation_m[places[blind]]
        return found

    # -- RULE 3 -------------------------------------------------------------------

    def _heads(self, used: set[int]) -> dict[int, float]:
        mains = self.mains
        heads: dict[int, float] = {}
        unknown = []
        for source in np.flatnonzero(self.holds.active).tolist():
            place, head = int(mains.source_place[source]), float(mains.source_head_m[source])
            if place not in used:
                continue
            if np.isnan(head):
                unknown.append(mains.source_ids[source].decode())
            else:
                heads[place] = max(head, heads.get(place, -np.inf))
        if unknown:
            raise NotGradable(Obstacle.NO_HEADS, sources=unknown)
        return heads

    # -- RULE 4 -------------------------------------------------------------------

    def _devices(self, part_nodes: IntArray) -> tuple[list[Link], IntArray]:
        """The devices with a rating, and the stretches of those without."""
        mains, ground = self.mains, self.mains.ground
        found: list[Link] = []
        unrated: list[int] = []
        for pipe, kind in enumerate(mains.kinds):
            if kind not in RATED:
                continue
            parts = range(int(ground.part_starts[pipe]), int(ground.part_starts[pipe + 1]))
            rating = self._rating(pipe, kind)
            if rating is None:
                unrated.extend(part for part in parts if self.there[part])
                continue
            start, end = part_nodes[parts[0]].tolist()
            if self.there[parts[0]] and start != end:
                bore = float(mains.diameter_mm[parts[0]])
                found.append(Link(parts[0], kind, start, end, bore, rating))
        return found, np.asarray(unrated, dtype=np.int32)

    def _rating(self, pipe: int, kind: str) -> float | list[tuple[float, float]] | None:
        if kind == "pump":
            return pump_curve(self.mains.pump_curves[pipe])
        setting = float(self.mains.settings[pipe])
        return None if np.isnan(setting) else setting

    def _plain(self, devices: Iterable[Link], part_nodes: IntArray) -> IntArray:
        # A ring from a place to itself carries nothing.
        is_plain = self.there & (part_nodes[:, 0] != part_nodes[:, 1])
        is_plain[[device.part for device in devices]] = False
        return np.flatnonzero(is_plain).astype(np.int32)

    def _rated(
        self, part_nodes: IntArray, nodes: int, junctions: int, unrated: IntArray
    ) -> BoolArray:
        """Nodes that water reaches without passing a device whose rating is not known."""
        usable = self.there.copy()
        usable[unrated] = False
        start, end = part_nodes[:, 0], part_nodes[:, 1]
        with_flow, against = usable & self.mains.forward, usable & self.mains.backward
        reservoirs = np.arange(junctions, nodes)
        tails = np.concatenate([start[with_flow], end[against], np.full(len(reservoirs), nodes)])
        heads = np.concatenate([end[with_flow], start[against], reservoirs])
        graph = csr_matrix((np.ones(len(tails)), (tails, heads)), shape=(nodes + 1, nodes + 1))
        reached = breadth_first_order(graph, nodes, directed=True, return_predecessors=False)
        found = np.zeros(nodes + 1, dtype=bool)
        found[reached] = True
        return found[:nodes]

    def _told(self, unrated: IntArray) -> list[Told]:
        if not len(unrated):
            return []
        pipes = np.unique(self.mains.part_pipe[unrated])
        names = [each.decode() for each in self.mains.ground.pipes.ids[pipes].tolist()]
        return [Told("devices_unrated", {"devices": names})]

    # -- RULE 5 -------------------------------------------------------------------

    def _demand(self, part_nodes: IntArray, node: NDArray[np.int32], nodes: int) -> Floats:
        mains, people = self.mains, self.mains.people
        found = np.zeros(nodes)
        here = node[: len(mains.demand_m3_h)]
        np.add.at(found, here[here >= 0], mains.demand_m3_h[here >= 0])
        at = np.full(len(people.part), -1, dtype=np.int32)
        on_pipe = people.part >= 0
        side = (people.along >= 0.5).astype(int)
        at[on_pipe] = part_nodes[people.part[on_pipe], side[on_pipe]]
        alone = people.place >= 0
        at[alone] = node[people.place[alone]]
        np.add.at(found, at[at >= 0], people.demand_m3_h[at >= 0])
        return found


def _end_of_valve(ground: Ground, start: IntArray, end: IntArray, valve: int) -> tuple[int, int]:
    """The stretch and side (0 start, 1 end) at which an end valve stands, as `build` has it."""
    pipe, junction = int(ground.valve_pipe[valve]), int(ground.valve_junction[valve])
    first, last = int(ground.part_starts[pipe]), int(ground.part_starts[pipe + 1]) - 1
    cut = [(part, 1, _cut_at(ground, part, pipe)) for part in range(first, last)]
    meeting = [(first, 0, 0.5)] if start[first] == junction else []
    meeting += [(last, 1, 0.5)] if end[last] == junction else []
    for part, _side, fraction in cut:
        if end[part] == junction:
            meeting += [(part, 1, fraction), (part + 1, 0, fraction)]
    one, other = meeting[0], meeting[min(1, len(meeting) - 1)]
    chosen = other if ground.valve_fraction[valve] >= one[2] else one
    return chosen[0], chosen[1]


def _cut_at(ground: Ground, part: int, pipe: int) -> float:
    return float(ground.cut_fraction[part - pipe])
