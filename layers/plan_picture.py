"""A plan as things to draw: what the dispatcher's map, the crew's and the paper have in common.

Each Mark has a role, which decides its symbol (ui board, map symbology). Geometry is EPSG:4326.
Nothing here names a customer unless the caller asks for it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from layers.bearings import valve_bearings
from network.choices import Operability, ValveState
from network.models import (
    Customer,
    Hydrant,
    NetworkRevision,
    Pipe,
    Source,
    Valve,
    ValveCondition,
)
from outages.choices import Direction, Effect
from outages.models import IsolationPlan, ValveOperation
from outages.selectors import plan_areas, plan_steps
from outages.selectors.shutdown import step_words
from outages.workflow import OPEN_OUTAGES

STUCK: Final = frozenset({Operability.INOPERABLE, Operability.INACCESSIBLE})


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing of the plan: an area, a pipe, a numbered valve, the burst.

    `bearing` is in degrees clockwise from north; `facts` hold what a tooltip or a row says.
    """

    role: str
    geom: GEOSGeometry | BaseGeometry
    asset_id: str = ""
    label: str = ""
    sequence: int | None = None
    status: str = ""
    bearing: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The asset ids of a stored isolation answer, by what they are in it."""

    zone_pipes: frozenset[str]
    dry_pipes: frozenset[str]
    not_needed: frozenset[str]
    already_closed: frozenset[str]
    walked_through: frozenset[str] | None
    sources: frozenset[str]
    hydrants: frozenset[str]


def read_answer(stored: Mapping[str, Any]) -> Answer:
    """Read the JSON of IsolationPlan.answer; a missing list is an empty one."""

    def ids(*names: str) -> frozenset[str]:
        return frozenset(str(each) for name in names for each in stored.get(name) or ())

    return Answer(
        zone_pipes=ids("segment_pipes", "zone_pipes"),
        dry_pipes=ids("pipes_dry"),
        not_needed=ids("boundary_valves") - ids("valves_to_close"),
        already_closed=ids("valves_already_closed"),
        walked_through=ids("valves_walked_through") if "valves_walked_through" in stored else None,
        sources=ids("sources_to_shut"),
        hydrants=ids("hydrants_dry"),
    )


def is_over(plan: IsolationPlan) -> bool:
    """Whether the plan's outage is history: its water is back, or it never began."""
    return plan.outage is not None and plan.outage.status not in OPEN_OUTAGES


def revision_of(plan: IsolationPlan) -> NetworkRevision | None:
    """The drawing the plan was computed on, or the current one where that is gone."""
    wanted = Q(number=plan.revision_number) | Q(status="current")
    found = {revision.number: revision for revision in NetworkRevision.objects.filter(wanted)}
    exact = found.get(plan.revision_number)
    if exact is not None and Pipe.objects.filter(revision=exact).exists():
        return exact
    return next((revision for revision in found.values() if revision.status == "current"), None)


def plan_marks(plan: IsolationPlan, *, with_names: bool) -> list[Mark]:
    """Everything of a plan that is drawn, areas first, the burst last.

    `with_names` adds names and kinds of need to key and special users: only for people who may
    see customers. Seven queries, two for the valves and two for areas that are not kept yet,
    whatever the plan's size.
    """
    revision = revision_of(plan)
    marks = list(_areas(plan))
    if revision is not None:
        answer = read_answer(plan.answer)
        operations = list(plan_steps(plan))
        marks += _pipes(revision, answer)
        marks += _hydrants(revision, answer)
        marks += _valves(revision, plan, answer, operations)
        marks += _sources(revision, answer)
        marks += _key_users(revision, plan, with_names=with_names)
        marks += _steps(revision, operations)
    marks += _burst(plan)
    return marks


def _areas(plan: IsolationPlan) -> Iterator[Mark]:
    code = plan.outage.code if plan.outage else ""
    areas = plan_areas(plan)
    if areas.zone:
        yield Mark("zone", areas.zone, label=code)
    if areas.unintended:
        yield Mark("unintended", areas.unintended)


