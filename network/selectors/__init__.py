"""Reads of the network, and the one door from the database to the pure topology."""

from network.selectors.places import NearPipe, nearest_pipe
from network.selectors.revisions import NoNetwork, current_revision
from network.selectors.snapshots import build_snapshot, load_topology, read_tables
from network.selectors.states import network_state, valve_conditions

__all__ = [
    "NearPipe",
    "NoNetwork",
    "build_snapshot",
    "current_revision",
    "load_topology",
    "nearest_pipe",
    "network_state",
    "read_tables",
    "valve_conditions",
]
