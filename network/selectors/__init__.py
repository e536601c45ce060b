"""Reads of the network, and the one door from the database to the pure topology."""

from network.selectors.by_id import array_of, rows_by_id
from network.selectors.compiled import prepared_cursor
from network.selectors.consequences import (
    Dependence,
    SupplyChange,
    burst_answer,
    pipes_at,
    supply_change,
    valve_dependence,
)
from network.selectors.places import NearPipe, nearest_pipe
from network.selectors.revisions import current_revision
from network.selectors.snapshots import (
    Snapshot,
    build_snapshot,
    drop_snapshot,
    load_snapshot,
    load_topology,
    prepare_current_state,
)
from network.selectors.states import NetworkNow, network_now, network_state, valve_conditions
from network.selectors.tables import read_tables

__all__ = [
    "Dependence",
    "NearPipe",
    "NetworkNow",
    "Snapshot",
    "SupplyChange",
    "array_of",
    "build_snapshot",
    "burst_answer",
    "current_revision",
    "drop_snapshot",
    "load_snapshot",
    "load_topology",
    "nearest_pipe",
    "network_now",
    "network_state",
    "pipes_at",
    "prepare_current_state",
    "prepared_cursor",
    "read_tables",
    "rows_by_id",
    "supply_change",
    "valve_conditions",
    "valve_dependence",
]
