"""Drawn networks, each with the answer worked out by hand.

1xx straight lines and dead ends   2xx loops and several sources   3xx stuck and closed valves
4xx what valves cannot isolate     5xx one-way devices and inlets  6xx several bursts, what-if
7xx where a valve stands           8xx refusals
"""

import networkx as nx
import pytest

from network.topology.elements import TopologyError, UnknownAsset
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, Isolation, isolate
from network.topology.engine.ready import ReadyState, make_ready
from network.topology.engine.states import NetworkState
from network.topology.engine.structure import Topology
from network.topology.graphs import element_graph, segment_graph, zone_graph
from tests.drawing import Sketch, draw, sketch


def ask(drawing: str, *pipes: str, **changes: list[str]) -> Isolation:
    return ask_of(sketch(drawing), *pipes, **changes)


def ask_of(drawn: Sketch, *pipes: str, **changes: list[str]) -> Isolation:
    bursts = [Burst(pipe) for pipe in pipes]
    return isolate(build(drawn.tables()), bursts, NetworkState().with_changes(**changes))


def codes(answer: Isolation) -> set[str]:
    return {warning.code for warning in answer.warnings}


class Test1xxLines:
    def test_101_the_valve_toward_the_source_is_closed_the_one_toward_the_end_is_not(self) -> None:
        answer = ask("(S) -p1- [V] -p2- a -p3- [W] -p4- b", "p2")
        assert answer.zone_pipes == ("p2", "p3")
        assert answer.boundary_valves == ("V", "W")
        assert answer.valves_to_close == ("V",)
        assert answer.customers_isolated == ("c.p2", "c.p3")
        assert answer.customers_unintended == ("c.p4",)
        assert answer.pipes_dry == ("p2", "p3", "p4")
        assert answer.persons == 3
        assert answer.is_isolatable

    def test_102_a_dead_end_takes_only_its_own_valve(self) -> None:
        answer = ask("(S) -p1- a -p2- [V] -p3- b", "p3")
        assert answer.valves_to_close == ("V",)
        assert answer.pipes_dry == ("p3",)
        assert answer.customers_unintended == ()

    def test_103_hydrants_without_water_are_named(self) -> None:
        answer = ask("(S) -p1- [V] -p2- a -p3- [W] -p4- b", "p2")
        assert {"h.a", "h.b"} <= set(answer.hydrants_dry)
        assert "h.S" not in answer.hydrants_dry

    def test_104_what_was_dry_before_is_not_newly_affected(self) -> None:
        answer = ask("(S) -p1- [V] -p2- a\nb -p3- c", "p3")
        assert answer.customers_already_dry == ("c.p3",)
        assert answer.customers == 0
        assert "dry_before" in codes(answer)


class Test2xxLoops:
    LOOP = "(S) -p1- a -p2- [V] -p3- b -p4- [W] -p5- a"

    def test_201_a_loop_needs_both_valves(self) -> None:
        answer = ask(self.LOOP, "p3")
        assert answer.valves_to_close == ("V", "W")
        assert answer.pipes_dry == ("p3", "p4")

    def test_202_two_sources_keep_the_far_side_supplied(self) -> None:
        answer = ask("(S) -p1- [V] -p2- [W] -p3- (T)", "p2")
        assert answer.valves_to_close == ("V", "W")
        assert answer.customers_unintended == ()

    def test_203_without_the_second_source_its_valve_need_not_be_closed(self) -> None:
        answer = ask("(S) -p1- [V] -p2- [W] -p3- (T)", "p2", inactive_sources=["T"])
        assert answer.valves_to_close == ("V",)
        assert answer.customers_unintended == ("c.p3",)

    def test_204_parallel_mains_are_two_pipes(self) -> None:
        answer = ask("(S) -p1- [V] -p2- b\n[V] -p3- b", "p2")
        assert answer.zone_pipes == ("p2", "p3")
        assert answer.valves_to_close == ("V",)

    def test_205_an_island_without_source_changes_nothing_elsewhere(self) -> None:
        answer = ask("(S) -p1- [V] -p2- a\nx -p8- [W] -p9- y", "p2")
        assert answer.valves_to_close == ("V",)
        assert "c.p8" not in answer.customers_unintended


