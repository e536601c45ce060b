"""Where the burst is: by hand on drawn networks, and on towns whose pressures EPANET reckons."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely

from network.topology.argument.burst_rates import Rates
from network.topology.argument.locate import Around, Kind, Report, Suspect, Whereabouts, locate
from network.topology.argument.locate.falls import Falls
from network.topology.argument.locate.holes import Holes
from network.topology.argument.mains import Mains, mains_of
from network.topology.elements import TopologyError, UnknownAsset
from tests.drawing import Sketch, sketch
from tests.oracles.burst_towns import (
    ROUGHNESS,
    WORKS_BORE_MM,
    WORKS_HEAD_M,
    WORKS_M,
    BurstTown,
    pressures,
    towns,
)

LENGTH_M = 100.0
# Of the 16 towns tried here; docs/where-is-the-burst.md has a hundred.
PLACES, STRETCHES, NEAR = 5, 4, 4


HOUSEHOLDS = 30.0


def laid(drawn: Sketch) -> Mains:
    tables = drawn.tables()
    closed = [row[0] for row in drawn.valves if row[6]]
    return mains_of(tables, dict.fromkeys(tables.pipes.ids, LENGTH_M), closed=closed)


def around(
    drawn: Sketch, rates: dict[str, float] | None = None, bores: dict[str, float] | None = None
) -> Around:
    mains = laid(drawn)
    of_pipes = np.array([(rates or {}).get(each, 1.0) for each in mains.pipe_ids])
    wide = np.array([(bores or {}).get(each[0], np.nan) for each in mains.pipe_ids])
    return Around(
        mains,
        bores_mm=wide[mains.pipes],
        households=np.full(len(mains.pipes), HOUSEHOLDS),
        rates=of_pipes[mains.pipes],
    )


def ask(
    drawn: Sketch, *reports: Report, rates: dict[str, float] | None = None, most: int = 10
) -> list[Suspect]:
    return list(locate(around(drawn, rates), reports, most=most).pipes)


def no_water(*pipes: str) -> list[Report]:
    return [Report(f"r.{pipe}", Kind.NO_WATER, pipe) for pipe in pipes]


class TestDrawn:
    # A main from S with two branches, each behind a valve.
    TREE = "(S) -p1- a -p2- b -p3- c\na -q1/V/- d -q2- e -q3- f\nb -t1/W/- g -t2- h"

    def test_a_leak_seen_is_the_pipe_it_is_seen_on(self) -> None:
        found = ask(sketch(self.TREE), Report("r1", Kind.LEAK_SEEN, "q2"))
        assert found[0].pipe == "q2"
        assert found[0].explains == ("r1",)

    def test_no_water_on_a_branch_points_to_the_branch(self) -> None:
        found = ask(sketch(self.TREE), *no_water("q2", "q3"))
        assert {each.pipe for each in found[:3]} == {"q1", "q2", "q3"}
        assert found[0].explains == ("r.q2", "r.q3")

    def test_no_water_on_both_branches_points_to_what_feeds_both(self) -> None:
        """A thin branch that bursts is hardly felt on the main, or by who hangs on it."""
        part = around(sketch(self.TREE), bores={"p": 300.0, "q": 100.0, "t": 100.0})
        found = locate(part, no_water("q3", "t2")).pipes
        shares = {each.pipe: each.share for each in found}
        assert {each.pipe for each in found[:3]} == {"p1", "p2", "p3"}
        assert shares["p1"] + shares["p2"] > shares["q2"] + shares["q3"] + shares["t2"]
        assert set(found[0].explains) == {"r.q3", "r.t2"}

    def test_who_has_water_clears_the_pipes_that_feed_him(self) -> None:
        line = sketch("(S) -p1- [V] -p2- [W] -p3- [X] -p4- z")
        without = {each.pipe: each.share for each in ask(line, *no_water("p4"))}
        fine = [Report(f"fine{n}", Kind.HAS_WATER, "p1", n / 4) for n in (1, 2, 3)]
        found = ask(line, *no_water("p4"), *fine)
        assert found[0].pipe == "p4"
        upstream = next(each for each in found if each.pipe == "p1")
        assert upstream.explains == ("r.p4",)
        assert upstream.share < 0.7 * without["p1"]
        first = next(each for each in found if each.pipe == "p4")
        assert first.leaves_open == ("fine1", "fine2", "fine3")

    def test_a_closed_valve_keeps_the_far_side_out(self) -> None:
        drawn = sketch("(S) -p1- a -p2- b -p3/V!/- c -p4- d -p5- (T)")
        found = ask(drawn, *no_water("p2"), Report("r9", Kind.LOW_PRESSURE, "p2", 0.9))
        places = [each.pipe for each in found]
        assert places[0] in {"p1", "p2"}
        assert places.index("p4") > 2

    def test_equal_pipes_stand_in_the_order_of_their_ids(self) -> None:
        drawn = sketch("(S) -m- a -y- b\na -x- b\nb -n- c")
        found = [each.pipe for each in ask(drawn, *no_water("n"))]
        assert found.index("x") + 1 == found.index("y")
        assert found == [each.pipe for each in ask(drawn, *no_water("n"))]

    def test_older_reports_count_less(self) -> None:
        noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
        old = Report("old", Kind.LEAK_SEEN, "q3", at=noon - timedelta(days=3))
        new = Report("new", Kind.LEAK_SEEN, "t2", at=noon)
        assert ask(sketch(self.TREE), old, new)[0].pipe == "t2"

    def test_what_is_known_of_pipes_counts(self) -> None:
        drawn = sketch("(S) -m- a -y- b\na -x- b\nb -n- c")
        found = ask(drawn, *no_water("n"), rates={"y": 5.0})
        places = [each.pipe for each in found]
        assert places.index("y") < places.index("x")

    def test_shares_sum_to_one(self) -> None:
        found = ask(sketch(self.TREE), *no_water("q2"), most=100)
        assert sum(each.share for each in found) == pytest.approx(1.0)

    def test_no_report_and_an_unknown_pipe_are_refused(self) -> None:
        with pytest.raises(TopologyError):
            ask(sketch(self.TREE))
        with pytest.raises(UnknownAsset):
            ask(sketch(self.TREE), *no_water("nothing"))


class TestFalls:
    def test_falls_on_a_line_by_hand(self) -> None:
        """Four pipes of 100 m in a row. A burst in the middle of the third is 250 m from S.

        Up to it heads fall in proportion to the way; beyond it as much as at the burst.
        """
        mains = laid(sketch("(S) -p1- a -p2- b -p3- c -p4- d"))
        falls = Falls(mains, np.full(4, np.nan))
        felt = falls.middles(np.array([2]), np.arange(4))[0]
        assert felt == pytest.approx([0.2, 0.6, 1.0, 1.0], abs=1e-4)
        assert falls.at(1, 1.0, np.array([2]))[0] == pytest.approx(0.8, abs=1e-4)
        assert falls.at(2, 0.25, np.array([2]))[0] == pytest.approx(0.9, abs=1e-4)

    def test_two_equal_ways_share_the_loss(self) -> None:
        mains = laid(sketch("(S) -x- a\n(S) -y- a\na -n- b -m- c"))
        felt = Falls(mains, np.full(4, np.nan)).middles(np.array([2]), np.arange(4))[0]
        # 50 m of one pipe to a (two side by side), 50 m more to the burst.
        assert felt == pytest.approx([0.25, 0.25, 1.0, 1.0], abs=1e-4)

    def test_a_wide_main_loses_little_to_a_thin_branch(self) -> None:
        mains = laid(sketch("(S) -m- a -n- b\na -q- c"))
        bores = np.array([400.0, 400.0, 100.0])
        falls = Falls(mains, bores)
        branch = falls.middles(np.array([2]), np.arange(3))[0]
        main = falls.middles(np.array([1]), np.arange(3))[0]
        assert branch[1] < 0.06
        assert main[2] > 0.6

    def test_where_no_source_is_nothing_falls_and_what_leads_out_holds(self) -> None:
        mains = laid(sketch("(S) -p1- a\nb -q1- c -q2- d"))
        number = {each: nth for nth, each in enumerate(mains.pipe_ids)}
        bursts, places = np.array([number["q2"]]), np.array([number["q1"]])
        assert Falls(mains, np.full(3, np.nan)).middles(bursts, places)[0, 0] == 0.0
        out = int(mains.us[number["q1"]])
        assert Falls(mains, np.full(3, np.nan), (out,)).middles(bursts, places)[0, 0] > 0.3


class TestHoles:
    LINE = "(S) -p1- a -p2- b -p3- c -p4- d"

    def test_falls_on_a_line_are_those_of_a_first_look(self) -> None:
        """Where there is one way only, the law of losses changes no share."""
        mains = laid(sketch(self.LINE))
        holes = Holes(Falls(mains, np.full(4, np.nan)), np.array([2]))
        # From S to the burst 250 m; on its own piece the mean of the ends and the burst.
        assert holes.middles(np.arange(4))[0] == pytest.approx(
            [0.2, 0.6, 0.9 + 0.05, 1.0], abs=0.01
        )
        assert holes.at(1, 1.0)[0] == pytest.approx(0.8, abs=0.01)
        assert holes.at(2, 0.25)[0] == pytest.approx(0.9, abs=0.01)

    def test_one_of_two_unequal_ways_by_hand(self) -> None:
        """Ways of DN150 and DN100 to a share the flow as K^(-1/1.852); then 50 m to the burst."""
        mains = laid(sketch("(S) -x- a\n(S) -y- a\na -n- b"))
        holes = Holes(Falls(mains, np.array([150.0, 100.0, 150.0])), np.array([2]))
        of_x, of_y = holes.resistance[:2]
        beside = (of_x ** (-1 / 1.852) + of_y ** (-1 / 1.852)) ** -1.852
        nodes, own = holes.unit
        assert own[0] == pytest.approx(beside + holes.resistance[2] / 2, rel=0.01)
        ends = nodes[0, [mains.us[2], mains.vs[2]]]
        # a falls by the ways' loss; in b, behind the burst, the water stands at the burst's head.
        assert sorted(ends) == pytest.approx([beside, own[0]], rel=0.01)

    def test_what_runs_out_makes_the_fall(self) -> None:
        mains = laid(sketch(self.LINE))
        holes = Holes(Falls(mains, np.full(4, np.nan)), np.array([0, 3]))
        heads = np.array([30.0, 30.0])
        for hole in (0.05, 0.4, 1.0):
            fall = holes.at_the_burst(heads, hole)
            flow = 0.6 * hole * np.pi / 4 * 0.15**2 * np.sqrt(2 * 9.81 * (heads - fall))
            assert fall == pytest.approx(holes.unit[1] * flow**1.852, rel=1e-3)
            assert fall[0] < fall[1] < 30.0  # the farther from the source, the more

    def test_epanet_finds_the_same_falls(self) -> None:
        """A made town of which nobody draws anything, with a hole in a street."""
        pytest.importorskip("wntr")
        town = next(towns(1, seed=11, side=6))
        part = seen_by_us(town)
        still = [replace(street, households=0) for street in town.streets]
        pieces = [int(np.flatnonzero(part.mains.pipes == nth)[0]) for nth in range(len(still))]
        level = np.zeros(len(town.places))
        found = pressures(town.places, level, still, town.sources, town.burst, 0.3)
        assert found is not None
        holes = Holes(Falls(part.mains, part.bores_mm), np.array([pieces[town.burst]]), ROUGHNESS)
        fall = holes.at_the_burst(np.array([WORKS_HEAD_M]), 0.3)[0]
        nodes, own = holes.unit
        for nth, street in enumerate(still):
            one, other = part.mains.us[pieces[nth]], part.mains.vs[pieces[nth]]
            for end, node in zip(street.ends, (one, other), strict=True):
                felt = nodes[0, node] / own[0] * fall
                assert felt == pytest.approx(WORKS_HEAD_M - found[end], abs=0.1)


class TestHeights:
    """Two streets side by side, one of them up the hill."""

    TWO = "(S) -m- a\na -h1- b -h2- c\na -v1- d -v2- e"

    def told(self, up_m: float, level_m: float | None) -> dict[str, float]:
        drawn = sketch(self.TWO)
        flat = around(drawn)
        heights = np.zeros(flat.mains.node_count)
        for nth, piece in enumerate(flat.mains.pipes.tolist()):
            if flat.mains.pipe_ids[piece][0] == "h":
                heights[flat.mains.vs[nth]] = up_m
        part = replace(flat, heights_m=heights, level_m=level_m)
        return {each.pipe: each.share for each in locate(part, no_water("h2", "h1")).pipes}

    def test_calls_from_the_hill_alone_may_come_from_anywhere_below(self) -> None:
        """Up there a small fall is felt first, so the main and the valley may have burst, too."""
        level, hill = self.told(0.0, 30.0), self.told(12.0, 30.0)
        assert hill["m"] + hill["v1"] + hill["v2"] > 1.2 * (level["m"] + level["v1"] + level["v2"])

    def test_without_a_level_the_mean_household_has_the_usual_head(self) -> None:
        drawn = sketch(self.TWO)
        part = replace(around(drawn), heights_m=np.arange(6.0) * 2)
        mains, heads = part.mains, part.heads_m(24.0)
        assert ((heads[mains.us] + heads[mains.vs]) / 2).mean() == pytest.approx(24.0)
        assert np.ptp(heads) == pytest.approx(10.0)

    def test_a_level_that_cannot_be_is_not_believed(self) -> None:
        """Behind a pressure-reducing valve the source's own level says nothing."""
        part = replace(around(sketch(self.TWO)), heights_m=np.zeros(6), level_m=140.0)
        assert part.heads_m(24.0) == pytest.approx(np.full(6, 24.0))
        assert replace(part, level_m=31.0).heads_m(24.0) == pytest.approx(np.full(6, 31.0))

    def test_an_unknown_height_is_that_of_the_next_place(self) -> None:
        heights = np.array([0.0, np.nan, 4.0, 4.0, 4.0, np.nan])
        part = replace(around(sketch(self.TWO)), heights_m=heights, level_m=30.0)
        assert np.isfinite(part.heads_m(24.0)).all()


