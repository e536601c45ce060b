"""Why, on drawn networks with the reasons worked out by hand.

1xx valves to close   2xx valves left open   3xx valves closed already   4xx customers
5xx sources in the zone   6xx one customer   7xx ways
"""

import pytest

from network.topology.argument.explain import (
    CustomerGroup,
    CustomerReason,
    Explanation,
    ValveReason,
    explain,
    explain_customer,
)
from network.topology.argument.scene import Scene
from network.topology.argument.ways import Way
from network.topology.elements import NetworkTables, UnknownAsset
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst
from network.topology.engine.states import NetworkState
from tests.drawing import Sketch, draw, sketch


def scene_of(tables: NetworkTables, *pipes: str, **changes: list[str]) -> Scene:
    state = NetworkState().with_changes(**changes)
    return Scene.of(build(tables), [Burst(pipe) for pipe in pipes], state)


def why(drawing: str | Sketch, *pipes: str, **changes: list[str]) -> Explanation:
    tables = draw(drawing) if isinstance(drawing, str) else drawing.tables()
    return explain(scene_of(tables, *pipes, **changes), lambda _pipes, **_beside: tables)


def why_customer(drawing: str, customer: str, *pipes: str, **changes: list[str]) -> CustomerReason:
    tables = draw(drawing)
    return explain_customer(
        scene_of(tables, *pipes, **changes), customer, lambda _pipes, **_beside: tables
    )


def in_words(way: Way | None) -> str:
    assert way is not None
    return " ".join([way.source, *("+".join(step.ids) for step in way.steps)])


def only(reasons: tuple[ValveReason, ...]) -> ValveReason:
    (reason,) = reasons
    return reason


def group(found: Explanation, code: str) -> CustomerGroup:
    (one,) = (each for each in found.customers if each.code == code)
    return one


class Test1xxToClose:
    def test_101_the_way_of_water_to_the_burst(self) -> None:
        reason = only(why("(S) -p1- a -p2- [V] -p3- b -p4- c", "p4").close)
        assert (reason.valve, reason.code) == ("V", "lets_water_in")
        assert in_words(reason.way) == "S p1+p2 V p3+p4"
        assert reason.way.in_order
        assert reason.beyond == ("p1", "p2")

    def test_102_each_valve_has_a_way_of_its_own_around_the_loop(self) -> None:
        found = why("(S) -p1- a -p2- [V] -p3- b -p4- [W] -p5- a", "p3")
        assert {each.valve: in_words(each.way) for each in found.close} == {
            "V": "S p1+p2 V p3",
            "W": "S p1+p5 W p4+p3",
        }

    def test_103_a_way_over_other_valves_names_them_in_order(self) -> None:
        found = why("(S) -p1- [A] -p2- [B] -p3- [V] -p4- c", "p4")
        assert in_words(only(found.close).way) == "S p1 A p2 B p3 V p4"

    def test_104_a_way_never_leads_over_another_valve_to_close(self) -> None:
        found = why("(S) -p1- [V] -p2- [W] -p3- (T)", "p2")
        assert [in_words(each.way) for each in found.close] == ["S p1 V p2", "T p3 W p2"]

    def test_105_a_stuck_valve_on_the_way_is_named(self) -> None:
        found = why("(S) -p1- [V] -p2- [W?] -p3- b", "p3")
        assert in_words(only(found.close).way) == "S p1 V p2 W p3"

    def test_106_a_long_stretch_is_shortened_and_counted(self) -> None:
        drawn = sketch("(S) -p1- j1")
        for nth in range(1, 10):
            drawn.pipe(f"p{nth + 1}", f"j{nth}", f"j{nth + 1}")
        drawn.valve("V", junction="j10")
        drawn.pipe("burst", "j10", "end")
        way = only(why(drawn, "burst").close).way
        assert way.steps[0].ids == ("p1", "p2", "p3", "p8", "p9", "p10")
        assert way.steps[0].count == 10

    def test_107_without_rows_a_way_is_known_by_its_valves(self) -> None:
        tables = draw("(S) -p1- [A] -p2- [V] -p3- c")
        way = only(explain(scene_of(tables, "p3")).close).way
        assert way.valves == ("A", "V")
        assert not way.in_order


class Test2xxLeftOpen:
    def test_201_what_lies_beyond_is_fed_only_through_the_zone(self) -> None:
        reason = only(why("(S) -p1- [V] -p2- [W] -p3- b", "p2").leave_open)
        assert (reason.valve, reason.code, reason.beyond) == ("W", "fed_through_zone", ("p3",))

    def test_202_beyond_there_is_no_source_at_all(self) -> None:
        reason = only(why("x -p1- [V] -p2- b", "p2").leave_open)
        assert reason.code == "no_source"

    def test_203_beyond_was_dry_already_behind_a_closed_valve(self) -> None:
        found = why("(S) -p1- [V] -p2> a -p3- [B] -p4- [X!] -p5- (T)", "p3", closed=["V"])
        reasons = {each.valve: each.code for each in found.leave_open}
        assert reasons["B"] == "dry_before"

    def test_204_an_inactive_source_beyond_is_no_lack_of_a_source(self) -> None:
        found = why("(S) -p1- [V] -p2- [W] -p3- (T)", "p2", inactive_sources=["T", "S"])
        assert {each.code for each in found.leave_open} == {"dry_before"}

    def test_205_a_junction_valve_is_looked_through(self) -> None:
        found = why("(S) -p1- [V] -p2- [W] -p3- b\n[W] -p4- c", "p2")
        assert only(found.leave_open).beyond == ("p3", "p4")

    def test_206_beyond_a_pump_is_named_by_the_pump_though_nothing_comes_back(self) -> None:
        reason = only(why("(S) -p1- [V] -p2-W| a -pump> b -p3- c", "p2").leave_open)
        assert (reason.code, reason.beyond) == ("fed_through_zone", ("pump",))


