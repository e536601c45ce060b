"""Pipes, junctions and valves by number, and where pipes are divided: what `build` begins with."""

import numpy as np
from numpy.typing import NDArray

from network.topology.elements import NetworkTables
from network.topology.engine.ids import Numbering, as_ids
from network.topology.engine.structure import BoolArray, IntArray

Floats = NDArray[np.float64]


class Ground:
    """Pipes, junctions and valves by number, and where pipes are divided (RULE 1).

    Cuts are sorted by pipe, then along it. Valves in mid-pipe get a junction of their own,
    numbered after the real ones.
    """

    def __init__(self, tables: NetworkTables) -> None:
        self.tables = tables
        self.pipes = Numbering("pipe", tables.pipes.ids)
        self.junctions = Numbering("junction", tables.junctions)
        self.valves = Numbering("valve", tables.valves.ids)
        order = self.pipes.order
        starts, ends = as_ids(tables.pipes.starts)[order], as_ids(tables.pipes.ends)[order]
        self.starts = self.junctions.require(starts, "start of pipe", self.pipes.ids)
        self.ends = self.junctions.require(ends, "end of pipe", self.pipes.ids)
        self.one_way = np.asarray(tables.pipes.one_way, dtype=bool)[order]
        self._read_valves()
        self._divide()

    def _read_valves(self) -> None:
        valves, order = self.tables.valves, self.valves.order
        junctions = as_ids(valves.junctions)[order]
        named = junctions != b""
        self.valve_junction = np.full(len(order), -1, dtype=np.int32)
        self.valve_isolates = np.asarray(valves.isolates, dtype=bool)[order]
        flow_to = as_ids(valves.flow_to)[order]
        self.valve_one_way: BoolArray = flow_to != b""
        self.valve_flow_to = self.pipes.find(flow_to)
        self.valve_fraction = np.asarray(valves.fractions, dtype=np.float64)[order]
        pipe = as_ids(valves.pipes)[order]
        self.valve_pipe = self.pipes.find(pipe)
        # Isolating valves stop water, and so do one-way ones when closed.
        cuts = self.valve_isolates | self.valve_one_way
        at_junction = np.flatnonzero(cuts & named)
        self.valve_junction[at_junction] = self.junctions.require(junctions[at_junction])
        self.on_all = at_junction[pipe[at_junction] == b""]
        self.at_end = at_junction[self.valve_pipe[at_junction] >= 0]
        self.in_middle = np.flatnonzero(cuts & ~named & (self.valve_pipe >= 0))
        made = np.arange(len(self.in_middle), dtype=np.int32) + len(self.junctions)
        self.valve_junction[self.in_middle] = made
        self.junction_count = len(self.junctions) + len(made)

    def _divide(self) -> None:
        splits = self.tables.splits
        pipe = self.pipes.find(as_ids(splits.pipes))
        live = pipe >= 0  # a split of a pipe that is not in service divides nothing
        junction = self.junctions.require(as_ids(splits.junctions)[live])
        middle = self.in_middle
        pipe = np.concatenate([pipe[live], self.valve_pipe[middle]])
        junction = np.concatenate([junction, self.valve_junction[middle]])
        fraction = np.asarray(splits.fractions, dtype=np.float64)[live]
        fraction = np.concatenate([fraction, self.valve_fraction[middle]])
        order = np.lexsort((junction, fraction, pipe))
        self.cut_pipe, self.cut_junction = pipe[order], junction[order]
        self.cut_fraction: Floats = fraction[order]
        cuts = np.bincount(self.cut_pipe, minlength=len(self.pipes))
        self.part_starts = np.zeros(len(self.pipes) + 1, dtype=np.int32)
        np.cumsum(cuts + 1, out=self.part_starts[1:])
        self.part_count = int(self.part_starts[-1])

    def directed_in_middle(self) -> tuple[IntArray, BoolArray]:
        """One-way valves in mid-pipe, and which of them pass water toward the end of their pipe.

        The others pass it toward the start. It is the end that the pipe meets which they flow to,
        the nearer one where it meets both.
        """
        target, own = self.valve_flow_to[self.in_middle], self.valve_pipe[self.in_middle]
        known = (target >= 0) & (target != own)
        valves, target, own = self.in_middle[known], target[known], own[known]
        at_start = self._meets(target, self.starts[own])
        at_end = self._meets(target, self.ends[own])
        to_end = at_end & (~at_start | (self.valve_fraction[valves] > 0.5))
        told = at_start | at_end
        return valves[told], to_end[told]

    def _meets(self, pipe: IntArray, junction: IntArray) -> BoolArray:
        """Whether each pipe ends at its junction, or is divided by it."""
        cuts = self.cut_pipe.astype(np.int64) * self.junction_count + self.cut_junction
        divided = np.isin(pipe.astype(np.int64) * self.junction_count + junction, cuts)
        met: BoolArray = divided | (self.starts[pipe] == junction) | (self.ends[pipe] == junction)
        return met

    def parts_at(self, pipe: IntArray, fraction: Floats) -> IntArray:
        """The part of each pipe on which a place lies.

        A place on a cut is on the part after it, one of unknown (NaN) fraction on the first part.
        """
        part = self.part_starts[pipe].astype(np.int32)
        divided = np.flatnonzero((np.diff(self.part_starts)[pipe] > 1) & ~np.isnan(fraction))
        if not len(divided):
            return part
        # Cuts and places in one row along the pipes: a place has as many cuts behind it.
        both = np.concatenate([self.cut_pipe, pipe[divided]])
        is_place = np.arange(len(both)) >= len(self.cut_pipe)
        along = np.concatenate([self.cut_fraction, fraction[divided]])
        row = np.lexsort((is_place, along, both))
        cuts_behind = np.cumsum(~is_place[row])
        rank = np.empty(len(both), dtype=np.int64)
        rank[row] = cuts_behind
        before_pipe = self.part_starts[:-1] - np.arange(len(self.pipes))
        part[divided] += (rank[is_place] - before_pipe[pipe[divided]]).astype(np.int32)
        return part
