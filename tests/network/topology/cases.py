"""The cases that the semantics tell apart, each as a test of a question and its answer.

By them docs/semantics.md says which picture, which drawn test and which property test shows what.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from network.topology.engine.build import build
from network.topology.engine.isolation import Isolation, isolate
from tests.network.topology.networks import Question

DRAWN = "tests/network/topology/test_isolation.py"
PROPERTIES = "tests/network/topology/test_isolation_properties.py"
TOGETHER = "tests/network/topology/test_together.py"


class Asked:
    """A question with its answer, and what the cases ask of both."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.tables, self.state = question.tables, question.state
        self.answer: Isolation = isolate(build(self.tables), question.bursts, self.state)
        valves = self.tables.valves
        self.row = {each: nth for nth, each in enumerate(valves.ids)}
        drawn = {each for each, shut in zip(valves.ids, valves.closed, strict=True) if shut}
        self.shut = (drawn | self.state.closed) - self.state.opened
        works = zip(valves.ids, valves.operable, strict=True)
        self.stuck = {each for each, able in works if not able} | self.state.inoperable
        self.zone = {*self.answer.zone_pipes}

    @cached_property
    def touching(self) -> dict[str, list[str]]:
        """Pipes by the junctions at which they begin, end or are divided, once for each end."""
        found: dict[str, list[str]] = {each: [] for each in self.tables.junctions}
        pipes, splits = self.tables.pipes, self.tables.splits
        for junctions, ids in (
            (pipes.starts, pipes.ids),
            (pipes.ends, pipes.ids),
            (splits.junctions, splits.pipes),
        ):
            for junction, pipe in zip(junctions, ids, strict=True):
                found[junction].append(pipe)
        return found

    def stands(self, valve: str) -> tuple[str, str]:
        """The junction and the pipe that a valve stands at, "" for none."""
        nth = self.row[valve]
        return self.tables.valves.junctions[nth], self.tables.valves.pipes[nth]

    def borders(self, *, junction: bool, pipe: bool) -> list[str]:
        """Valves of the border that stand at a junction, on a pipe, or at a pipe's end."""
        places = ((each, self.stands(each)) for each in self.answer.boundary_valves)
        return [v for v, (at, on) in places if bool(at) == junction and bool(on) == pipe]

    def plain(self, valve: str) -> bool:
        """Whether a valve isolates, and lets water both ways."""
        valves, nth = self.tables.valves, self.row[valve]
        return bool(valves.isolates[nth]) and not valves.flow_to[nth]

    def one_way(self, valve: str) -> bool:
        return bool(self.tables.valves.flow_to[self.row[valve]])

    @property
    def bursts(self) -> set[str]:
        return {burst.pipe for burst in self.question.bursts}

    @property
    def active(self) -> set[str]:
        sources = self.tables.sources
        rows = zip(sources.ids, sources.active, strict=True)
        return {each for each, is_on in rows if is_on} - self.state.inactive_sources

    def devices(self) -> list[tuple[str, str]]:
        """One-way pipes with the junction at which water enters them."""
        pipes = self.tables.pipes
        rows = zip(pipes.ids, pipes.starts, pipes.one_way, strict=True)
        return [(each, start) for each, start, one_way in rows if one_way]

    def inlets(self) -> list[tuple[str, str]]:
        """Sources with each of their inlet pipes."""
        sources = self.tables.sources
        rows = zip(sources.ids, sources.inlet_pipes, strict=True)
        return [(each, inlet) for each, inlets in rows for inlet in inlets]

    def has_island(self) -> bool:
        """Whether pipes hang together with no source at all, and the burst is not among them."""
        pipes = self.tables.pipes
        graph: nx.Graph[str] = nx.Graph()
        graph.add_edges_from((j, f"|{p}") for j, there in self.touching.items() for p in there)
        fed = {*self.tables.sources.junctions}
        struck = {f"|{pipe}" for pipe in self.bursts}
        parts = nx.connected_components(graph)
        return bool(pipes.ids) and any(not part & (fed | struck) for part in parts)

    def inside(self, valve: str) -> bool:
        """Whether a working open valve is no border, for all its pipes lie in the zone."""
        if valve in self.shut | self.stuck or not self.plain(valve):
            return False
        junction, pipe = self.stands(valve)
        around = set(self.touching[junction]) if junction else {pipe}
        return bool(around) and around <= self.zone and valve not in self.answer.boundary_valves


def _parallel(asked: Asked) -> bool:
    pipes = asked.tables.pipes
    rows = zip(pipes.ids, pipes.starts, pipes.ends, strict=True)
    ends = [frozenset((start, end)) for each, start, end in rows if each in asked.zone]
    return any(len(pair) == 2 and count > 1 for pair, count in Counter(ends).items())


def _dead_end(asked: Asked) -> bool:
    fed = {*asked.tables.sources.junctions}
    lone = (there for at, there in asked.touching.items() if len(there) == 1 and at not in fed)
    return any(there[0] in asked.zone for there in lone)


def _two_on_one(asked: Asked) -> bool:
    rows = [asked.stands(each)[1] for each in asked.row if asked.plain(each)]
    return any(pipe in asked.zone and count > 1 for pipe, count in Counter(rows).items())


def _downstream(asked: Asked) -> bool:
    """A device that begins in the zone and is not of it: nothing comes back through it."""
    return any(
        device not in asked.zone and asked.zone & set(asked.touching[start])
        for device, start in asked.devices()
    )


