"""How many queries a look or a write costs: written down, so that a change is one on purpose."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from network.models import Customer
from outages import selectors
from tests.factories import lay
from tests.outages.conftest import Desk

STREETS = "\n".join(f"(S{n}) -m{n}- a{n} |U{n}-p{n}-V{n}| b{n} -q{n}- c{n}" for n in range(6))


def cost(look: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        look()
    return len(seen)


def test_looking_costs_the_same_however_much_is_open(desk: Desk) -> None:
    lay(STREETS)
    customer = Customer.objects.get(asset_id="c.p0")
    looks: dict[str, tuple[int, Callable[[], Any]]] = {
        "board": (7, lambda: selectors.open_board(at=desk.now)),
        "verdict": (3, lambda: selectors.verdict_for_customer(customer, at=desk.now)),
        "search": (2, lambda: selectors.search_customers("解放路")),
    }
    plan = desk.burst("p0").plan
    looks["customers"] = (2, lambda: selectors.affected_customers(plan))
    few = {name: cost(look) for name, (_most, look) in looks.items()}
    for street in range(1, 6):
        desk.burst(f"p{street}")
    many = {name: cost(look) for name, (_most, look) in looks.items()}
    assert few == many
    assert many == {name: most for name, (most, _look) in looks.items()}


def test_a_plan_costs_the_same_however_many_are_dry(desk: Desk) -> None:
    lay(STREETS + "\n(X) -x0- xa |Y0-x1- xb -x2- xc -x3- xd -x4- xe")
    small, large = desk.report("q0"), desk.report("x4")
    desk.propose(desk.report("p3"))  # loads the network's snapshot
    costs = [cost(lambda report=report: desk.propose(report)) for report in (small, large)]
    assert costs[0] == costs[1]
    # Savepoints of the test's own transaction included.
    assert costs[0] <= 22, costs
