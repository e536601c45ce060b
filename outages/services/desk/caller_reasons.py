"""Why the callers at the desk have water or none. Reads only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from network.models import Customer, NetworkRevision
from network.selectors import load_topology, network_now
from network.selectors.arguing import rows_of
from network.topology.argument.explain import CustomerReason, explain_customers
from network.topology.argument.scene import Scene
from network.topology.elements import UnknownAsset
from outages.models import IsolationPlan
from outages.services.shutdown.arguing import NotArguable, argument_for

# Each is laid out anew: a search page that finds people of more plans names their outage alone.
MOST_PLANS: Final = 3


@dataclass(frozen=True)
class CallerReason:
    """`reason` on `revision`: by the plan that dries him, else as valves and sources stand now."""

    reason: CustomerReason
    revision: NetworkRevision
    plan: IsolationPlan | None = None


def why_caller(customer: Customer, plan: IsolationPlan | None) -> CallerReason | None:
    """Why one customer is dry by `plan`, or with None whether and how water reaches him now.

    None where nothing can be said: an older network, or a customer whom it does not have.
    """
    if plan is not None:
        return why_dry([(customer.asset_id, plan)]).get(customer.asset_id)
    now = network_now()
    if now is None or now.revision.pk != customer.revision_id:
        return None
    scene = Scene.at_rest(load_topology(now.revision), now.state)
    asset = customer.asset_id
    try:
        found = explain_customers(scene, [asset], rows_of(now.revision))[asset]
    except UnknownAsset:
        return None
    return CallerReason(found, now.revision)


def why_dry(asked: Iterable[tuple[str, IsolationPlan]]) -> dict[str, CallerReason]:
    """Why customers are dry, each by his plan; those of whom nothing can be said are left out.

    One search of the network for each plan, `MOST_PLANS` of them at most.
    """
    by_plan: dict[int, list[str]] = defaultdict(list)
    plans: dict[int, IsolationPlan] = {}
    for customer, plan in asked:
        by_plan[plan.pk].append(customer)
        plans[plan.pk] = plan
    found: dict[str, CallerReason] = {}
    for pk in list(by_plan)[:MOST_PLANS]:
        try:
            argument = argument_for(plans[pk])
            reasons = explain_customers(argument.losing, by_plan[pk], rows_of(argument.revision))
        except (NotArguable, UnknownAsset):
            continue
        found |= {
            name: CallerReason(reason, argument.revision, plans[pk])
            for name, reason in reasons.items()
        }
    return found
