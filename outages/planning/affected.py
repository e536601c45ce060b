"""Who a plan leaves dry, by the thousand: added up and stored where their records are."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from network import selectors as network
from network.models import Customer, NetworkRevision, Pipe
from outages.choices import Effect
from outages.models import AffectedCustomer, IsolationPlan
from outages.planning.answers import Answer


class People(NamedTuple):
    """What the newly dry come to, and whether a pipe that burst lies in a trunk road.

    `connections_uncounted` are those of customers whose record names no persons.
    """

    connections: int
    persons_counted: int
    connections_uncounted: int
    key_users: int
    on_trunk_road: bool

    def persons(self, per_connection: int) -> int:
        """Persons who lose water, with so many for each connection where nobody counted."""
        return self.persons_counted + self.connections_uncounted * per_connection


# A large user counts as a key user: both are told by telephone. Names only of the tables' own.
_PEOPLE: Final = f"""
SELECT
    coalesce(sum(connections), 0),
    coalesce(sum(persons), 0),
    coalesce(sum(connections) FILTER (WHERE persons IS NULL), 0),
    count(*) FILTER (WHERE key_user OR large_user),
    EXISTS (
        SELECT FROM {Pipe._meta.db_table}
        WHERE revision_id = %s AND asset_id = ANY({{bursts}}) AND on_trunk_road
    )
FROM {Customer._meta.db_table} WHERE revision_id = %s AND asset_id = ANY({{customers}})
"""  # noqa: S608


def people(revision: NetworkRevision, found: Answer) -> People:
    """Add up whom an answer leaves newly dry; those dry before are no part of it. One query."""
    dry = [each for each, effect in found.effects.items() if effect != Effect.ALREADY_DRY]
    bursts, burst_ids = network.array_of([burst.pipe for burst in found.isolation.bursts])
    customers, customer_ids = network.array_of(dry)
    with network.prepared_cursor() as cursor:
        cursor.execute(
            _PEOPLE.format(bursts=bursts, customers=customers),
            [revision.pk, burst_ids, revision.pk, customer_ids],
        )
        return People(*cursor.fetchone())


def store(plan: IsolationPlan, effects: Mapping[str, str]) -> None:
    """Store whom a plan affects and how. One statement."""
    if not effects:
        return
    # Always all effects: one statement, whoever is affected, is planned once.
    by_effect: dict[str, list[str]] = {effect.value: [] for effect in Effect}
    for customer, effect in effects.items():
        by_effect[effect].append(customer)
    given: list[str] = []
    values: list[Any] = [plan.pk]
    for effect, customers in by_effect.items():
        array, value = network.array_of(customers)
        given.append(f"SELECT unnest({array}), '{effect}'")
        values.append(value)
    with network.prepared_cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {AffectedCustomer._meta.db_table} (plan_id, customer, effect) "  # noqa: S608
            f"SELECT %s::bigint, * FROM ({' UNION ALL '.join(given)}) AS given",
            values,
        )
