"""Who is dry only because works overlap: by hand, and against water let run by brute force."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.topology.argument.together import TimeSlice, Work, dry_together
from network.topology.elements import NetworkTables, UnknownAsset
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst
from network.topology.engine.states import NetworkState
from tests.drawing import draw
from tests.network.topology.networks import Question, questions
from tests.oracles.brute import BruteForce

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def hour(n: float) -> datetime:
    return NOON + timedelta(hours=n)


def work(name: str, start: float, end: float | None, *valves: str) -> Work:
    return Work(name, hour(start), None if end is None else hour(end), frozenset(valves))


class TestDrawn:
    # Two ways to p3: over V and over W. Either work alone leaves it the other.
    RING = "(S) -p1- [V] -p2- a -p3- b\n(T) -p4- [W] -p5- a"

    def ask(self, *works: Work, **options: datetime) -> list[TimeSlice]:
        return dry_together(build(draw(self.RING)), works, **options)

    def test_two_works_cut_both_ways_to_a_street(self) -> None:
        (found,) = self.ask(work("A", 0, 6, "V"), work("B", 4, 8, "W"))
        assert (found.start, found.end, found.works) == (hour(4), hour(6), ("A", "B"))
        (both,) = found.combinations
        assert both.works == ("A", "B")
        assert both.customers == ("c.p2", "c.p3", "c.p5")
        assert (both.persons, found.dry) == (3, 3)

    def test_works_one_after_the_other_harm_nobody_more(self) -> None:
        assert self.ask(work("A", 0, 4, "V"), work("B", 4, 8, "W")) == []

    def test_a_running_work_counts_until_it_is_over(self) -> None:
        (found,) = self.ask(work("A", 0, None, "V"), work("B", 400, 402, "W"))
        assert found.customers == ("c.p2", "c.p3", "c.p5")

    def test_who_is_dry_by_one_alone_is_not_dry_only_together(self) -> None:
        town = build(draw("(S) -p1- [V] -p2- [W] -p3- b"))
        (found,) = dry_together(town, [work("A", 0, 2, "V"), work("B", 1, 3, "W")])
        assert (found.customers, found.dry) == ((), 2)

    def test_three_works_are_laid_to_the_pair_that_does_it(self) -> None:
        works = [work("A", 0, 6, "V"), work("B", 0, 6, "W"), work("C", 2, 4)]
        found = self.ask(*works)
        assert [each.works for each in found] == [("A", "B"), ("A", "B", "C"), ("A", "B")]
        assert {one.works for each in found for one in each.combinations} == {("A", "B")}

    def test_three_ways_take_three_works(self) -> None:
        town = build(draw("(S) -p1- [V] -p2- a\n(T) -p3- [W] -p4- a\n(U) -p5- [X] -p6- a"))
        works = [work("A", 0, 1, "V"), work("B", 0, 1, "W"), work("C", 0, 1, "X")]
        (found,) = dry_together(town, works)
        assert [one.works for one in found.combinations] == [("A", "B", "C")]
        assert found.customers == ("c.p2", "c.p4", "c.p6")

    def test_a_burst_and_a_shut_valve_add_up(self) -> None:
        burst = Work("A", hour(0), bursts=(Burst("p2"),))  # its zone: p2, p3, p5
        (found,) = self.ask(burst, work("B", 0, 1, "W"))
        assert found.customers == ()
        town = build(draw("(S) -p1- [V] -p2- [X] -p3- a\n(T) -p4- [W] -p5- a"))
        (found,) = dry_together(town, [burst, work("B", 0, 1, "W")])
        assert found.customers == ("c.p3", "c.p5")

    def test_sources_may_be_silenced(self) -> None:
        silent = Work("B", hour(0), hour(9), silenced=frozenset({"T"}))
        (found,) = self.ask(work("A", 0, 1, "V"), silent)
        # T's own main p4 is dry by its silence only while V is shut, too.
        assert found.customers == ("c.p2", "c.p3", "c.p4", "c.p5")

    def test_who_is_fed_by_a_valve_that_one_of_them_opens_is_not_dry(self) -> None:
        town = build(draw(f"{self.RING}\na -p6- [X!] -p7- (U)"))
        first = work("A", 0, 2, "V")
        fed = Work("B", hour(0), hour(2), frozenset({"W"}), opened=frozenset({"X"}))
        (found,) = dry_together(town, [first, work("B", 0, 2, "W")])
        assert found.customers == ("c.p2", "c.p3", "c.p5", "c.p6")
        (found,) = dry_together(town, [first, fed])
        assert (found.customers, found.dry) == ((), 0)
        # What another work shuts is shut.
        (found,) = dry_together(town, [work("A", 0, 2, "V", "X"), fed])
        assert found.customers == ("c.p2", "c.p3", "c.p5", "c.p6")

    def test_the_past_is_not_asked(self) -> None:
        works = [work("A", 0, 2, "V"), work("B", 1, 3, "W")]
        assert self.ask(*works, since=hour(2)) == []
        assert len(self.ask(*works, since=hour(1.5))) == 1

    def test_an_unknown_valve_and_a_work_that_ends_too_early_are_refused(self) -> None:
        with pytest.raises(UnknownAsset):
            self.ask(work("A", 0, 2, "V"), work("B", 0, 2, "nothing"))
        with pytest.raises(ValueError, match="ends before"):
            self.ask(work("A", 2, 2, "V"))
        with pytest.raises(ValueError, match="one id"):
            self.ask(work("A", 0, 2, "V"), work("A", 0, 2, "W"))


@st.composite
def overlapping(draw: st.DrawFn) -> tuple[Question, list[Work]]:
    question = draw(questions(most_pipes=9))
    valves, pipes = question.tables.valves, question.tables.pipes.ids
    shuttable = [valve for valve, can in zip(valves.ids, valves.isolates, strict=True) if can]
    works = []
    for n in range(draw(st.integers(2, 4))):
        start = draw(st.integers(0, 5))
        end = draw(st.none() | st.integers(start + 1, 7))
        shut = draw(st.sets(st.sampled_from(shuttable), max_size=2)) if shuttable else set()
        bursts = draw(st.lists(st.sampled_from(pipes), max_size=1))
        works.append(
            Work(
                f"w{n}",
                hour(start),
                None if end is None else hour(end),
                shut=frozenset(shut),
                bursts=tuple(map(Burst, bursts)),
            )
        )
    return question, works


@settings(max_examples=120)
@given(overlapping())
def test_every_hour_is_as_the_brute_force_says(drawn: tuple[Question, list[Work]]) -> None:
    question, works = drawn
    slices = dry_together(build(question.tables), works, question.state)
    for n in range(9):
        moment = hour(n + 0.5)
        on = [each for each in works if each.lasts_at(moment)]
        asked = [
            each
            for each in slices
            if each.start <= moment and (each.end is None or moment < each.end)
        ]
        assert len(asked) == (len(on) > 1)
        if not asked:
            continue
        (found,) = asked
        assert found.works == tuple(sorted(each.id for each in on))
        together = brute_dry(question.tables, question.state, on)
        alone = [brute_dry(question.tables, question.state, [each]) for each in on]
        assert found.dry == len(together)
        assert set(found.customers) == together.difference(*alone)
        for one in found.combinations:
            just = [each for each in on if each.id in one.works]
            assert set(one.customers) <= brute_dry(question.tables, question.state, just)


def brute_dry(tables: NetworkTables, state: NetworkState, works: list[Work]) -> set[str]:
    """Customers with water before and none while `works` are on."""
    town = BruteForce(tables)
    shut = {v for v, closed in zip(tables.valves.ids, tables.valves.closed, strict=True) if closed}
    shut = (shut | state.closed) - state.opened
    stuck = {
        v for v, able in zip(tables.valves.ids, tables.valves.operable, strict=True) if not able
    }
    off = {s for s, on in zip(tables.sources.ids, tables.sources.active, strict=True) if not on}
    off |= state.inactive_sources
    closed = shut.union(*(each.shut for each in works))
    before, after = wet_customers(town, shut, off), wet_customers(town, closed, off)
    bursts = [burst for each in works for burst in each.bursts]
    if bursts:
        answer = town.answer(bursts, closed=closed, stuck=stuck | state.inoperable, inactive=off)
        after = after - answer["customers_isolated"] - answer["customers_unintended"]
    return before - after


def wet_customers(town: BruteForce, closed: set[str], off: set[str]) -> set[str]:
    sources, customers = town.tables.sources, town.tables.customers
    drops = [
        ("junction", at, 0)
        for source, at in zip(sources.ids, sources.junctions, strict=True)
        if source not in off
    ]
    wet = town.spread(drops, closed)
    rows = zip(
        customers.ids, customers.pipes, customers.junctions, customers.fractions, strict=True
    )
    return {each for each, pipe, at, where in rows if town._cell_at(pipe, at, where) in wet}
