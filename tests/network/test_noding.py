"""Ends are joined as the records say, and by snapping where they say nothing."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from network.topology.findings import Finding
from network.topology.noding import (
    NodedNetwork,
    RawNetwork,
    RawPipes,
    RawPoints,
    Tolerances,
    node_network,
    settle_directions,
)
from network.topology.noding.clusters import SnappingError, group_ends

Place = tuple[float, float]


def strings(values: list[str]) -> np.ndarray:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def pipes(*rows: tuple[str, list[Place], str, str]) -> RawPipes:
    lines = np.empty(len(rows), dtype=object)
    lines[:] = [shapely.LineString(row[1]) for row in rows]
    return RawPipes(
        strings([row[0] for row in rows]),
        lines,
        strings([row[2] for row in rows]),
        strings([row[3] for row in rows]),
        np.ones(len(rows), bool),
        np.zeros(len(rows), bool),
        np.zeros(len(rows), bool),
    )


def points(*rows: tuple[str, Place, str, str]) -> RawPoints:
    if not rows:
        return RawPoints.none()
    return RawPoints(
        strings([row[0] for row in rows]),
        np.asarray([row[1] for row in rows], dtype=float),
        strings([row[2] for row in rows]),
        strings([row[3] for row in rows]),
    )


def node(
    lines: RawPipes,
    nodes: RawPoints | None = None,
    snap_m: float = 0.5,
    **kinds: RawPoints,
) -> tuple[NodedNetwork, list[Finding]]:
    nothing = RawPoints.none()
    raw = RawNetwork(
        pipes=lines,
        nodes=nodes or nothing,
        **{
            name: kinds.get(name, nothing)
            for name in ("valves", "hydrants", "sources", "customers")
        },
    )
    return node_network(raw, Tolerances(snap_m))


def ends(network: NodedNetwork) -> list[tuple[str, str]]:
    names = network.junctions.ids
    return [
        (str(names[start]), str(names[end]))
        for start, end in zip(network.start, network.end, strict=True)
    ]


def codes(findings: list[Finding]) -> list[str]:
    return sorted(finding.code for finding in findings)


def place_of(network: NodedNetwork, kind: str, nth: int = 0) -> tuple[str, str, float]:
    places = getattr(network, kind)
    junction, pipe = int(places.junction[nth]), int(places.pipe[nth])
    return (
        "" if junction < 0 else str(network.junctions.ids[junction]),
        "" if pipe < 0 else str(network.pipes.ids[pipe]),
        float(places.fraction[nth]),
    )


# -- 1xx: ends ---------------------------------------------------------------------------------


def test_101_given_ids_win_over_the_drawing():
    network, findings = node(
        pipes(("a", [(0, 0), (10, 0)], "1", "2"), ("b", [(10, 0), (20, 0)], "3", "4")),
        points(*((str(n), (n * 10.0 - 10, 0.0), "", "") for n in range(1, 5))),
    )
    assert ends(network) == [("1", "2"), ("3", "4")]
    assert "pipe_end_far_from_node" in codes(findings)


def test_102_ends_within_the_tolerance_are_one_junction():
    network, findings = node(
        pipes(("a", [(0, 0), (10, 0)], "", ""), ("b", [(10.4, 0), (20, 0)], "", ""))
    )
    assert ends(network) == [("~1", "~2"), ("~2", "~3")]
    assert findings == []


def test_103_ends_beyond_the_tolerance_stay_apart():
    network, _ = node(pipes(("a", [(0, 0), (10, 0)], "", ""), ("b", [(10.6, 0), (20, 0)], "", "")))
    assert ends(network) == [("~1", "~2"), ("~3", "~4")]


def test_104_an_end_takes_the_nearest_node_first():
    network, _ = node(
        pipes(("a", [(0, 0), (10, 0)], "", ""), ("b", [(10.3, 0), (20, 0)], "", "")),
        points(("N", (9.8, 0.0), "", "")),
    )
    assert ends(network)[0][1] == "N"
    assert ends(network)[1][0] == "N", "an end near a snapped end joins it"


def test_105_a_chain_of_near_ends_does_not_run_away():
    rows = [(f"p{n}", [(n * 0.4, 0.0), (n * 0.4, 50.0 + 9 * n)], "", "") for n in range(8)]
    network, _ = node(pipes(*rows))
    starts = network.junctions.xy[network.start]
    assert len(set(network.start.tolist())) > 1
    drawn = np.asarray([[n * 0.4, 0.0] for n in range(8)])
    for junction in set(network.start.tolist()):
        mine = drawn[network.start == junction]
        assert np.ptp(mine[:, 0]) <= 1.0, starts


def test_106_a_pipe_shorter_than_the_tolerance_stays_a_pipe():
    network, _ = node(
        pipes(
            ("a", [(0, 0), (10, 0)], "", ""),
            ("short", [(10, 0), (10.3, 0)], "", ""),
            ("b", [(10.3, 0), (20, 0)], "", ""),
        )
    )
    assert ends(network) == [("~1", "~2"), ("~2", "~3"), ("~3", "~4")]


def test_107_a_short_stub_at_a_node_keeps_its_free_end():
    network, _ = node(
        pipes(("a", [(0, 0), (10, 0)], "A", "N"), ("stub", [(10, 0), (10.3, 0)], "", "")),
        points(("A", (0.0, 0.0), "", ""), ("N", (10.0, 0.0), "", "")),
    )
    start, end = ends(network)[1]
    assert start == "N"
    assert end != "N"


def test_108_a_ring_may_begin_and_end_at_one_place():
    network, _ = node(pipes(("ring", [(0, 0), (10, 0), (10, 10), (0, 0)], "", "")))
    assert ends(network) == [("~1", "~1")]


def test_109_a_line_against_its_ends_is_turned_round():
    network, findings = node(
        pipes(("a", [(10, 0), (0, 0)], "1", "2")),
        points(("1", (0.0, 0.0), "", ""), ("2", (10.0, 0.0), "", "")),
    )
    assert codes(findings) == ["pipe_drawn_backwards"]
    assert network.lines[0].coords[0] == (0, 0)


@pytest.mark.parametrize(("start", "end"), [("1", ""), ("", "2"), ("1", "2")])
def test_109b_one_named_end_is_enough_to_turn_it(start, end):
    """Flow runs from its from_node, however the line was drawn and whatever was left blank."""
    network, findings = node(
        pipes(("a", [(10, 0), (0, 0)], start, end), ("b", [(10, 0), (20, 0)], "2", "")),
        points(("1", (0.0, 0.0), "", ""), ("2", (10.0, 0.0), "", "")),
    )
    assert codes(findings) == ["pipe_drawn_backwards"]
    assert ends(network) == [("1", "2"), ("2", "~1")]


def test_110_an_unknown_end_is_told_by_its_pipe():
    _, findings = node(
        pipes(("a", [(0, 0), (10, 0)], "1", "nowhere")), points(("1", (0.0, 0.0), "", ""))
    )
    assert [(f.code, f.asset_id, f.facts["node"], f.severity) for f in findings] == [
        ("pipe_end_unknown", "a", "nowhere", "blocking")
    ]


def test_111_without_any_nodes_the_ends_ids_say_what_meets():
    network, findings = node(
        pipes(("a", [(0, 0), (10, 0)], "x", "y"), ("b", [(10, 0), (20, 0)], "y", "z"))
    )
    assert ends(network) == [("x", "y"), ("y", "z")]
    assert findings == []


def test_112_a_source_that_a_pipe_names_is_that_node():
    network, findings = node(
        pipes(("a", [(0, 0), (10, 0)], "R", "2")),
        points(("2", (10.0, 0.0), "", "")),
        sources=points(("R", (0.0, 0.0), "", "")),
    )
    assert findings == []
    assert place_of(network, "sources")[0] == "R"


def test_113_generated_ids_never_take_a_given_one():
    network, _ = node(pipes(("a", [(0, 0), (10, 0)], "", "")), points(("~1", (500.0, 0.0), "", "")))
    assert ends(network) == [("~2", "~3")]


# -- 2xx: tees ---------------------------------------------------------------------------------


def test_201_an_end_on_the_middle_of_a_pipe_is_a_tee():
    network, findings = node(
        pipes(("main", [(0, 0), (10, 0)], "", ""), ("branch", [(4, 0.2), (4, 9)], "", ""))
    )
    assert findings == []
    assert network.splits.pipe.tolist() == [0]
    assert network.splits.fraction.tolist() == pytest.approx([0.4])
    assert network.splits.junction[0] == network.start[1]


def test_202_crossing_without_a_shared_end_is_no_connection():
    network, findings = node(
        pipes(("a", [(0, 0), (10, 0)], "", ""), ("b", [(5, -5), (5, 5)], "", ""))
    )
    assert len(network.splits) == 0
    assert findings == []


def test_203_stated_topology_is_believed_and_the_near_miss_told():
    network, findings = node(
        pipes(("main", [(0, 0), (10, 0)], "1", "2"), ("branch", [(4, 0), (4, 9)], "3", "4")),
        points(
            ("1", (0.0, 0.0), "", ""),
            ("2", (10.0, 0.0), "", ""),
            ("3", (4.0, 0.0), "", ""),
            ("4", (4.0, 9.0), "", ""),
        ),
    )
    assert len(network.splits) == 0
    assert [(f.code, f.asset_id) for f in findings] == [("node_near_pipe", "3")]


def test_204_a_node_on_a_pipe_without_given_ends_is_a_tee():
    network, _ = node(
        pipes(("main", [(0, 0), (10, 0)], "", ""), ("branch", [(4, 0), (4, 9)], "3", "4")),
        points(("3", (4.0, 0.0), "", ""), ("4", (4.0, 9.0), "", "")),
    )
    assert str(network.junctions.ids[network.splits.junction[0]]) == "3"


def test_205_a_branch_under_a_crossing_joins_the_nearer_main_only():
    network, findings = node(
        pipes(
            ("east", [(0, 0), (10, 0)], "", ""),
            ("north", [(5, -5), (5, 5)], "", ""),
            ("branch", [(5.2, 0.1), (9, 9)], "", ""),
        )
    )
    assert network.splits.pipe.tolist() == [0]
    assert [(f.code, f.asset_id) for f in findings] == [("tee_ambiguous", "north")]


def test_206_an_end_that_finds_its_node_on_a_main_is_a_tee():
    """The main states its ends, the branch leaves its own to where it lies: at a drawn node."""
    network, findings = node(
        pipes(("main", [(0, 0), (10, 0)], "1", "2"), ("branch", [(4, 0.1), (4, 9)], "", "")),
        points(
            ("1", (0.0, 0.0), "", ""),
            ("2", (10.0, 0.0), "", ""),
            ("3", (4.0, 0.0), "", ""),
        ),
    )
    assert findings == []
    assert ends(network)[1][0] == "3"
    assert str(network.junctions.ids[network.splits.junction[0]]) == "3"
    assert network.splits.fraction.tolist() == pytest.approx([0.4])


# S----main-----2      main in one piece from S to 2; 3 and 5 are nodes on it, 4 is one on a branch
#    3      5         a: 3-4   b: 5-6   c: 7-8 with 7 on the middle of a
UNNODED = points(
    *(
        (name, place, "", "")
        for name, place in {
            "S": (0.0, 0.0), "2": (100.0, 0.0), "3": (40.0, 0.0), "4": (40.0, 90.0),
            "5": (60.0, 0.0), "6": (60.0, 90.0), "7": (40.0, 50.0), "8": (10.0, 50.0),
        }.items()
    )
)  # fmt: skip
MAIN = ("main", [(0, 0), (100, 0)], "S", "2")
BRANCHES = (
    ("a", [(40, 0), (40, 90)], "3", "4"),
    ("b", [(60, 0), (60, 90)], "5", "6"),
    ("c", [(40, 50), (10, 50)], "7", "8"),
)


def tees(network: NodedNetwork) -> set[tuple[str, str]]:
    return {
        (str(network.pipes.ids[pipe]), str(network.junctions.ids[junction]))
        for pipe, junction in zip(network.splits.pipe, network.splits.junction, strict=True)
    }


@pytest.mark.parametrize("source", [("S", (0, 0), "S", ""), ("S", (0.2, 0.0), "", "")])
def test_207_parts_that_would_have_no_source_are_joined_where_they_touch(source):
    network, findings = node(pipes(MAIN, *BRANCHES), UNNODED, sources=points(source))
    assert tees(network) == {("main", "3"), ("main", "5"), ("a", "7")}
    assert findings == []


def test_207b_then_loops_between_mains_in_one_piece_close_too():
    loop = ("loop", [(60, 90), (40, 70)], "6", "9")
    nodes = RawPoints(
        np.append(UNNODED.ids, "9"),
        np.vstack([UNNODED.xy, [(40.0, 70.0)]]),
        np.append(UNNODED.nodes, ""),
        np.append(UNNODED.pipes, ""),
    )
    network, findings = node(
        pipes(MAIN, *BRANCHES, loop), nodes, sources=points(("S", (0, 0), "S", ""))
    )
    assert tees(network) == {("main", "3"), ("main", "5"), ("a", "7"), ("a", "9")}
    assert findings == []


def test_208_without_any_source_all_that_is_stated_is_believed():
    network, findings = node(pipes(MAIN, *BRANCHES), UNNODED)
    assert tees(network) == set()
    assert codes(findings) == ["node_near_pipe"] * 3


def test_209_a_main_that_passes_over_supplied_nodes_stays_apart():
    """An express main from S to 2 over the street's own nodes, which have their water anyway."""
    street = [
        (f"p{n}", [(a, 0), (b, 0)], start, end)
        for n, (a, b, start, end) in enumerate(
            [(0, 40, "S", "3"), (40, 60, "3", "5"), (60, 100, "5", "2")]
        )
    ]
    network, findings = node(pipes(MAIN, *street), UNNODED, sources=points(("S", (0, 0), "S", "")))
    assert tees(network) == set()
    assert codes(findings) == ["node_near_pipe"] * 2


