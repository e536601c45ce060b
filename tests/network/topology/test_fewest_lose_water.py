"""NET-07: of all ways to shut a burst off the one that dries the fewest, then turns the fewest.

Every set of valves there is gets carried out by the brute force; the answer is held against them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

from hypothesis import assume, given, settings

from network.topology.argument.alternatives import OPEN, Move, alternatives
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, isolate
from network.topology.engine.states import NetworkState
from tests.drawing import draw
from tests.network.topology.asked import Asked
from tests.network.topology.networks import Question, questions

# A loop with a second source, a dead end at the burst, and one valve for all far off.
GOLDEN = """
    (S) -p0-V0| a |V1-p1- b -p2-V2| c -p3-V3| (T)
    a -p4-V4| d -p5- c
    b |V5-p6- e
"""
# The zone's customers, and the one behind the dead end's valve.
LOST = {"c.p1", "c.p2", "c.p6"}
MOST_VALVES = 6


def ways(asked: Asked) -> Iterator[tuple[set[str], set[str]]]:
    """Every set of valves that shuts the burst off, and the customers who lose water by it.

    No source is shut: what no set of valves can do is not asked here.
    """
    sources = asked.sources(outside_zone=False)
    at = asked.customers_at()
    had = {customer for customer, cell in at.items() if cell in asked.before}
    free = sorted(set(asked.brute.valve) - asked.closed - asked.stuck - asked.one_way)
    for some in chain.from_iterable(combinations(free, n) for n in range(len(free) + 1)):
        wet = asked.brute.spread(sources, asked.closed | set(some))
        if not wet & asked.burst_cells:
            yield set(some), {customer for customer in had if at[customer] not in wet}


def test_the_golden_network_is_shut_by_the_only_smallest_set() -> None:
    tables = draw(GOLDEN)
    bursts = [Burst("p1")]
    every = list(ways(Asked(Question(tables, bursts, NetworkState()))))
    fewest = min(len(lost) for _valves, lost in every)
    best = [valves for valves, lost in every if len(lost) == fewest]
    smallest = [valves for valves in best if len(valves) == min(map(len, best))]
    answer = isolate(build(tables), bursts)
    assert smallest == [set(answer.valves_to_close)] == [{"V1", "V2"}]
    assert {*answer.customers_isolated, *answer.customers_unintended} == LOST
    # Farther valves do it too, with more people dry, and more valves with no fewer.
    assert ({"V0", "V3"}, 6) in [(valves, len(lost)) for valves, lost in every]
    assert {"V1", "V2", "V5"} in best


def test_another_plan_with_fewer_customers_comes_first_though_it_turns_more() -> None:
    tables = draw("(S) -p1- [V] -p2- [W] -p3- [X!] -p4- (T)")
    found = alternatives(build(tables), [Burst("p2")])
    first = found.plans[0]
    assert first.moves == (Move(OPEN, "X"),)
    assert first.customers == 1 < found.plain.customers == 2
    assert first.valves == 3 > found.plain.valves
    keys = [(plan.customers, plan.valves) for plan in found.plans]
    assert keys == sorted(keys)


@settings(max_examples=60, derandomize=True)
@given(questions(most_pipes=8))
def test_no_set_of_valves_dries_fewer_whatever_the_network(question: Question) -> None:
    assume(len(question.tables.valves.ids) <= MOST_VALVES)
    answer = isolate(build(question.tables), question.bursts, question.state)
    assume(answer.is_isolatable)
    every = list(ways(Asked(question)))
    lost = {*answer.customers_isolated, *answer.customers_unintended}
    assert len(lost) == min(len(dry) for _valves, dry in every)
    assert any(valves == set(answer.valves_to_close) for valves, _dry in every)
