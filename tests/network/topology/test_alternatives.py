"""Other plans: drawn networks, then any network against every set of moves there is.

1xx leaving a valve out   2xx trying a stuck valve   3xx a temporary stop   4xx opening a valve
5xx what is kept and how it is ranked
"""

from itertools import combinations, permutations

import pytest
from hypothesis import given, settings

from network.topology.argument.alternatives import (
    LEAVE_OUT,
    OPEN,
    STOP,
    TRY,
    Alternatives,
    Costs,
    Move,
    Plan,
    Wishes,
    alternatives,
    dominates,
    stops_around,
    with_stops,
)
from network.topology.argument.work import Pace, ValveWork, Work
from network.topology.engine.build import build
from network.topology.engine.isolation import Burst, isolate
from tests.drawing import draw
from tests.network.topology.asked import Asked
from tests.network.topology.networks import Question, questions


def ask(drawing: str, pipe: str, budget: int = 200, **wishes: object) -> Alternatives:
    return alternatives(build(draw(drawing)), [Burst(pipe)], None, Wishes(**wishes), budget=budget)


def test_it_stops_when_told_and_says_what_was_left() -> None:
    """Four boundary valves: after one search three single moves are left, and all pairs."""
    drawing = "(S) -p1-V1| a -p2-V2| b -p3- c |V3-p4- d |V4-p5- (T)\nc |V5-p6- e |V6-p7- f"
    full = ask(drawing, "p3")
    turns = iter([True, False])
    short = alternatives(
        build(draw(drawing)), [Burst("p3")], None, Wishes(), go_on=lambda: next(turns)
    )
    assert full.tried > 1
    assert (full.left, full.singles_left) == (0, 0)
    assert (short.tried, short.cut_short) == (1, True)
    assert 0 < short.singles_left <= short.left
    assert short.plain == full.plain
    none = alternatives(build(draw(drawing)), [Burst("p3")], go_on=lambda: False)
    assert none.plans == (none.plain,)


def by_moves(found: Alternatives) -> dict[tuple[Move, ...], Plan]:
    return {plan.moves: plan for plan in found.plans}


SLOW = Work({"V": ValveWork(turns=10, accessible=False)}, Pace(inaccessible_minutes=60))


class Test1xxLeaveOut:
    LINE = "(S) -p1- [U] -p2- [V] -p3- b"

    def test_101_an_easier_valve_for_more_customers(self) -> None:
        found = ask(self.LINE, "p3", work=SLOW)
        assert found.plans[0] == found.plain
        other = by_moves(found)[Move(LEAVE_OUT, "V"),]
        assert other.close == ("U",)
        assert other.customers == found.plain.customers + 1
        assert other.minutes < found.plain.minutes

    def test_102_without_a_gain_it_is_left_out(self) -> None:
        assert ask(self.LINE, "p3").plans == (ask(self.LINE, "p3").plain,)

    def test_103_two_valves_may_be_left_out_together(self) -> None:
        slow = Work({"V": ValveWork(accessible=False), "U": ValveWork(accessible=False)})
        found = ask("(S) -p1- [T] -p2- [U] -p3- [V] -p4- b", "p4", work=slow)
        moves = (Move(LEAVE_OUT, "U"), Move(LEAVE_OUT, "V"))
        assert by_moves(found)[moves].close == ("T",)

    def test_104_one_valve_further_out_can_stand_for_two(self) -> None:
        found = ask("(S) -p1- [U] -p2- t |A-p3- x -p4- y -p5-B| t", "p4")
        assert found.plain.close == ("A", "B")
        fewer = [plan for plan in found.plans if plan.valves == 1]
        assert [plan.close for plan in fewer] == [("U",)]


class Test2xxTry:
    def test_201_what_a_stuck_valve_would_save(self) -> None:
        found = ask("(S) -p1- [U] -p2- [V?] -p3- b", "p3")
        tried = by_moves(found)[Move(TRY, "V"),]
        assert tried.close == ("V",)
        assert tried.uncertain == ("V",)
        assert tried.customers == found.plain.customers - 1
        assert found.plans[0] == found.plain  # what is sure comes first

    def test_202_a_valve_never_tried_makes_the_plain_plan_uncertain(self) -> None:
        found = ask("(S) -p1- [U] -p2- [V] -p3- b", "p3", doubtful=frozenset({"V"}))
        assert found.plain.uncertain == ("V",)
        sure = by_moves(found)[Move(LEAVE_OUT, "V"),]
        assert sure.uncertain == ()


