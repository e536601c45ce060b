"""Plans: the one in force, whom it leaves dry, how far the crew is with it."""

from django.db.models import Q

from network.choices import RevisionStatus
from network.models import Customer
from outages.choices import Direction, Effect
from outages.models import (
    AffectedCustomer,
    BurstReport,
    IsolationPlan,
    Outage,
    ValveOperation,
)
from outages.selectors.shutdown.steps import plan_steps
from outages.workflow import (
    HOLDING_PLANS,
)


def plan_in_force(outage: Outage) -> IsolationPlan | None:
    """Return the plan that the crew works on now, or None."""
    return outage.plans.filter(status__in=HOLDING_PLANS).first()


def newest_plan(
    *, report: BurstReport | None = None, outage: Outage | None = None
) -> IsolationPlan | None:
    """Return the last version, in force or not."""
    wanted = Q(report=report) if report is not None else Q(outage=outage)
    return IsolationPlan.objects.filter(wanted).order_by("-version", "-pk").first()


def leave_shut(plan: IsolationPlan) -> list[str]:
    """Valves on the zone's border that were shut before the plan: nobody opens them after it."""
    already = set(plan.answer.get("valves_already_closed", ()))
    return sorted(already.difference(step.valve for step in plan_steps(plan)))


def affected_customers(plan: IsolationPlan) -> list[tuple[AffectedCustomer, Customer | None]]:
    """Who a plan leaves dry, with their records: key users first, then by address. Two queries.

    Records are the plan's revision's where it is kept, else today's; None for a customer whom
    neither has.
    """
    rows = list(plan.affected.all())
    kept = Q(revision__number=plan.revision_number) | Q(revision__status=RevisionStatus.CURRENT)
    customers = Customer.objects.filter(kept, asset_id__in=[row.customer for row in rows]).order_by(
        "-revision__number"
    )
    by_id = {customer.asset_id: customer for customer in customers}
    pairs = [(row, by_id.get(row.customer)) for row in rows]
    return sorted(pairs, key=lambda pair: _rank(*pair))


def _rank(row: AffectedCustomer, customer: Customer | None) -> tuple[bool, bool, str, str]:
    key = bool(customer and (customer.key_user or customer.special_user or customer.large_user))
    address = customer.address if customer else ""
    return (row.effect == Effect.ALREADY_DRY, not key, address, row.customer)


def steps_done(operations: list[ValveOperation]) -> tuple[int, int]:
    """Return (done, all) of the steps that matter now: opening ones once there are any."""
    opening = [step for step in operations if step.direction == Direction.OPEN]
    steps = opening or [step for step in operations if step.direction == Direction.CLOSE]
    return sum(step.status in ("done", "left_closed") for step in steps), len(steps)
