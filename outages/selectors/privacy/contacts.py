"""Who may know who called: the one rule, asked wherever a name or a number could be shown."""

from dataclasses import dataclass

from outages.models import BurstReport
from outages.models.events import Actor
from outages.policy.addresses import mask_phone

CUSTOMERS = "outages.view_customers"
CONFIDENTIAL = "outages.view_confidential"


@dataclass(frozen=True)
class Contact:
    """Whoever told us, as far as the reader may know; `is_hidden` where somebody is protected."""

    name: str = ""
    masked_phone: str = ""
    is_hidden: bool = False
    may_reveal: bool = False


def may_know(report: BurstReport, reader: Actor) -> bool:
    """Whether a reader may know who told us.

    RULE 1  Whoever took the report first always may.
    RULE 2  A confidential report is open to supervision besides, and to nobody else.
    RULE 3  Any other is open to who may see customers, and to the department that handles it.
    """
    if reader is None or not getattr(reader, "is_authenticated", False):
        return False
    if report.first_owner_id is not None and report.first_owner_id == reader.pk:  # RULE 1
        return True
    if report.is_confidential:  # RULE 2
        return bool(reader.has_perm(CONFIDENTIAL))
    return bool(reader.has_perm(CUSTOMERS)) or _handles(report, reader)  # RULE 3


def _handles(report: BurstReport, reader: Actor) -> bool:
    department = getattr(reader, "department_code", "") or ""
    crew = getattr(reader, "crew_code", "") or ""
    orders = report.work_orders.exclude(status="void")
    if crew:
        return orders.filter(crew__code=crew).exists()
    return bool(department) and (
        reader.has_perm("outages.handle_orders")
        and orders.filter(department__code=department).exists()
    )


def contact_of(report: BurstReport, reader: Actor) -> Contact:
    """Return who told us, the number masked; nothing but that it is hidden for who may not know."""
    if not may_know(report, reader):
        return Contact(is_hidden=bool(report.contact_name or report.contact_phone))
    masked = mask_phone(report.contact_phone) if report.contact_phone else ""
    return Contact(
        name=report.contact_name, masked_phone=masked, may_reveal=bool(report.contact_phone)
    )