class Test3xxStop:
    LINE = "(S) -p1- [V] -p2- a -p3- b -p4- c"

    def ask_with_stops(self, burst: Burst) -> Alternatives:
        tables = draw(self.LINE)
        zone = isolate(build(tables), [burst]).zone_pipes
        stops = stops_around(tables, zone, [burst])
        names = frozenset(stop.name for stop in stops)
        return alternatives(
            build(with_stops(tables, stops)), [burst], None, Wishes(stops=names), budget=1000
        )

    def test_301_a_stop_before_the_burst_keeps_the_zone_small(self) -> None:
        found = self.ask_with_stops(Burst("p4"))
        stopped = [plan for plan in found.plans if plan.stops]
        assert [plan.moves for plan in stopped] == [(Move(STOP, "p3@b"),)]
        assert stopped[0].customers == 1
        assert stopped[0].close == ()

    def test_302_candidates_change_nothing_by_themselves(self) -> None:
        assert self.ask_with_stops(Burst("p3")).plain == ask(self.LINE, "p3").plain

    def test_303_on_the_burst_pipe_itself_when_the_place_is_known(self) -> None:
        found = self.ask_with_stops(Burst("p3", 0.9))
        stopped = next(plan for plan in found.plans if plan.stops)
        assert stopped.moves == (Move(STOP, "p3@0.450"),)
        assert stopped.customers == 1  # c.p3 sits at 0.25 and keeps water; c.p4 does not

    def test_305_a_stop_that_spares_nobody_is_no_plan(self) -> None:
        tables = draw("(S) -p1- [V] -p2- a")
        stops = stops_around(tables, ["p2"], [Burst("p2")])
        wishes = Wishes(stops=frozenset(stop.name for stop in stops))
        found = alternatives(build(with_stops(tables, stops)), [Burst("p2")], None, wishes)
        assert found.tried > 1
        assert found.plans == (found.plain,)

    def test_304_two_stops_on_a_looped_main(self) -> None:
        tables = draw("(S) -p1- [V] -p2- a -p3- b -p4- c -p5- a")
        stops = stops_around(tables, ["p2", "p3", "p4", "p5"], [Burst("p4")])
        names = frozenset(stop.name for stop in stops)
        found = alternatives(
            build(with_stops(tables, stops)),
            [Burst("p4")],
            None,
            Wishes(stops=names),
            budget=1000,
        )
        best = min(found.plans, key=lambda plan: plan.customers)
        assert best.stops == ("p3@b", "p4@c")
        assert best.customers == 1


class Test4xxOpen:
    DRAWING = "(S) -p1- [V] -p2- [W] -p3- [X!] -p4- (T)"

    def test_401_a_valve_more_saves_the_hospital(self) -> None:
        found = ask(self.DRAWING, "p2", special_users=frozenset({"c.p3"}))
        assert found.plain.special_users == ("c.p3",)
        best = found.plans[0]
        assert best.moves == (Move(OPEN, "X"),)
        assert best.special_users == ()
        assert (best.close, best.open_valves) == (("V", "W"), ("X",))

    def test_402_only_what_may_be_opened(self) -> None:
        found = ask(self.DRAWING, "p2", openable=[])
        assert found.plans == (found.plain,)

    def test_403_a_customer_who_was_dry_before_is_not_counted_as_lost(self) -> None:
        found = ask("(S) -p1- [V] -p2- [W] -p3- [X!] -p4- [Y!] -p5- (T)", "p2")
        assert {plan.customers for plan in found.plans} == {1, 2}


class Test5xxKept:
    def test_501_the_budget_is_kept_and_told(self) -> None:
        found = ask("(S) -p1- [T] -p2- [U] -p3- [V] -p4- b", "p4", budget=1)
        assert found.tried == 1
        assert found.cut_short

    def test_502_no_plan_shuts_a_source_that_the_plain_one_spares(self) -> None:
        slow = Work({"V": ValveWork(accessible=False)})
        found = ask("(S) -p1- a -p2- [V] -p3- b", "p3", work=slow)
        assert found.plans == (found.plain,)

    def test_503_key_users_count_before_customers(self) -> None:
        found = ask(
            "(S) -p1- [V] -p2- [W] -p3- [X!] -p4- (T)", "p2", key_users=frozenset({"c.p2", "c.p3"})
        )
        assert [plan.key_users for plan in found.plans] == [("c.p2",), ("c.p2", "c.p3")]

    def test_504_the_work_of_a_plan(self) -> None:
        work = Work(
            {"A": ValveWork(turns=24, at=(0, 0)), "B": ValveWork(bore_mm=127, at=(0, 234))},
            Pace(minutes_at_valve=5, turns_per_minute=17, detour=2.0),
        )
        turns = 24 + 3 * 5 + 2
        assert work.minutes(["A", "B"]) == pytest.approx(5 + 5 + turns / 17 + 6, abs=0.06)
        assert work.minutes([]) == 0
        assert work.minutes([], stops=1) == 180


# -- every network --------------------------------------------------------------


