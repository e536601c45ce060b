"""Which valves running outages hold shut: what the network may not know by itself."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import reverse
from django.utils import timezone

from outages.planning.holding import others_holding


def held_valves() -> frozenset[str]:
    """Return the valves that open outages have shut by now (the setting HELD_VALVES)."""
    return frozenset(hold.valve for hold in others_holding(None, at=timezone.now()) if hold.is_shut)


def valve_holders(
    valve: str, user: AbstractBaseUser | AnonymousUser
) -> list[tuple[str, str, bool]]:
    """Return the open outages that need a valve shut (the setting VALVE_HOLDERS).

    One (code, address, whether it is shut by now) each; the address is empty for somebody
    who may not see outages.
    """
    sees = user.has_perm("outages.view_outages")  # type: ignore[union-attr]
    return [
        (
            hold.code,
            reverse("outages:outage", args=[hold.outage.pk]) if sees else "",
            hold.is_shut,
        )
        for hold in others_holding(None, at=timezone.now())
        if hold.valve == valve
    ]
