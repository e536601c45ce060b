"""Who was dry when: by hand, and against asking the readable network at every moment."""

import itertools
import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from network.topology.engine.build import build
from network.topology.engine.isolation import supplied
from network.topology.engine.states import NetworkState, masks
from network.topology.reference import ReferenceNetwork
from outages.policy.dry_spells import spells
from outages.policy.interruptions import Spell
from outages.policy.valve_history import Kind, Word, moments
from tests.drawing import draw
from tests.network.topology.networks import Question, questions

EXAMPLES = int(os.environ.get("MAINBREAK_EXAMPLES", "150"))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def words(*said: tuple) -> list[Word]:
    """Minute, kind, asset, outage, other; the drawing holds from long before."""
    drawn = [Word(at(-1_000), (0,), Kind.DRAWN, "1")]
    return drawn + [
        Word(at(minute), (nth,), Kind(kind), *rest)
        for nth, (minute, kind, *rest) in enumerate(said, 1)
    ]


def engine(tables):
    topology = build(tables)

    def dry(_revision: str, state: NetworkState) -> frozenset[str]:
        wet = supplied(topology, masks(topology, state))
        rows = [n for n, segment in enumerate(topology.customer_segment) if not wet[segment]]
        return frozenset(topology.names("customer", rows))

    return dry


def told(picture: str, *said: tuple) -> set[tuple]:
    """Customer's pipe, outage, off and on in minutes after noon."""
    found = spells(moments(words(*said)), engine(draw(picture)))
    return {
        (
            each.customer.removeprefix("c."),
            each.outage,
            (each.off_at - NOON) / timedelta(minutes=1),
            each.on_at and (each.on_at - NOON) / timedelta(minutes=1),
        )
        for each in found
    }


STREET = "(S) -p1-V1| a -p2-V2| b -p3- c"
RING = """
(S) |V1-p1- b -p2- c
(S) |V2-p3- c
"""


def test_each_customer_is_dry_from_his_own_valve_to_his_own_valve():
    got = told(STREET, (0, "closed", "V2", "A"), (5, "closed", "V1", "A"), (9, "opened", "V1"),
               (20, "opened", "V2"))  # fmt: skip
    assert got == {("p3", "A", 0, 20), ("p2", "A", 5, 9)}


def test_words_that_come_late_and_out_of_order_say_the_same():
    said = words((0, "closed", "V2", "A"), (5, "closed", "V1", "A"), (9, "opened", "V1"))
    expected = moments(said)
    for mixed in itertools.permutations(said):
        assert moments(mixed) == expected


def test_a_valve_found_to_pass_water_never_was_shut_until_it_is_made_good():
    got = told(STREET, (0, "closed", "V2", "A"), (10, "passes", "V2", "A"),
               (30, "closed", "V2", "A"), (50, "opened", "V2"))  # fmt: skip
    assert got == {("p3", "A", 30, 50)}


def test_two_outages_that_dry_one_customer_together_both_have_a_spell():
    got = told(RING, (0, "closed", "V1", "A"), (10, "closed", "V2", "B"), (30, "opened", "V1"))
    assert got == {(pipe, each, 10, 30) for pipe in ("p1", "p2", "p3") for each in "AB"}


def test_who_would_be_dry_without_the_other_outage_is_dry_by_his_own():
    got = told(STREET, (0, "closed", "V1", "A"), (10, "closed", "V2", "B"), (30, "opened", "V1"),
               (40, "opened", "V2"))  # fmt: skip
    assert got == {("p2", "A", 0, 30), ("p3", "A", 0, 30), ("p3", "B", 10, 40)}


def test_a_valve_handed_over_keeps_its_customers_dry_for_the_other_outage():
    got = told(STREET, (0, "closed", "V2", "A"), (15, "handed_over", "V2", "A", "B"),
               (40, "opened", "V2"))  # fmt: skip
    assert got == {("p3", "A", 0, 15), ("p3", "B", 15, 40)}