class TestSilence:
    STREETS = "(S) -m1- a -m2- b -m3- c\na -q1- d -q2- e\nb -t1- g -t2- h"

    def test_a_street_that_calls_alone_is_where_it_is(self) -> None:
        """With the trunk burst the other street would have called, too."""
        found = ask(sketch(self.STREETS), *no_water("q1", "q2"))
        assert found[0].pipe in {"q1", "q2"}

    def test_silence_where_nobody_lives_says_nothing(self) -> None:
        drawn = sketch(self.STREETS)
        heard = around(drawn)
        alone = heard.households.copy()
        alone[[name[0] in "tm" for name in np.array(heard.mains.pipe_ids)[heard.mains.pipes]]] = 0
        deserted = Around(heard.mains, heard.bores_mm, alone, heard.rates)

        def of_the_main(part: Around) -> float:
            told = locate(part, no_water("q1", "q2")).pipes
            return sum(each.share for each in told if each.pipe == "m1")

        assert of_the_main(deserted) > 1.5 * of_the_main(heard)


def test_stretches_are_what_lies_within_a_hundred_metres_and_share_nothing() -> None:
    found = locate(around(sketch("(S) -p1- a -p2- b -p3- c -p4- d -p5- e")), no_water("p4"))
    assert sum(len(each.pipes) for each in found.stretches) == 5
    first = found.stretches[0]
    assert first.middle[1] == 0.5
    assert first.pipes[0] == found.pipes[0].pipe
    assert len(first.pipes) in (2, 3)
    shares = [each.share for each in found.stretches]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("灰口铸铁", 40, 150), ("球墨铸铁", 40, 150)),
        (("PE", 40, 100), ("PE", 5, 100)),
        (("steel", None, 100), ("steel", None, 400)),
    ],
)
def test_brittle_old_and_thin_pipes_burst_more(one: tuple, other: tuple) -> None:
    assert Rates().of(*one) > 1.2 * Rates().of(*other)


