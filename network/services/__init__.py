"""Writes of what changes from minute to minute: valve states, operability, sources."""

from network.services.states import (
    UnknownValve,
    set_source_activity,
    set_valve_operability,
    set_valve_state,
)

__all__ = ["UnknownValve", "set_source_activity", "set_valve_operability", "set_valve_state"]
