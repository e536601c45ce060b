"""The steps of a plan: what they will be made of, told with it; made and stored a moment after.

The answer must be there at once: which valves, and who is dry. In which order to walk is worked
out when that is committed (docs/adr/0017), so that nobody waits for it who only looks at the map.
"""

import json
from datetime import datetime
from time import perf_counter
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import QuerySet

from outages.models import Event, IsolationPlan, ValveOperation
from outages.models.events import Actor
from outages.models.locking import whole
from outages.planning.answers import Answer
from outages.planning.basis import Basis
from outages.planning.whatif import WhatIf
from outages.selectors.shutdown.steps import MadeSteps, StepsToMake, steps_to_store


def to_make(found: Answer, basis: Basis, what_if: WhatIf) -> StepsToMake:
    """Return what the steps of the closing will be made of.

    1. valves to close, those among them that another outage holds marked as shared: this outage
       needs them as well, and keeps them when the other one reopens;
    2. so does a valve on the border that another outage holds and that cannot be turned any more;
    3. what is shut already, by this outage or by another, is a step done;
    4. closed valves that are opened to feed those cut off.
    """
    needed = {*found.valves_to_close}
    stuck = {*found.isolation.valves_already_closed} & basis.state.inoperable
    shared = basis.held & (needed | stuck)
    close, feed = needed | shared, {*what_if.opened} - needed
    shut = {hold.valve: hold.operation.pk for hold in basis.others if hold.is_shut}
    shut |= {valve: step.pk for valve, step in basis.own_shut.items()}
    opened = {each.valve: each.operation.pk for each in basis.others_feeding if each.is_done}
    opened |= {valve: step.pk for valve, step in basis.own_fed.items()}
    return StepsToMake(
        close=tuple(sorted(close)),
        feed=tuple(sorted(feed)),
        shared={
            valve: sorted({hold.code for hold in basis.others if hold.valve == valve})
            for valve in sorted(shared)
        },
        fed_by={valve: sorted(basis.feeders(valve)) for valve in sorted(close & basis.fed)},
        shut={valve: pk for valve, pk in shut.items() if valve in close},
        opened={valve: pk for valve, pk in opened.items() if valve in feed},
    )


def make_steps(plan: IsolationPlan, *, by: Actor, at: datetime) -> IsolationPlan:
    """Make and store the steps of a plan that has none yet; return it as it is then.

    They are made before anything is locked: the order of a zone of hundreds of valves takes a
    while. Whoever comes second finds them stored.
    """
    if plan.steps_to_make is None:
        return plan
    started = perf_counter()
    made = steps_to_store(plan)
    return _store(plan, made, took_ms=(perf_counter() - started) * 1000, by=by, at=at)


@whole
def _store(
    plan: IsolationPlan, made: MadeSteps, *, took_ms: float, by: Actor, at: datetime
) -> IsolationPlan:
    claimed = without_steps().filter(pk=plan.pk)
    if not claimed.update(steps_to_make=None, closing_minutes=made.minutes):
        return IsolationPlan.objects.get(pk=plan.pk)
    plan.steps_to_make, plan.closing_minutes = None, made.minutes
    _insert(plan, made)
    Event.objects.append(
        plan,
        "steps_made",
        by=by,
        at=at,
        version=plan.version,
        steps=len(made.operations),
        minutes=made.minutes,
        took_ms=round(took_ms, 1),
    )
    return plan


def without_steps() -> QuerySet[IsolationPlan]:
    """Plans whose steps are still to be made: just stored, or left so by a process that died."""
    return IsolationPlan.objects.filter(steps_to_make__isnull=False)


_COLUMNS: Final = [
    field.attname for field in ValveOperation._meta.concrete_fields if not field.primary_key
]


def _insert(plan: IsolationPlan, made: MadeSteps) -> None:
    """Store the steps under their plan. One statement, whose one value is all rows."""
    rows = [_row(operation, plan) for operation in made.operations]
    columns, table = ", ".join(_COLUMNS), ValveOperation._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) "  # noqa: S608
            f"SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)",
            [json.dumps(rows, cls=DjangoJSONEncoder)],
        )


def _row(operation: ValveOperation, plan: IsolationPlan) -> dict[str, Any]:
    row = {name: getattr(operation, name) for name in _COLUMNS}
    return row | {"plan_id": plan.pk, "geom": operation.geom and operation.geom.hexewkb.decode()}
