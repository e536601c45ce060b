"""What a cut takes water from, found beside the cut, is what a flood of the network finds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from network.topology.engine.build import build
from network.topology.engine.search import supplied
from network.topology.engine.states import masks
from network.topology.engine.supply_tree import SupplyTree
from tests.network.topology.networks import Question, questions


@given(questions(most_pipes=20), st.data())
def test_any_cut_takes_what_a_flood_says(question: Question, data: st.DataObject) -> None:
    topology = build(question.tables)
    holds = masks(topology, question.state)
    tree = SupplyTree(topology, holds)
    before = supplied(topology, holds)
    assert tree.wet.tolist() == before.tolist()
    for _ in range(4):
        segments = st.integers(0, topology.segment_count - 1)
        taken = data.draw(st.sets(segments, max_size=4))
        valves = st.integers(0, max(len(topology.valve_ids) - 1, 0))
        shut = data.draw(st.sets(valves, max_size=3)) if len(topology.valve_ids) else set()
        after = supplied(
            topology,
            holds,
            shut=np.asarray(sorted(shut), np.int32),
            removed=np.asarray(sorted(taken), np.int32),
        )
        assert tree.lost(taken, shut) == set(np.flatnonzero(before & ~after).tolist())


@given(questions(most_pipes=20), st.data())
def test_a_tree_grown_without_some_tells_what_more_is_lost(
    question: Question, data: st.DataObject
) -> None:
    topology = build(question.tables)
    tree = SupplyTree(topology, masks(topology, question.state))
    segments = st.integers(0, topology.segment_count - 1)
    first, more = (data.draw(st.sets(segments, max_size=3)) for _ in range(2))
    rest = tree.without(first)
    assert tree.lost(first | more) == tree.lost(first) | rest.lost(more - first)
    assert set(np.flatnonzero(tree.wet & ~rest.wet).tolist()) == tree.lost(first)
