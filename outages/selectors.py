"""What people look up. Reads only; every function says what it costs in queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from network.models import Customer
from outages.models import (
    AffectedCustomer,
    BurstReport,
    Delivery,
    IsolationPlan,
    Outage,
    OutageNotice,
    ValveOperation,
    WorkOrder,
)


@dataclass(frozen=True)
class BoardRow:
    """One open outage or waiting report on the board. `next_step` is a code, see `NEXT_STEPS`."""

    report: BurstReport | None
    outage: Outage | None
    plan: IsolationPlan | None
    proposal: IsolationPlan | None
    order: WorkOrder | None
    age: timedelta
    next_step: str
    deadline_at: datetime | None
    steps_done: int
    steps_total: int
    is_late: bool


@dataclass(frozen=True)
class DuplicateCandidate:
    """An open report that may be about the same burst. `age` is between the two reports."""

    report: BurstReport
    distance_m: float
    age: timedelta
    same_pipe: bool


@dataclass(frozen=True)
class CustomerHit:
    """A customer found by the desk, phone masked; `customer` holds the full record."""

    customer: Customer
    masked_phone: str
    outages: tuple[Outage, ...]


@dataclass(frozen=True)
class Verdict:
    """What the desk answers: the outages that hold here (running first) and why."""

    customer: Customer | None
    outages: tuple[Outage, ...]
    effects: dict[int, str]  # outage id -> zone, unintended or already_dry
    recent: tuple[Outage, ...]  # restored in the last 24 hours


def open_board(*, at: datetime) -> list[BoardRow]:
    """Open outages and reports without one, most urgent first. Six queries at most."""
    raise NotImplementedError


def duplicate_candidates(
    *, lon: float, lat: float, at: datetime, pipe: str = "", exclude: int | None = None
) -> list[DuplicateCandidate]:
    """Open reports within settings.DUPLICATE_REPORT_M and _S of here, nearest first. One query."""
    raise NotImplementedError


def search_customers(text: str, *, limit: int = 20) -> list[CustomerHit]:
    """Find customers by account, phone, address, name or pinyin initials. Three queries at most."""
    raise NotImplementedError


def verdict_for_customer(customer: Customer, *, at: datetime) -> Verdict:
    """Is this customer in an outage, and why? By the plans in force, not by the polygon."""
    raise NotImplementedError


def verdict_at(*, lon: float, lat: float, at: datetime) -> Verdict:
    """Is this place inside an open outage's area? For callers without an account. Two queries."""
    raise NotImplementedError


def mask_phone(phone: str) -> str:
    """Hide the middle of a phone number: 138****2207."""
    digits = phone.strip()
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}****{digits[-4:]}"


def plan_in_force(outage: Outage) -> IsolationPlan | None:
    """Return the plan that the crew works on now, or None."""
    raise NotImplementedError


def newest_plan(
    *, report: BurstReport | None = None, outage: Outage | None = None
) -> IsolationPlan | None:
    """Return the last version, in force or not."""
    raise NotImplementedError


def plan_steps(plan: IsolationPlan) -> QuerySet[ValveOperation]:
    """Steps in order: closing first, then opening."""
    raise NotImplementedError


def affected_customers(plan: IsolationPlan) -> list[tuple[AffectedCustomer, Customer | None]]:
    """Who a plan leaves dry, with their records, key users first. Two queries."""
    raise NotImplementedError


def crew_orders(*, crew_code: str) -> QuerySet[WorkOrder]:
    """Open orders of a crew, newest first, with outage and crew loaded. One query."""
    raise NotImplementedError


def notices_of(outage: Outage) -> QuerySet[OutageNotice]:
    """All versions, newest first."""
    raise NotImplementedError


def delivery_counts(notice: OutageNotice) -> dict[tuple[str, str], int]:
    """(channel, status) -> deliveries. One query."""
    raise NotImplementedError


def undecided_deliveries() -> QuerySet[Delivery]:
    """Deliveries whose fate is unknown and that a person must decide on, oldest first."""
    raise NotImplementedError


def timeline(outage: Outage) -> Sequence[object]:
    """Events of an outage and of the reports that led to it, oldest first. One query."""
    raise NotImplementedError
