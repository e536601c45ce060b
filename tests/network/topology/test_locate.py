"""Where the burst is: by hand on drawn networks, and on towns whose pressures are computed."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import factorized

from network.topology.argument.locate import Kind, Report, Suspect, locate
from network.topology.argument.mains import Mains, mains_of
from network.topology.elements import TopologyError, UnknownAsset
from network.topology.engine.build import build
from network.topology.engine.ready import make_ready
from network.topology.engine.states import NetworkState
from tests.drawing import Sketch, sketch

LENGTH_M = 100.0


def ask(drawn: Sketch, *reports: Report, **options: object) -> list[Suspect]:
    tables = drawn.tables()
    topology = build(tables)
    closed = [row[0] for row in drawn.valves if row[6]]
    mains = mains_of(tables, dict.fromkeys(tables.pipes.ids, LENGTH_M), closed=closed)
    ready = make_ready(topology, NetworkState())
    return locate(topology, ready, mains, reports, **options)


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
        found = ask(sketch(self.TREE), *no_water("q3", "t2"))
        assert found[0].pipe == "p1"
        assert set(found[0].explains) == {"r.q3", "r.t2"}

    def test_who_has_water_clears_the_pipes_that_feed_him(self) -> None:
        line = sketch("(S) -p1- [V] -p2- [W] -p3- [X] -p4- z")
        without = {each.pipe: each.share for each in ask(line, *no_water("p4"))}
        fine = Report("fine", Kind.HAS_WATER, "p2")
        found = ask(line, *no_water("p4"), fine)
        assert found[0].pipe == "p4"
        upstream = next(each for each in found if each.pipe == "p1")
        assert upstream.contradicts == ("fine",)
        assert upstream.explains == ("r.p4",)
        assert upstream.share < without["p1"]

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
        found = ask(drawn, *no_water("n"), pipe_rates={"y": 5.0})
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


class Hydraulics:
    """Heads in a network whose head loss grows with flow and length: one linear system.

    It knows nothing of the rules in `locate`: a burst draws water at a junction, and every
    junction's head falls by what the equations say.
    """

    def __init__(self, mains: Mains) -> None:
        count = mains.node_count
        flow = 1 / mains.lengths_m
        rows, columns = np.r_[mains.us, mains.vs], np.r_[mains.vs, mains.us]
        joined = coo_matrix((np.r_[flow, flow], (rows, columns)), shape=(count, count)).tocsr()
        at_source = np.zeros(count)
        at_source[mains.source_nodes] = 1e3
        degree = np.asarray(joined.sum(axis=1)).ravel()
        self._solve = factorized((diags(degree + at_source + 1e-12) - joined).tocsc())
        self._mains = mains

    def fall(self, piece: int) -> np.ndarray:
        """How far heads fall at each junction when a piece bursts in its middle; most is 1."""
        drawn = np.zeros(self._mains.node_count)
        drawn[[self._mains.us[piece], self._mains.vs[piece]]] = 0.5
        fall = self._solve(drawn)
        return fall / fall.max()


def random_town(rng: np.random.Generator, side: int = 9) -> Sketch:
    """Streets in a leaning grid with gaps, branches, valves at a third of pipe ends, two works."""
    drawn = Sketch()
    for row in range(side):
        for column in range(side):
            here = f"j{row}.{column}"
            for other in (f"j{row + 1}.{column}", f"j{row}.{column + 1}"):
                if str(side) not in other[1:].split(".") and rng.random() < 0.8:
                    drawn.pipe(f"p{len(drawn.pipes):03}", here, other)
            if rng.random() < 0.3:
                drawn.pipe(f"p{len(drawn.pipes):03}", here, f"end{row}.{column}")
    for name, start, _, _ in drawn.pipes:
        if rng.random() < 0.35:
            drawn.valve(f"v.{name}", junction=start, pipe=name)
    drawn.source("A", "j0.0")
    drawn.source("B", f"j{side - 1}.{side - 2}")
    return drawn


def reports_of(rng: np.random.Generator, mains: Mains, fall: np.ndarray) -> list[Report]:
    """Some people call: the more the head fell the likelier, and a few for other reasons."""
    found = []
    for piece in range(len(mains.pipes)):
        pipe = mains.pipe_ids[mains.pipes[piece]]
        share = float(fall[[mains.us[piece], mains.vs[piece]]].mean())
        kind = Kind.NO_WATER if share > 0.85 else Kind.LOW_PRESSURE
        if share > 0.55 and rng.random() < 0.5 * share:
            found.append(Report(f"r{piece}", kind, pipe))
        elif share < 0.1 and rng.random() < 0.05:
            found.append(Report(f"r{piece}", Kind.HAS_WATER, pipe))
        elif rng.random() < 0.01:
            found.append(Report(f"r{piece}", Kind.LOW_PRESSURE, pipe))
    return found


def ranks(towns: int, seed: int) -> list[int]:
    """At which place the pipe that had burst stands, in random towns with random callers."""
    rng = np.random.default_rng(seed)
    found: list[int] = []
    while len(found) < towns:
        tables = random_town(rng).tables()
        lengths = {each: float(rng.uniform(60, 180)) for each in tables.pipes.ids}
        mains, topology = mains_of(tables, lengths, closed=()), build(tables)
        ready = make_ready(topology, NetworkState())
        supply = mains.from_sources()
        fed = np.flatnonzero(np.isfinite(supply[mains.us]))
        burst = int(rng.choice(fed))
        reports = reports_of(rng, mains, Hydraulics(mains).fall(burst))
        if len(reports) < 3:
            continue
        suspects = locate(topology, ready, mains, reports, most=10_000)
        places = [each.pipe for each in suspects]
        found.append(places.index(mains.pipe_ids[mains.pipes[burst]]) + 1)
    return found


def test_the_pipe_that_burst_is_among_the_first_named() -> None:
    """In towns of about 150 pieces of pipe and 19 calls: nearly half the time in the first ten.

    Over 100 towns that no guess was tuned on (seeds 11 and 6): first in 6 %, among five in 38 %,
    ten in 46 %, twenty in 67 %. Chance would name it among the first ten in 7 %; who knew how
    the calls are drawn would have it among five in 98 %. Calls come from where heads fall by
    more than 55 % of the fall at the burst; with calls from farther off (30 %) it was among the
    first ten in a quarter of the towns, and for who knew how they are drawn in a half.
    """
    found = np.array(ranks(40, seed=11))
    assert (found <= 10).mean() >= 0.4
    assert (found <= 20).mean() >= 0.6