def _pipes(revision: NetworkRevision, answer: Answer) -> Iterator[Mark]:
    ids = answer.zone_pipes | answer.dry_pipes
    rows = list(
        Pipe.objects.filter(revision=revision, asset_id__in=ids)
        .order_by("pk")
        .values_list("asset_id", "diameter_mm", "role", "street", AsWKB("geom"))
    )
    # Thousands in a large zone: read as plain rows, their shapes in one go.
    shapes = shapely.from_wkb([bytes(wkb) for *_, wkb in rows])
    for (pipe, bore, kind, street, _wkb), shape in zip(rows, shapes, strict=True):
        role = "zone_pipe" if pipe in answer.zone_pipes else "unintended_pipe"
        yield Mark(role, shape, pipe, facts={"dn": bore, "role": kind, "street": street})


def _hydrants(revision: NetworkRevision, answer: Answer) -> Iterator[Mark]:
    for hydrant in Hydrant.objects.filter(revision=revision, asset_id__in=answer.hydrants):
        yield Mark("hydrant_dry", hydrant.geom, asset_id=hydrant.asset_id, label=hydrant.asset_id)


def _sources(revision: NetworkRevision, answer: Answer) -> Iterator[Mark]:
    for source in Source.objects.filter(revision=revision, asset_id__in=answer.sources):
        facts = {"name_en": source.name_en or source.name}
        label = source.name or source.asset_id
        yield Mark(
            "source_to_shut", source.geom, asset_id=source.asset_id, label=label, facts=facts
        )


def burst_pipes(plan: IsolationPlan) -> list[str]:
    """Ids of the pipes that burst; stored as ids, or with the place on the pipe."""
    return [
        str(entry["pipe"]) if isinstance(entry, dict) else str(entry) for entry in plan.burst_pipes
    ]


def _burst(plan: IsolationPlan) -> Iterator[Mark]:
    point = plan.burst_point or (plan.report.geom if plan.report else None)
    if point:
        yield Mark("burst", point, label=", ".join(burst_pipes(plan)))


def valve_facts(valve: Valve) -> dict[str, Any]:
    """What a crew needs to find and turn a valve. Bore in millimetres."""
    return {
        "bore_mm": valve.bore_mm,
        "turns_to_close": valve.turns_to_close,
        "closes_clockwise": valve.closes_clockwise,
        "ground": valve.ground,
        "location": valve.location,
        "location_en": valve.location_en,
        "chamber": valve.chamber,
        "kind": valve.kind,
    }


def _valves(
    revision: NetworkRevision,
    plan: IsolationPlan,
    answer: Answer,
    operations: list[ValveOperation],
) -> Iterator[Mark]:
    """The valves that are not turned, each with the reason in its role."""
    stepped = {operation.valve for operation in operations}
    named = (answer.not_needed | answer.already_closed) - stepped
    walked = answer.walked_through
    stuck = (stuck_valves(revision, plan, answer) if walked is None else set(walked)) - stepped
    wanted = named | stuck
    bearings = valve_bearings(revision.pk, wanted)
    for valve in Valve.objects.filter(revision=revision, asset_id__in=wanted).order_by("asset_id"):
        if valve.asset_id in stuck:
            role = "valve_inoperable"
        elif valve.asset_id in answer.already_closed:
            role = "valve_closed"
        else:
            role = "valve_not_needed"
        yield Mark(
            role,
            valve.geom,
            asset_id=valve.asset_id,
            label=valve.asset_id,
            bearing=bearings.get(valve.asset_id),
            facts=valve_facts(valve),
        )


