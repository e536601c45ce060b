"""What holds now: the recorded changes over what the revision says, read fresh each time."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from network.choices import Operability, RevisionStatus, ValveState
from network.models import Source, SourceActivity, Valve, ValveCondition
from network.topology.states import NetworkState

# Unknown is treated as working: the crew would try it. The check page lists such valves.
WORKING = {Operability.OPERABLE, Operability.UNKNOWN}


def network_state(
    *,
    closed: Iterable[str] = (),
    opened: Iterable[str] = (),
    inoperable: Iterable[str] = (),
    inactive_sources: Iterable[str] = (),
) -> NetworkState:
    """What differs from the revision at this moment, with what-if changes laid over it.

    Two small queries, whatever the network's size: only recorded changes are rows.
    """
    # What a newer drawing does not have any more is no part of the graph.
    conditions = list(
        ValveCondition.objects.filter(_is_drawn(Valve)).values_list(
            "asset_id", "state", "operability"
        )
    )
    activity = list(
        SourceActivity.objects.filter(_is_drawn(Source)).values_list("asset_id", "is_active")
    )
    recorded = NetworkState(
        closed=frozenset(v for v, state, _ in conditions if state == ValveState.CLOSED),
        opened=frozenset(
            v for v, state, _ in conditions if state is not None and state != ValveState.CLOSED
        ),
        inoperable=frozenset(v for v, _, able in conditions if able and able not in WORKING),
        operable=frozenset(v for v, _, able in conditions if able in WORKING),
        inactive_sources=frozenset(source for source, active in activity if not active),
        active_sources=frozenset(source for source, active in activity if active),
    )
    return recorded.with_changes(
        closed=closed, opened=opened, inoperable=inoperable, inactive_sources=inactive_sources
    )


def _is_drawn(model: type[Source | Valve]) -> Exists:
    current = {"revision__status": RevisionStatus.CURRENT, "asset_id": OuterRef("asset_id")}
    return Exists(model.objects.filter(**current))


@dataclass(frozen=True)
class Condition:
    """State and operability of one valve as they hold now."""

    state: str
    operability: str


def valve_conditions(valves: QuerySet[Valve]) -> dict[str, Condition]:
    """What holds now for each of `valves` (rows of one revision), by asset id. Two queries."""
    drawn = {row[0]: row[1:] for row in valves.values_list("asset_id", "state", "operability")}
    recorded = ValveCondition.objects.filter(asset_id__in=drawn)
    overrides = {
        row[0]: row[1:] for row in recorded.values_list("asset_id", "state", "operability")
    }
    return {
        valve: Condition(
            state=overrides.get(valve, (None, None))[0] or state,
            operability=overrides.get(valve, (None, None))[1] or operability,
        )
        for valve, (state, operability) in drawn.items()
    }