def test_210_one_dry_branch_does_not_tell_how_the_whole_drawing_is_meant():
    """Five stated misses that have their water stay misses beside one that needs its main."""
    lines, nodes = [MAIN, BRANCHES[0]], [*zip(UNNODED.ids, map(tuple, UNNODED.xy), strict=True)]
    for n in range(5):  # each begins at S, goes along the main and ends on it
        x = 10.0 + 15 * n
        nodes.append((f"t{n}", (x, 0.0)))
        lines.append((f"p{n}", [(0, 0), (x / 2, -9 - n), (x, 0)], "S", f"t{n}"))
    network, findings = node(
        pipes(*lines),
        points(*((name, place, "", "") for name, place in nodes)),
        sources=points(("S", (0, 0), "S", "")),
    )
    assert tees(network) == {("main", "3")}
    assert codes(findings) == ["node_near_pipe"] * 5


# -- 3xx: valves and what else stands on pipes -------------------------------------------------

CROSS = (
    ("west", [(0, 0), (10, 0)], "W", "M"),
    ("east", [(10, 0), (20, 0)], "M", "E"),
    ("north", [(10, 0), (10, 10)], "M", "N"),
)
CROSS_NODES = points(
    ("W", (0.0, 0.0), "", ""),
    ("M", (10.0, 0.0), "", ""),
    ("E", (20.0, 0.0), "", ""),
    ("N", (10.0, 10.0), "", ""),
    ("far", (500.0, 500.0), "", ""),
)


