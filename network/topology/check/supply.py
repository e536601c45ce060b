"""Checks of who is supplied at all: islands, closed valves, devices the wrong way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

from network.topology.check.records import Records
from network.topology.elements import (
    Customers,
    NetworkTables,
    Pipes,
    Points,
    Sources,
    Splits,
    Valves,
)
from network.topology.engine.build import build
from network.topology.engine.ids import IdArray, as_ids
from network.topology.engine.structure import Topology
from network.topology.findings import Finding
from network.topology.noding import Places
from network.topology.noding.columns import NOWHERE, Booleans, Strings

# So many names are enough to find the place; the count says how many more there are.
NAMED_AT_MOST = 5


def check_supply(records: Records) -> Iterator[Finding]:
    """Yield parts that no source reaches, with the reason.

    Needs a network without blocking faults. Costs one build of the topology.
    """
    if not len(records.network.lines) or not len(records.sources.points):
        return
    topology = build(tables_of(records))
    joined = _reached(topology, directed=False, closed_too=True)
    directed = _reached(topology, directed=True, closed_too=True)
    supplied = _reached(topology, directed=True, closed_too=False)
    behind_valve = directed & ~supplied
    yield from _parts(records, topology, ~joined, "island_without_source")
    yield from _parts(records, topology, joined & ~directed, "dry_behind_one_way")
    yield from _parts(records, topology, behind_valve, "dry_behind_closed_valve")
    yield from _wrong_way_valves(records, topology, directed)


def tables_of(records: Records) -> NetworkTables:
    """Return the drawing as the tables that a topology is built from."""
    network = records.network
    served = network.pipes.in_service
    names, pipes = _with_blank(network.junctions.ids), _with_blank(network.pipes.ids)
    valves, sources = records.valves, records.sources
    return NetworkTables(
        junctions=names[:-1],
        pipes=Pipes(
            ids=pipes[:-1][served],
            starts=names[network.start[served]],
            ends=names[network.end[served]],
            one_way=network.pipes.is_forward[served],
        ),
        splits=Splits(
            pipes=pipes[network.splits.pipe],
            junctions=names[network.splits.junction],
            fractions=network.splits.fraction,
        ),
        valves=Valves(
            ids=_with_blank(valves.points.ids)[:-1],
            junctions=names[network.valves.junction],
            pipes=pipes[network.valves.pipe],
            fractions=network.valves.fraction,
            isolates=valves.isolates,
            flow_to=_with_blank(valves.flow_to_pipe)[:-1],
            closed=valves.state == "closed",
            operable=np.ones(len(valves.points), dtype=bool),
        ),
        sources=Sources(
            ids=sources.points.ids.tolist(),
            junctions=names[network.sources.junction],
            inlet_pipes=sources.inlet_pipes,
            active=sources.active,
        ),
        hydrants=Points(),
        customers=_customers(records, network.customers, names, pipes),
    )


def _customers(records: Records, places: Places, names: IdArray, pipes: IdArray) -> Customers:
    return Customers(
        ids=_with_blank(records.customers.points.ids)[:-1],
        junctions=names[places.junction],
        pipes=pipes[places.pipe],
        fractions=places.fraction,
        persons=np.zeros(len(places), dtype=np.int32),
    )


def _with_blank(ids: Strings) -> IdArray:
    """Return ids as bytes and an empty one at the end, so that NOWHERE (-1) names nothing."""
    return as_ids([*ids.tolist(), ""])


def _passing(topology: Topology, *, closed_too: bool) -> Booleans:
    """Arcs that water passes; a valve that stands closed counts as open where `closed_too`."""
    passing = np.ones(len(topology.arc_u), dtype=bool)
    if not closed_too:
        at_valve = topology.arc_valve >= 0
        passing[at_valve] = ~topology.valve_closed[topology.arc_valve[at_valve]]
    return passing


def _digraph(topology: Topology, passing: Booleans, *, directed: bool) -> csr_matrix:
    """Return the segment digraph with a super-source as its last vertex."""
    forward = passing & (topology.arc_forward if directed else True)
    backward = passing & (topology.arc_backward if directed else True)
    feeding = topology.source_segment[topology.source_active]
    hub = topology.segment_count
    tails = np.concatenate(
        [topology.arc_u[forward], topology.arc_v[backward], np.full(len(feeding), hub)]
    )
    heads = np.concatenate([topology.arc_v[forward], topology.arc_u[backward], feeding])
    return coo_matrix(
        (np.ones(len(tails), np.int8), (tails, heads)), shape=(hub + 1, hub + 1)
    ).tocsr()


def _reached(topology: Topology, *, directed: bool, closed_too: bool) -> Booleans:
    """Return per segment whether water from an active source gets there."""
    graph = _digraph(topology, _passing(topology, closed_too=closed_too), directed=directed)
    order = breadth_first_order(
        graph, topology.segment_count, directed=True, return_predecessors=False
    )
    reached = np.zeros(topology.segment_count + 1, dtype=bool)
    reached[order] = True
    return reached[:-1]


def _parts(records: Records, topology: Topology, dry: Booleans, code: str) -> Iterator[Finding]:
    """Yield one finding per connected dry part that holds pipes."""
    if not dry.any():
        return
    inside = dry[topology.arc_u] & dry[topology.arc_v]
    count = topology.segment_count
    graph = coo_matrix(
        (
            np.ones(int(inside.sum()), np.int8),
            (topology.arc_u[inside], topology.arc_v[inside]),
        ),
        shape=(count, count),
    )
    _, label = connected_components(graph, directed=False)
    pipe_of_part = np.repeat(np.arange(len(topology.pipe_ids)), np.diff(topology.part_starts))
    part_label = np.where(dry[topology.part_segment], label[topology.part_segment], NOWHERE)
    held = topology.customer_segment < count
    customer_label = np.full(len(held), NOWHERE, dtype=np.int64)
    at = topology.customer_segment[held]
    customer_label[held] = np.where(dry[at], label[at], NOWHERE)
    index = records.pipe_index()
    order = np.argsort(part_label, kind="stable")
    labels, starts = np.unique(part_label[order], return_index=True)
    for nth, found in enumerate(labels.tolist()):
        if found == NOWHERE:
            continue
        stop = starts[nth + 1] if nth + 1 < len(starts) else len(order)
        pipes = np.unique(pipe_of_part[order[starts[nth] : stop]])
        names = [topology.pipe_ids[pipe].decode() for pipe in pipes.tolist()]
        facts = _part_facts(names, int((customer_label == found).sum()))
        if code == "dry_behind_closed_valve":
            facts["valves"] = _closed_around(topology, label == found)
        yield records.about_pipe(code, index[names[0]], **facts)


def _part_facts(names: Sequence[str], customers: int) -> dict[str, int | list[str]]:
    return {
        "pipes": list(names[:NAMED_AT_MOST]),
        "pipe_count": len(names),
        "customer_count": customers,
    }


def _closed_around(topology: Topology, part: Booleans) -> list[str]:
    touching = (part[topology.arc_u] | part[topology.arc_v]) & (topology.arc_valve >= 0)
    valves = np.unique(topology.arc_valve[touching])
    closed = valves[topology.valve_closed[valves]]
    return [topology.valve_ids[valve].decode() for valve in closed.tolist()][:NAMED_AT_MOST]


def _wrong_way_valves(
    records: Records, topology: Topology, directed: Booleans
) -> Iterator[Finding]:
    """Yield one-way devices that no source feeds from above, though their outlet has water."""
    one_way = topology.arc_forward != topology.arc_backward
    upstream = np.where(topology.arc_forward, topology.arc_u, topology.arc_v)
    downstream = np.where(topology.arc_forward, topology.arc_v, topology.arc_u)
    wrong = one_way & ~directed[upstream] & directed[downstream] & (topology.arc_valve >= 0)
    positions = {name: nth for nth, name in enumerate(records.valves.points.ids.tolist())}
    for valve in np.unique(topology.arc_valve[wrong]).tolist():
        name = topology.valve_ids[valve].decode()
        yield records.about_point(
            "check_valve_wrong_way",
            "valve",
            records.valves.points,
            positions[name],
            pipe=str(records.valves.flow_to_pipe[positions[name]]),
        )