class Test3xxStuckAndClosed:
    def test_301_a_stuck_valve_widens_the_zone(self) -> None:
        answer = ask("(S) -p1- [V] -p2- [W?] -p3- b", "p3")
        assert answer.zone_pipes == ("p2", "p3")
        assert answer.valves_to_close == ("V",)
        assert answer.valves_walked_through == ("W",)
        assert "inoperable_valves" in codes(answer)

    def test_302_a_closed_valve_stops_the_trace_even_when_it_is_broken(self) -> None:
        answer = ask("(S) -p1- [V!] -p2- [W] -p3- (T)", "p2", inoperable=["V"])
        assert answer.zone_pipes == ("p2",)
        assert answer.valves_already_closed == ("V",)
        assert answer.valves_to_close == ("W",)

    def test_303_customers_behind_a_closed_valve_lose_their_only_path(self) -> None:
        """The pass that tools which stop at the zone get wrong."""
        answer = ask("(S) -p1- [V] -p2- [W] -p3- [X!] -p4- (T)", "p2")
        assert answer.valves_to_close == ("V",)
        assert answer.customers_unintended == ("c.p3",)

    def test_304_what_if_a_valve_is_stuck_after_all(self) -> None:
        answer = ask("(S) -p1- [V] -p2- [W] -p3- b", "p3", inoperable=["W"])
        assert answer.valves_to_close == ("V",)

    def test_305_what_if_a_closed_valve_is_opened(self) -> None:
        answer = ask("(S) -p1- [V] -p2- [X!] -p3- (T)", "p2", opened=["X"])
        assert answer.valves_to_close == ("V", "X")

    def test_306_the_caller_s_network_is_not_changed(self) -> None:
        topology = build(draw("(S) -p1- [V] -p2- [W] -p3- b"))
        isolate(topology, [Burst("p2")], NetworkState().with_changes(closed=["W"]))
        assert isolate(topology, [Burst("p2")]).valves_already_closed == ()


class Test4xxNotByValves:
    def test_401_a_source_in_the_zone_is_named_not_an_empty_list(self) -> None:
        answer = ask("(S) -p1- a -p2- [V] -p3- b", "p1")
        assert not answer.is_isolatable
        assert answer.sources_to_shut == ("S",)
        assert "source_in_zone" in codes(answer)
        assert answer.valves_to_close == ()
        assert answer.customers_isolated == ("c.p1", "c.p2")
        assert answer.customers_unintended == ("c.p3",)

    def test_402_other_sources_are_still_kept_out_by_valves(self) -> None:
        answer = ask("(S) -p1- [V] -p2- (T)", "p1")
        assert answer.sources_to_shut == ("S",)
        assert answer.valves_to_close == ("V",)

    def test_403_an_inactive_source_in_the_zone_does_no_harm(self) -> None:
        answer = ask("(S) -p1- [V] -p2- (T)", "p1", inactive_sources=["S"])
        assert answer.is_isolatable


class Test5xxOneWay:
    def test_501_what_lies_upstream_can_feed_the_burst(self) -> None:
        answer = ask("(S) -p1- [V] -p2> a -p3- b", "p3")
        assert answer.zone_pipes == ("p2", "p3")
        assert answer.valves_to_close == ("V",)

    def test_502_what_lies_downstream_cannot_come_back(self) -> None:
        answer = ask("(S) -p1- [V] -p2> a -p3- [W] -p4- (T)", "p2")
        assert answer.zone_pipes == ("p2",)
        assert answer.valves_to_close == ("V",)
        assert answer.customers_unintended == ()

    def test_503_a_check_valve_at_a_junction_is_never_proposed(self) -> None:
        drawn = sketch("(S) -p1- a -p2- b -p3- [V] -p4- c")
        drawn.valve("K", junction="a", flow_to="p2", isolates=False)
        answer = ask_of(drawn, "p2")
        assert "K" not in answer.boundary_valves
        assert answer.zone_pipes == ("p1", "p2", "p3")
        assert answer.sources_to_shut == ("S",)

    def test_504_a_check_valve_keeps_the_burst_from_the_lower_side(self) -> None:
        drawn = sketch("(S) -p1- a -p2- [V] -p3- (T)")
        drawn.valve("K", junction="a", flow_to="p2", isolates=False)
        answer = ask_of(drawn, "p1")
        assert answer.zone_pipes == ("p1",)
        assert answer.valves_to_close == ()
        assert answer.sources_to_shut == ("S",)

    def test_505_water_leaves_a_tank_but_not_through_its_inlet(self) -> None:
        drawn = sketch("(S) -p1- [V] -p2- t -p3- b")
        drawn.source("T", "t", inlets=("p2",))
        burst_on_inlet = ask_of(drawn, "p2")
        assert burst_on_inlet.is_isolatable
        assert burst_on_inlet.valves_to_close == ("V",)
        assert burst_on_inlet.customers_unintended == ()
        burst_below = ask_of(drawn, "p3")
        assert burst_below.sources_to_shut == ("T",)
        assert burst_below.valves_to_close == ("V",)

    def test_506_a_device_without_direction_is_a_plain_pipe(self) -> None:
        drawn = sketch("(S) -p1- a -p2- [V] -p3- b")
        drawn.valve("R", junction="a", isolates=False)
        assert ask_of(drawn, "p2").zone_pipes == ("p1", "p2")

    def test_507_a_pump_or_prv_link_is_walked_against_its_flow_and_never_closed(self) -> None:
        drawn = sketch("""
            (S) -p1-V| a -prv> b -p2- [W] -p3- c
            a |B!-byp- b
        """)
        below = ask_of(drawn, "p2")
        assert below.zone_pipes == ("byp", "p2", "prv")
        assert (below.valves_to_close, below.boundary_valves) == (("V",), ("V", "W"))
        above = ask_of(drawn, "p1")
        assert above.sources_to_shut == ("S",)
        assert above.pipes_dry == ("byp", "p1", "p2", "p3", "prv")

    @pytest.mark.parametrize(
        ("into", "at", "zone", "close"),
        [
            ("p3", 0.2, ("p2",), ("V",)),
            ("p3", 0.8, ("p2", "p3"), ("V", "W")),
            ("p1", 0.2, ("p1", "p2", "p3"), ("U", "W")),
            ("p1", 0.8, ("p2", "p3"), ("W",)),
        ],
    )
    def test_508_a_check_valve_in_mid_pipe_works_from_where_it_stands(
        self, into: str, at: float, zone: tuple[str, ...], close: tuple[str, ...]
    ) -> None:
        drawn = sketch("(S) -p0- [U] -p1- v |V-p2- a -p3- [W] -p4- (T)")
        if into == "p1":  # toward the start of p2, at which there is no valve then
            drawn = sketch("(S) -p0- [U] -p1- v -p2- a -p3- [W] -p4- (T)")
        drawn.valve("K", pipe="p2", fraction=0.5, flow_to=into, isolates=False)
        topology = build(drawn.tables())
        answer = isolate(topology, [Burst("p2", at)])
        assert (answer.zone_pipes, answer.valves_to_close) == (zone, close)
        assert "K" not in answer.boundary_valves
        assert isolate(topology, [Burst("p2", at)], None, make_ready(topology, NetworkState())) == (
            answer
        )