@pytest.mark.parametrize(
    ("valve", "expected"),
    [
        (("v", (10.0, 0.0), "M", ""), ("M", "", None)),  # node alone: cuts all that meets there
        (("v", (12.0, 0.0), "M", "east"), ("M", "east", 0.2)),  # at that end of that pipe
        (("v", (15.0, 0.1), "", "east"), ("", "east", 0.5)),  # on the pipe, where its point lies
        (("v", (19.8, 0.0), "", "east"), ("E", "east", 0.98)),  # near its end: at that end
        (("v", (13.0, 0.3), "", ""), ("", "east", 0.3)),  # by its point alone
        (("v", (10.1, 0.2), "", ""), ("M", "", None)),  # by its point, where pipes meet
        (("v", (10.4, 0.0), "", ""), ("", "east", 0.04)),  # drawn on one branch beside the tee
    ],
)
def test_301_a_valve_stands_where_it_says_or_where_it_lies(valve, expected):
    network, findings = node(pipes(*CROSS), CROSS_NODES, valves=points(valve))
    junction, pipe, fraction = place_of(network, "valves")
    assert (junction, pipe) == expected[:2]
    if expected[2] is not None:
        assert fraction == pytest.approx(expected[2])
    assert findings == []


@pytest.mark.parametrize(
    ("valve", "code", "severity"),
    [
        (("v", (10.0, 0.0), "gone", ""), "valve_node_unknown", "blocking"),
        (("v", (10.0, 0.0), "", "gone"), "valve_pipe_unknown", "blocking"),
        (("v", (10.0, 9.0), "E", "north"), None, None),  # drawn on its pipe: believed
        (("v", (0.0, 9.0), "E", "north"), "valve_node_not_on_pipe", "blocking"),
        (("v", (12.0, 3.0), "", ""), "valve_off_pipe", "warning"),
        (("v", (12.0, 8.0), "", "east"), "valve_far_from_pipe", "warning"),
    ],
)
def test_302_a_valve_that_fits_nowhere_is_told(valve, code, severity):
    _, findings = node(pipes(*CROSS), CROSS_NODES, valves=points(valve))
    found = [(f.code, f.severity, f.asset_id) for f in findings]
    assert found == ([] if code is None else [(code, severity, "v")])


