"""How long an answer takes, against a plain networkx flood and wntr's valve segments."""

import random
import warnings
from typing import Any

from network.models import NetworkRevision
from network.selectors import read_tables
from network.selectors.snapshots import load_topology
from network.topology.elements import NetworkTables
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, isolate
from network.topology.engine.states import NetworkState
from tests.bench.flood import PlainFlood
from tests.bench.timing import measure, measure_each, row


def rows(name: str, revision: NetworkRevision, *, with_wntr: bool) -> list[list[str]]:
    """Compare on one network; the answers of ours and the flood's are checked to be equal."""
    topology, tables = load_topology(revision), read_tables(revision).as_text()
    drawn = random.Random(1).sample(list(tables.pipes.ids), 200)
    bursts = [Burst(pipe) for pipe in drawn]
    flood = PlainFlood(tables)
    for burst in bursts[:10]:
        _must_agree(topology, flood, burst)
    ours = measure_each(lambda burst: isolate(topology, [burst]), bursts)
    stuck = NetworkState().with_changes(inoperable=list(tables.valves.ids[:1]))
    what_if = measure_each(lambda burst: isolate(topology, [burst], stuck), bursts)
    plain = measure_each(flood.ask, bursts[:7])
    found = [
        row(f"isolate, {name}", ours, plain, "networkx flood"),
        row(f"isolate with a valve stuck, {name}", what_if, plain, "networkx flood"),
    ]
    if with_wntr:
        building = measure(lambda: build(tables), runs=3)
        theirs = measure(lambda: _wntr_segments(tables), runs=1, warm_up=0)
        found.append(row(f"all segments, {name}", building, theirs, "wntr valve_segments"))
    return found


def _must_agree(topology: Any, flood: PlainFlood, burst: Burst) -> None:
    answer = isolate(topology, [burst])
    valves, dry = flood.ask(burst)
    ours = {*answer.customers_isolated, *answer.customers_unintended}
    if (set(answer.valves_to_close), ours) != (valves, set(dry)):
        msg = f"the flood and the engine disagree on {burst}: the bench would compare two questions"
        raise AssertionError(msg)


def _wntr_segments(tables: NetworkTables) -> object:
    """Ask wntr for the segments of the same pipes and of the valves that stand at pipe ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import networkx as nx
        import pandas as pd
        import wntr

        graph = nx.MultiDiGraph()
        pipes, valves = tables.pipes, tables.valves
        graph.add_nodes_from(tables.junctions)
        for pipe, start, end in zip(pipes.ids, pipes.starts, pipes.ends, strict=True):
            graph.add_edge(start, end, key=pipe)
        ends = dict(zip(pipes.ids, zip(pipes.starts, pipes.ends, strict=True), strict=True))
        layer = [
            (junction, pipe)
            for junction, pipe, isolates in zip(
                valves.junctions, valves.pipes, valves.isolates, strict=True
            )
            if isolates and pipe in ends and junction in ends[pipe]
        ]
        frame = pd.DataFrame(sorted(set(layer)), columns=["node", "link"])
        return wntr.metrics.valve_segments(graph, frame)
