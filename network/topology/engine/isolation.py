"""Answer a burst: what to close, who is dry, and what valves alone cannot do.

RULE 1  The zone is all from which water could reach the burst without passing a valve that
        is closed, or open and operable. One-way devices are walked against their flow.
RULE 2  Boundary valves are the open, operable ones where the trace stopped, less those
        whose every side lies inside the zone. Closed ones are listed apart. A valve that
        keeps an active source at its own junction out of the zone is on its border.
RULE 3  A boundary valve is to be closed if, with all the others shut and it left open,
        water from an active source outside the zone would reach the burst.
RULE 4  What had supply before and is in the zone, or has no path left from an active
        source outside it, is newly dry. What was dry before is never newly affected.
RULE 5  An active source inside the zone cannot be shut out by valves: it is named, and the
        rest of the answer holds once it is shut.

A ready state answers nearly every burst in that state by look-up (`lookup`); what the look-up
leaves, and other states, are searched (`search`), beside the zone where a ready state is near.
All ways give the same answer.
"""

from collections.abc import Sequence

from network.topology.engine.answer import Burst, Caution, Found, Isolation
from network.topology.engine.lookup import look_up
from network.topology.engine.ready import ReadyState
from network.topology.engine.search import search, supplied
from network.topology.engine.states import NetworkState, canonical
from network.topology.engine.structure import Topology

__all__ = ["Burst", "Caution", "Found", "Isolation", "find", "isolate", "supplied"]


def isolate(
    topology: Topology,
    bursts: Sequence[Burst],
    state: NetworkState | None = None,
    ready: ReadyState | None = None,
) -> Isolation:
    """Answer `bursts` together, as one question, in `state`.

    `ready` is of the same topology, in that state or another; the nearer, the quicker.

    Raises UnknownAsset for an id the network does not have, TopologyError without a burst.
    """
    return find(topology, bursts, state, ready).named(topology, bursts)


def find(
    topology: Topology,
    bursts: Sequence[Burst],
    state: NetworkState | None = None,
    ready: ReadyState | None = None,
) -> Found:
    """The same answer as positions in the arrays, for those who count or draw."""
    state = state or NetworkState()
    if ready is not None and canonical(topology, state) == ready.state:
        found = look_up(topology, ready, bursts)
        if found is not None:
            return found
    return search(topology, bursts, state, ready)