def stuck_valves(revision: NetworkRevision, plan: IsolationPlan, answer: Answer) -> set[str]:
    """Open isolating valves within the zone that cannot be turned: why the zone is so large.

    For answers that do not list what they walked through. Those the plan was computed with
    (its what-if) count too.
    """
    zone = Pipe.objects.filter(revision=revision, asset_id__in=answer.zone_pipes)
    junctions = {end for ends in zone.values_list("from_junction", "to_junction") for end in ends}
    near = Valve.objects.filter(revision=revision, isolates=True).filter(
        Q(pipe__in=answer.zone_pipes) | Q(pipe="", junction__in=junctions)
    )
    states = {valve.asset_id: (valve.state, valve.operability) for valve in near}
    recorded = {c.asset_id: c for c in ValveCondition.objects.filter(asset_id__in=states)}
    supposed = {str(each) for each in plan.what_if.get("inoperable") or ()}
    stuck = set()
    for asset_id, (state, operability) in states.items():
        condition = recorded.get(asset_id)
        now = (condition.operability if condition else None) or operability
        is_closed = ((condition.state if condition else None) or state) == ValveState.CLOSED
        if not is_closed and (now in STUCK or asset_id in supposed):
            stuck.add(asset_id)
    return stuck


def _steps(revision: NetworkRevision, operations: list[ValveOperation]) -> Iterator[Mark]:
    """The numbered valves: closing steps, then opening steps."""
    bearings = valve_bearings(revision.pk, {operation.valve for operation in operations})
    rows = Valve.objects.filter(revision=revision, asset_id__in={op.valve for op in operations})
    valves = {valve.asset_id: valve for valve in rows}
    for operation in operations:
        valve = valves.get(operation.valve)
        geom = operation.geom or (valve.geom if valve else None)
        if geom is None:
            continue
        facts = (valve_facts(valve) if valve else {}) | dict(operation.facts)
        facts.pop("order", None)
        facts |= {"action": operation.direction, "why": step_words.reasons(operation)}
        yield Mark(
            STEP_ROLES[Direction(operation.direction)],
            geom,
            asset_id=operation.valve,
            label=operation.valve,
            sequence=operation.sequence,
            status=operation.status,
            bearing=bearings.get(operation.valve),
            facts=facts,
        )


# An outlet is drawn by what it is; its step is what a list says.
STEP_ROLES: Final = {
    Direction.CLOSE: "valve_close",
    Direction.OPEN: "valve_open",
    Direction.FEED: "valve_feed",
    Direction.SHUT: "valve_shut",
    Direction.DRAIN: "outlet_shutdown",
    Direction.VENT: "outlet_reopening",
    Direction.FLUSH: "outlet_reopening",
}


def user_symbol(category: str, special_user: str) -> str:
    """Which diamond a key or special user gets: hospital, school, care, enterprise or other."""
    text = f"{category} {special_user}".lower()
    for symbol, words in (
        ("hospital", ("hospital", "dialysis", "clinic", "医", "透析")),
        ("school", ("school", "kindergarten", "校", "幼儿")),
        ("care", ("care", "nursing", "elderly", "infant", "disab", "养老", "老")),
        ("enterprise", ("industr", "commerc", "enterprise", "企", "工", "商")),
    ):
        if any(word in text for word in words):
            return symbol
    return "other"


def _key_users(
    revision: NetworkRevision, plan: IsolationPlan, *, with_names: bool
) -> Iterator[Mark]:
    """Key and special users who lose water by this plan; who was dry before is not drawn."""
    effects = dict(
        plan.affected.exclude(effect=Effect.ALREADY_DRY).values_list("customer", "effect")
    )
    users = Customer.objects.filter(revision=revision, asset_id__in=effects).filter(
        Q(key_user=True) | Q(large_user=True) | ~Q(special_user="")
    )
    for user in users.order_by("pk"):
        facts: dict[str, Any] = {
            "symbol": user_symbol(user.category, user.special_user),
            "effect": effects[user.asset_id],
            "key_user": user.key_user,
        }
        if with_names:
            facts |= {"name": user.name, "need": user.special_user, "category": user.category}
        # A special user at home is a household: without the right to see customers it is not
        # drawn at all, for its place alone would tell who needs a dialysis machine.
        if with_names or user.key_user or user.large_user:
            role = "key_user" if user.key_user else "special_user"
            yield Mark(role, user.geom, asset_id=user.asset_id, facts=facts)


def marks_by_role(marks: Iterable[Mark], *roles: str) -> list[Mark]:
    """Those of the given roles, in the order they came."""
    return [mark for mark in marks if mark.role in roles]
