"""What people look up. Reads only; every function says what it costs in queries."""

from outages.policy.addresses import mask_phone
from outages.selectors.control.board import BoardRow, open_board
from outages.selectors.control.timeline import timeline
from outages.selectors.desk.enquiry import (
    CustomerHit,
    Verdict,
    search_customers,
    verdict_at,
    verdict_for_customer,
)
from outages.selectors.desk.waiting import (
    DuplicateCandidate,
    duplicate_candidates,
    open_reports_of_caller,
    waiting_reports,
)
from outages.selectors.orders.of_crews import crew_orders
from outages.selectors.publishing.notices import (
    delivery_counts,
    delivery_states,
    held_deliveries,
    notices_of,
    undecided_deliveries,
)
from outages.selectors.rules.departments import addressee
from outages.selectors.shutdown.plan_areas import PlanAreas, plan_areas
from outages.selectors.shutdown.plans import (
    affected_customers,
    leave_shut,
    newest_plan,
    plan_in_force,
)
from outages.selectors.shutdown.steps import plan_steps

__all__ = [
    "BoardRow",
    "CustomerHit",
    "DuplicateCandidate",
    "PlanAreas",
    "Verdict",
    "addressee",
    "affected_customers",
    "crew_orders",
    "delivery_counts",
    "delivery_states",
    "duplicate_candidates",
    "held_deliveries",
    "leave_shut",
    "mask_phone",
    "newest_plan",
    "notices_of",
    "open_board",
    "open_reports_of_caller",
    "plan_areas",
    "plan_in_force",
    "plan_steps",
    "search_customers",
    "timeline",
    "undecided_deliveries",
    "verdict_at",
    "verdict_for_customer",
    "waiting_reports",
]