def test_nothing_known_of_a_pipe_is_the_mean() -> None:
    assert Rates().of("", None, None) == 1.0


# -- towns whose pressures EPANET reckons --------------------------------------------


def seen_by_us(town: BurstTown) -> Around:
    """What a utility's records say of a town: heights and the level of the works, no flows."""
    drawn = Sketch()
    for street in town.streets:
        drawn.pipe(street.name, *(f"j{end}" for end in street.ends))
    for nth, node in enumerate(town.sources):
        drawn.pipe(f"works{nth}", f"w{nth}", f"j{node}")
        drawn.source(f"S{nth}", f"w{nth}")
    works = [pipe[0] for pipe in drawn.pipes[len(town.streets) :]]
    lengths = {street.name: street.length_m for street in town.streets}
    mains = mains_of(drawn.tables(), lengths | dict.fromkeys(works, WORKS_M), closed=())
    rates = Rates()
    count = len(works)
    heights = np.full(mains.node_count, np.nan)
    for nth, street in enumerate(town.streets):
        heights[[mains.us[nth], mains.vs[nth]]] = town.heights[list(street.ends)]
    return Around(
        mains,
        bores_mm=np.array([s.bore_mm for s in town.streets] + [WORKS_BORE_MM] * count, float),
        households=np.array([s.households for s in town.streets] + [0] * count, float),
        rates=np.array(
            [rates.of(s.material, 2026 - s.year, s.bore_mm) for s in town.streets] + [1e-6] * count
        ),
        lines=[
            *(shapely.LineString(town.places[list(s.ends)]) for s in town.streets),
            *(shapely.LineString([town.places[n] - 2_000, town.places[n]]) for n in town.sources),
        ],
        heights_m=heights,
        level_m=WORKS_HEAD_M,
    )


