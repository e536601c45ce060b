"""The order of closing and reopening on networks known by hand."""

import random
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
import pytest

from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, isolate
from network.topology.engine.states import NetworkState
from network.topology.order.closing import closing
from network.topology.order.reopening import ReopeningOrder, reopening
from network.topology.order.steps import Step
from network.topology.order.summits import summits
from network.topology.order.zone import Zone, ZoneRows
from tests.drawing import draw

# A main from S, a loop over two valves, a dead end behind the burst:
#
#   (S) --V1-- b ==burst== c --V2-- d --V4-- (S)        c ----- e   (dead end)
TOWN = """
(S) -p1-V1| b -p3- c |V2-p5- d -p6- (T)
c -p4- e
"""


@dataclass
class Asked:
    """A drawing, asked for one burst, with what is known besides."""

    drawing: str
    burst: str
    bores: dict[str, float] = field(default_factory=dict)
    heights: dict[str, float] = field(default_factory=dict)
    fittings: dict[str, str] = field(default_factory=dict)
    mains: dict[str, float] = field(default_factory=dict)
    state: NetworkState = field(default_factory=NetworkState)

    def __post_init__(self) -> None:
        self.tables = draw(self.drawing)
        self.answer = isolate(build(self.tables), [Burst(self.burst)], self.state)
        shut = {*self.answer.valves_to_close, *self.answer.valves_already_closed}
        left_open = {*self.answer.boundary_valves} - {*self.answer.valves_to_close}
        pipes = self.tables.pipes.ids
        rows = ZoneRows(
            self.tables,
            lengths_m=dict.fromkeys(map(str, pipes), 100.0),
            bores_mm=self.mains,
            heights_m=self.heights,
            valve_bores_mm=self.bores,
            fittings=self.fittings,
        )
        self.zone = Zone(rows, [Burst(self.burst)], shut, left_open)

    def closing(self, **more: Any) -> tuple[Step, ...]:
        return closing(self.zone, self.answer.valves_to_close, **more)

    def reopening(self, **more: Any) -> ReopeningOrder:
        dry = self.answer.pipes_dry
        return reopening(self.zone, self.answer.valves_to_close, dry=dry, **more)


def told(steps: tuple[Step, ...]) -> list[str]:
    return [f"{step.action} {step.asset}" for step in steps]


def why(steps: tuple[Step, ...], asset: str, action: str = "") -> list[str]:
    found = next(s for s in steps if s.asset == asset and action in ("", s.action))
    return [reason.code for reason in found.reasons]


# -- 1xx: closing -----------------------------------------------------------------


def test_101_the_largest_main_is_shut_first_and_the_smallest_valve_last() -> None:
    drawing = """
    (S) -p1-V1| b -p3- c |V2-p5- (T)
    b |V3-p6- (U)
    """
    asked = Asked(drawing, "p3", bores={"V1": 150, "V2": 400, "V3": 200})
    steps = asked.closing()
    assert told(steps)[:3] == ["close V2", "close V3", "close V1"]
    assert why(steps, "V2") == ["large_main_first"]
    assert why(steps, "V1") == ["smallest_last"]


def test_102_small_valves_lie_in_the_order_of_the_way() -> None:
    drawing = """
    (S) -p1-V1| a -p2- b -p3- c -p4- d |V4-p8- (T)
    b |V2-p5- (U)
    c |V3-p6- (W)
    """
    steps = Asked(drawing, "p3").closing()
    way = [step.asset for step in steps if step.action == "close"]
    assert way in (["V1", "V2", "V3", "V4"], ["V4", "V3", "V2", "V1"])
    assert [step.leg_m for step in steps[1:4]] == [100.0, 100.0, 100.0]


def test_103_what_is_shut_already_comes_first_and_the_way_goes_on_from_there() -> None:
    drawing = """
    (S) -p1-V1| a -p2- b -p3- c |V4-p8- (T)
    b |V2-p5- (U)
    """
    steps = Asked(drawing, "p3").closing(done=["V4"])
    assert told(steps)[:3] == ["close V4", "close V2", "close V1"]