@dataclass(frozen=True)
class Shown:
    """A case in words, the drawn test that shows it, and how to know it."""

    case: str
    drawn: str
    holds: Callable[[Asked], object]
    properties: str = f"{PROPERTIES}::test_the_engine_answers_as_the_brute_force_does"
    drawn_in: str = DRAWN


CASES: Sequence[Shown] = (
    Shown(
        "closed and broken",
        "test_302_a_closed_valve_stops_the_trace_even_when_it_is_broken",
        lambda a: {*a.answer.valves_already_closed} & a.stuck,
    ),
    Shown(
        "open and broken",
        "test_301_a_stuck_valve_widens_the_zone",
        lambda a: any(a.plain(each) for each in a.answer.valves_walked_through),
        f"{PROPERTIES}::test_a_stuck_valve_never_makes_the_zone_smaller",
    ),
    Shown(
        "inaccessible (to the graph: open and broken)",
        "test_a_valve_that_nobody_can_reach_is_walked_through",
        lambda a: any(a.plain(each) for each in a.answer.valves_walked_through),
        drawn_in="tests/network/test_isolate_arguments.py",
    ),
    Shown(
        "valve at a pipe's end",
        "test_702_at_one_pipe_s_end_it_cuts_only_that_pipe",
        lambda a: a.borders(junction=True, pipe=True),
    ),
    Shown(
        "valve in mid-pipe",
        "test_703_in_mid_pipe_the_side_of_the_burst_matters",
        lambda a: a.borders(junction=False, pipe=True),
    ),
    Shown(
        "valve at a junction with three pipes",
        "test_701_at_a_tee_it_cuts_all_three",
        lambda a: any(
            len(a.touching[a.stands(each)[0]]) > 2 for each in a.borders(junction=True, pipe=False)
        ),
    ),
    Shown("two valves on one pipe", "test_706_two_valves_on_one_pipe", _two_on_one),
    Shown(
        "a valve with both sides in the zone",
        "test_705_a_valve_with_both_sides_in_the_zone_is_no_boundary",
        lambda a: any(a.inside(each) for each in a.row),
    ),
    Shown("parallel mains", "test_204_parallel_mains_are_two_pipes", _parallel),
    Shown("dead ends", "test_102_a_dead_end_takes_only_its_own_valve", _dead_end),
    Shown(
        "one-way device, from below: it can feed the burst",
        "test_501_what_lies_upstream_can_feed_the_burst",
        lambda a: {each for each, _ in a.devices()} & a.zone - a.bursts,
    ),
    Shown(
        "one-way device, from above: nothing comes back",
        "test_502_what_lies_downstream_cannot_come_back",
        _downstream,
    ),
    Shown(
        "check valve at a pipe's end or a junction",
        "test_503_a_check_valve_at_a_junction_is_never_proposed",
        lambda a: any(a.one_way(each) and a.stands(each)[0] for each in a.row),
    ),
    Shown(
        "check valve in mid-pipe",
        "test_508_a_check_valve_in_mid_pipe_works_from_where_it_stands",
        lambda a: any(a.one_way(each) and not a.stands(each)[0] for each in a.row),
    ),
    Shown(
        "pump and PRV links",
        "test_507_a_pump_or_prv_link_is_walked_against_its_flow_and_never_closed",
        lambda a: {each for each, _ in a.devices()} & {*a.answer.pipes_dry},
    ),
    Shown(
        "source in the zone",
        "test_401_a_source_in_the_zone_is_named_not_an_empty_list",
        lambda a: a.answer.sources_to_shut,
    ),
    Shown(
        "inlets",
        "test_505_water_leaves_a_tank_but_not_through_its_inlet",
        lambda a: any(inlet in a.bursts for _, inlet in a.inlets()),
    ),
    Shown(
        "tanks",
        "test_505_water_leaves_a_tank_but_not_through_its_inlet",
        lambda a: {each for each, _ in a.inlets()} & {*a.answer.sources_to_shut},
    ),
    Shown(
        "several sources",
        "test_202_two_sources_keep_the_far_side_supplied",
        lambda a: len(a.active) > 1,
    ),
    Shown(
        "islands without source",
        "test_205_an_island_without_source_changes_nothing_elsewhere",
        lambda a: a.has_island(),
    ),
    Shown(
        "what was dry before",
        "test_104_what_was_dry_before_is_not_newly_affected",
        lambda a: a.answer.customers_already_dry,
    ),
    Shown(
        "several bursts at once",
        "test_602_together_they_dry_what_neither_dries_alone",
        lambda a: len(a.bursts) > 1,
    ),
    Shown(
        "bursts while other outages hold valves shut",
        "test_603_what_another_outage_holds_shut_counts",
        lambda a: a.state.closed & {each for each in a.row if a.plain(each)},
        f"{TOGETHER}::test_every_hour_is_as_the_brute_force_says",
    ),
)


def table(pictures: Sequence[Question]) -> str:
    """Print the cases as the page has them; pictures by their number on it."""
    asked = [Asked(each) for each in pictures]
    rows = [
        "| case | pictures | drawn test | property test |",
        "|---|---|---|---|",
    ]
    for shown in CASES:
        numbers = [str(nth) for nth, each in enumerate(asked, start=1) if shown.holds(each)]
        file, test = shown.properties.split("::")
        drawn = f"`{shown.drawn_in.rsplit('/', 1)[1]}` `{shown.drawn.removeprefix('test_')}`"
        tried = f"`{file.rsplit('/', 1)[1]}` `{test.removeprefix('test_')}`"
        rows.append(f"| {shown.case} | {', '.join(numbers)} | {drawn} | {tried} |")
    return "\n".join(rows)