def found_in(town: BurstTown) -> tuple[int, int, float]:
    """At which place the pipe stands, in which stretch, and metres from where listening begins."""
    part = seen_by_us(town)
    reports = [
        Report(f"r{n:02}", Kind(c.says), town.streets[c.street].name, c.fraction, at_m=c.point)
        for n, c in enumerate(town.calls)
    ]
    found: Whereabouts = locate(part, reports, most=20, most_stretches=5)
    burst = town.streets[town.burst].name
    pipes = [each.pipe for each in found.pipes]
    inside = [burst in each.pipes for each in found.stretches]
    begin, fraction = found.stretches[0].middle
    begins = part.lines[part.number[begin]].interpolate(fraction, normalized=True)
    return (
        pipes.index(burst) + 1 if burst in pipes else 99,
        inside.index(True) + 1 if True in inside else 99,
        float(begins.distance(shapely.Point(town.middle(town.burst)))),
    )


def hits(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pytest.importorskip("wntr")
    places, stretches, metres = zip(*map(found_in, towns(count, seed)), strict=True)
    return np.array(places), np.array(stretches), np.array(metres)


def test_the_pipe_that_burst_is_among_the_first_named() -> None:
    """Part of what docs/where-is-the-burst.md tells of a hundred towns, with room for chance."""
    places, stretches, metres = hits(16, seed=77)
    assert (places <= 10).sum() >= PLACES
    assert (stretches <= 3).sum() >= STRETCHES
    assert (metres <= 100).sum() >= NEAR
