"""Duty: the desk's shifts and their hours, the crews' roster."""

from outages.selectors.shifts.handing_over import (
    PUBLISHABLE,
    URGENCY,
    Gate,
    Matter,
    gates,
    items_by_urgency,
    open_matters,
    unpublished_outages,
    untold_items,
)
from outages.selectors.shifts.on_duty import (
    NOTED,
    entries_of,
    events_of,
    is_waiting,
    last_call_at,
    open_shift,
    passed_on,
    past_shifts,
    shift_before,
    template_at,
    unreviewed,
)

__all__ = [
    "NOTED",
    "PUBLISHABLE",
    "URGENCY",
    "Gate",
    "Matter",
    "entries_of",
    "events_of",
    "gates",
    "is_waiting",
    "items_by_urgency",
    "last_call_at",
    "open_matters",
    "open_shift",
    "passed_on",
    "past_shifts",
    "shift_before",
    "template_at",
    "unpublished_outages",
    "unreviewed",
    "untold_items",
]
