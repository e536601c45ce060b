"""Put the steps of noding together."""

from __future__ import annotations

import numpy as np

from network.topology.findings import Finding
from network.topology.noding.columns import (
    NOWHERE,
    Integers,
    Junctions,
    NodedNetwork,
    Places,
    RawNetwork,
    RawPoints,
    Splits,
    Strings,
    Tolerances,
)
from network.topology.noding.ends import PipeEnds, find_ends, generated_ids
from network.topology.noding.placing import (
    Ground,
    at_point,
    look_up,
    nearest_junction,
    place_hanging,
    put_at_junctions,
)
from network.topology.noding.tees import END_MARGIN_M, find_tees, measure
from network.topology.noding.unnoded import junctions_of_sources
from network.topology.noding.valves import place_valves


def node_network(raw: RawNetwork, tolerances: Tolerances) -> tuple[NodedNetwork, list[Finding]]:
    """Resolve every end and place every asset of a drawing.

    Nothing is refused here: what does not fit is among the findings, and its asset stays where
    it can (or nowhere). Raises clusters.SnappingError where the tolerance makes no sense.
    """
    findings: list[Finding] = []
    ends = find_ends(raw, tolerances, findings)
    springs = junctions_of_sources(raw.sources, ends, tolerances)
    splits = find_tees(raw.pipes, ends, springs, tolerances, findings)
    ground = Ground.under(raw.pipes, ends, splits)
    sources, ground = _place_sources(raw.sources, ground, tolerances, findings)
    network = NodedNetwork(
        pipes=raw.pipes,
        lines=ground.ends.lines,
        flipped=ground.ends.flipped,
        start=ground.ends.start,
        end=ground.ends.end,
        junctions=ground.ends.junctions,
        splits=ground.splits,
        valves=place_valves(raw.valves, ground, tolerances, findings),
        hydrants=place_hanging(
            raw.hydrants,
            ground,
            "hydrant",
            tolerances.hydrant_m,
            findings,
            snap_m=tolerances.snap_m,
        ),
        sources=sources,
        customers=place_hanging(
            raw.customers,
            ground,
            "customer",
            tolerances.customer_m,
            findings,
            snap_m=tolerances.snap_m,
        ),
    )
    return network, findings


def _place_sources(
    points: RawPoints, ground: Ground, tolerances: Tolerances, findings: list[Finding]
) -> tuple[Places, Ground]:
    """Give every source a junction: its node, the nearest one, or a tee made for it.

    A source beyond reach of every pipe keeps its node, or gets one of its own, off the network.
    """
    refs = look_up(points, ground)
    for nth in np.flatnonzero(refs.junction_unknown).tolist():
        name = str(points.nodes[nth])
        findings.append(at_point("source_node_unknown", "source", points, nth, node=name))
    nearest, _ = nearest_junction(ground, points.xy, tolerances.source_m)
    usable = (refs.junction != NOWHERE) & ground.connected[refs.junction]
    junction = np.where(usable, refs.junction, nearest)
    pending = np.flatnonzero(junction == NOWHERE)
    pipe = ground.nearest_pipe(points.xy[pending], tolerances.source_m)
    for nth in pending[pipe == NOWHERE].tolist():
        findings.append(at_point("source_off_network", "source", points, nth))
    ends, made = _junctions_for(points, pending, refs.junction[pending], ground.ends)
    junction[pending] = made
    splits = _with_splits(ground.splits, ends, made[pipe != NOWHERE], pipe[pipe != NOWHERE])
    ground = ground.with_tees(ends, splits)
    places = Places.unplaced(len(points))
    put_at_junctions(places, ground, points, np.arange(len(points)), junction)
    return places, ground


def _junctions_for(
    points: RawPoints, pending: Integers, named: Integers, ends: PipeEnds
) -> tuple[PipeEnds, Integers]:
    """Return a junction for each pending source: the unused node that it names, or a new one."""
    junction = named.copy()
    fresh = np.flatnonzero(named == NOWHERE)
    taken = dict.fromkeys(ends.junctions.ids.tolist(), 0)
    ids: Strings = generated_ids(len(fresh), taken)
    junction[fresh] = len(ends.junctions) + np.arange(len(fresh))
    junctions = Junctions(
        ids=np.concatenate([ends.junctions.ids, ids]),
        xy=np.concatenate([ends.junctions.xy, points.xy[pending[fresh]]]),
        generated=np.concatenate([ends.junctions.generated, np.ones(len(fresh), bool)]),
    )
    return PipeEnds(ends.lines, ends.flipped, ends.start, ends.end, ends.given, junctions), junction


def _with_splits(splits: Splits, ends: PipeEnds, junction: Integers, pipe: Integers) -> Splits:
    if not len(pipe):
        return splits
    along, _, length = measure(ends, pipe, ends.junctions.xy[junction])
    along = np.clip(along, END_MARGIN_M, length - END_MARGIN_M)
    return Splits(
        np.concatenate([splits.pipe, pipe]),
        np.concatenate([splits.junction, junction]),
        np.concatenate([splits.fraction, along / length]),
    )
