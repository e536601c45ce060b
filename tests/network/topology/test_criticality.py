"""What every burst takes and every valve is worth: by hand, and against isolate for each."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings

from network.topology.elements import NetworkTables
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, Isolation, isolate
from network.topology.engine.ready import make_ready
from network.topology.engine.states import NetworkState, masks
from network.topology.engine.structure import Topology
from network.topology.risk.criticality import Criticality, PipeCriticality, ValveCriticality
from tests.drawing import draw
from tests.network.topology.networks import Question, questions


def criticality(topology: Topology, state: NetworkState) -> Criticality:
    holds = masks(topology, state)
    return Criticality(topology, holds, make_ready(topology, state))


def of(drawing: str) -> tuple[Topology, Criticality]:
    topology = build(draw(drawing))
    return topology, criticality(topology, NetworkState())


def pipe_row(topology: Topology, found: PipeCriticality, pipe: str) -> tuple[int, int, int, bool]:
    at = topology.index("pipe", pipe)
    return (
        int(found.isolated[at]),
        int(found.unintended[at]),
        int(found.valves_to_close[at]),
        bool(found.is_isolatable[at]),
    )


def by_name(topology: Topology, found: list[ValveCriticality]) -> dict[str, ValveCriticality]:
    return {topology.valve_ids[each.valve].decode(): each for each in found}


class TestDrawn:
    LINE = "(S) -p1- [V] -p2- a -p3- [W] -p4- [X] -p5- b"

    def test_a_line_loses_all_that_lies_downstream(self) -> None:
        topology, town = of(self.LINE)
        found = town.pipes()
        assert pipe_row(topology, found, "p1") == (1, 4, 0, False)
        assert pipe_row(topology, found, "p2") == (2, 2, 1, True)
        assert pipe_row(topology, found, "p4") == (1, 1, 1, True)
        assert pipe_row(topology, found, "p5") == (1, 0, 1, True)
        assert found.persons.tolist() == found.customers.tolist()

    def test_the_last_valve_of_a_line_spares_those_before_it(self) -> None:
        topology, town = of(self.LINE)
        found = by_name(topology, town.valves())
        # Without X a burst on p5 takes p4 too; one on p4 takes p4 and p5 either way.
        assert found["X"].worst_customers == 1
        assert found["X"].all_customers == 1
        assert topology.pipe_ids[found["X"].worst_pipe] == b"p5"
        # Without W a burst on p4 takes p2 and p3 too; those on p2, p3 take everything anyway.
        assert (found["W"].worst_customers, found["W"].bursts) == (2, 3)
        assert topology.pipe_ids[found["W"].worst_pipe] == b"p4"

    def test_without_the_valve_at_the_works_nothing_can_be_isolated(self) -> None:
        topology, town = of(self.LINE)
        found = by_name(topology, town.valves())
        assert found["V"].not_isolatable == 2
        assert found["V"].all_customers == 2  # p1 for each of p2 and p3

    def test_a_loop_valve_is_worth_the_neighbouring_zone(self) -> None:
        topology, town = of("(S) -p1- a -p2- [V] -p3- [W] -p4- [X] -p5- a")
        found = by_name(topology, town.valves())
        # Without W, a burst on p3 or on p4 takes both: one customer more each.
        assert (found["W"].worst_customers, found["W"].all_customers) == (1, 2)
        assert topology.pipe_ids[found["W"].worst_pipe] == b"p3"

    def test_closed_and_stuck_valves_have_no_worth_of_their_own(self) -> None:
        topology, town = of("(S) -p1- [V!] -p2- a\nS -p3- [W?] -p4- b -p5- [X] -p6- c")
        assert set(by_name(topology, town.valves())) == {"X"}

    def test_progress_is_told_to_the_end(self) -> None:
        _, town = of(self.LINE)
        told: list[tuple[int, int]] = []
        town.valves(lambda done, total: told.append((done, total)))
        assert told == [(6, 6)]


@given(questions())
def test_pipes_are_worth_what_isolate_says(question: Question) -> None:
    topology = build(question.tables)
    found = criticality(topology, question.state).pipes()
    for pipe in question.tables.pipes.ids:
        answer = isolate(topology, [Burst(pipe)], question.state)
        at = topology.index("pipe", pipe)
        assert found.customers[at] == answer.customers
        assert found.isolated[at] == len(answer.customers_isolated)
        assert found.persons[at] == answer.persons
        assert found.hydrants[at] == len(answer.hydrants_dry)
        assert found.valves_to_close[at] == len(answer.valves_to_close)
        assert found.is_isolatable[at] == answer.is_isolatable


def closable(tables: NetworkTables, topology: Topology, state: NetworkState) -> list[str]:
    holds = masks(topology, state)
    return [
        valve
        for valve in tables.valves.ids
        if not (
            holds.closed[topology.index("valve", valve)]
            or holds.walked[topology.index("valve", valve)]
        )
    ]


@settings(max_examples=150)
@given(questions())
def test_valves_are_worth_what_isolate_says_without_them(question: Question) -> None:
    """Every burst is asked with and without every valve: those not counted must not differ."""
    topology, state = build(question.tables), question.state
    found = by_name(topology, criticality(topology, state).valves())
    places = [
        Burst(pipe, (low + high) / 2)
        for pipe in sorted(question.tables.pipes.ids)
        for low, high in parts(topology, pipe)
    ]
    with_all = {place: isolate(topology, [place], state) for place in places}
    for valve in closable(question.tables, topology, state):
        lame = state.with_changes(inoperable=[valve])
        without = {place: isolate(topology, [place], lame) for place in places}
        beside = [place for place in places if valve in with_all[place].boundary_valves]
        assert (valve in found) == bool(beside)
        gains = {place: more(with_all[place], without[place]) for place in places}
        assert all(gains[place] == (0, 0) for place in places if place not in beside)
        if not beside:
            continue
        each = found[valve]
        worst = min(beside, key=lambda at: (-gains[at][0], -gains[at][1], at.pipe))
        assert (each.worst_customers, each.worst_persons) == gains[worst]
        assert topology.pipe_ids[each.worst_pipe].decode() == worst.pipe
        assert each.bursts == len(beside)
        assert [each.all_customers, each.all_persons] == np.sum(
            list(gains.values()), axis=0
        ).tolist()
        assert each.not_isolatable == sum(
            with_all[at].is_isolatable and not without[at].is_isolatable for at in beside
        )


def parts(topology: Topology, pipe: str) -> list[tuple[float, float]]:
    at = topology.index("pipe", pipe)
    first, stop = topology.part_starts[at : at + 2].tolist()
    cuts = topology.cut_fractions[first - at : stop - at - 1].tolist()
    return list(pairwise([0.0, *cuts, 1.0]))


def more(working: Isolation, stuck: Isolation) -> tuple[int, int]:
    return stuck.customers - working.customers, stuck.persons - working.persons


def test_persons_count_by_customer() -> None:
    tables = draw("(S) -p1- [V] -p2- a")
    tables = replace(tables, customers=replace(tables.customers, persons=[3, 40]))
    topology = build(tables)
    found = criticality(topology, NetworkState()).pipes()
    assert found.persons[topology.index("pipe", "p2")] == 40
