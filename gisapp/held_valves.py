"""Which valves running outages hold shut: what the network may not know by itself."""

from __future__ import annotations

from django.utils import timezone

from outages.planning.holding import others_holding


def held_valves() -> frozenset[str]:
    """Return the valves that open outages have shut by now (the setting HELD_VALVES)."""
    return frozenset(hold.valve for hold in others_holding(None, at=timezone.now()) if hold.is_shut)
