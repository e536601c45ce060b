"""Water back for the cut-off: drawn networks, then any network against the brute force."""

from collections.abc import Collection
from itertools import combinations

from hypothesis import given, settings

from network.topology.argument.restore import Restoration, restore
from network.topology.argument.scene import Scene
from network.topology.argument.supply_points import Need, choose_points, wet_places
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst
from network.topology.engine.states import NetworkState
from tests.drawing import draw
from tests.network.topology.asked import Asked
from tests.network.topology.networks import Question, questions

# The brute force asks for every set of valves: a quarter of the usual networks is as dear as all.
SLICE = settings(max_examples=max(20, settings().max_examples // 4))


def ask(drawing: str, pipe: str, **options: object) -> Restoration:
    scene = Scene.of(build(draw(drawing)), [Burst(pipe)], NetworkState())
    return restore(scene, **options)


def _of(zones: dict[str, str], pipes: Collection[str]) -> dict[str, str]:
    return {pipe: zones[pipe] for pipe in pipes if pipe in zones}


class Test1xxOneValve:
    def test_101_a_closed_link_feeds_the_far_side(self) -> None:
        found = ask("(S) -p1- [V] -p2- [W] -p3- [X!] -p4- (T)", "p2")
        (option,) = found.options
        assert option.open_valves == ("X",)
        assert option.customers == ("c.p3",)
        assert option.persons == 1
        assert found.rest == ("c.p2",)

    def test_102_the_valve_that_needed_no_closing_is_to_be_closed_now(self) -> None:
        """Water let in from behind would run on through W into the burst."""
        (option,) = ask("(S) -p1- [V] -p2- [W] -p3- [X!] -p4- (T)", "p2").options
        assert option.also_close == ("W",)

    def test_103_a_valve_into_the_zone_is_no_way_out(self) -> None:
        found = ask("(S) -p1- [V] -p2- a -p3- [W] -p4- b\na -p5- [X!] -p6- (T)", "p2")
        assert found.options == ()
        assert found.rest == ("c.p2", "c.p3", "c.p4", "c.p5")

    def test_104_a_stuck_closed_valve_cannot_be_opened(self) -> None:
        drawing = "(S) -p1- [V] -p2- [W] -p3- [X!] -p4- (T)"
        scene = Scene.of(
            build(draw(drawing)), [Burst("p2")], NetworkState().with_changes(inoperable=["X"])
        )
        assert restore(scene).options == ()

    def test_105_only_what_the_caller_allows_is_opened(self) -> None:
        drawing = "(S) -p1- [V] -p2- [W] -p3- [X!] -p4- (T)"
        assert ask(drawing, "p2", openable=[]).options == ()
        assert len(ask(drawing, "p2", openable=["X"]).options) == 1

    def test_106_nobody_cut_off_nothing_to_open(self) -> None:
        found = ask("(S) -p1- [V] -p2- [X!] -p3- (T)", "p2")
        assert found.options == ()
        assert found.tried == 0

    def test_107_pressure_zones_are_named_not_judged(self) -> None:
        drawing = "(S) -p1- [V] -p2- [W] -p3- [X!] -p4- (T)"
        two = {"p3": "low", "p4": "high"}
        (option,) = ask(drawing, "p2", pressure_zone_of=lambda pipes: _of(two, pipes)).options
        assert option.pressure_zones == ("high", "low")
        assert option.joins_pressure_zones
        one = {"p3": "low"}
        (same,) = ask(drawing, "p2", pressure_zone_of=lambda pipes: _of(one, pipes)).options
        assert not same.joins_pressure_zones


class Test2xxTwoValves:
    def test_201_two_links_in_a_row_are_one_proposal(self) -> None:
        found = ask("(S) -p1- [V] -p2- [W] -p3- [X!] -p4- [Y!] -p5- (T)", "p2")
        (option,) = found.options
        assert option.open_valves == ("X", "Y")
        assert option.customers == ("c.p3",)

    def test_202_two_parts_are_two_proposals_by_persons(self) -> None:
        found = ask(
            "(S) -p1- [V] -p2- m -p3- [A] -p4- [X!] -p5- (T)\nm -p6- [B] -p7- n -p8- [Y!] -p9- (T)",
            "p2",
        )
        assert [each.open_valves for each in found.options] == [("Y",), ("X",)]
        assert [each.persons for each in found.options] == [2, 1]

    def test_203_when_the_budget_ends_it_is_said(self) -> None:
        found = ask(
            "(S) -p1- [V] -p2- m -p3- [A] -p4- [X!] -p5- (T)\nm -p6- [B] -p7- n -p8- [Y!] -p9- (T)",
            "p2",
            budget=1,
        )
        assert found.cut_short
        assert found.tried == 1


@SLICE
@given(questions())
def test_all_and_only_the_sets_that_help(question: Question) -> None:
    asked = Asked(question)
    scene = Scene.of(build(question.tables), question.bursts, question.state)
    found = restore(scene, budget=10_000)
    valves = asked.brute.valve
    may = sorted(v for v in asked.closed - asked.stuck - asked.one_way if valves[v]["isolates"])
    cut_off = asked.plain["customers_unintended"]
    fed_by: dict[tuple[str, ...], set[str]] = {}
    expected = {}
    for size in (1, 2):
        for opened in combinations(may, size):
            answer = asked.answer(opened=opened)
            if answer["valves_to_close"] & set(opened):
                continue
            fed = cut_off - answer["customers_isolated"] - answer["customers_unintended"]
            alone = {c for each in opened for c in fed_by.get((each,), set())}
            if fed and (size == 1 or not fed <= alone):
                fed_by[opened] = fed
                also = answer["valves_to_close"] - asked.plain["valves_to_close"]
                expected[opened] = (frozenset(fed), frozenset(also))
    assert {
        each.open_valves: (frozenset(each.customers), frozenset(each.also_close))
        for each in found.options
    } == expected
    fed_by_any = {c for fed in fed_by.values() for c in fed}
    dry = asked.plain["customers_isolated"] | cut_off
    assert set(found.rest) == dry - fed_by_any
    assert not found.cut_short


@SLICE
@given(questions())
def test_carried_out_no_proposal_brings_water_to_the_burst(question: Question) -> None:
    """The valves of the plan and of the proposal are turned, then the water is let run."""
    asked = Asked(question)
    scene = Scene.of(build(question.tables), question.bursts, question.state)
    at = asked.customers_at()
    for option in restore(scene).options:
        shut = (asked.shut | set(option.also_close)) - set(option.open_valves)
        wet = asked.brute.spread(asked.sources(outside_zone=True), shut)
        assert not wet & asked.burst_cells
        assert all(at[customer] in wet for customer in option.customers)


class TestSupplyPoints:
    PLACES = {"a": (0.0, 0.0), "b": (1000.0, 0.0), "c": (500.0, 800.0)}

    def test_the_place_nearest_to_most_people_comes_first(self) -> None:
        needs = [Need((10, 0), 5), Need((990, 0), 50), Need((20, 0), 4)]
        points = choose_points(self.PLACES, needs)
        assert [each.place for each in points] == ["b", "a"]
        assert [each.persons for each in points] == [50, 9]
        assert points[0].farthest_m == 10

    def test_it_ends_when_everybody_is_near(self) -> None:
        assert len(choose_points(self.PLACES, [Need((10, 0), 5), Need((90, 0), 5)])) == 1

    def test_it_ends_at_so_many_places(self) -> None:
        needs = [Need(at, 1) for at in self.PLACES.values()]
        assert len(choose_points(self.PLACES, needs, most=2)) == 2

    def test_without_a_place_there_is_none(self) -> None:
        assert choose_points({}, [Need((0, 0), 1)]) == ()

    def test_only_places_with_water_are_taken(self) -> None:
        tables = draw("(S) -p1- [V] -p2- a -p3- [W] -p4- b")
        scene = Scene.of(build(tables), [Burst("p2")])
        assert wet_places(scene, "hydrant", ["h.S", "h.a", "h.b"]) == ["h.S"]
        assert wet_places(scene, "junction", []) == []
