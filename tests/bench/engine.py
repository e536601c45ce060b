"""The engine alone, in process: look-up and search against a search in networkx."""

import random
import tempfile
from pathlib import Path

from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, find, isolate
from network.topology.engine.ready import ReadyState, make_ready
from network.topology.engine.states import NetworkState
from network.topology.engine.structure import Topology
from tests.bench.city_tables import city_tables
from tests.bench.memory import peak_mb
from tests.bench.networkx_search import NetworkxSearch
from tests.bench.timing import Measured, measure, measure_each, row

ASKED, SEARCHED, BASELINE = 1000, 40, 5
NETWORKX = "networkx search"


def rows(name: str, source: Path) -> list[list[str]]:
    """Everything is mapped from files, as a web process has it; pipes are drawn at random."""
    tables = city_tables(source)
    with tempfile.TemporaryDirectory(prefix="mainbreak-engine-") as folder:
        kept, state = Path(folder) / "topology", Path(folder) / "state"
        kept.mkdir()
        state.mkdir()
        build(tables).save(kept)
        topology = Topology.load(kept)
        getting_ready = measure(lambda: make_ready(topology, NetworkState()), runs=1, warm_up=0)
        make_ready(topology, NetworkState()).save(state)
        ready = ReadyState.load(topology, state)
        chance = random.Random(1)
        pipes = [each.decode() for each in chance.sample(topology.pipe_ids.tolist(), ASKED)]
        valves = [each.decode() for each in chance.sample(topology.valve_ids.tolist(), SEARCHED)]
        asked = measure_each(lambda pipe: find(topology, [Burst(pipe)], None, ready), pipes)
        named = measure_each(lambda pipe: isolate(topology, [Burst(pipe)], None, ready), pipes)
        stuck = _what_if(topology, ready, pipes, valves, "inoperable")
        shut = _what_if(topology, ready, pipes, valves, "closed")
        search = NetworkxSearch(tables)
        plain = measure_each(search.ask, pipes[:BASELINE])
    memory = peak_mb()
    return [
        row(f"query in process, {name}", asked, plain, NETWORKX),
        row(f"query with all names, {name}", named, plain, NETWORKX),
        row(f"what-if: a valve stuck, {name}", stuck, plain, NETWORKX),
        row(f"what-if: a valve shut, {name}", shut, plain, NETWORKX),
        [
            f"make a state ready, {name}",
            f"{getting_ready.median_s:.2f} s",
            f"{memory:,.0f} MB at most, with the baseline's graph",
            "",
        ],
    ]


def _what_if(
    topology: Topology, ready: ReadyState, pipes: list[str], valves: list[str], change: str
) -> Measured:
    """Every question in a state that nobody has asked about before."""
    cases = list(zip(pipes, valves, strict=False))

    def ask(case: tuple[str, str]) -> object:
        pipe, valve = case
        state = NetworkState().with_changes(**{change: [valve]})
        return find(topology, [Burst(pipe)], state, ready)

    return measure_each(ask, cases)
