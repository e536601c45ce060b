"""The registers: departments, who accepts for them, and the routing of orders."""

from datetime import datetime, time

from django.db import IntegrityError, transaction

from outages.models import (
    Acceptor,
    Crew,
    Department,
    District,
    Event,
    OrderCategory,
    RoutingEntry,
)
from outages.models.events import Actor
from outages.policy import organisation
from outages.services.rules.reasons import required_reason
from outages.workflow import Refused


class RegisterRefused(Refused):
    """What the registers do not allow."""

    codes = ("liaison_exists", "hours_incomplete", "liaison_has_hours", "acceptor_retired")


def ship_organisation() -> None:
    """Make the departments and categories of the regulations where they are missing.

    What an installation has renamed or re-routed is left as it is. Safe to repeat.
    """
    with transaction.atomic():
        by_code = {each.code: each for each in Department.objects.all()}
        for row in organisation.DEPARTMENTS:
            if row.code not in by_code:
                by_code[row.code] = _make_department(row)
        known = set(OrderCategory.objects.values_list("code", flat=True))
        for place, shipped in enumerate(organisation.CATEGORIES, start=1):
            if shipped.code not in known:
                _make_category(shipped, by_code[shipped.department], place)


def shipped_department(code: str) -> Department:
    """Return a department of the regulations, made from the shipped table where it is missing."""
    found = Department.objects.filter(code=code).first()
    if found is None:
        ship_organisation()
        found = Department.objects.get(code=code)
    return found


def shipped_category(code: str) -> OrderCategory:
    """Return a category of the regulations, made from the shipped table where it is missing."""
    found = OrderCategory.objects.select_related("department").filter(code=code).first()
    if found is None:
        ship_organisation()
        found = OrderCategory.objects.select_related("department").get(code=code)
    return found


def _make_department(row: organisation.ShippedDepartment) -> Department:
    made, _new = Department.objects.get_or_create(
        code=row.code,
        defaults={
            "name": row.name,
            "name_en": row.name_en,
            "aliases": list(row.aliases),
            "takes_orders": row.takes_orders,
        },
    )
    return made


def _make_category(row: organisation.ShippedCategory, department: Department, place: int) -> None:
    OrderCategory.objects.get_or_create(
        code=row.code,
        defaults={
            "name": row.name,
            "name_en": row.name_en,
            "department": department,
            "needs_place": row.needs_place,
            "needs_leak_check": row.needs_leak_check,
            "forward_only": row.forward_only,
            "sequence": place,
        },
    )


def add_acceptor(
    department: Department,
    *,
    name: str,
    phone: str,
    by: Actor,
    at: datetime,
    is_liaison: bool = False,
    from_hour: time | None = None,
    to_hour: time | None = None,
) -> Acceptor:
    """Enter somebody who takes orders for a department. Raises RegisterRefused.

    A liaison answers around the clock, and a department has one.
    """
    if (from_hour is None) is not (to_hour is None):
        raise RegisterRefused(code="hours_incomplete")
    if is_liaison and from_hour is not None:
        raise RegisterRefused(code="liaison_has_hours")
    try:
        with transaction.atomic():
            made = Acceptor.objects.create(
                department=department,
                name=name.strip()[:80],
                phone=phone.strip()[:40],
                is_liaison=is_liaison,
                from_hour=from_hour,
                to_hour=to_hour,
            )
            Event.objects.append(made, "acceptor_added", by=by, at=at, department=department.code)
    except IntegrityError as error:
        raise RegisterRefused(code="liaison_exists", department=department.name) from error
    return made


def retire_acceptor(acceptor: Acceptor, *, reason: str, by: Actor, at: datetime) -> Acceptor:
    """Take somebody off the register; the entry stays on record."""
    why = required_reason(reason)
    with transaction.atomic():
        acceptor = Acceptor.objects.select_for_update(of=("self",)).get(pk=acceptor.pk)
        if not acceptor.is_active:
            raise RegisterRefused(code="acceptor_retired", name=acceptor.name)
        acceptor.is_active = False
        acceptor.save(update_fields=["is_active"])
        Event.objects.append(acceptor, "acceptor_retired", by=by, at=at, reason=why)
    return acceptor


def add_route(
    *,
    category: OrderCategory | None,
    district: District | None,
    department: Department,
    crew: Crew | None,
    by: Actor,
    at: datetime,
) -> RoutingEntry:
    """Enter a routing rule; it holds for orders proposed from now on."""
    with transaction.atomic():
        made = RoutingEntry.objects.create(
            category=category, district=district, department=department, crew=crew
        )
        Event.objects.append(
            made,
            "route_added",
            by=by,
            at=at,
            category=category.code if category else "",
            district=district.code if district else "",
            department=department.code,
        )
    return made


def retire_route(route: RoutingEntry, *, by: Actor, at: datetime) -> RoutingEntry:
    """Take a routing rule out of force."""
    with transaction.atomic():
        route = RoutingEntry.objects.select_for_update(of=("self",)).get(pk=route.pk)
        if route.is_active:
            route.is_active = False
            route.save(update_fields=["is_active"])
            Event.objects.append(route, "route_retired", by=by, at=at)
    return route
