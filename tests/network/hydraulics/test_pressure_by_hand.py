"""Networks whose pressures are known by hand.

1xx a line, 2xx loops that a closure opens, 3xx devices, 4xx what cannot be said.
"""

from dataclasses import replace

import numpy as np
import pytest

from network.hydraulics.facts import Assumptions, NotGradable, Obstacle, pump_curve, roughness_of
from network.hydraulics.grades import Grade
from network.topology.engine.states import NetworkState
from tests.drawing import draw, sketch
from tests.network.hydraulics.drawn import (
    DEMAND_MET,
    after_burst,
    ask,
    facts_of,
    heads_of,
    loss_m,
    solved,
)


def test_101_a_line_loses_head_as_the_formula_says():
    tables = draw("(s) -p1- a -p2- b")
    facts = facts_of(
        tables,
        heads=40.0,
        lengths={"p1": 1000.0, "p2": 500.0},
        bores={"p1": 150.0, "p2": 100.0},
        demands={"c.p1": 0.0, "c.p2": 720.0},  # 30 m3/h, drawn at the nearer end of p2: a
    )
    mains, run = solved(tables, facts, DEMAND_MET)
    lost = loss_m(30.0, length_m=1000.0, bore_mm=150.0, roughness=100.0)
    heads = heads_of(mains, run)
    assert lost > 3
    assert heads["a"] == pytest.approx(40.0 - lost, abs=0.02)
    assert heads["b"] == pytest.approx(heads["a"], abs=0.001)
    assert run.solution.drawn_m3_h == pytest.approx(30.0, abs=0.01)


def test_102_a_pressure_is_the_head_over_the_ground_where_the_customer_is():
    tables = draw("(s) -p1- a -p2- b")
    facts = facts_of(tables, heads=40.0, heights={"s": 0.0, "a": 31.0, "b": 35.0})
    question, _ = after_burst(tables, "p2")
    question = replace(question, after=question.before, dry=())
    found = ask(tables, facts, question, DEMAND_MET)
    # c.p2 stands a quarter of the way from a (31 m) to b (35 m): 40 - 32.
    by_id = {each.asset: each for each in found.graded.customers}
    assert by_id["c.p2"].after_m == pytest.approx(8.0, abs=0.01)
    assert by_id["c.p2"].grade == Grade.UNDER_10
    assert "c.p1" not in by_id


RING = """
(s) -p0- a |V1-p1- b -p2-V4| c -p5- d
a -p3- e -p4- c
"""


def ring_facts(tables, *, demand: float = 480.0):
    """A ring whose upper side is wide (200 mm) and whose lower side is thin (80 mm)."""
    bores = {"p0": 300.0, "p1": 200.0, "p2": 200.0, "p3": 80.0, "p4": 80.0, "p5": 150.0}
    demands = {"c.p5": demand}
    return facts_of(tables, heads=20.0, lengths=200.0, bores=bores, demands=demands)


def test_201_closing_one_side_of_a_loop_weakens_those_beyond():
    tables = draw(RING)
    question, isolation = after_burst(tables, "p1")
    assert set(isolation.customers_isolated) == {"c.p1", "c.p2"}
    found = ask(tables, ring_facts(tables), question, DEMAND_MET)
    lost = loss_m(20.0, length_m=400.0, bore_mm=80.0, roughness=100.0) + loss_m(
        20.0, length_m=200.0, bore_mm=300.0, roughness=100.0
    )
    by_id = {each.asset: each for each in found.graded.customers}
    assert 20.0 - lost < 10.0
    assert by_id["c.p5"].after_m == pytest.approx(20.0 - lost, abs=0.05)
    assert by_id["c.p5"].before_m > 18.0
    assert by_id["c.p5"].is_new
    assert {each.asset for each in found.graded.pipes} >= {"p5"}


def test_202_the_cut_off_are_in_no_list():
    tables = draw(RING)
    question, _ = after_burst(tables, "p1")
    found = ask(tables, ring_facts(tables), question, DEMAND_MET)
    assert not {each.asset for each in found.graded.customers} & {"c.p1", "c.p2"}
    assert not {each.asset for each in found.graded.pipes} & {"p1", "p2"}
    assert found.graded.graded + found.graded.ungraded == 4


