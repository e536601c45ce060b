"""Where a new valve would help most: by hand, and against building each one for real."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from network.topology.elements import NetworkTables, Valves
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, isolate
from network.topology.engine.states import NetworkState
from network.topology.risk.new_valves import NewValve, best_places
from tests.drawing import draw
from tests.network.topology.networks import Question, questions


def best(drawing: str, **lengths: float) -> NewValve:
    tables = draw(drawing)
    metres = {pipe: lengths.get(pipe, 100.0) for pipe in tables.pipes.ids}
    return best_places(tables, metres, least_m=0).places[0]


def test_a_long_zone_is_parted_where_it_spares_most() -> None:
    # A burst on any of p2..p5 takes all four. A valve after p3 spares p2, p3 for one beyond it;
    # a burst before it still takes everything that it feeds.
    found = best("(S) -p1- [V] -p2- a -p3- b -p4- c -p5- d")
    assert found.before == 4 * 400
    assert found.after == 2 * 400 + 2 * 200
    assert found.sides in {(4, 2), (2, 4)}
    assert (found.pipe, found.junction) == ("p3", "b")  # p4 at b does the same: ties by id


def test_a_long_tail_is_shut_off_before_a_short_one() -> None:
    found = best("(S) -p1- [V] -p2- a -p3- b\na -p4- c", p4=2000.0)
    assert (found.pipe, found.junction) == ("p4", "a")


def test_a_ring_has_no_place_that_parts_it() -> None:
    tables = draw("(S) -p1- [V] -p2- a -p3- b -p4- c -p5- a")
    places = best_places(tables, dict.fromkeys(tables.pipes.ids, 100.0), least_m=0).places
    assert [(each.pipe, each.junction) for each in places] == [("p2", "a")]


def expected_loss(tables: NetworkTables, state: NetworkState, lengths: dict[str, float]) -> float:
    topology, total = build(tables), 0.0
    for pipe in tables.pipes.ids:
        at = topology.index("pipe", pipe)
        first, stop = topology.part_starts[at : at + 2].tolist()
        cuts = topology.cut_fractions[first - at : stop - at - 1].tolist()
        for low, high in pairwise([0.0, *cuts, 1.0]):
            answer = isolate(topology, [Burst(pipe, (low + high) / 2)], state)
            total += lengths[pipe] * (high - low) * answer.customers
    return total


def with_valve(tables: NetworkTables, pipe: str, junction: str) -> NetworkTables:
    row = ("new", junction, pipe, float("nan"), True, "", False, True)
    old = tables.valves
    names = ("ids", "junctions", "pipes", "fractions", "isolates", "flow_to", "closed", "operable")
    columns = [[*getattr(old, name), value] for name, value in zip(names, row, strict=True)]
    return replace(tables, valves=Valves(*columns))


@settings(max_examples=120)
@given(questions())
def test_gains_are_what_building_the_valve_would_bring(question: Question) -> None:
    tables, state = question.tables, question.state
    lengths = {pipe: 10.0 * (n + 1) for n, pipe in enumerate(tables.pipes.ids)}
    before = expected_loss(tables, state, lengths)
    found = best_places(tables, lengths, state, least_m=0)
    for each in found.places:
        after = expected_loss(with_valve(tables, each.pipe, each.junction), state, lengths)
        assert before - after == pytest.approx(each.gain)


@settings(max_examples=60)
@given(questions(most_pipes=8))
def test_no_other_place_in_any_zone_is_better(question: Question) -> None:
    tables, state = question.tables, question.state
    lengths = {pipe: 10.0 * (n + 1) for n, pipe in enumerate(tables.pipes.ids)}
    found = best_places(tables, lengths, state, least_m=0, tries=100)
    one_way = any(tables.pipes.one_way) or any(tables.valves.flow_to)
    if found.left_out or one_way or any(tables.sources.inlet_pipes):
        return  # places on a ring that one-way devices cut open are not looked at
    most = max((each.gain for each in found.places), default=0.0)
    before = expected_loss(tables, state, lengths)
    held = set(zip(tables.valves.pipes, tables.valves.junctions, strict=True))
    for pipe, start, end in zip(
        tables.pipes.ids, tables.pipes.starts, tables.pipes.ends, strict=True
    ):
        for junction in {start, end}:
            free = (pipe, junction) not in held and ("", junction) not in held
            if free and start != end:
                wider = with_valve(tables, pipe, junction)
                assert before - expected_loss(wider, state, lengths) <= most + 1e-6