def test_303_a_valve_between_two_crossing_pipes_is_told():
    _, findings = node(
        pipes(("a", [(0, 0), (10, 0)], "", ""), ("b", [(5, -5), (5, 5)], "", "")),
        valves=points(("v", (5.05, 0.0), "", "")),
    )
    assert codes(findings) == ["valve_ambiguous"]


def test_304_a_source_makes_its_own_tee():
    network, findings = node(
        pipes(("main", [(0, 0), (10, 0)], "", "")), sources=points(("S", (5.0, 0.8), "", ""))
    )
    assert findings == []
    assert network.splits.pipe.tolist() == [0]
    assert network.sources.junction[0] == network.splits.junction[0]


def test_305_a_source_away_from_everything_is_told():
    _, findings = node(
        pipes(("main", [(0, 0), (10, 0)], "", "")), sources=points(("S", (5.0, 80.0), "", ""))
    )
    assert codes(findings) == ["source_off_network"]


def test_306_customers_and_hydrants_reach_for_the_nearest_pipe():
    network, findings = node(
        pipes(*CROSS),
        CROSS_NODES,
        customers=points(
            ("c1", (15.0, 20.0), "", ""), ("c2", (1.0, 5.0), "", "gone"), ("c3", (15, 500), "", "")
        ),
        hydrants=points(("h1", (2.0, 4.0), "", ""), ("h2", (2.0, 9.0), "", "")),
    )
    assert place_of(network, "customers", 0)[1] == "north"
    assert place_of(network, "customers", 1)[1] == "west"
    assert place_of(network, "hydrants", 0)[1] == "west"
    assert [(f.code, f.asset_id) for f in findings] == [
        ("hydrant_off_pipe", "h2"),
        ("customer_pipe_unknown", "c2"),
        ("customer_without_pipe", "c3"),
    ]