def test_104_the_lowest_outlet_shows_whether_the_zone_is_dry() -> None:
    heights = {"b": 31.0, "c": 28.0, "e": 26.5}
    steps = Asked(TOWN, "p3", heights=heights).closing()
    assert told(steps)[-1] == "drain h.e"
    assert why(steps, "h.e") == ["is_it_dry", "lowest"]
    assert steps[-1].reasons[1].facts == {"height_m": 26.5}


def test_105_without_heights_the_outlet_nearest_to_the_burst_does_and_says_so() -> None:
    steps = Asked(TOWN, "p3").closing()
    assert told(steps)[-1] == "drain h.b"
    assert why(steps, "h.b") == ["is_it_dry", "nearest_burst"]


def test_106_valves_that_feed_are_opened_when_all_others_are_shut() -> None:
    steps = Asked(TOWN, "p3").closing(feed=["V9"])
    assert told(steps)[-1] == "feed V9"


def test_107_a_zone_without_outlets_has_nothing_to_drain_by() -> None:
    asked = Asked(TOWN, "p3")
    bare = ZoneRows(asked.zone.rows.tables.as_text())
    object.__setattr__(bare.tables, "hydrants", type(bare.tables.hydrants)())
    zone = Zone(bare, [Burst("p3")], asked.zone.shut)
    assert told(closing(zone, ["V1", "V2"])) == ["close V1", "close V2"]
    assert "no_outlet" in [r.code for s in reopening(zone, ["V1", "V2"]).steps for r in s.reasons]


# -- 2xx: reopening ---------------------------------------------------------------


def test_201_fill_by_the_small_valve_air_out_at_the_top_flush_then_the_rest() -> None:
    asked = Asked(
        TOWN,
        "p3",
        bores={"V1": 300, "V2": 100},
        heights={"b": 31.0, "c": 28.0, "e": 26.5},
        mains={"p3": 300, "p4": 100},
    )
    steps = asked.reopening().steps
    assert told(steps) == [
        "vent h.b",
        "open V2",
        "open V1",
        "flush h.e",
        "flush h.b",
    ] or told(steps) == ["vent h.b", "open V2", "open V1", "flush h.b", "flush h.e"]
    assert why(steps, "V2") == ["fill_slowly", "smallest_bore"]
    assert steps[1].slow
    assert why(steps, "V1") == ["enough_to_flush"]
    assert why(steps, "h.b", "vent") == ["lets_air_out", "highest"]
    assert why(steps, "h.e", "flush") == ["until_clear", "dead_end"]


def test_202_without_heights_air_leaves_at_the_end_that_fills_last() -> None:
    steps = Asked(TOWN, "p3", bores={"V1": 100, "V2": 200}).reopening().steps
    assert told(steps)[:2] == ["vent h.e", "open V1"]
    assert why(steps, "h.e", "vent") == ["lets_air_out", "filled_last"]


def test_203_water_is_not_let_in_against_a_check_valve() -> None:
    """V1 fills b and, over the check valve, c; V2 beyond it could fill c alone."""
    drawing = "(S) -p1-V1| b -p3> c -p4- d |V2-p5- (T)"
    asked = Asked(drawing, "p4", bores={"V1": 300, "V2": 80})
    steps = asked.reopening().steps
    assert [s.asset for s in steps if s.slow] == ["V1"]
    assert "fills_all" in why(steps, "V1") or "smallest_bore" in why(steps, "V1")


def test_204_what_no_single_valve_fills_is_filled_part_by_part_each_with_its_air() -> None:
    drawing = "(S) -p1-V1| a -p2> b -p3- c <p4- d |V2-p5- (T)"
    steps = Asked(drawing, "p3").reopening().steps
    assert [s.asset for s in steps if s.slow] == ["V1", "V2"]
    actions = [step.action for step in steps]
    assert actions[:4] == ["vent", "open", "vent", "open"]
    assert "fills_a_part" in why(steps, "V1")