def test_a_normally_closed_valve_opened_to_feed_gives_water_until_it_is_shut():
    picture = "(S) -p1-V1| a -p2- b -p3-N!| c\n(S) -p4- c"
    got = told(picture, (0, "closed", "V1", "A"), (10, "fed", "N", "A"), (30, "shut", "N", "A"),
               (35, "opened", "V1"))  # fmt: skip
    assert got == {(pipe, "A", off, on) for pipe in ("p2", "p3") for off, on in ((0, 10), (30, 35))}


def test_what_is_recorded_outside_any_outage_is_nobodys():
    got = told(STREET, (0, "found_closed", "V2"), (5, "closed", "V1", "A"), (9, "opened", "V1"),
               (60, "found_open", "V2"))  # fmt: skip
    assert got == {("p3", "", 0, 60), ("p2", "A", 5, 9)}


def test_a_source_that_gives_nothing_dries_its_town():
    got = told(STREET, (0, "source_off", "S"), (30, "source_on", "S"))
    assert got == {(pipe, "", 0, 30) for pipe in ("p1", "p2", "p3")}


TWO_SOURCES = "(S) -p1-V1| a -p2- b -p3-V3!| c -p4- (T)"


def test_a_source_stopped_by_an_outage_counts_for_those_who_have_no_other():
    got = told(TWO_SOURCES, (0, "stopped", "S", "A"), (30, "started", "S", "A"))
    assert got == {(pipe, "A", 0, 30) for pipe in ("p1", "p2", "p3")}
    both = told(TWO_SOURCES, (0, "stopped", "S", "A"), (10, "stopped", "T", "B"),
                (30, "started", "S", "A"), (40, "started", "T", "B"))  # fmt: skip
    assert both == {*got, ("p4", "B", 10, 40)}


def test_a_stopped_source_that_runs_again_ends_it_whatever_the_record_says_later():
    got = told(STREET, (0, "stopped", "S", "A"), (20, "source_on", "S"), (50, "started", "S", "A"))
    assert got == {(pipe, "A", 0, 20) for pipe in ("p1", "p2", "p3")}


def test_a_source_recorded_as_stopped_beside_its_outage_stays_the_outages():
    got = told(STREET, (-5, "source_off", "S"), (0, "stopped", "S", "A"), (3, "source_off", "S"),
               (30, "started", "S", "A"))  # fmt: skip
    dry = {"p1", "p2", "p3"}
    assert got == {(pipe, "", -5, 0) for pipe in dry} | {(pipe, "A", 0, 30) for pipe in dry}


def test_whom_the_drawing_never_supplies_has_no_spell():
    assert told("(S) -p1-V1!| a -p2-V2| b -p3- c", (0, "closed", "V2", "A")) == set()


def test_what_still_runs_is_open():
    assert told(STREET, (3, "closed", "V2", "A")) == {("p3", "A", 3, None)}


# -- random networks and histories against brute force -------------------------------

KINDS = [Kind.CLOSED] * 4 + [Kind.OPENED] * 3 + [
    Kind.PASSES, Kind.FED, Kind.SHUT, Kind.HANDED_OVER, Kind.JOINED, Kind.FOUND_CLOSED,
    Kind.FOUND_OPEN,
]  # fmt: skip


OF_OUTAGES = (Kind.STOPPED, Kind.STARTED)
OF_SOURCES = (Kind.SOURCE_ON, Kind.SOURCE_OFF, *OF_OUTAGES)