class Test6xxTogether:
    TWO_FEEDS = "(S) -p1- [V] -p2- [W] -p3- m\n(S) -p4- [X] -p5- [Y] -p6- m -p7- n"

    def test_601_each_burst_alone_leaves_the_other_way_open(self) -> None:
        assert ask(self.TWO_FEEDS, "p2").customers_unintended == ()
        assert ask(self.TWO_FEEDS, "p5").customers_unintended == ()

    def test_602_together_they_dry_what_neither_dries_alone(self) -> None:
        answer = ask(self.TWO_FEEDS, "p2", "p5")
        assert answer.customers_unintended == ("c.p3", "c.p6", "c.p7")
        assert answer.valves_to_close == ("V", "X")

    def test_603_what_another_outage_holds_shut_counts(self) -> None:
        answer = ask(self.TWO_FEEDS, "p5", closed=["V", "W"])
        assert answer.customers_unintended == ("c.p3", "c.p6", "c.p7")
        assert answer.customers_already_dry == ()


class Test7xxWhereAValveStands:
    def test_701_at_a_tee_it_cuts_all_three(self) -> None:
        answer = ask("(S) -p1- [V] -p2- a\n[V] -p3- b", "p2")
        assert answer.zone_pipes == ("p2",)
        assert answer.valves_to_close == ("V",)
        assert answer.customers_unintended == ("c.p3",)

    def test_702_at_one_pipe_s_end_it_cuts_only_that_pipe(self) -> None:
        answer = ask("(S) -p1- t |V-p2- a\nt -p3- b", "p2")
        assert answer.zone_pipes == ("p2",)
        assert answer.valves_to_close == ("V",)
        assert answer.customers_unintended == ()

    def test_703_in_mid_pipe_the_side_of_the_burst_matters(self) -> None:
        topology = build(draw("(S) -p1- [W] -p2/V/- b -p3- c"))
        before = isolate(topology, [Burst("p2", 0.2)])
        after = isolate(topology, [Burst("p2", 0.8)])
        assert before.valves_to_close == ("W",)
        assert after.valves_to_close == ("V",)
        assert after.zone_pipes == ("p2", "p3")
        assert after.customers_isolated == ("c.p3",)  # the customer of p2 is before the valve

    def test_704_without_a_place_the_burst_is_on_every_part(self) -> None:
        answer = ask("(S) -p1- [W] -p2/V/- b", "p2")
        assert answer.valves_to_close == ("W",)
        assert answer.boundary_valves == ("W",)
        assert "burst_side_unknown" in codes(answer)

    def test_705_a_valve_with_both_sides_in_the_zone_is_no_boundary(self) -> None:
        answer = ask("(S) -p1- [W] -p2- a -p3- [V] -p4- b -p5- a", "p3")
        assert answer.boundary_valves == ("W",)

    def test_706_two_valves_on_one_pipe(self) -> None:
        answer = ask("(S) -p1- t |V-p2-W| u -p3- (T)", "p2")
        assert answer.zone_pipes == ("p2",)
        assert answer.valves_to_close == ("V", "W")

    def test_707_a_branch_that_touches_a_main_in_its_middle_is_joined_to_it(self) -> None:
        drawn = sketch("(S) -main- e\nt -branch- b")
        drawn.split("main", "t", 0.5)
        assert ask_of(drawn, "branch").zone_pipes == ("branch", "main")

    def test_708_a_valve_at_the_end_of_a_ring_stands_on_its_own_side(self) -> None:
        drawn = sketch("(S) -p1- [W] -p2- a -ring- a")
        drawn.valve("V", junction="a", pipe="ring", fraction=1.0)
        answer = ask_of(drawn, "ring")
        assert answer.valves_to_close == ("W",)  # the ring's other end is open

    def test_709_air_and_control_valves_cut_nothing(self) -> None:
        drawn = sketch("(S) -p1- [W] -p2- a -p3- b")
        drawn.valve("A", junction="a", isolates=False, closed=True)
        assert ask_of(drawn, "p2").zone_pipes == ("p2", "p3")


