"""Writes of what changes from minute to minute: valve states, operability, sources."""

from network.services.inspections import (
    ValveHeld,
    record_found_operability,
    record_found_state,
)
from network.services.states import (
    UnknownValve,
    set_source_activity,
    set_valve_operability,
    set_valve_state,
)

__all__ = [
    "UnknownValve",
    "ValveHeld",
    "record_found_operability",
    "record_found_state",
    "set_source_activity",
    "set_valve_operability",
    "set_valve_state",
]
