"""Orders as lists ask for them, and what lies before supervision."""

from outages.selectors.orders.lists import (
    AT_WORK,
    CrewStanding,
    all_orders,
    by_next_limit,
    cases_of,
    complaints,
    crew_standing,
    escalated_orders,
    next_limits,
    open_cases,
    open_orders,
    orders_with_extension,
    owed_calls,
    pending_extensions,
    unaccepted_orders,
)

__all__ = [
    "AT_WORK",
    "CrewStanding",
    "all_orders",
    "by_next_limit",
    "cases_of",
    "complaints",
    "crew_standing",
    "escalated_orders",
    "next_limits",
    "open_cases",
    "open_orders",
    "orders_with_extension",
    "owed_calls",
    "pending_extensions",
    "unaccepted_orders",
]