@st.composite
def histories(draw_: st.DrawFn) -> tuple[Question, list[Word]]:
    question = draw_(questions(most_pipes=8))
    valves = question.tables.valves.ids
    sources = question.tables.sources.ids
    said = [Word(at(-1), (0,), Kind.DRAWN, "1")]
    for nth in range(1, draw_(st.integers(0, 14)) + 1):
        minute = draw_(st.integers(0, 12))
        if sources and draw_(st.integers(0, 5)) == 0:
            kind = draw_(st.sampled_from(OF_SOURCES))
            outage = draw_(st.sampled_from("ABC")) if kind in OF_OUTAGES else ""
            said.append(Word(at(minute), (nth,), kind, draw_(st.sampled_from(sources)), outage))
        elif valves:
            outage, other = (draw_(st.sampled_from("ABC")) for _ in range(2))
            kind = draw_(st.sampled_from(KINDS))
            said.append(
                Word(at(minute), (nth,), kind, draw_(st.sampled_from(valves)), outage, other)
            )
    return question, said


def takes_back(said: list[Word], nth: int) -> bool:
    """Whether a later word on the same valve says that this closing leaked."""
    for word in said[nth + 1 :]:
        if word.asset == said[nth].asset:
            if word.kind == Kind.PASSES:
                return True
            if word.kind in (Kind.OPENED, Kind.FOUND_OPEN, Kind.FED):
                return False
    return False


@dataclass
class Valve:
    """One valve, told its own words only."""

    is_drawn_closed: bool
    recorded: bool | None = None  # closed?
    closers: frozenset[str] = frozenset()
    feeders: frozenset[str] = frozenset()

    def tell(self, word: Word) -> None:
        match word.kind:
            case Kind.CLOSED:
                self.closers |= {word.outage}
                self.feeders = frozenset()
                self.recorded = None if self.recorded else self.recorded
            case Kind.JOINED if self.closers:
                self.closers |= {word.outage}
            case Kind.HANDED_OVER if self.closers:
                self.closers = self.closers - {word.outage} | {word.other}
            case Kind.OPENED:
                self.closers, self.recorded = frozenset(), False
            case Kind.PASSES:
                self.closers = frozenset()
            case Kind.FED:
                self.closers, self.feeders = frozenset(), self.feeders | {word.outage}
            case Kind.SHUT:
                self.feeders, self.recorded = frozenset(), True
            case Kind.FOUND_OPEN:
                self.closers, self.feeders, self.recorded = frozenset(), frozenset(), False
            case Kind.FOUND_CLOSED:
                self.feeders = frozenset()
                self.recorded = self.recorded if self.closers else True

    def is_closed(self, outages: tuple[str, ...]) -> bool:
        base = self.is_drawn_closed if self.recorded is None else self.recorded
        return bool(self.closers & {*outages}) or (base and not self.feeders & {*outages})


@dataclass
class Source:
    """One source, told its own words only."""

    is_drawn_active: bool
    recorded: bool | None = None  # active?
    stoppers: frozenset[str] = frozenset()

    def tell(self, word: Word) -> None:
        match word.kind:
            case Kind.STOPPED:
                self.recorded = None if self.recorded is False else self.recorded
                self.stoppers |= {word.outage}
            case Kind.STARTED:
                self.stoppers -= {word.outage}
            case Kind.SOURCE_ON:
                self.stoppers, self.recorded = frozenset(), True
            case Kind.SOURCE_OFF if not self.stoppers:
                self.recorded = False

    def is_active(self, outages: tuple[str, ...]) -> bool:
        base = self.is_drawn_active if self.recorded is None else self.recorded
        return base and not self.stoppers & {*outages}


