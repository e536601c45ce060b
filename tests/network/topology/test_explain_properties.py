"""Every reason is held against drops of water, whatever the network."""

from hypothesis import given, settings

from network.topology.argument.explain import explain, explain_customer, explain_customers
from network.topology.argument.scene import Scene
from network.topology.argument.ways import Way
from network.topology.engine.build import build
from tests.network.topology.asked import Asked
from tests.network.topology.networks import Question, questions
from tests.oracles.brute import BruteForce, Cell

# The brute force asks for every valve: a quarter of the usual networks is as dear as all.
SLICE = settings(max_examples=max(20, settings().max_examples // 4))
Part = tuple[frozenset[str], frozenset[str], frozenset[str], bool]


def scene_of(question: Question) -> Scene:
    return Scene.of(build(question.tables), question.bursts, question.state)


def ends_of_way(asked: Asked, way: Way, blocking: set[str], *, short: bool) -> set[Cell]:
    """Where water from the way's source gets to over the way's own pipes and valves alone."""
    brute, sources = asked.brute, asked.tables.sources
    pipes = {each for step in way.steps if step.kind == "pipes" for each in step.ids}
    narrow = BruteForce.__new__(BruteForce)
    narrow.passages = [
        passage
        for passage in brute.passages
        if set(passage.valves) <= set(way.valves)
        and (not short or _pipes_of(passage.start, passage.end) <= pipes)
    ]
    start = sources.junctions[list(sources.ids).index(way.source)]
    return narrow.spread({("junction", start, 0)}, blocking)


def _pipes_of(*cells: Cell) -> set[str]:
    return {cell[1] for cell in cells if cell[0] == "part"}


def check_way(asked: Asked, way: Way, blocking: set[str], goal: set[Cell]) -> None:
    whole = all(step.count == len(step.ids) for step in way.steps)
    assert ends_of_way(asked, way, blocking, short=whole) & goal
    for step in way.steps:
        if step.kind == "pipes" and step.count == len(step.ids):
            for one, next_one in zip(step.ids, step.ids[1:], strict=False):
                assert set(asked.brute.stops[one]) & set(asked.brute.stops[next_one])


@SLICE
@given(questions())
def test_every_valve_has_a_true_reason(question: Question) -> None:
    asked = Asked(question)
    found = explain(scene_of(question), lambda _pipes, **_beside: question.tables)
    plain, brute = asked.plain, asked.brute
    boundary = plain["boundary_valves"]
    assert {each.valve for each in found.close} == plain["valves_to_close"]
    assert {each.valve for each in found.leave_open} == boundary - plain["valves_to_close"]
    assert {each.valve for each in found.already_closed} == plain["valves_already_closed"]
    outside = asked.sources(outside_zone=True)
    for reason in (*found.close, *found.leave_open, *found.already_closed):
        blocking = (asked.closed | boundary) - {reason.valve}
        lets_in = bool(brute.spread(outside, blocking) & asked.burst_cells)
        assert (reason.way is not None) == lets_in
        assert (reason.code in ("lets_water_in", "holds_back")) == lets_in
        if reason.way is not None:
            assert reason.way.in_order
            assert reason.valve in reason.way.valves
            check_way(asked, reason.way, blocking, asked.burst_cells)
            continue
        behind = {
            cell
            for cell in brute.cells() - asked.zone
            if cell[0] == "part" and brute.spread({cell}, blocking) & asked.burst_cells
        }
        beyond = {cell for cell in brute.cells() if cell[0] == "part" and cell[1] in reason.beyond}
        everything = {("junction", each, 0) for each in question.tables.sources.junctions}
        if reason.code == "fed_through_zone":
            assert beyond & asked.before - asked.after or not beyond
        elif reason.code == "held_elsewhere":
            assert beyond & asked.after or not beyond
        else:
            assert not behind & asked.before
            can_be_wet = bool(brute.spread(everything, set()) & behind)
            assert not (reason.code == "no_source" and can_be_wet)


@SLICE
@given(questions())
def test_sources_in_the_zone_have_true_ways(question: Question) -> None:
    asked = Asked(question)
    found = explain(scene_of(question), lambda _pipes, **_beside: question.tables)
    assert {each.source for each in found.sources} == asked.plain["sources_to_shut"]
    for reason in found.sources:
        blocking = asked.closed | asked.plain["boundary_valves"]
        if reason.way.in_order:
            check_way(asked, reason.way, blocking, asked.burst_cells)


@SLICE
@given(questions())
def test_at_rest_whoever_has_water_has_a_true_way(question: Question) -> None:
    asked = Asked(question)
    scene = Scene.at_rest(build(question.tables), question.state)
    at = asked.customers_at()
    found = explain_customers(scene, sorted(at), lambda _pipes, **_beside: question.tables)
    for customer, cell in at.items():
        reason = found[customer]
        assert reason.code == ("supplied" if cell in asked.before else "dry_before")
        if reason.way is not None:
            check_way(asked, reason.way, asked.closed, {cell})


def cut_off_parts(asked: Asked) -> set[Part]:
    """Parts of what is cut off: customers, shut valves, those with water beyond, the zone."""
    brute, shut = asked.brute, asked.shut
    left = asked.before - asked.after - asked.zone
    at, parts = asked.customers_at(), set()
    while left:
        part, grown = {next(iter(left))}, True
        while grown:
            more = {
                end
                for passage in brute.passages
                if not shut.intersection(passage.valves)
                for end, other in (
                    (passage.start, passage.end),
                    (passage.end, passage.start),
                )
                if other in part and end in left
            } - part
            part |= more
            grown = bool(more)
        left -= part
        customers = frozenset(c for c, cell in at.items() if cell in part)
        if customers:
            parts.add((customers, *_border(asked, part)))
    return parts


def _border(asked: Asked, part: set[Cell]) -> tuple[frozenset[str], frozenset[str], bool]:
    met, from_zone = set(), False
    for passage in asked.brute.passages:
        if (passage.start in part) == (passage.end in part):
            continue
        here_first = passage.valves if passage.start in part else tuple(reversed(passage.valves))
        first = next((v for v in here_first if v in asked.shut), None)
        if first is not None:
            met.add(first)
        elif passage.start in asked.zone:
            from_zone = True
    met = {v for v in met if not _stands_inside(asked, v, part)}
    holding = {v for v in met if _has_water_on_a_side(asked, v)}
    return frozenset(met), frozenset(holding), from_zone


def _stands_inside(asked: Asked, valve: str, part: set[Cell]) -> bool:
    place, edges = asked.brute._place(valve), []
    for passage in asked.brute.passages:
        if valve not in passage.valves or place not in (passage.start, passage.end):
            continue
        other = passage.end if passage.start == place else passage.start
        ordered = passage.valves if other == passage.start else tuple(reversed(passage.valves))
        before = ordered[: ordered.index(valve)]
        edges.append((other, other in part and not asked.shut.intersection(before)))
    return len({each for each, _ in edges}) > 1 and all(inside for _, inside in edges)


def _has_water_on_a_side(asked: Asked, valve: str) -> bool:
    for passage in asked.brute.passages:
        if valve not in passage.valves:
            continue
        nth = passage.valves.index(valve)
        if passage.start in asked.after and not asked.shut.intersection(passage.valves[:nth]):
            return True
        if nth == len(passage.valves) - 1 and passage.end in asked.after:
            return True
    return False


@SLICE
@given(questions())
def test_customers_are_grouped_by_their_true_reasons(question: Question) -> None:
    asked = Asked(question)
    found = explain(scene_of(question))
    groups = found.customers

    def of(code: str) -> set[str]:
        return {each for group in groups if group.code == code for each in group.customers}

    assert of("in_zone") == asked.plain["customers_isolated"]
    assert of("cut_off") == asked.plain["customers_unintended"]
    assert of("dry_before") == asked.plain["customers_already_dry"]
    cut_off = {
        (
            frozenset(group.customers),
            frozenset(group.shut_valves),
            frozenset(group.holding),
            group.from_zone,
        )
        for group in groups
        if group.code == "cut_off"
    }
    assert cut_off == cut_off_parts(asked)


@SLICE
@given(questions())
def test_every_customer_has_a_true_reason(question: Question) -> None:
    asked = Asked(question)
    scene = scene_of(question)
    for customer, cell in asked.customers_at().items():
        reason = explain_customer(scene, customer, lambda _pipes, **_beside: question.tables)
        assert (reason.code == "supplied") == (cell in asked.after)
        assert (reason.code == "dry_before") == (cell not in asked.before)
        if reason.code == "supplied":
            check_way(asked, reason.way, asked.shut, {cell})