def all_costs(question: Question, wishes: Wishes) -> set[Costs]:
    """The costs of every plan of up to two moves, whether the search would think of it or not."""
    asked = Asked(question)
    valves = asked.brute.valve
    works = set(valves) - asked.stuck - asked.one_way
    moves = [
        *(Move(LEAVE_OUT, v) for v in sorted(works - asked.closed)),
        *(Move(TRY, v) for v in sorted(set(valves) - works - asked.one_way - asked.closed)),
        *(Move(OPEN, v) for v in sorted(works & asked.closed) if valves[v]["isolates"]),
    ]
    return {
        costs
        for size in (0, 1, 2)
        for some in combinations(moves, size)
        if _leaves_out_what_is_closed(asked, some)
        and (costs := _costs(asked, some, wishes)) is not None
    }


def _leaves_out_what_is_closed(asked: Asked, moves: tuple[Move, ...]) -> bool:
    """Whether the moves have an order in which each valve left out is one that was to be closed.

    Leaving out another changes nothing but in one corner: at a junction with one pipe and two
    valves in a row, the inner one open, the junction counts as zone (all pipes around the valve
    are in it); were it stuck, the outer, closed one would bound the zone.
    """

    def closes(before: tuple[Move, ...], valve: str) -> bool:
        left, tried, opened = _sorted_out(before)
        return valve in asked.answer(opened=opened, stuck=left, freed=tried)["valves_to_close"]

    return any(
        all(
            move.kind != LEAVE_OUT or closes(order[:nth], move.asset)
            for nth, move in enumerate(order)
        )
        for order in permutations(moves)
    )


def _sorted_out(moves: tuple[Move, ...]) -> list[set[str]]:
    return [{m.asset for m in moves if m.kind == kind} for kind in (LEAVE_OUT, TRY, OPEN)]


def _costs(asked: Asked, moves: tuple[Move, ...], wishes: Wishes) -> Costs | None:
    left, tried, opened = _sorted_out(moves)
    answer = asked.answer(opened=opened, stuck=left, freed=tried)
    close = answer["valves_to_close"]
    if not answer["sources_to_shut"] <= asked.plain["sources_to_shut"]:
        return None
    if not tried <= close or opened & close:
        return None
    had = {customer for customer, cell in asked.customers_at().items() if cell in asked.before}
    dry = (answer["customers_isolated"] | answer["customers_unintended"]) & had
    return (
        len(answer["sources_to_shut"]),
        0,
        len(tried | (close & wishes.doubtful)),
        len(dry & wishes.special_users),
        len(dry & wishes.key_users),
        len(dry),
        len(dry),
        len(close) + len(opened),
        wishes.work.minutes(close | opened),
    )


WISHES = Wishes(
    key_users=frozenset({"c.p0", "c.p3"}),
    special_users=frozenset({"c.p1"}),
    doubtful=frozenset({"v1"}),
    work=Work({"v0": ValveWork(accessible=False), "v2": ValveWork(bore_mm=400)}),
)


@settings(max_examples=max(20, settings().max_examples // 4))
@given(questions(most_pipes=7))
def test_the_result_is_the_pareto_front_of_all_plans(question: Question) -> None:
    topology = build(question.tables)
    found = alternatives(topology, question.bursts, question.state, WISHES, budget=10_000)
    everything = all_costs(question, WISHES)
    front = {each for each in everything if not any(dominates(one, each) for one in everything)}
    assert {plan.costs for plan in found.plans} == front
    assert not found.cut_short


@given(questions())
def test_no_plan_dominates_another_even_when_cut_short(question: Question) -> None:
    topology = build(question.tables)
    found = alternatives(topology, question.bursts, question.state, WISHES, budget=5)
    for plan in found.plans:
        assert not any(dominates(other.costs, plan.costs) for other in found.plans)
    dominated = any(dominates(other.costs, found.plain.costs) for other in found.plans)
    assert (found.plain in found.plans) != dominated
    assert [plan.rank for plan in found.plans] == sorted(plan.rank for plan in found.plans)
    assert found.tried <= 5


@given(questions())
def test_possible_stops_change_no_answer(question: Question) -> None:
    """They are only there to be thought of: open, not to be turned, on any pipe."""
    tables = question.tables
    stops = stops_around(tables, tables.pipes.ids, question.bursts, most_pipes=99)
    plain = isolate(build(tables), question.bursts, question.state)
    beside = isolate(build(with_stops(tables, stops)), question.bursts, question.state)
    for field in (
        *("zone_pipes", "boundary_valves", "valves_to_close", "valves_already_closed"),
        *("sources_to_shut", "pipes_dry", "customers_isolated", "customers_unintended"),
        *("customers_already_dry", "hydrants_dry", "persons"),
    ):
        assert getattr(beside, field) == getattr(plain, field)
    assert set(plain.valves_walked_through) <= set(beside.valves_walked_through)
