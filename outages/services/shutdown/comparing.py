"""Two stored plans side by side: what changes from one to the other."""

from network.models import Customer
from outages import impact
from outages.choices import Direction, Effect
from outages.impact import PlanDifference
from outages.models import AffectedCustomer, IsolationPlan
from outages.selectors import plan_steps
from outages.selectors.rules import policy
from outages.workflow import StepStatus


def compare_plans(before: IsolationPlan, after: IsolationPlan) -> PlanDifference:
    """Say what changes from one stored plan to another. Seven queries."""
    threshold = policy.number("big_outage_persons", at=after.computed_at)
    return impact.compare(plan_facts(before), plan_facts(after), threshold=threshold)


def plan_facts(plan: IsolationPlan) -> impact.PlanFacts:
    """Read off a stored plan what a comparison needs."""
    steps = [step for step in plan_steps(plan) if step.direction == Direction.CLOSE]
    customers = frozenset(
        AffectedCustomer.objects.filter(
            plan=plan, effect__in=[Effect.ZONE, Effect.UNINTENDED]
        ).values_list("customer", flat=True)
    )
    key = Customer.objects.filter(
        revision__number=plan.revision_number, asset_id__in=customers, key_user=True
    )
    return impact.PlanFacts(
        valves=frozenset(step.valve for step in steps if step.status != StepStatus.VOID),
        customers=customers,
        persons=plan.persons,
        key_users=frozenset(key.values_list("asset_id", flat=True)),
        minutes=plan.closing_minutes,
    )
