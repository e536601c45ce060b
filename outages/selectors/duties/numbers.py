"""Whom a call inside the house, or to the city, is made to at this hour: the registers know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models.functions import Length

from network.choices import OrganisationKind
from network.models import Organisation
from outages.models import Department
from outages.policy.matrix import Task
from outages.selectors.rules.departments import addressee


@dataclass(frozen=True)
class Contact:
    """Somebody to ring; `is_liaison`: the one who is there at any hour."""

    name: str
    phone: str
    is_liaison: bool = False


def contacts_for(tasks: Iterable[str], *, at: datetime) -> dict[str, Contact]:
    """Return whom these tasks ring at this moment, by task; those without an entry are left out.

    Company leaders are left out always: their numbers stand on no page. At most three queries.
    """
    wanted = set(tasks)
    found: dict[str, Contact | None] = {}
    if Task.PHONE_PRODUCTION in wanted:
        found[Task.PHONE_PRODUCTION] = _on_duty("production", at=at)
    if Task.NOTIFY_BUREAU_SECTION in wanted:
        found[Task.NOTIFY_BUREAU_SECTION] = _bureau_section()
    return {task: contact for task, contact in found.items() if contact is not None}


def _on_duty(code: str, *, at: datetime) -> Contact | None:
    department = Department.objects.filter(code=code).first()
    person = addressee(department, at=at) if department else None
    return Contact(person.name, person.phone, person.is_liaison) if person else None


def _bureau_section() -> Contact | None:
    """The section stands in the directory under the authority's name and its own behind it."""
    rows = Organisation.objects.filter(
        kind=OrganisationKind.BUREAU, name__startswith=settings.PERMIT_AUTHORITY
    ).exclude(phone="")
    row = rows.order_by(Length("name").desc(), "code").first()
    return Contact(row.name, row.phone) if row else None
