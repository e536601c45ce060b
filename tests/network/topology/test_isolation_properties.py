"""The engine, its readable networkx version and the brute force agree, whatever the network."""

from hypothesis import given

from network.topology import reference
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, Isolation, isolate
from network.topology.engine.ready import make_ready
from network.topology.engine.states import NetworkState
from tests.network.topology.networks import Question, questions
from tests.oracles.brute import BruteForce

FIELDS = (
    "is_isolatable",
    "zone_pipes",
    "boundary_valves",
    "valves_to_close",
    "valves_already_closed",
    "sources_to_shut",
    "pipes_dry",
    "customers_isolated",
    "customers_unintended",
    "customers_already_dry",
    "hydrants_dry",
)


def as_sets(answer: Isolation) -> dict[str, object]:
    values = {name: getattr(answer, name) for name in FIELDS}
    return {
        name: value if isinstance(value, bool) else set(value) for name, value in values.items()
    }


def brute_answer(question: Question) -> dict[str, object]:
    valves, sources, state = question.tables.valves, question.tables.sources, question.state
    closed = {v for v, shut in zip(valves.ids, valves.closed, strict=True) if shut}
    stuck = {v for v, works in zip(valves.ids, valves.operable, strict=True) if not works}
    silent = {s for s, active in zip(sources.ids, sources.active, strict=True) if not active}
    return BruteForce(question.tables).answer(
        question.bursts,
        closed=(closed | state.closed) - state.opened,
        stuck=stuck | state.inoperable,
        inactive=silent | state.inactive_sources,
    )


@given(questions())
def test_the_engine_answers_as_the_brute_force_does(question: Question) -> None:
    answer = isolate(build(question.tables), question.bursts, question.state)
    assert as_sets(answer) == brute_answer(question)


@given(questions())
def test_the_engine_answers_as_readable_networkx_does(question: Question) -> None:
    answer = isolate(build(question.tables), question.bursts, question.state)
    assert as_sets(answer) == reference.isolate(question.tables, question.bursts, question.state)


@given(questions())
def test_a_ready_state_answers_as_a_search_does(question: Question) -> None:
    topology = build(question.tables)
    ready = make_ready(topology, question.state)
    for pipe in question.tables.pipes.ids:
        searched = isolate(topology, [Burst(pipe)], question.state)
        assert isolate(topology, [Burst(pipe)], question.state, ready) == searched


@given(questions())
def test_a_ready_state_of_another_state_helps_and_changes_nothing(question: Question) -> None:
    topology = build(question.tables)
    ready = make_ready(topology, NetworkState())
    searched = isolate(topology, question.bursts, question.state)
    assert isolate(topology, question.bursts, question.state, ready) == searched
    of_it = make_ready(topology, question.state)
    assert isolate(topology, question.bursts, question.state, of_it) == searched


@given(questions())
def test_a_stuck_valve_never_makes_the_zone_smaller(question: Question) -> None:
    topology = build(question.tables)
    answer = isolate(topology, question.bursts, question.state)
    for valve in answer.valves_to_close:
        worse = isolate(topology, question.bursts, question.state.with_changes(inoperable=[valve]))
        assert set(answer.zone_pipes) <= set(worse.zone_pipes)
        assert valve not in worse.valves_to_close
