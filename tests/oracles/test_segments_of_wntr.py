"""Our segments equal those of wntr.metrics.valve_segments on its own sample networks.

Compared as sets of sets of assets, never by label: the labels mean nothing.
"""

import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from network.topology.elements import NetworkTables, Pipes, Valves
from network.topology.engine.build import build

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    wntr = pytest.importorskip("wntr")

NETWORKS = ["Net1", "Net2", "Net3", "Net6", "ky4", "ky10"]
# Random: a share of the links has a valve. Strategic: all but n of the pipes at a junction.
LAYERS = [("random", 0.1), ("random", 0.6), ("strategic", 1), ("strategic", 2)]


def sample(name: str) -> Any:
    library = Path(wntr.__file__).parent / "library" / "networks" / f"{name}.inp"
    if not library.exists():
        pytest.skip(f"this wntr ships no {name}.inp")
    return wntr.network.WaterNetworkModel(str(library))


def our_segments(network: Any, layer: Any) -> set[frozenset[tuple[str, str]]]:
    links = {name: network.get_link(name) for name in network.link_name_list}
    count = len(layer)
    topology = build(
        NetworkTables(
            junctions=network.node_name_list,
            pipes=Pipes(
                ids=list(links),
                starts=[link.start_node_name for link in links.values()],
                ends=[link.end_node_name for link in links.values()],
                one_way=[False] * len(links),
            ),
            valves=Valves(
                ids=[f"v{n}" for n in range(count)],
                junctions=layer["node"].tolist(),
                pipes=layer["link"].tolist(),
                fractions=[float("nan")] * count,
                isolates=[True] * count,
                flow_to=[""] * count,
                closed=[False] * count,
                operable=[True] * count,
            ),
        )
    )
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for kind, ids, segments in (
        ("link", topology.pipe_ids, topology.part_segment),
        ("node", topology.junction_ids, topology.junction_segment),
    ):
        for name, segment in zip(ids.tolist(), segments.tolist(), strict=True):
            found[segment].add((kind, name.decode()))
    return {frozenset(each) for each in found.values()}


def their_segments(network: Any, layer: Any) -> set[frozenset[tuple[str, str]]]:
    nodes, links, _ = wntr.metrics.valve_segments(network.to_graph(), layer)
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for kind, segments in (("node", nodes), ("link", links)):
        for asset, segment in segments.items():
            found[segment].add((kind, asset))
    return {frozenset(each) for each in found.values()}


@pytest.mark.parametrize("placement", LAYERS, ids=lambda p: f"{p[0]}-{p[1]}")
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.filterwarnings("ignore")
def test_segments_equal_those_of_wntr(name: str, placement: tuple[str, float]) -> None:
    network = sample(name)
    kind, amount = placement
    count = round(amount * network.num_links) if kind == "random" else round(amount)
    layer = wntr.network.generate_valve_layer(network, kind, count, seed=123)
    layer = layer.drop_duplicates()
    ours = our_segments(network, layer.copy())
    assert ours == their_segments(network, layer.copy())
    assert len(ours) > 1