@pytest.mark.parametrize(
    ("valve", "flow_to", "kept"),
    [
        (("v", (10.0, 0.0), "M", ""), "east", "east"),
        (("v", (10.0, 0.0), "M", ""), "gone", ""),
        (("v", (0.0, 0.0), "W", ""), "east", ""),
        (("v", (5.0, 0.0), "", "west"), "east", "east"),  # toward that end, from where it stands
        (("v", (5.0, 0.0), "", "west"), "west", ""),  # says nothing about the way
    ],
)
def test_307_a_one_way_valve_flows_into_a_pipe_beside_it(valve, flow_to, kept):
    valves = points(valve)
    network, findings = node(pipes(*CROSS), CROSS_NODES, valves=valves)
    directions = settle_directions(network, valves, strings([flow_to]), findings)
    assert directions.tolist() == [kept]
    assert bool(findings) == (kept == "")


# -- 4xx: what holds for every drawing ---------------------------------------------------------


def test_401_a_tolerance_that_joins_everything_is_refused(monkeypatch):
    monkeypatch.setattr("network.topology.noding.clusters.MAX_PAIRS", 100)
    xy = np.random.default_rng(1).uniform(0, 1, (200, 2))
    with pytest.raises(SnappingError):
        group_ends(xy, np.arange(200), tolerance_m=5.0)


coordinates = st.integers(0, 12).map(lambda value: value / 4)


@settings(max_examples=300)
@given(
    st.lists(st.tuples(coordinates, coordinates, coordinates, coordinates), min_size=1, max_size=9)
)
def test_402_groups_stay_small_and_never_swallow_a_pipe(rows):
    xy = np.asarray([[(a, b), (c, d)] for a, b, c, d in rows], dtype=float).reshape(-1, 2)
    owner = np.repeat(np.arange(len(rows)), 2)
    group, count = group_ends(xy, owner, tolerance_m=0.5)
    assert sorted(set(group.tolist())) == list(range(count))
    for each in range(count):
        mine = xy[group == each]
        apart = np.hypot(*(mine[:, None] - mine[None, :]).transpose(2, 0, 1))
        assert apart.max() <= 1.0 + 1e-9
    for pipe in range(len(rows)):
        first, second = xy[2 * pipe], xy[2 * pipe + 1]
        if np.hypot(*(first - second)) > 0.001:
            assert group[2 * pipe] != group[2 * pipe + 1]


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1))
def test_403_a_shaken_grid_comes_out_as_the_grid(seed):
    rng = np.random.default_rng(seed)
    rows = []
    for x in range(4):
        for y in range(4):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx < 4 and y + dy < 4:
                    shaken = rng.uniform(-0.15, 0.15, 4)
                    rows.append(
                        (
                            f"p{x}{y}{dx}",
                            [
                                (x * 50 + shaken[0], y * 50 + shaken[1]),
                                ((x + dx) * 50 + shaken[2], (y + dy) * 50 + shaken[3]),
                            ],
                            "",
                            "",
                        )
                    )
    order = rng.permutation(len(rows))
    network, findings = node(pipes(*(rows[nth] for nth in order)))
    assert len(network.junctions) == 16
    assert len(network.splits) == 0
    assert findings == []