def test_205_what_was_shut_before_is_named_and_not_opened() -> None:
    drawing = """
    (S) -p1-V1| b -p3- c |V2-p5- (T)
    b |V7!-p6- (U)
    """
    found = Asked(drawing, "p3").reopening(feed=["V9"])
    assert found.leave_shut == ("V7",)
    assert "open V7" not in told(found.steps)
    assert told(found.steps)[-1] == "shut V9"


def test_206_a_valve_that_somebody_else_needs_shut_fills_nothing() -> None:
    steps = Asked(TOWN, "p3", bores={"V1": 100, "V2": 200}).reopening(held=["V1"]).steps
    assert [s.asset for s in steps if s.slow] == ["V2"]
    assert told(steps)[-1] == "open V1"


def test_207_a_washout_drains_before_a_hydrant_and_an_air_valve_is_where_air_leaves() -> None:
    asked = Asked(TOWN, "p3")
    tables = asked.zone.rows.tables.as_text()
    valves = tables.valves
    for name, junction in (("W1", "e"), ("A1", "b")):
        for column, value in (
            (valves.ids, name),
            (valves.junctions, junction),
            (valves.pipes, ""),
            (valves.fractions, float("nan")),
            (valves.isolates, False),
            (valves.flow_to, ""),
            (valves.closed, False),
            (valves.operable, True),
        ):
            column.append(value)  # type: ignore[attr-defined]
    rows = ZoneRows(
        tables,
        lengths_m={"p3": 100.0, "p4": 100.0},
        heights_m={"b": 31.0, "c": 28.0, "e": 26.5},
        fittings={"W1": "washout", "A1": "air"},
    )
    zone = Zone(rows, [Burst("p3")], ["V1", "V2"])
    drain = closing(zone, ["V1", "V2"])[-1]
    assert (drain.asset, drain.kind) == ("W1", "washout")
    vent = reopening(zone, ["V1", "V2"]).steps[0]
    assert vent.asset in ("A1", "h.b")
    assert all(step.kind != "air" for step in reopening(zone, ["V1", "V2"]).steps[1:])


def test_208_a_part_cut_off_behind_the_zone_lets_its_air_out_and_is_flushed_after_it() -> None:
    """W needs no closing: c to e empty with the zone, and get its dirty water when it fills."""
    drawing = """
    (S) -p1-V1| a -p2- b |W-p3- c -p4- e
    c -p5- d
    """
    heights = {"a": 10.0, "b": 12.0, "c": 15.0, "d": 30.0, "e": 11.0}
    asked = Asked(drawing, "p2", heights=heights)
    assert asked.answer.valves_to_close == ("V1",)
    steps = asked.reopening().steps
    assert told(steps) == ["vent h.b", "vent h.d", "open V1", "flush h.b", "flush h.e"]
    assert why(steps, "h.b", "vent") == ["lets_air_out", "highest"]
    assert why(steps, "h.d") == ["lets_air_out", "highest", "empty_too"]
    assert why(steps, "h.e") == ["zone_s_water"]


def test_209_a_part_behind_a_valve_of_the_plan_lets_its_air_out_before_that_valve() -> None:
    """B cuts three mains: u fills by it, with clean water, when the zone is flushed."""
    drawing = """
    (S) -p1-A1| a -m1- [B] -u- c
    (S) -q1- d -m2- [B]
    """
    asked = Asked(drawing, "m1", bores={"A1": 80, "B": 200})
    assert asked.answer.valves_to_close == ("A1", "B")
    steps = asked.reopening().steps
    assert told(steps) == ["vent h.a", "open A1", "flush h.a", "vent h.c", "open B"]
    assert why(steps, "h.c") == ["lets_air_out", "filled_last", "empty_too"]


