"""Who a plan leaves dry, by the thousand: their records read and their rows stored in one go."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import connection

from network import selectors as network
from network.models import Customer, NetworkRevision, Pipe
from outages.choices import Effect
from outages.impact import CustomerFacts
from outages.models import AffectedCustomer, IsolationPlan
from outages.planning.answers import Answer


def newly_dry(revision: NetworkRevision, found: Answer) -> list[CustomerFacts]:
    """Return what is known of the newly dry customers. One query."""
    ids = [each for each, effect in found.effects.items() if effect != Effect.ALREADY_DRY]
    rows = network.rows_by_id(Customer, ", ".join(CustomerFacts._fields), revision, ids)
    return list(map(CustomerFacts._make, rows))


def on_trunk_road(revision: NetworkRevision, found: Answer) -> bool:
    """Return whether a pipe that burst lies in a trunk road. One query."""
    pipes = [burst.pipe for burst in found.isolation.bursts]
    rows = network.rows_by_id(Pipe, "on_trunk_road", revision, pipes)
    return any(is_trunk for (is_trunk,) in rows)


def store(plan: IsolationPlan, effects: Mapping[str, str]) -> None:
    """Store whom a plan affects and how. One statement."""
    table = AffectedCustomer._meta.db_table
    by_effect: dict[str, list[str]] = defaultdict(list)
    for customer, effect in effects.items():
        by_effect[effect].append(customer)
    if not by_effect:
        return
    given: list[str] = []
    values: list[Any] = [plan.pk]
    for effect, customers in by_effect.items():
        array, value = network.array_of(customers)
        given.append(f"SELECT unnest({array}), %s")
        values += [value, effect]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (plan_id, customer, effect) "  # noqa: S608
            f"SELECT %s, * FROM ({' UNION ALL '.join(given)}) AS given",
            values,
        )
