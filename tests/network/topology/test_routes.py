"""The shortest way over valves: against every permutation, and never longer than as given."""

from itertools import permutations
from math import hypot

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