def test_210_what_a_check_valve_lets_out_of_the_zone_is_empty_too_unless_somebody_feeds_it() -> (
    None
):
    alone = Asked("(S) -p0-V0| z -p1- a -p2> b -p3- c", "p1")
    assert "vent h.c" in told(alone.reopening().steps)
    fed = Asked("(S) -p0-V0| z -p1- a -p2> b -p3- c -p4- (T)", "p1")
    assert not {"h.b", "h.c"} & {step.asset for step in fed.reopening().steps}


# -- 3xx: summits -----------------------------------------------------------------

# A line over two hills and a branch: every junction has a hydrant of its name.
HILLS = """
(S) -p1-V1| b -p2- c -p3- d -p4- e -p5- f
d -p6- g
"""


def test_301_air_is_let_out_at_each_summit_the_highest_first() -> None:
    heights = {"b": 30.0, "c": 24.0, "d": 27.0, "e": 22.0, "f": 26.0, "g": 27.5}
    steps = Asked(HILLS, "p3", heights=heights).reopening().steps
    vents = [step.asset for step in steps if step.action == "vent"]
    assert vents == ["h.b", "h.g", "h.f"]
    assert told(steps).index("open V1") == 3
    assert why(steps, "h.g", "vent") == ["lets_air_out", "summit"]
    assert steps[1].reasons[1].facts == {"height_m": 27.5, "stands_out_m": 3.5}
    assert steps[2].reasons[1].facts == {"height_m": 26.0, "stands_out_m": 4.0}


def test_302_a_small_rise_is_no_summit_and_what_is_not_known_bars_nothing() -> None:
    rise = {"b": 30.0, "c": 26.5, "d": 27.0, "e": 26.0, "f": 27.0, "g": 26.0}
    steps = Asked(HILLS, "p3", heights=rise).reopening().steps
    assert [step.asset for step in steps if step.action == "vent"] == ["h.b"]
    # Nothing is known of e: whether f stands alone is not known either.
    known = {"b": 30.0, "c": 29.0, "d": 27.0, "f": 29.5}
    steps = Asked(HILLS, "p3", heights=known).reopening().steps
    assert [step.asset for step in steps if step.action == "vent"] == ["h.b", "h.f"]
    known["d"] = 29.0
    steps = Asked(HILLS, "p3", heights=known).reopening().steps
    assert [step.asset for step in steps if step.action == "vent"] == ["h.b"]


def test_303_summits_are_those_that_every_way_to_a_higher_place_says() -> None:
    """Against brute force: all simple ways from each junction to each higher one."""
    grid = """
    (S) -m-V1| a -p1- b -p2- c
    d -p3- e -p4- f
    a -p5- d
    b -p6- e
    c -p7- f -p8- g
    """
    drawn = random.Random(7)
    for _ in range(60):
        heights = dict(zip("abcdefg", map(float, drawn.sample(range(20, 60), 7)), strict=True))
        zone = Asked(grid, "p1", heights=heights).zone
        part = zone.filled_from(["V1"])
        found = {each.outlet.asset: each.stands_out_m for each in
                 summits(zone, part, zone.outlets)}  # fmt: skip
        assert found == pytest.approx(_by_all_ways(zone, part, heights))


def _by_all_ways(zone: Zone, part: frozenset[Any], heights: dict[str, float]) -> dict[str, float]:
    ways = zone.network.graph.to_undirected().subgraph(part)
    found = {}
    for name, top in heights.items():
        higher = [other for other, height in heights.items() if height > top]
        lowest = [
            min(heights[vertex[1]] for vertex in way if vertex[0] == "junction")
            for other in higher
            for way in nx.all_simple_paths(ways, ("junction", name, 0), ("junction", other, 0))
        ]
        if lowest and top - max(lowest) >= 2.0:
            found[f"h.{name}"] = top - max(lowest)
    return found
