"""Which way one-way valves pass water, told by the pipe that it flows to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from network.topology.findings import Finding
from network.topology.noding.columns import NOWHERE, NodedNetwork, RawPoints, Strings
from network.topology.noding.placing import at_point


@dataclass(frozen=True, slots=True)
class _Meetings:
    """Pipes by the junctions that they end at or are split by."""

    pipes_at: dict[int, set[int]]

    @staticmethod
    def of(network: NodedNetwork) -> _Meetings:
        pipes_at: dict[int, set[int]] = defaultdict(set)
        for junctions in (network.start, network.end):
            for pipe, junction in enumerate(junctions.tolist()):
                pipes_at[junction].add(pipe)
        for pipe, junction in zip(
            network.splits.pipe.tolist(), network.splits.junction.tolist(), strict=True
        ):
            pipes_at[junction].add(pipe)
        return _Meetings(pipes_at)


def settle_directions(
    network: NodedNetwork, valves: RawPoints, flow_to_pipe: Strings, findings: list[Finding]
) -> Strings:
    """Return the directions that can be kept, "" for the others.

    1. A valve at a junction or pipe end passes water into a pipe that meets that junction.
    2. A valve on the middle of a pipe passes water toward the end at which it is met by the pipe
       that it flows to.
    3. Every other direction is told and dropped: such a valve is a plain piece of pipe.
    """
    directed = np.flatnonzero(flow_to_pipe != "").tolist()
    if not directed:
        return flow_to_pipe
    index = {name: nth for nth, name in enumerate(network.pipes.ids.tolist())}
    meetings = _Meetings.of(network).pipes_at
    kept = flow_to_pipe.copy()
    for nth in directed:
        named = str(flow_to_pipe[nth])
        target = index.get(named)
        if target is None:
            findings.append(at_point("valve_flow_pipe_unknown", "valve", valves, nth, pipe=named))
        elif not _is_met(network, meetings, nth, target):
            findings.append(at_point("valve_flow_not_at_valve", "valve", valves, nth, pipe=named))
        else:
            continue
        kept[nth] = ""
    return kept


def _is_met(network: NodedNetwork, meetings: dict[int, set[int]], nth: int, target: int) -> bool:
    """Whether valve `nth`, or an end of the pipe on whose middle it stands, meets `target`."""
    at, own = int(network.valves.junction[nth]), int(network.valves.pipe[nth])
    if at != NOWHERE:
        return target in meetings[at]
    if own in (NOWHERE, target):
        return False
    ends = int(network.start[own]), int(network.end[own])
    return any(target in meetings[end] for end in ends)
