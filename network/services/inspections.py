"""Record what somebody found at a valve, outside any plan."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from network.choices import Operability, ValveState
from network.services.states import Actor, set_valve_operability, set_valve_state

# What the history says these changes were made for.
INSPECTION = "inspection"
TAKEN_BACK = "inspection taken back"


class ValveHeld(Exception):
    """A running outage holds the valve shut: only its plan may open it."""

    def __init__(self, *, valve: str) -> None:
        self.valve = valve
        super().__init__(f"{valve} is held shut by a running outage")


def record_found_state(
    valve: str, *, state: ValveState, by: Actor, at: datetime, reason: str, taken_back: bool = False
) -> bool:
    """This function will record how a valve was found to stand. Returns whether that changed it.

    Raises UnknownValve, and ValveHeld where that would say open of a valve that a running
    outage holds shut.
    """
    with transaction.atomic():
        changed = set_valve_state(
            valve, state=state, by=by, at=at, reason=reason, occasion=_occasion(taken_back)
        )
        # Asked with the valve's row locked: no plan closes it between the question and the write.
        if changed and state != ValveState.CLOSED and valve in _held_valves():
            raise ValveHeld(valve=valve)
    return changed


def record_found_operability(
    valve: str,
    *,
    operability: Operability,
    by: Actor,
    at: datetime,
    reason: str,
    taken_back: bool = False,
) -> bool:
    """This function will record whether a valve was found to turn. Returns whether it changed.

    Raises UnknownValve.
    """
    return set_valve_operability(
        valve, operability=operability, by=by, at=at, reason=reason, occasion=_occasion(taken_back)
    )


def _occasion(taken_back: bool) -> str:
    return TAKEN_BACK if taken_back else INSPECTION


def _held_valves() -> frozenset[str]:
    """Ask whoever knows the outages (HELD_VALVES); the network does not."""
    name = getattr(settings, "HELD_VALVES", "")
    ask: Callable[[], frozenset[str]] | None = import_string(name) if name else None
    return ask() if ask else frozenset()
