"""Record what a valve or a source is now; every change leaves a history row."""

from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from network.choices import Operability, ValveState
from network.models import (
    Source,
    SourceActivity,
    SourceActivityChange,
    Valve,
    ValveCondition,
    ValveStateChange,
)
from network.selectors import current_revision, valve_conditions

# A user of the project's own user model, which the apps may not import; None is the system.
Actor = Any


class UnknownValve(Exception):
    """The current network has no such valve or source."""

    def __init__(self, *, kind: str, asset_id: str) -> None:
        super().__init__(f"unknown {kind}: {asset_id}")


def set_valve_state(
    valve: str,
    *,
    state: ValveState,
    by: Actor,
    at: datetime,
    reason: str = "",
    occasion: str = "",
) -> bool:
    """This function will record that a valve is open or closed. Returns whether that changed it.

    `occasion` says what it was done for ("plan 12 v2"). Raises UnknownValve.
    """
    return _record(valve, "state", ValveState(state), by, at, reason, occasion)


def set_valve_operability(
    valve: str,
    *,
    operability: Operability,
    by: Actor,
    at: datetime,
    reason: str = "",
    occasion: str = "",
) -> bool:
    """This function will record whether a valve can be turned. Returns whether that changed it.

    Raises UnknownValve.
    """
    return _record(valve, "operability", Operability(operability), by, at, reason, occasion)


def _record(
    valve: str,
    attribute: Literal["state", "operability"],
    value: ValveState | Operability,
    by: Actor,
    at: datetime,
    reason: str,
    occasion: str,
) -> bool:
    with transaction.atomic():
        # The row is the lock: two crews that report one valve at once are put in order.
        condition, _ = ValveCondition.objects.get_or_create(
            asset_id=valve, defaults={"changed_at": at}
        )
        condition = ValveCondition.objects.select_for_update().get(pk=condition.pk)
        drawn = Valve.objects.filter(revision=current_revision(), asset_id=valve)
        held = valve_conditions(drawn).get(valve)
        if held is None:
            raise UnknownValve(kind="valve", asset_id=valve)
        old = getattr(held, attribute)
        if old == value:
            return False
        setattr(condition, attribute, value)
        condition.changed_at = at
        condition.save()
        ValveStateChange.objects.create(
            asset_id=valve,
            at=at,
            by=by,
            attribute=attribute,
            old=old,
            new=value,
            reason=reason[:200],
            occasion=occasion[:80],
        )
    return True


def set_source_activity(
    source: str, *, is_active: bool, at: datetime, by: Actor = None, reason: str = ""
) -> bool:
    """This function will record whether a source gives water. Returns whether that changed it.

    Raises UnknownValve.
    """
    drawn = Source.objects.filter(revision=current_revision(), asset_id=source).first()
    if drawn is None:
        raise UnknownValve(kind="source", asset_id=source)
    with transaction.atomic():
        # The row is the lock, as with valves.
        SourceActivity.objects.get_or_create(
            asset_id=source, defaults={"is_active": drawn.is_active, "changed_at": at}
        )
        activity = SourceActivity.objects.select_for_update().get(pk=source)
        was_active = activity.is_active
        if was_active == is_active:
            return False
        activity.is_active = is_active
        activity.changed_at = at
        activity.reason = reason
        activity.save()
        SourceActivityChange.objects.create(
            asset_id=source,
            at=at,
            by=by,
            was_active=was_active,
            is_active=is_active,
            reason=reason,
        )
    return True