class Test8xxRefusals:
    def test_801_an_unknown_pipe_is_named(self) -> None:
        with pytest.raises(UnknownAsset, match="unknown pipe: p9"):
            ask("(S) -p1- a", "p9")

    def test_802_an_unknown_valve_in_a_what_if_is_named(self) -> None:
        with pytest.raises(UnknownAsset, match="unknown valve: X"):
            ask("(S) -p1- a", "p1", inoperable=["X"])

    def test_803_a_pipe_that_ends_nowhere_is_named(self) -> None:
        drawn = sketch("(S) -p1- a")
        drawn.pipes.append(("p2", "a", "nowhere", False))
        with pytest.raises(TopologyError, match="end of pipe p2: unknown junction 'nowhere'"):
            build(drawn.tables())

    def test_804_an_id_that_stands_twice_is_named(self) -> None:
        drawn = sketch("(S) -p1- a")
        drawn.pipe("p1", "a", "S")
        with pytest.raises(TopologyError, match="pipe 'p1' stands twice"):
            build(drawn.tables())

    def test_805_a_question_without_a_burst_is_refused(self) -> None:
        with pytest.raises(TopologyError, match="at least one burst"):
            ask("(S) -p1- a")


class TestGraphs:
    DRAWING = "(S) -p1- [V] -p2- a |W-p3- b"

    def test_the_element_graph_joins_pipes_and_junctions(self) -> None:
        graph = element_graph(draw(self.DRAWING))
        assert nx.has_path(graph, ("junction", "S"), ("pipe", "p3"))
        assert set(graph[("pipe", "p2")]) == {("junction", "V"), ("junction", "a")}

    def test_the_segment_graph_has_valves_as_arcs(self) -> None:
        graph = segment_graph(build(draw(self.DRAWING)))
        segments = {frozenset(data["pipes"]) for _, data in graph.nodes(data=True)}
        assert segments == {frozenset(), frozenset({"p1"}), frozenset({"p2"}), frozenset({"p3"})}
        assert {valve for _, _, valve in graph.edges(data="valve")} == {"V", "W"}

    def test_a_zone_comes_with_the_junctions_around_it(self) -> None:
        tables = draw(self.DRAWING)
        zone = zone_graph(tables, isolate(build(tables), [Burst("p2")]))
        assert set(zone) == {("pipe", "p2"), ("junction", "V"), ("junction", "a")}


def test_a_saved_ready_state_answers_as_the_one_it_was_made_from(tmp_path) -> None:
    topology = build(draw("(S) -p1- [V] -p2- a -p3- [W] -p4- b -p5> c -p6- [X] -p7- (T)"))
    state = NetworkState().with_changes(closed=["X"])
    ready = make_ready(topology, state)
    ready.save(tmp_path)
    loaded = ReadyState.load(topology, tmp_path)
    assert loaded.state == state
    for pipe in ("p2", "p5", "p7"):
        for asked in (
            state,
            state.with_changes(inoperable=["V"]),
            state.with_changes(closed=["W"]),
        ):
            answer = isolate(topology, [Burst(pipe)], asked)
            assert isolate(topology, [Burst(pipe)], asked, ready) == answer
            assert isolate(topology, [Burst(pipe)], asked, loaded) == answer


def test_a_saved_topology_answers_as_the_one_it_was_made_from(tmp_path) -> None:
    topology = build(draw("(S) -p1- [V] -p2/W/- b -p3- c"))
    topology.save(tmp_path)
    loaded = Topology.load(tmp_path)
    burst = [Burst("p2", 0.8)]
    assert isolate(loaded, burst) == isolate(topology, burst)
