"""Random small networks for property tests: every feature, in any combination."""

from dataclasses import dataclass

from hypothesis import strategies as st

from network.topology.elements import NetworkTables
from network.topology.engine.isolation import Burst
from network.topology.engine.states import NetworkState
from tests.drawing import Sketch


@dataclass(frozen=True)
class Question:
    tables: NetworkTables
    bursts: list[Burst]
    state: NetworkState


@st.composite
def questions(draw: st.DrawFn, *, most_pipes: int = 12) -> Question:
    """A network of up to `most_pipes` pipes, some bursts on it and what-if states."""
    drawn = Sketch()
    names = [f"j{n}" for n in range(draw(st.integers(2, 8)))]
    for name in names:
        drawn.junction(name)
    junction = st.sampled_from(names)
    pipes = [f"p{n}" for n in range(draw(st.integers(1, most_pipes)))]
    for name in pipes:
        start, end = draw(junction), draw(junction)
        drawn.pipe(name, start, end, one_way=draw(st.integers(0, 7)) == 0)
    _draw_splits(draw, drawn, pipes, names)
    _draw_valves(draw, drawn, pipes)
    _draw_sources(draw, drawn, names)
    bursts = draw(
        st.lists(
            st.builds(Burst, st.sampled_from(pipes), st.none() | st.sampled_from([0.1, 0.6, 0.95])),
            min_size=1,
            max_size=2,
        )
    )
    return Question(drawn.tables(), bursts, _draw_state(draw, drawn))


def _draw_splits(draw: st.DrawFn, drawn: Sketch, pipes: list[str], names: list[str]) -> None:
    """Tees: a junction stands on the middle of a pipe that does not end there."""
    for pipe in draw(st.lists(st.sampled_from(pipes), max_size=2, unique=True)):
        start, end = next((row[1], row[2]) for row in drawn.pipes if row[0] == pipe)
        free = [name for name in names if name not in (start, end)]
        if free:
            drawn.split(pipe, draw(st.sampled_from(free)), draw(st.sampled_from([0.3, 0.7])))


def _draw_valves(draw: st.DrawFn, drawn: Sketch, pipes: list[str]) -> None:
    for n in range(draw(st.integers(0, 9))):
        closed, operable = draw(st.integers(0, 4)) == 0, draw(st.integers(0, 4)) > 0
        pipe, start, end, _ = draw(st.sampled_from(drawn.pipes))
        place = draw(st.sampled_from(["node", "end", "middle"]))
        if place == "end" and start == end:
            place = "middle"  # which end of a ring is meant is a drawn test's matter
        one_way = draw(st.integers(0, 9)) == 0
        isolates = draw(st.integers(0, 7)) > 0
        at = draw(st.sampled_from([start, end]))
        touching = [row[0] for row in drawn.pipes if at in row[1:3]]
        drawn.valve(
            f"v{n}",
            junction="" if place == "middle" else at,
            pipe="" if place == "node" else pipe,
            fraction=0.45 + n / 1000 if place == "middle" else (0.0 if at == start else 1.0),
            isolates=isolates,
            flow_to=draw(st.sampled_from(touching)) if one_way else "",
            closed=closed,
            operable=operable,
        )


def _draw_sources(draw: st.DrawFn, drawn: Sketch, names: list[str]) -> None:
    for n in range(draw(st.integers(0, 3))):
        at = draw(st.sampled_from(names))
        touching = [row[0] for row in drawn.pipes if at in row[1:3]]
        inlets = tuple(p for p in touching if draw(st.integers(0, 5)) == 0)
        drawn.source(f"s{n}", at, inlets=inlets, active=draw(st.integers(0, 5)) > 0)


def _draw_state(draw: st.DrawFn, drawn: Sketch) -> NetworkState:
    valves, sources = [row[0] for row in drawn.valves], [row[0] for row in drawn.sources]

    def some(ids: list[str]) -> frozenset[str]:
        if not ids:
            return frozenset()
        return frozenset(draw(st.lists(st.sampled_from(ids), max_size=2, unique=True)))

    return NetworkState().with_changes(
        closed=some(valves),
        opened=some(valves),
        inoperable=some(valves),
        inactive_sources=some(sources),
    )
