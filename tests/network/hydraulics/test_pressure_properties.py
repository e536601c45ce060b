"""On random networks: nothing is ever said of who is cut off, and the rest is sound."""

import os

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from network.hydraulics.facts import Assumptions, NotGradable, Obstacle
from network.hydraulics.pressure import Question, reckon_pressures
from network.topology.engine.build import build
from network.topology.engine.isolation import isolate
from tests.network.hydraulics.drawn import facts_of
from tests.network.topology.networks import questions

# Every example starts EPANET twice.
EXAMPLES = max(25, int(os.environ.get("MAINBREAK_EXAMPLES", "0")) // 50)


@settings(max_examples=EXAMPLES)
@given(asked=questions(), seed=st.integers(0, 2**16))
def test_nothing_is_said_of_who_is_cut_off(asked, seed):
    rng = np.random.default_rng(seed)
    tables, topology = asked.tables, build(asked.tables)
    facts = facts_of(
        tables,
        heads={each: float(rng.uniform(20, 60)) for each in tables.sources.ids},
        heights={each: float(rng.uniform(0, 30)) for each in tables.junctions},
        demands=float(rng.uniform(0, 400)),
        bores=float(rng.choice([50, 100, 300])),
    )
    found = isolate(topology, asked.bursts, asked.state)
    after = asked.state.with_changes(
        closed=found.valves_to_close, inactive_sources=found.sources_to_shut
    )
    # What the isolation names is withheld, so that only the model itself can keep silent.
    question = Question(asked.state, after)
    try:
        told = reckon_pressures(tables, topology, facts, question, Assumptions())
    except NotGradable as refused:
        assert refused.code in (Obstacle.NO_SUPPLY, Obstacle.NOT_BALANCED)
        return
    dry = {*found.customers_isolated, *found.customers_unintended, *found.customers_already_dry}
    named = {each.asset for each in told.graded.customers}
    assert not named & dry
    assert not {each.asset for each in told.graded.pipes} & {*found.zone_pipes}
    assert told.graded.graded + told.graded.ungraded + len(dry) <= len(tables.customers.ids)
    assert np.isfinite([each.after_m for each in told.graded.customers]).all()
