"""What a plan cuts off outside its zone, part by part.

RULE 1  Segments that lose water outside the zone and are joined without passing a shut valve are
        one part. Shut are the valves closed before and those that the plan closes.
RULE 2  A part's border are the shut valves that stand between it and anything else; a valve with
        the part on all its sides is none of them, nor are two in a row with it on both ends.
        Those with water on a side hold it back.
RULE 3  A part that water enters from the zone without passing a shut valve was fed from there.

Cost: a few passes over the arcs, then what the parts weigh.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from network.topology.argument.scene import Scene
from network.topology.engine.structure import BoolArray, Grouping, IntArray


@dataclass(frozen=True, eq=False)
class Part:
    """Segments cut off together; valves as positions, in order."""

    segments: IntArray
    shut: list[int]
    holding: list[int]
    from_zone: bool


def cut_off_parts(scene: Scene) -> list[Part]:
    """The parts that the plan of `scene` cuts off, those without customers too."""
    return _Cut(scene).parts()


class _Cut:
    def __init__(self, scene: Scene) -> None:
        self.scene, self.topology = scene, scene.topology
        self.shut = np.array(scene.holds.closed)
        self.shut[list(scene.found.to_close)] = True
        self.in_zone = np.zeros(scene.topology.segment_count + 1, dtype=bool)
        self.in_zone[scene.zone] = True
        chosen = np.flatnonzero(scene.newly_dry & ~self.in_zone).astype(np.int32)
        self.part_of, self.count = self._joined(chosen)
        self.members = Grouping.of(self.part_of[chosen], self.count)
        self.chosen = chosen

    def parts(self) -> list[Part]:
        starts, items = self.members.starts, self.members.items
        return [
            Part(self.chosen[items[starts[part] : starts[part + 1]]], *border)
            for part, border in enumerate(self._borders())
        ]

    def _joined(self, chosen: IntArray) -> tuple[IntArray, int]:
        """RULE 1: the part of each segment, -1 for what is not cut off, and how many parts."""
        topology = self.topology
        part_of = np.full(topology.segment_count + 1, -1, dtype=np.int32)
        if not len(chosen):
            return part_of, 0
        place = part_of.copy()
        place[chosen] = np.arange(len(chosen), dtype=np.int32)
        us, vs = place[topology.arc_u], place[topology.arc_v]
        joined = (us >= 0) & (vs >= 0) & ~self._is_shut(np.asarray(topology.arc_valve))
        us, vs = us[joined], vs[joined]
        graph = coo_matrix((np.ones(len(us), np.int8), (us, vs)), shape=(len(chosen),) * 2)
        count, labels = connected_components(graph, directed=False)
        part_of[chosen] = labels
        return part_of, int(count)

    def _is_shut(self, valve: IntArray) -> BoolArray:
        if not len(self.shut):
            return np.zeros(len(valve), dtype=bool)
        shut: BoolArray = (valve >= 0) & self.shut[valve]
        return shut

    # -- RULES 2 and 3 ----------------------------------------------------------

    def _borders(self) -> list[tuple[list[int], list[int], bool]]:
        topology = self.topology
        at_u, at_v = self.part_of[topology.arc_u], self.part_of[topology.arc_v]
        shut: list[set[int]] = [set() for _ in range(self.count)]
        from_zone = [False] * self.count
        # Where a check valve stands against the pipe's own flow nothing passes either way.
        passes = np.asarray(topology.arc_forward) | np.asarray(topology.arc_backward)
        for arc in np.flatnonzero((at_u != at_v) & passes).tolist():
            valve = topology.arc_valve.item(arc)
            u, v = topology.arc_u.item(arc), topology.arc_v.item(arc)
            for part, other, flows_in in (
                (at_u.item(arc), v, topology.arc_backward.item(arc)),
                (at_v.item(arc), u, topology.arc_forward.item(arc)),
            ):
                if part < 0:
                    continue
                if valve >= 0 and self.shut.item(valve):
                    shut[part].add(valve)
                elif flows_in and self.in_zone.item(other):
                    from_zone[part] = True
        return [
            (*self._sorted_out(part, valves), from_zone[part]) for part, valves in enumerate(shut)
        ]

    def _sorted_out(self, part: int, valves: set[int]) -> tuple[list[int], list[int]]:
        """Leave out valves with the part on all their sides; pick those with water on one."""
        kept = [valve for valve in sorted(valves) if not self._stands_inside(valve, part)]
        after = self.scene.after
        return kept, [v for v in kept if any(after.item(each) for each in self._ends(v))]

    def _stands_inside(self, valve: int, part: int) -> bool:
        ends = list(self._ends(valve))
        around = set(ends) - {self.topology.valve_hub.item(valve)}
        if len(ends) > 2 and all(self.part_of.item(each) == part for each in around):
            return True
        return all(self.part_of.item(each) == part for each in self._past_gaps(ends))

    def _past_gaps(self, ends: list[int]) -> set[int]:
        """`ends`, but for a gap between two valves at one pipe end what lies on its other side."""
        found, queue = set(ends), list(ends)
        for segment in queue:
            if self.is_gap.item(segment):
                beyond = {head for _, head in self.scene.downstream(segment)}
                beyond |= {tail for _, tail in self.scene.upstream(segment)}
                queue.extend(beyond - found)
                found |= beyond
        return {each for each in found if not self.is_gap.item(each)}

    @cached_property
    def is_gap(self) -> BoolArray:
        """Segments without a pipe and without a junction."""
        gap = np.ones(self.topology.segment_count + 1, dtype=bool)
        gap[self.topology.part_segment] = False
        gap[self.topology.junction_segment] = False
        return gap

    def _ends(self, valve: int) -> Iterator[int]:
        """Both ends of each arc that a valve stands on."""
        topology = self.topology
        for arc in topology.arcs_by_valve.of_segments([valve + 1]).tolist():
            yield topology.arc_u.item(arc)
            yield topology.arc_v.item(arc)
