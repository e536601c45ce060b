"""On random networks: every order is complete, keeps its rules and never traps air."""

from hypothesis import given, settings

from network.topology.engine.build import build
from network.topology.engine.isolation import isolate
from network.topology.order.closing import LARGE_MM, UNKNOWN_MM, closing
from network.topology.order.pockets import pockets
from network.topology.order.reopening import reopening
from network.topology.order.zone import Zone, ZoneRows
from tests.network.topology.networks import Question, questions

SIZES = (80.0, 200.0, 300.0, 600.0)


def laid_out(asked: Question) -> tuple[Zone, tuple[str, ...]]:
    tables = asked.tables
    answer = isolate(build(tables), asked.bursts, asked.state)
    network = Zone(ZoneRows(tables), asked.bursts, ()).network
    closed = network.closed(asked.state)
    rows = ZoneRows(
        tables,
        lengths_m={str(pipe): 50.0 + n for n, pipe in enumerate(tables.pipes.ids)},
        bores_mm={str(pipe): SIZES[n % 4] for n, pipe in enumerate(tables.pipes.ids)},
        heights_m={str(each): float(n * 7 % 5) for n, each in enumerate(tables.junctions)},
        valve_bores_mm={str(v): SIZES[n % 4] for n, v in enumerate(tables.valves.ids) if n % 5},
    )
    zone = Zone(rows, asked.bursts, {*answer.valves_to_close, *answer.boundary_valves, *closed})
    return zone, answer.valves_to_close or answer.boundary_valves


@settings(max_examples=60)
@given(questions())
def test_closing_turns_each_valve_once_the_large_mains_first(asked: Question) -> None:
    zone, valves = laid_out(asked)
    steps = closing(zone, valves, feed=["F"])
    shut = [step.asset for step in steps if step.action == "close"]
    assert sorted(shut) == sorted(valves)
    bores = [zone.bore_mm(valve) or UNKNOWN_MM for valve in shut]
    large = [bore for bore in bores if bore >= LARGE_MM]
    assert bores[: len(large)] == sorted(large, reverse=True)
    assert not bores or bores[-1] == min(bores)
    assert steps[-1].action == "feed"
    assert [s.action for s in steps[len(shut) : -1]] in (["drain"], [])
    assert all(step.reasons for step in steps)


@settings(max_examples=60)
@given(questions())
def test_reopening_opens_each_valve_once_with_air_let_out_first(asked: Question) -> None:
    zone, valves = laid_out(asked)
    if not valves:
        return
    found = reopening(zone, valves, feed=["F"])
    steps = found.steps
    assert sorted(s.asset for s in steps if s.action == "open") == sorted(valves)
    assert not {*found.leave_shut} & {s.asset for s in steps}
    assert steps[-1].action == "shut"
    first_flush = next((n for n, s in enumerate(steps) if s.action == "flush"), len(steps))
    opened: list[str] = []
    vented: set[object] = set()
    outlets = {each.asset: each.vertex for each in zone.outlets}
    for n, step in enumerate(steps):
        if step.action == "vent":
            vented.add(outlets[step.asset])
        if step.action == "open" and step.slow:
            assert n < first_flush, "everything is filled before it is flushed"
            part = zone.filled_from([step.asset]) - (
                frozenset().union(*(zone.filled_from([each]) for each in opened))
            )
            if part & set(outlets.values()):
                assert part & vented, "no part is filled without a way out for its air"
            opened.append(step.asset)
    everything = frozenset().union(*(zone.filled_from([each]) for each in valves))
    by_those = frozenset().union(*(zone.filled_from([each]) for each in opened))
    assert {v for v in everything if v[0] == "part"} <= by_those, "what can be filled is filled"


@settings(max_examples=60)
@given(questions())
def test_a_part_beside_the_zone_lets_air_out_before_its_water_and_is_flushed_after_the_zone(
    asked: Question,
) -> None:
    zone, _ = laid_out(asked)
    answer = isolate(build(asked.tables), asked.bursts, asked.state)
    turned = answer.valves_to_close
    left_open = {*answer.boundary_valves} - {*turned}
    zone = Zone(zone.rows, asked.bursts, zone.shut - left_open, left_open)
    inside = {each.asset for each in zone.outlets}
    plain = reopening(zone, turned).steps
    steps = reopening(zone, turned, dry=answer.pipes_dry).steps
    # Not by the whole step: a way is longer or shorter with another stop on it.
    known = {(step.action, step.asset) for step in plain}
    beside = [s for s in steps if (s.action, s.asset) not in known and s.asset not in inside]
    assert [s.asset for s in steps if s.asset in {p.asset for p in plain}] == [
        step.asset for step in plain
    ], "the zone's own steps stay as they are"
    for nth, step in enumerate(steps):
        if step.action == "vent" and step.asset not in inside:
            assert "open" in [later.action for later in steps[nth:]]
        if step.action == "flush" and step.asset not in inside:
            assert any(before.slow for before in steps[:nth])
            assert "flush" not in [s.action for s in steps[nth:] if s.asset in inside]
    for pocket in pockets(zone, answer.pipes_dry):
        assert not pocket.vertices & zone.inside
        assert pocket.fills_from <= zone.inside
        assert pocket.behind <= zone.shut
    assert len(beside) == len(steps) - len(plain)
