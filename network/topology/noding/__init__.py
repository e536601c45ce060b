"""Which pipe ends are one junction, and on which pipe every asset stands.

Given references win; what is missing is found by snapping within a tolerance:

1. A pipe end with a known node id is that node, wherever it was drawn.
2. An end without one is the nearest node within the tolerance.
3. Else it joins other ends within the tolerance. A chain of ends is one junction only while no
   two of them are further apart than twice the tolerance, and never both ends of one pipe.
4. A junction at which an end was found that way, and that touches the middle of another pipe, is
   a tee there. A node that ends only ever name makes a tee only on a pipe whose own ends were not
   both given: a drawing that states its topology is believed. Only a part that would have no source
   that way, though it lies on a part that has one, is joined where it touches.
5. Pipes that cross without a shared end are not connected.
"""

from network.topology.noding.columns import (
    Junctions,
    NodedNetwork,
    Places,
    RawNetwork,
    RawPipes,
    RawPoints,
    Splits,
    Tolerances,
)
from network.topology.noding.directions import settle_directions
from network.topology.noding.network import node_network

__all__ = [
    "Junctions",
    "NodedNetwork",
    "Places",
    "RawNetwork",
    "RawPipes",
    "RawPoints",
    "Splits",
    "Tolerances",
    "node_network",
    "settle_directions",
]
