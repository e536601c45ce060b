"""The arithmetic: persons, thresholds, differences and the work at the valves."""

import pytest

from outages.impact import (
    PlanFacts,
    ValvePlace,
    compare,
    estimated_minutes,
    missing_to,
    report_priority,
)


@pytest.mark.parametrize(
    ("persons", "missing"),
    [(4999, 1), (5000, 0), (5001, 0)],
)
def test_the_threshold_of_5000(persons: int, missing: int) -> None:
    assert missing_to(5000, persons=persons) == missing


@pytest.mark.parametrize(
    ("before", "after", "crossed"),
    [(4936, 5010, "up"), (5010, 4936, "down"), (10, 20, ""), (5000, 6000, "")],
)
def test_a_difference_says_which_threshold_is_crossed(
    before: int, after: int, crossed: str
) -> None:
    facts = [
        PlanFacts(frozenset({"V1", v}), frozenset({c}), persons, frozenset(), 10)
        for v, c, persons in (("V2", "x", before), ("V3", "y", after))
    ]
    difference = compare(*facts, threshold=5000)
    assert difference.threshold_crossed == crossed
    assert (difference.valves_added, difference.valves_removed) == (("V3",), ("V2",))
    assert (difference.customers_added, difference.customers_removed) == (("y",), ("x",))
    assert compare(facts[0], facts[0], threshold=5000).is_empty


def test_the_estimate_grows_with_walking_and_turning() -> None:
    one = [ValvePlace("a", 0, 0, 200, 24)]
    assert estimated_minutes(one) == 4  # 3 min for the valve, 24 turns of 2.5 s
    away = [*one, ValvePlace("b", 780, 0, 200, 24)]
    assert estimated_minutes(away) == 18  # twice that, and 780 m on foot
    assert estimated_minutes(away, [1560]) == 28, "a way along the mains is longer than the line"
    assert estimated_minutes([]) == 0


@pytest.mark.parametrize(
    ("isolates", "danger", "trunk_road", "diameter", "priority"),
    [
        (True, False, False, 200, 2),
        (True, False, True, 200, 1),
        (True, False, False, 300, 1),
        (True, False, False, None, 2),
        (False, True, False, None, 1),
        (False, False, True, 600, 3),
    ],
)
def test_how_urgent_a_report_is(
    isolates: bool, danger: bool, trunk_road: bool, diameter: float | None, priority: int
) -> None:
    found = report_priority(
        isolates=isolates, is_danger=danger, on_trunk_road=trunk_road, diameter_mm=diameter
    )
    assert found == priority
