"""What holds now: the recorded changes over what the revision says, read fresh each time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from network.choices import Operability, RevisionStatus, ValveState
from network.models import NetworkRevision, Source, SourceActivity, Valve, ValveCondition
from network.selectors.compiled import CompiledRows
from network.topology.engine.states import NetworkState

# Unknown is treated as working: the crew would try it. The check page lists such valves.
WORKING = {Operability.OPERABLE, Operability.UNKNOWN}


@dataclass(frozen=True)
class NetworkNow:
    """The drawing in force and what was recorded over it, read at one moment."""

    revision: NetworkRevision
    state: NetworkState


def network_now() -> NetworkNow | None:
    """What holds now; None before the first import.

    One statement, whatever the network's size: only recorded changes are rows. Asked one after
    the other, a revision and its states may be of two moments, with an import between them.
    """
    for *fields, conditions, activity in _NOW.rows():
        revision = NetworkRevision.from_db(DEFAULT_DB_ALIAS, _OF_REVISION, fields)
        return NetworkNow(revision, _recorded(conditions, activity))
    return None


# All but its outline, which nobody needs who asks what holds now: it is read when looked at.
_OF_REVISION: Final = [
    field.attname for field in NetworkRevision._meta.concrete_fields if field.name != "extent"
]


def _now() -> QuerySet[NetworkRevision, Any]:
    drawn = OuterRef("pk")
    return (
        NetworkRevision.objects.filter(status=RevisionStatus.CURRENT)
        .annotate(
            conditions=ArraySubquery(
                _still_drawn(ValveCondition.objects.all(), Valve, drawn).values(
                    row=JSONObject(id="asset_id", state="state", able="operability")
                )
            ),
            activity=ArraySubquery(
                _still_drawn(SourceActivity.objects.all(), Source, drawn).values(
                    row=JSONObject(id="asset_id", active="is_active")
                )
            ),
        )
        .values_list(*_OF_REVISION, "conditions", "activity")
    )


_NOW: Final = CompiledRows(_now)


def network_state(
    *,
    closed: Iterable[str] = (),
    opened: Iterable[str] = (),
    inoperable: Iterable[str] = (),
    inactive_sources: Iterable[str] = (),
) -> NetworkState:
    """What differs from the revision at this moment, with what-if changes laid over it."""
    now = network_now()
    recorded = now.state if now else NetworkState()
    return recorded.with_changes(
        closed=closed, opened=opened, inoperable=inoperable, inactive_sources=inactive_sources
    )


Recorded = TypeVar("Recorded", ValveCondition, SourceActivity)


def _still_drawn(
    rows: QuerySet[Recorded], model: type[Source | Valve], revision: OuterRef
) -> QuerySet[Recorded]:
    """Without what the revision does not have any more: that is no part of the graph."""
    asset = model._default_manager.filter(
        revision=OuterRef(revision), asset_id=OuterRef("asset_id")
    )
    return rows.filter(Exists(asset))


def _recorded(conditions: list[dict[str, Any]], activity: list[dict[str, Any]]) -> NetworkState:
    def valves(holds: Callable[[dict[str, Any]], bool]) -> frozenset[str]:
        return frozenset(each["id"] for each in conditions if holds(each))

    return NetworkState(
        closed=valves(lambda each: each["state"] == ValveState.CLOSED),
        opened=valves(lambda each: each["state"] not in (None, ValveState.CLOSED)),
        inoperable=valves(lambda each: each["able"] is not None and each["able"] not in WORKING),
        operable=valves(lambda each: each["able"] in WORKING),
        inactive_sources=frozenset(each["id"] for each in activity if not each["active"]),
        active_sources=frozenset(each["id"] for each in activity if each["active"]),
    )


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
