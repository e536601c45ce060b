"""What an import does to the states of valves: its word holds, and each change is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from network.choices import ValveState
from network.importer.assets import Assets
from network.importer.found_at_valves import BY_IMPORT, Found, found_at_valves, stands
from network.models import NetworkRevision, Valve, ValveCondition, ValveStateChange

Condition = dict[str, str]
# Whoever the project's user model says; network does not know the accounts.
User = Any


def record_valve_changes(
    valves: Assets,
    *,
    previous: NetworkRevision | None,
    revision: NetworkRevision,
    held: frozenset[str],
    by: User | None,
    at: datetime,
) -> int:
    """Let the imported states take the place of what was recorded; return the number of changes.

    1. A state that the source knows clears the override of that valve; an unknown one does not.
       Whether a valve can be turned stands as it was found, unless the source looked later.
    2. A valve that a running outage holds keeps its state as it stands, whatever the source says.
    3. Every real change, old and new being what held and what holds, is one row of history.
    """
    imported = _imported(valves)
    checked = dict(zip(valves.ids.tolist(), valves.fields["checked_on"], strict=True))
    found = found_at_valves()
    before = _before(previous)
    overrides = {each.asset_id: each for each in ValveCondition.objects.all()}
    changes: list[ValveStateChange] = []
    kept: list[ValveCondition] = []
    for asset_id, brought in imported.items():
        override = overrides.get(asset_id)
        old = {
            name: getattr(override, name, None) or before.get(asset_id, {}).get(name)
            for name in ("state", "operability")
        }
        finding = found.get(asset_id)
        if finding and not stands(finding, brought["operability"], checked[asset_id]):
            finding = None
        remaining = _remaining(asset_id, brought, old, override, finding, held, at)
        if remaining is not None:
            kept.append(remaining)
        for name, was in old.items():
            now = getattr(remaining, name, None) or brought[name]
            if was is not None and was != now:
                changes.append(_change(asset_id, name, was, now, revision, by, at))
    ValveCondition.objects.filter(asset_id__in=imported.keys() & overrides.keys()).delete()
    ValveCondition.objects.bulk_create(kept, batch_size=1000)
    ValveStateChange.objects.bulk_create(changes, batch_size=1000)
    return len(changes)


def _imported(valves: Assets) -> dict[str, Condition]:
    rows = zip(
        valves.ids.tolist(), valves.fields["state"], valves.fields["operability"], strict=True
    )
    return {
        asset_id: {"state": str(state), "operability": str(operability)}
        for asset_id, state, operability in rows
    }


def _before(previous: NetworkRevision | None) -> dict[str, Condition]:
    """Return what the revision so far says; nothing where there is none."""
    if previous is None:
        return {}
    rows: Iterator[tuple[str, str, str]] = (
        Valve.objects.filter(revision=previous)
        .values_list("asset_id", "state", "operability")
        .iterator()
    )
    return {
        asset_id: {"state": state, "operability": operability}
        for asset_id, state, operability in rows
    }


def _remaining(
    asset_id: str,
    brought: Condition,
    old: dict[str, Any],
    override: ValveCondition | None,
    finding: Found | None,
    held: frozenset[str],
    at: datetime,
) -> ValveCondition | None:
    """Return the override that a valve keeps, None where the source's word is all there is."""
    state = override.state if override and brought["state"] == ValveState.UNKNOWN else None
    operability = finding.operability if finding else None
    if asset_id in held:
        state = old["state"] if old["state"] != brought["state"] else None
    if state is None and operability is None:
        return None
    changed_at = override.changed_at if override else at
    return ValveCondition(
        asset_id=asset_id, state=state, operability=operability, changed_at=changed_at
    )


def _change(
    asset_id: str,
    attribute: str,
    old: str,
    new: str,
    revision: NetworkRevision,
    by: User | None,
    at: datetime,
) -> ValveStateChange:
    return ValveStateChange(
        asset_id=asset_id,
        attribute=attribute,
        old=old,
        new=new,
        by=by,
        at=at,
        occasion=f"{BY_IMPORT}{revision}",
    )