def minute_by_minute(question: Question, words_: list[Word]) -> set[tuple]:
    """Ask the readable network, for each minute, each customer and each outage by itself."""
    network = ReferenceNetwork(question.tables)
    said = sorted(words_, key=lambda word: (word.at, word.order))
    table = question.tables.valves
    as_drawn = dict(zip(table.ids, table.closed, strict=True))
    began: dict[str, int] = {}
    dry_in: dict[tuple, list[int]] = defaultdict(list)
    for minute in range(14):
        valves = {each: Valve(shut) for each, shut in as_drawn.items()}
        drawn = network.active_sources(NetworkState())
        places = network.active_sources(
            NetworkState(active_sources=frozenset(question.tables.sources.ids))
        )
        sources = {each: Source(each in drawn) for each in places}
        for nth, word in enumerate(said):
            if word.at > at(minute) or word.kind == Kind.DRAWN:
                continue
            if word.kind in OF_SOURCES:
                sources[word.asset].tell(word)
            elif word.kind not in (Kind.CLOSED, Kind.JOINED) or not takes_back(said, nth):
                valves[word.asset].tell(word)
        doing = set().union(*(each.closers | each.feeders for each in valves.values()))
        doing |= set().union(*(each.stoppers for each in sources.values()))
        began = {each: began.get(each, minute) for each in sorted(doing)}
        everybody = tuple(sorted(doing, key=lambda each: (began[each], each)))
        never = dry_customers(
            network,
            network.active_sources(NetworkState()),
            {v for v, shut in as_drawn.items() if shut},
        )

        def dry(
            outages: tuple[str, ...], valves=valves, sources=sources, places=places
        ) -> set[str]:
            active = {s: places[s] for s, each in sources.items() if each.is_active(outages)}
            closed = {v for v, each in valves.items() if each.is_closed(outages)}
            return dry_customers(network, active, closed)

        for customer in dry(everybody) - never:
            for outage in keepers(customer, everybody, dry):
                dry_in[customer, outage].append(minute)
    return {(*pair, *stretch) for pair, minutes in dry_in.items() for stretch in stretches(minutes)}


def dry_customers(network: ReferenceNetwork, active: dict, closed: set[str]) -> set[str]:
    open_ways = nx.DiGraph()
    open_ways.add_nodes_from(network.graph)
    open_ways.add_edges_from(
        (tail, head)
        for tail, head, facts in network.graph.edges(data=True)
        if not closed & {*facts["valves"]}
    )
    wet = set(active.values()).union(*(nx.descendants(open_ways, each) for each in active.values()))
    table = network.tables.customers
    rows = zip(table.ids, table.pipes, table.junctions, table.fractions, strict=True)
    return {name for name, *place in rows if network.vertex_of(*place) not in wet}


def keepers(customer: str, everybody: tuple[str, ...], dry) -> list[str]:
    if customer in dry(()):
        return [""]
    if alone := [each for each in everybody if customer in dry((each,))]:
        return alone
    needed = list(everybody)
    for each in reversed(everybody):
        without = [one for one in needed if one != each]
        if customer in dry(tuple(without)):
            needed = without
    return needed


def stretches(minutes: list[int]) -> list[tuple[int, int | None]]:
    found = []
    for minute in minutes:
        if found and found[-1][1] == minute:
            found[-1][1] = minute + 1
        else:
            found.append([minute, minute + 1])
    return [(off, None if on == 14 else on) for off, on in found]


def as_minutes(found: list[Spell]) -> set[tuple]:
    return {
        (
            each.customer,
            each.outage,
            max(0, round((each.off_at - NOON) / timedelta(minutes=1))),
            each.on_at and round((each.on_at - NOON) / timedelta(minutes=1)),
        )
        for each in found
    }


@settings(max_examples=EXAMPLES)
@given(histories())
def test_spells_are_what_the_readable_network_says_minute_by_minute(asked) -> None:
    question, said = asked
    found = spells(moments(said), engine(question.tables))
    assert as_minutes(found) == minute_by_minute(question, said)
    assert len(as_minutes(found)) == len(found)


@settings(max_examples=EXAMPLES)
@given(histories(), st.integers(0, 14))
def test_going_on_from_any_moment_gives_what_the_whole_gives(asked, cut) -> None:
    question, said = asked
    history, dry = moments(said), engine(question.tables)
    whole = spells(history, dry)
    cut = min(cut, len(history))
    before = spells(history[:cut], dry)
    running = {(each.customer, each.outage): each.off_at for each in before if each.on_at is None}
    done = [each for each in before if each.on_at is not None]
    assert {*done, *spells(history[cut:], dry, running)} == {*whole}
