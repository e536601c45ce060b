"""One step of a plan: a valve or an outlet, with what the crew must know of it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.contrib.gis.geos import Point
from django.db import DEFAULT_DB_ALIAS

from network import selectors as network
from network.models import Hydrant, NetworkRevision, Valve
from network.topology.order.steps import Step
from outages import impact
from outages.choices import OUTLET_STEPS, Direction
from outages.models import ValveOperation
from outages.workflow import StepStatus

VALVE_FACTS = (
    "kind",
    "bore_mm",
    "turns_to_close",
    "closes_clockwise",
    "ground",
    "location",
    "location_en",
    "chamber",
)
# In the order in which the model has them, as `from_db` wants it.
_VALVE: Final = [
    field.attname
    for field in Valve._meta.concrete_fields
    if field.attname in {"id", "asset_id", *VALVE_FACTS}
]


def minutes_of(operations: Iterable[ValveOperation]) -> int:
    """Estimate the minutes for the valves that are still to be shut, ways along the pipes."""
    to_do = [
        step
        for step in operations
        if step.direction == Direction.CLOSE and step.status == StepStatus.PENDING
    ]
    ways = [step.facts.get("order", {}).get("leg_m", 0) for step in to_do[1:]]
    return impact.estimated_minutes([turned_place(step) for step in to_do], ways)


class OutletRow(NamedTuple):
    """Where an outlet stands: what a step at it takes over. Position in degrees."""

    asset_id: str
    location: str
    location_en: str
    lon: float
    lat: float


Outlets = Mapping[tuple[str, str], OutletRow]


def outlet_rows(revision: NetworkRevision, order: Iterable[Step]) -> Outlets:
    """Return the records of the outlets in an order by kind and id. Two queries at most."""
    named: dict[str, set[str]] = {}
    for step in order:
        if step.action in OUTLET_STEPS:
            named.setdefault(step.kind, set()).add(step.asset)
    columns = "asset_id, location, location_en, ST_X(geom), ST_Y(geom)"
    found: dict[tuple[str, str], OutletRow] = {}
    for kind, assets in named.items():
        model: type[Hydrant | Valve] = Hydrant if kind == "hydrant" else Valve
        for row in network.rows_by_id(model, columns, revision, assets):
            found[kind, row[0]] = OutletRow(*row)
    return found


def ordered_step(
    each: Step, valves: Mapping[str, Valve], outlets: Outlets, sequence: int
) -> ValveOperation:
    """Return a step of an order as it is stored, not yet under a plan."""
    if each.action in OUTLET_STEPS:
        return outlet_step(each, outlets.get((each.kind, each.asset)), sequence)
    step = new_step(valves[each.asset], Direction(each.action), sequence)
    step.facts["order"] = order_facts(each)
    return step


def outlet_step(each: Step, row: OutletRow | None, sequence: int) -> ValveOperation:
    """Return a step at a hydrant, washout or air valve, with where it stands."""
    facts: dict[str, Any] = {"kind": each.kind, "order": order_facts(each)}
    if row is not None:
        facts |= {"location": row.location, "location_en": row.location_en}
    return ValveOperation(
        direction=Direction(each.action),
        sequence=sequence,
        valve=each.asset,
        geom=Point(row.lon, row.lat, srid=4326) if row is not None else None,
        facts=facts,
    )


def order_facts(step: Step) -> dict[str, Any]:
    """Return what a stored step keeps of its place in the order."""
    kept: dict[str, Any] = {"why": [reason.as_json() for reason in step.reasons]}
    if step.leg_m is not None:
        kept["leg_m"] = round(step.leg_m)
    return kept


def valve_rows(revision: NetworkRevision, valves: set[str]) -> dict[str, Valve]:
    """Return the valves' records by asset id. One query.

    With what a step takes over; the rest of a record is read when looked at.
    """
    columns = ", ".join(_VALVE)
    rows = network.rows_by_id(Valve, f"{columns}, ST_X(geom), ST_Y(geom)", revision, valves)
    found = {}
    for *row, lon, lat in rows:
        valve = Valve.from_db(DEFAULT_DB_ALIAS, _VALVE, row)
        valve.geom = Point(lon, lat, srid=4326)
        found[valve.asset_id] = valve
    return found


def new_step(valve: Valve, direction: Direction, sequence: int) -> ValveOperation:
    """Return a step for a valve, without a plan yet, with the valve's facts as of now."""
    facts: dict[str, Any] = {name: getattr(valve, name) for name in VALVE_FACTS}
    return ValveOperation(
        direction=direction,
        sequence=sequence,
        valve=valve.asset_id,
        geom=valve.geom,
        facts=facts,
    )


def opposite_step(done: ValveOperation, direction: Direction, sequence: int) -> ValveOperation:
    """Return the step that takes back what a step did, from that step's own facts.

    The drawing may have changed since; the valve in the street has not.
    """
    return ValveOperation(
        plan=done.plan,
        direction=direction,
        sequence=sequence,
        valve=done.valve,
        geom=done.geom,
        facts={name: done.facts.get(name) for name in VALVE_FACTS},
    )


def turned_place(closed: ValveOperation) -> impact.ValvePlace:
    """Return a valve as the estimate of its work sees it: by bore and turns, not by place."""
    facts = closed.facts
    return impact.ValvePlace(
        closed.valve, 0.0, 0.0, facts.get("bore_mm"), facts.get("turns_to_close")
    )


def copy_done(done: ValveOperation, step: ValveOperation) -> None:
    """Carry over that a valve is turned already: by whom, when, with how many turns."""
    step.status = StepStatus.DONE
    step.done_at, step.recorded_at = done.done_at, done.recorded_at
    step.done_by_id, step.turns, step.remark = done.done_by_id, done.turns, done.remark