def test_203_who_was_weak_before_is_never_new():
    tables = draw(RING)
    facts = ring_facts(tables)
    facts = replace(facts, elevations_m=facts.elevations_m + 11.0)
    question, _ = after_burst(tables, "p1")
    found = ask(tables, facts, question, DEMAND_MET)
    by_id = {each.asset: each for each in found.graded.customers}
    assert by_id["c.p5"].before_m < 10.0 > by_id["c.p5"].after_m
    assert not by_id["c.p5"].is_new
    counts = found.graded.counts()
    assert counts["new_under_7"] == 0
    assert counts["weak_before"] == len(by_id)


def test_204_short_of_pressure_taps_give_less():
    tables = draw(RING)
    question, _ = after_burst(tables, "p1")
    facts = ring_facts(tables, demand=1200.0)
    full = ask(tables, facts, question, DEMAND_MET)
    real = ask(tables, facts, question, replace(DEMAND_MET, full_supply_m=10.0))
    wanted, got = (
        next(each.after_m for each in found.graded.customers if each.asset == "c.p5")
        for found in (full, real)
    )
    assert wanted < 0 < got
    assert real.drawn_m3_h < full.drawn_m3_h


def test_301_a_pump_lifts_by_its_curve_and_a_reducer_keeps_its_setting():
    drawn = sketch("(s) -p1- a -u> b -p2- c -r> d -p3- e")
    tables = drawn.tables()
    facts = facts_of(
        tables,
        heads=10.0,
        lengths=10.0,
        bores=300.0,
        demands={"c.p3": 240.0},  # 10 m3/h
        kinds={"u": "pump", "r": "prv"},
        settings={"r": 15.0},
        pump_curves={"u": "0:40 10:30 20:10"},
    )
    mains, run = solved(tables, facts, DEMAND_MET)
    heads = heads_of(mains, run)
    assert heads["b"] == pytest.approx(10.0 + 30.0, abs=0.1)
    assert heads["d"] == pytest.approx(15.0, abs=0.05)


def test_302_a_pump_of_constant_power_puts_in_its_power():
    tables = sketch("(s) -p1- a -u> b -p2- c").tables()
    facts = facts_of(
        tables,
        heads=10.0,
        lengths=10.0,
        bores=300.0,
        demands={"c.p2": 24 * 36.0},  # 36 m3/h, 10 l/s
        kinds={"u": "pump"},
        pump_curves={"u": "kw:2"},
    )
    heads = heads_of(*solved(tables, facts, DEMAND_MET))
    assert heads["b"] - heads["a"] == pytest.approx(2.0 / (9.81 * 0.010), rel=0.01)


def test_303_beyond_a_pump_of_unknown_lift_nobody_is_graded():
    tables = sketch("(s) -p1- a -u> b -p2- c").tables()
    facts = facts_of(tables, heads=10.0, kinds={"u": "pump"})
    question, _ = after_burst(tables, "p1")
    question = replace(question, after=question.before, dry=())
    found = ask(tables, facts, question, DEMAND_MET)
    assert [(each.code, each.facts) for each in found.told] == [
        ("devices_unrated", {"devices": ["u"]})
    ]
    # On p1, before the pump, all is known; on the device and behind it nothing is.
    assert {each.asset for each in found.graded.customers} <= {"c.p1"}
    assert found.graded.ungraded == 2


def test_304_water_does_not_run_back_through_a_check_valve():
    tables = draw("(s) -p1- a -p2> b -p3- (t)")
    facts = facts_of(tables, heads={"s": 20.0, "t": 60.0}, demands={"c.p1": 480.0}, bores=80.0)
    mains, run = solved(tables, facts, DEMAND_MET)
    heads = heads_of(mains, run)
    assert heads["a"] < 20.1
    assert heads["b"] == pytest.approx(60.0, abs=0.1)


def test_305_a_closed_valve_parts_what_a_loop_feeds_from_both_sides():
    tables = draw("(s) -p1-V1!| a -p2- (t)")
    facts = facts_of(tables, heads={"s": 20.0, "t": 60.0})
    mains, run = solved(tables, facts, DEMAND_MET)
    assert heads_of(mains, run)["a"] == pytest.approx(60.0, abs=0.01)
    assert run.model.junction_count == 2  # a, and the blind end of p1


