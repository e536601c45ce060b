"""The shortest way over valves: against every permutation, and never longer than as given."""

from collections.abc import Iterator
from itertools import permutations
from math import hypot, inf
from random import Random
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from network.topology.order.routes import EXACT, Places, naive, shortest

NEAR = 1e-6


@st.composite
def places(draw: st.DrawFn, *, least: int = 0, most: int = 6) -> Places:
    """Points on a plane with ranks, sometimes a start, sometimes a rule for the last."""
    count = draw(st.integers(least, most))
    point = st.tuples(st.integers(0, 900), st.integers(0, 900))
    points = draw(st.lists(point, min_size=count, max_size=count))
    ranks = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    highest = [n for n in range(count) if ranks[n] == max(ranks)]
    last = draw(st.sets(st.sampled_from(highest))) if highest else set()
    start = draw(st.booleans())
    return Places(
        metres=[[hypot(a - c, b - d) for c, d in points] for a, b in points],
        ranks=ranks,
        last=frozenset(last),
        start=[hypot(*each) for each in points] if start else (),
    )


@given(places())
def test_the_exact_way_is_the_shortest_of_all_that_are_allowed(asked: Places) -> None:
    allowed = [order for order in permutations(range(asked.count)) if asked.allows(order)]
    found = shortest(asked)
    assert found in allowed
    assert abs(asked.length(found) - min(map(asked.length, allowed))) < NEAR


@settings(max_examples=25)
@given(places(least=EXACT + 1, most=22))
def test_many_places_keep_the_rules_and_are_never_longer_than_as_given(asked: Places) -> None:
    found = shortest(asked)
    assert sorted(found) == list(range(asked.count))
    assert asked.allows(found)
    assert asked.allows(naive(asked))
    assert asked.length(found) <= asked.length(naive(asked)) + NEAR


def test_a_line_is_walked_from_end_to_end() -> None:
    at = [30.0, 0.0, 20.0, 10.0]
    line = Places([[abs(a - b) for b in at] for a in at], [0] * 4)
    assert shortest(line) in ((1, 3, 2, 0), (0, 2, 3, 1))
    assert line.length(shortest(line)) == 30.0


def test_what_must_come_first_does_and_the_rest_follows_from_there() -> None:
    at = [0.0, 10.0, 20.0, 30.0]
    first_at_20 = Places([[abs(a - b) for b in at] for a in at], [1, 1, 0, 1], frozenset([0]))
    assert shortest(first_at_20) == (2, 3, 1, 0)


@settings(max_examples=25)
@given(places(least=EXACT + 1, most=16))
def test_no_stretch_reversed_and_no_place_moved_would_shorten_the_way(asked: Places) -> None:
    found = shortest(asked)
    for other in neighbours(found):
        if asked.allows(other):
            assert asked.length(other) >= asked.length(found) - 1e-3


def neighbours(order: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    count = len(order)
    for first in range(count - 1):
        for stop in range(first + 2, count + 1):
            yield order[:first] + order[first:stop][::-1] + order[stop:]
    for here in range(count):
        rest = order[:here] + order[here + 1 :]
        for there in range(count):
            yield (*rest[:there], order[here], *rest[there:])


def test_places_that_no_way_joins_are_still_put_in_an_order() -> None:
    apart = [
        [0.0 if a == b else inf if (a < 6) != (b < 6) else 10.0 for b in range(12)]
        for a in range(12)
    ]
    assert sorted(shortest(Places(apart, [0] * 12))) == list(range(12))


def test_hundreds_of_places_are_put_in_order_while_somebody_waits() -> None:
    """A city's trunk zone. Weighing one change at a time took minutes for it."""
    chance = Random(3)
    points = [(chance.uniform(0, 3000), chance.uniform(0, 3000)) for _ in range(200)]
    city = Places([[hypot(a - c, b - d) for c, d in points] for a, b in points], [0] * 200)
    began = process_time()
    assert city.length(shortest(city)) < 0.5 * city.length(naive(city))
    assert process_time() - began < 10
