"""Who has no water at this moment, whatever the plans say: asked of the network itself."""

import numpy as np

from network import selectors as network
from network.topology.engine.isolation import supplied
from network.topology.engine.states import masks


def dry_now() -> frozenset[str]:
    """Return the customers whom no active source reaches with the valves as they stand.

    One search over the segment graph; one query. Empty without a network.
    """
    now = network.network_now()
    if now is None:
        return frozenset()
    topology = network.load_topology(now.revision)
    dry = np.flatnonzero(~supplied(topology, masks(topology, now.state)))
    return frozenset(
        topology.names("customer", topology.customers_by_segment.of_segments(dry.tolist()))
    )