def test_306_a_tee_and_a_mid_pipe_valve_divide_a_pipe():
    drawn = sketch("(s) -p1/V1!/- a -p2- (t)\nb -p3- c")
    drawn.split("p1", "b", 0.25)
    tables = drawn.tables()
    facts = facts_of(tables, heads={"s": 20.0, "t": 60.0})
    mains, run = solved(tables, facts, DEMAND_MET)
    heads = heads_of(mains, run)
    assert heads["b"] == heads["c"] == pytest.approx(20.0, abs=0.01)
    assert heads["a"] == pytest.approx(60.0, abs=0.01)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"heights": {}}, Obstacle.NO_ELEVATIONS),
        ({"heads": {}}, Obstacle.NO_HEADS),
    ],
)
def test_401_facts_that_are_missing_are_named(change, code):
    tables = draw(RING)
    question, _ = after_burst(tables, "p1")
    with pytest.raises(NotGradable) as refused:
        ask(tables, facts_of(tables, **change), question, DEMAND_MET)
    assert refused.value.code == code


def test_402_nothing_is_said_where_nobody_is_supplied():
    tables = draw("(s) -p1- a")
    question, _ = after_burst(tables, "p1")
    with pytest.raises(NotGradable) as refused:
        ask(tables, facts_of(tables), question, DEMAND_MET)
    assert refused.value.code == Obstacle.NO_SUPPLY


def test_403_what_does_not_balance_is_not_graded():
    tables = draw(RING)
    question, _ = after_burst(tables, "p1")
    with pytest.raises(NotGradable) as refused:
        ask(tables, ring_facts(tables), question, replace(DEMAND_MET, trials=1))
    assert refused.value.code == Obstacle.NOT_BALANCED
    assert refused.value.facts == {"run": "before", "warning": 1}


def test_404_heads_that_do_not_fit_the_flows_are_no_balance(monkeypatch):
    read = np.load

    def shifted(path):
        found = dict(read(path))
        found["head"][0] += 3.0
        return _Found(found)

    monkeypatch.setattr("network.hydraulics.solve.np.load", shifted)
    tables = draw(RING)
    with pytest.raises(NotGradable) as refused:
        solved(tables, ring_facts(tables), DEMAND_MET)
    assert refused.value.code == Obstacle.NOT_BALANCED


class _Found(dict):
    """What np.load gives, as far as it is used."""

    files = property(list)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None


def test_405_places_without_height_take_their_neighbours_and_it_is_told():
    tables = draw("(s) -p1- a -p2- b -p3- c -p4- d -p5- e")
    facts = facts_of(tables, heights={"s": 5.0, "a": 5.0})
    question, _ = after_burst(tables, "p5")
    question = replace(question, after=NetworkState(), dry=())
    found = ask(tables, facts, question, DEMAND_MET)
    told = {each.code: each.facts for each in found.told}
    assert told["elevations_filled"] == {"count": 3}
    assert told["elevations_missing"] == {"count": 1}
    assert found.graded.ungraded == 1


def test_406_persons_stand_in_for_demands_at_the_peak_hour():
    tables = draw("(s) -p1- a -p2- b")
    facts = facts_of(tables)
    facts = replace(facts, customer_demands_m3_d=np.full(2, np.nan))
    tables = replace(tables, customers=replace(tables.customers, persons=[0, 2400]))
    assumed = Assumptions(litres_per_person_day=100.0, peak_factor=1.5, full_supply_m=0.0)
    _, run = solved(tables, facts, assumed)
    assert run.solution.drawn_m3_h == pytest.approx(2400 * 0.1 * 1.5 / 24, rel=1e-4)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("0:40 10:30", [(0.0, 40.0), (10.0, 30.0)]),
        ("10:30;0:40", [(0.0, 40.0), (10.0, 30.0)]),
        ("50:20", [(50.0, 20.0)]),
        ("kw:7.5", 7.5),
        ("0:10 5:20", None),
        ("steep", None),
        ("", None),
    ],
)
def test_501_pump_curves_are_read_or_refused(text, points):
    assert pump_curve(text) == points


@pytest.mark.parametrize(
    ("material", "roughness"),
    [("球墨铸铁", 120), ("灰口铸铁", 100), ("PE", 140), ("steel pipe", 120), ("PCCP", 120),
     ("PVC-U", 140), ("copper", 110), ("", 110)],
)  # fmt: skip
def test_502_materials_have_their_roughness(material, roughness):
    assert roughness_of(material) == roughness
