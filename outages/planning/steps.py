"""The steps of a plan: which valve, in which order, with what the crew must know of it."""

import json
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, connection

from network import selectors as network
from network.models import NetworkRevision, Valve
from outages import impact
from outages.choices import Direction
from outages.models import IsolationPlan, ValveOperation
from outages.planning.answers import Answer
from outages.planning.basis import Basis
from outages.selectors.areas import LocalPlane
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


@dataclass(frozen=True)
class PlannedSteps:
    """Close steps in order, not yet stored, and the estimated minutes for those still to do."""

    operations: tuple[ValveOperation, ...]
    minutes: int

    def save(self, plan: IsolationPlan) -> None:
        """Store the steps under their plan. One statement, whose one value is all rows."""
        rows = [_row(operation, plan) for operation in self.operations]
        columns, table = ", ".join(_COLUMNS), ValveOperation._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({columns}) "  # noqa: S608
                f"SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)",
                [json.dumps(rows, cls=DjangoJSONEncoder)],
            )


_COLUMNS: Final = [
    field.attname for field in ValveOperation._meta.concrete_fields if not field.primary_key
]


def _row(operation: ValveOperation, plan: IsolationPlan) -> dict[str, Any]:
    row = {name: getattr(operation, name) for name in _COLUMNS}
    return row | {"plan_id": plan.pk, "geom": operation.geom and operation.geom.hexewkb.decode()}


def planned_steps(found: Answer, basis: Basis) -> PlannedSteps:
    """Return the close steps of an answer, in closing order.

    1. valves to close, those among them that another outage holds marked as shared: this outage
       needs them as well, and keeps them when the other one reopens;
    2. so does a valve on the border that another outage holds and that cannot be turned any more;
    3. what is shut already, by this outage or by another, is a step done.
    """
    stuck = {*found.isolation.valves_already_closed} & basis.state.inoperable
    shared = basis.held & ({*found.valves_to_close} | stuck)
    rows = valve_rows(basis.revision, {*found.valves_to_close} | shared)
    places = valve_places(rows)
    order = impact.closing_order(list(places.values()))
    shut = {hold.valve: hold.operation for hold in basis.others if hold.is_shut}
    shut |= basis.own_shut
    operations = []
    for sequence, place in enumerate(order, start=1):
        row = rows[place.asset_id]
        step = new_step(row, Direction.CLOSE, sequence)
        if row.asset_id in shared:
            step.facts["shared_with"] = sorted(
                {hold.code for hold in basis.others if hold.valve == row.asset_id}
            )
        if done := shut.get(row.asset_id):
            copy_done(done, step)
        operations.append(step)
    to_do = [p for p in order if p.asset_id not in shut]
    return PlannedSteps(tuple(operations), impact.estimated_minutes(to_do))


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


def valve_places(rows: dict[str, Valve]) -> dict[str, impact.ValvePlace]:
    """Return the valves as the ordering sees them, in metres around the first of them."""
    if not rows:
        return {}
    first = rows[min(rows)].geom
    positions = [(row.geom.x, row.geom.y) for row in rows.values()]
    metres = LocalPlane(first.x, first.y).metres_of(positions).tolist()
    return {
        row.asset_id: impact.ValvePlace(row.asset_id, x_m, y_m, row.bore_mm, row.turns_to_close)
        for row, (x_m, y_m) in zip(rows.values(), metres, strict=True)
    }


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


def opposite_step(closed: ValveOperation, sequence: int) -> ValveOperation:
    """Return the step that opens what a close step shut, from that step's own facts.

    The drawing may have changed since; the valve in the street has not.
    """
    return ValveOperation(
        plan=closed.plan,
        direction=Direction.OPEN,
        sequence=sequence,
        valve=closed.valve,
        geom=closed.geom,
        facts={name: closed.facts.get(name) for name in VALVE_FACTS},
    )


def turned_place(closed: ValveOperation) -> impact.ValvePlace:
    """Return a valve that was turned as the reopening order sees it: by bore, not by place."""
    facts = closed.facts
    return impact.ValvePlace(
        closed.valve, 0.0, 0.0, facts.get("bore_mm"), facts.get("turns_to_close")
    )


def copy_done(done: ValveOperation, step: ValveOperation) -> None:
    """Carry over that a valve is shut already: by whom, when, with how many turns."""
    step.status = StepStatus.DONE
    step.done_at, step.recorded_at = done.done_at, done.recorded_at
    step.done_by_id, step.turns, step.remark = done.done_by_id, done.turns, done.remark
