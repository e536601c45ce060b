"""Whom a duty is to reach, and where: one row of the duty list each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from django.contrib.gis.db.models.functions import Intersection
from django.contrib.gis.geos import GeometryCollection, GEOSGeometry, LineString, Point
from django.db.models import Case, Q, QuerySet, When

from network.choices import OrganisationKind
from network.models import Customer, Organisation, Pipe, TrunkRoad
from network.selectors import current_revision
from outages.choices import Effect
from outages.models import AffectedCustomer, IsolationPlan, Outage
from outages.policy.emergency import CHECKLIST
from outages.policy.matrix import Owner, Task
from outages.policy.needs import URGENT_NEEDS
from outages.services.publishing import audience

# 企业、小区、物业、社区: the regulations name these four.
TOLD_KINDS: Final = (
    OrganisationKind.ENTERPRISE,
    OrganisationKind.COMPOUND,
    OrganisationKind.PROPERTY,
    OrganisationKind.COMMUNITY,
)
# Key (重要用水户) and large users (用水大户): either counts.
KEY_USERS: Final = Q(key_user=True) | Q(large_user=True)
# Who is rung as a key user is not rung again as a special one.
SPECIAL_USERS: Final = ~Q(special_user="") & ~KEY_USERS


@dataclass(frozen=True)
class Target:
    """One addressee or place. `key` is unique within a task; names are no person's.

    `owner` is given where it is not the row's.
    """

    key: str = ""
    name: str = ""
    name_en: str = ""
    geom: Point | None = None
    owner: Owner | None = None


def targets_of(task: Task, outage: Outage) -> tuple[Target, ...]:
    """Return whom or what a task is about; most have a single addressee, and need no name."""
    find = _FINDERS.get(task)
    return tuple(find(outage)) if find else (Target(),)


def affected(outage: Outage) -> QuerySet[AffectedCustomer, dict[str, str]]:
    """Ids of the customers whom the outage leaves dry, as a subquery."""
    plan = audience.telling_plan(outage)
    rows = AffectedCustomer.objects.filter(plan=plan, effect__in=[Effect.ZONE, Effect.UNINTENDED])
    return rows.values("customer")  # type: ignore[return-value]


def organisations(outage: Outage) -> QuerySet[Organisation] | None:
    """Organisations to be rung that lie in the area; None where there is no area yet."""
    if outage.area is None:
        return None
    return Organisation.objects.filter(kind__in=TOLD_KINDS, geom__intersects=outage.area).order_by(
        "kind", "code"
    )


def works_place(outage: Outage) -> Point | None:
    """Return where the works are: the burst, or the middle of the first pipe worked on."""
    plan = audience.telling_plan(outage)
    return _place_of(plan) if plan else None


def _place_of(plan: IsolationPlan) -> Point | None:
    if plan.burst_point is not None:
        return plan.burst_point
    codes = [each["pipe"] for each in plan.burst_pipes[:1]]
    row = Pipe.objects.filter(revision=current_revision(), asset_id__in=codes).first()
    return row.geom.interpolate_normalized(0.5) if row else None


def _organisations(outage: Outage) -> Iterator[Target]:
    for each in organisations(outage) or ():
        yield Target(f"org:{each.code}", each.name, each.name_en)


def _customers(wanted: Q) -> Callable[[Outage], Iterator[Target]]:
    def find(outage: Outage) -> Iterator[Target]:
        rows = Customer.objects.filter(
            wanted, revision=current_revision(), asset_id__in=affected(outage)
        )
        urgent = Case(When(special_user__in=URGENT_NEEDS, then=0), default=1)
        for customer in rows.order_by(urgent, "asset_id").values_list("asset_id", flat=True):
            yield Target(f"customer:{customer}")

    return find


def _posting_places(outage: Outage) -> Iterator[Target]:
    """The works, and each important road section in the area (停水范围内重要路段)."""
    yield Target("works", "施工现场", "the works", works_place(outage))
    if outage.area is None:
        return
    roads = TrunkRoad.objects.filter(geom__intersects=outage.area).order_by("name", "pk")
    seen: set[str] = set()
    for road in roads.annotate(inside=Intersection("geom", outage.area)):
        if road.name not in seen:
            seen.add(road.name)
            yield Target(f"road:{road.name}"[:80], road.name, road.name_en, _on(road.inside))


def _on(line: GEOSGeometry) -> Point | None:
    """Return a point on a line, or on the longest of several."""
    parts = list(line) if isinstance(line, GeometryCollection) else [line]
    lines = [part for part in parts if isinstance(part, LineString) and not part.empty]
    if not lines:
        return None
    middle: Point = max(lines, key=lambda part: part.length).interpolate_normalized(0.5)
    return middle


def _steps(_outage: Outage) -> Iterator[Target]:
    for step in CHECKLIST:
        yield Target(f"step:{step.code}", step.zh, step.en, owner=step.owner)


_FINDERS: Final[dict[Task, Callable[[Outage], Iterator[Target]]]] = {
    Task.PHONE_ORGANISATIONS: _organisations,
    Task.PHONE_KEY_USERS: _customers(KEY_USERS),
    Task.TELL_SPECIAL_USERS: _customers(SPECIAL_USERS),
    Task.POSTING: _posting_places,
    Task.EMERGENCY_STEP: _steps,
}
