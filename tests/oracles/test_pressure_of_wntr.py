"""Pressures of the networks that wntr ships, imported whole, against wntr's own run of the file.

wntr brings another build of EPANET, another writer of files and other units.
"""

import warnings

import numpy as np
import pytest

from fixtures.epanet import sample_path
from network.hydraulics.facts import Assumptions
from network.hydraulics.mains import lay_mains
from network.hydraulics.model import make_model
from network.hydraulics.solve import solve
from network.importer.run import ImportOptions, import_network
from network.selectors import current_revision, load_topology, read_tables
from network.selectors.hydraulics import read_facts
from network.topology.engine.isolation import supplied
from network.topology.engine.states import NetworkState, masks

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    wntr = pytest.importorskip("wntr")

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PLAIN = Assumptions(peak_factor=1.0, full_supply_m=0.0)


def our_heads(name: str) -> dict[str, float]:
    import_network(ImportOptions(path=str(sample_path(name)), crs="local"))
    revision = current_revision()
    tables, topology = read_tables(revision), load_topology(revision)
    mains = lay_mains(tables, read_facts(revision), PLAIN)
    holds = masks(topology, NetworkState())
    wet = supplied(topology, holds)
    model = make_model(mains, holds, wet[topology.part_segment])
    found = solve(model, PLAIN, run="before")
    ids = [each.decode() for each in mains.ground.junctions.ids.tolist()]
    nodes = model.place_node.tolist()
    return {i: float(found.head_m[n]) for i, n in zip(ids, nodes, strict=False) if n >= 0}


def their_heads(name: str) -> dict[str, float]:
    """One steady state of the file as it begins: no controls, every pattern flat, no minor loss."""
    network = wntr.network.WaterNetworkModel(str(sample_path(name)))
    for control in list(network.control_name_list):
        network.remove_control(control)
    for _, pattern in network.patterns():
        pattern.multipliers = np.ones(1)
    for _, pipe in network.pipes():
        pipe.minor_loss = 0.0
    for _, tank in network.tanks():
        tank.min_level = 0.0  # ours never run empty, and one of ky4 begins as empty as it may be
    network.options.time.duration = 0
    network.options.hydraulic.accuracy = 0.0001
    network.options.hydraulic.headerror = 0.001
    results = wntr.sim.EpanetSimulator(network).run_sim()
    return results.node["head"].iloc[0].to_dict()


@pytest.mark.parametrize("name", ["Net3", "ky4"])
@pytest.mark.filterwarnings("ignore")
def test_heads_equal_those_of_wntr(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # wntr writes its files where it stands
    ours, theirs = our_heads(name), their_heads(name)
    assert len(ours) > 0.95 * len(theirs)
    gaps = {node: abs(ours[node] - theirs[node]) for node in ours}
    worst = max(gaps, key=gaps.__getitem__)
    assert gaps[worst] < 0.1, (worst, ours[worst], theirs[worst])