class Test3xxClosedAlready:
    def test_301_what_it_holds_back(self) -> None:
        reason = only(why("(S) -p1- [V] -p2- [X!] -p3- (T)", "p2").already_closed)
        assert reason.code == "holds_back"
        assert in_words(reason.way) == "T p3 X p2"

    def test_302_nothing_where_all_comes_through_the_zone(self) -> None:
        found = why("(S) -p1- [V] -p2- a -p3- [X!] -p4- b -p5- [W] -p6- a", "p2")
        assert only(found.already_closed).code == "fed_through_zone"
        assert only(found.leave_open).code == "fed_through_zone"

    def test_303_nothing_where_no_water_ever_was(self) -> None:
        reason = only(why("(S) -p1- [V] -p2- [X!] -p3- b", "p2").already_closed)
        assert reason.code == "dry_before"


class Test4xxCustomers:
    def test_401_in_the_zone(self) -> None:
        found = group(why("(S) -p1- [V] -p2- a -p3- b", "p2"), "in_zone")
        assert found.customers == ("c.p2", "c.p3")
        assert found.persons == 2
        assert found.through == ()

    def test_402_in_the_zone_because_of_a_stuck_valve(self) -> None:
        found = why("(S) -p1- [V] -p2- [W?] -p3- b", "p3")
        assert {each.through: each.customers for each in found.customers} == {
            (): ("c.p3",),
            ("W",): ("c.p2",),
        }

    def test_403_cut_off_through_the_zone(self) -> None:
        found = group(why("(S) -p1- [V] -p2- [W] -p3- b", "p2"), "cut_off")
        assert found.customers == ("c.p3",)
        assert found.from_zone
        assert (found.shut_valves, found.holding) == ((), ())

    def test_404_cut_off_between_the_zone_and_a_valve_that_was_closed(self) -> None:
        found = group(why("(S) -p1- [V] -p2- [W] -p3- [X!] -p4- (T)", "p2"), "cut_off")
        assert found.from_zone
        assert (found.shut_valves, found.holding) == (("X",), ("X",))

    def test_405_cut_off_by_a_valve_of_the_plan_alone(self) -> None:
        found = group(why("(S) -p1- [V] -p2- a\n[V] -p3- b", "p2"), "cut_off")
        assert found.customers == ("c.p3",)
        assert not found.from_zone
        assert found.shut_valves == ("V",)
        assert found.holding == ("V",)

    def test_406_two_parts_are_two_reasons(self) -> None:
        found = why("(S) -p1- [V] -p2- [A] -p3- x\n[V] -p4- y", "p2")
        parts = {
            each.customers: each.from_zone for each in found.customers if each.code != "in_zone"
        }
        assert parts == {("c.p3",): True, ("c.p4",): False}

    def test_407_a_part_with_an_open_valve_inside_is_one(self) -> None:
        found = group(why("(S) -p1- [V] -p2- [W] -p3- [B] -p4- b", "p2"), "cut_off")
        assert found.customers == ("c.p3", "c.p4")

    def test_408_dry_before(self) -> None:
        found = why("(S) -p1- [V] -p2- a\nb -p3- c", "p3")
        assert group(found, "dry_before").customers == ("c.p3",)

    def test_409_two_closed_valves_in_a_row_within_a_part_are_no_border(self) -> None:
        drawn = sketch("(S) -p1- [V] -p2- [W] -p3- a -p4- b -p5- a")
        drawn.valve("X", junction="a", pipe="p4", closed=True)
        drawn.valve("Y", junction="a", pipe="p4", closed=True)
        found = group(why(drawn, "p2"), "cut_off")
        assert found.customers == ("c.p3", "c.p4", "c.p5")
        assert found.shut_valves == ()


class Test5xxSources:
    def test_501_a_source_in_the_zone_has_its_way(self) -> None:
        found = why("(S) -p1- a -p2- [V] -p3- b", "p2")
        (reason,) = found.sources
        assert reason.source == "S"
        assert in_words(reason.way) == "S p1+p2"

    def test_502_the_other_side_s_source_still_comes_over_its_valve(self) -> None:
        found = why("(S) -p1- [V] -p2- (T)", "p1")
        assert in_words(only(found.close).way) == "T p2 V p1"


class Test6xxOneCustomer:
    TOWN = "(S) -p1- [V] -p2- [W] -p3- b\n(S) -p4- c -p5- [X!] -p6- b\nq -p7- r"

    def test_601_the_path_that_feeds_him(self) -> None:
        reason = why_customer(self.TOWN, "c.p5", "p2")
        assert reason.code == "supplied"
        assert in_words(reason.way) == "S p4+p5"

    def test_602_in_the_zone(self) -> None:
        assert why_customer(self.TOWN, "c.p2", "p2").code == "in_zone"

    def test_603_cut_off_and_by_what(self) -> None:
        reason = why_customer(self.TOWN, "c.p3", "p2")
        assert reason.code == "cut_off"
        assert reason.group.shut_valves == ("X",)
        assert reason.group.customers == ("c.p3", "c.p6")

    def test_604_dry_before(self) -> None:
        assert why_customer(self.TOWN, "c.p7", "p2").code == "dry_before"

    def test_605_an_unknown_customer_is_named(self) -> None:
        with pytest.raises(UnknownAsset, match=r"unknown customer: c\.p9"):
            why_customer(self.TOWN, "c.p9", "p2")
