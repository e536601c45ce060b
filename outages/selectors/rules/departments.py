"""Who answers for what: the acceptor of the hour, the districts of a place, the proposed route."""

from dataclasses import dataclass
from datetime import datetime, time

from django.contrib.gis.db.models.functions import Area
from django.contrib.gis.geos import Point
from django.db.models import QuerySet
from django.utils import timezone

from outages.models import (
    Acceptor,
    Crew,
    Department,
    District,
    Event,
    OrderCategory,
    RoutingEntry,
)
from outages.policy.routing import RoutingRule, propose_route


def addressee(department: Department, *, at: datetime) -> Acceptor | None:
    """Return who takes an order for a department at this moment, or None. One query.

    Who is on by the hours goes first; for the hours that nobody has, the 24-hour liaison answers.
    """
    hour = timezone.localtime(at, timezone.get_default_timezone()).time()
    active = list(department.acceptors.filter(is_active=True).order_by("name", "pk"))
    on = [each for each in active if not each.is_liaison and is_on(each, hour)]
    return next(iter(on), None) or next((each for each in active if each.is_liaison), None)


def retirements() -> dict[int, Event]:
    """Return by acceptor why, when and by whom they were taken off the register. One query."""
    rows = Event.objects.filter(subject="acceptor", verb="acceptor_retired")
    return {row.subject_id: row for row in rows.select_related("by").order_by("at", "pk")}


def is_on(acceptor: Acceptor, hour: time) -> bool:
    """Whether an acceptor's hours hold this time of day; hours may run over midnight."""
    start, end = acceptor.from_hour, acceptor.to_hour
    if start is None or end is None:
        return True
    return start <= hour < end if start <= end else (hour >= start or hour < end)


def districts_at(point: Point) -> QuerySet[District]:
    """Districts that hold a place (EPSG:4326), smallest first."""
    return District.objects.filter(geom__covers=point).order_by(Area("geom"), "code")


@dataclass(frozen=True)
class ProposedRoute:
    """Where an order would go, and why: category, district or default."""

    category: OrderCategory
    department: Department
    crew: Crew | None
    why: str


def proposed_route(category: OrderCategory, point: Point | None) -> ProposedRoute:
    """Return where an order of a category at a place should go. Four queries."""
    rows = list(RoutingEntry.objects.filter(is_active=True).select_related(
        "category", "district", "department", "crew"
    ))  # fmt: skip
    rules = [
        RoutingRule(
            category=row.category.code if row.category else "",
            district=row.district.code if row.district else "",
            department=row.department.code,
            crew=row.crew.code if row.crew else "",
        )
        for row in rows
    ]
    inside = [] if point is None else list(districts_at(point).values_list("code", flat=True))
    route = propose_route(
        category.code, default=category.department.code, districts=inside, rules=rules
    )
    department = Department.objects.get(code=route.department)
    crew = Crew.objects.filter(code=route.crew).first() if route.crew else None
    return ProposedRoute(category, department, crew, route.why)
