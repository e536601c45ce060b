"""Who has no water at a moment, whatever the plans say: asked of the network itself."""

from dataclasses import replace

import numpy as np

from network import selectors as network
from network.topology.elements import UnknownAsset
from network.topology.engine.isolation import supplied
from network.topology.engine.states import NetworkState, masks
from network.topology.engine.structure import Topology


def dry_now() -> frozenset[str]:
    """Return the customers whom no active source reaches with the valves as they stand.

    One search over the segment graph; one query. Empty without a network.
    """
    now = network.network_now()
    if now is None:
        return frozenset()
    return dry_customers(network.load_topology(now.revision), now.state)


def dry_customers(topology: Topology, state: NetworkState) -> frozenset[str]:
    """Return whom no active source reaches; what the drawing does not have is left out."""
    wet = supplied(topology, masks(topology, _drawn(topology, state)))
    groups = topology.customers_by_segment
    return frozenset(topology.names("customer", groups.of_segments(np.flatnonzero(~wet).tolist())))


def _drawn(topology: Topology, state: NetworkState) -> NetworkState:
    def known(kind: str, ids: frozenset[str]) -> frozenset[str]:
        return frozenset(each for each in ids if _has(topology, kind, each))

    return replace(
        state,
        closed=known("valve", state.closed),
        opened=known("valve", state.opened),
        inactive_sources=known("source", state.inactive_sources),
        active_sources=known("source", state.active_sources),
    )


def _has(topology: Topology, kind: str, asset: str) -> bool:
    try:
        topology.index(kind, asset)
    except UnknownAsset:
        return False
    return True
