"""Each kind of defect alone in a clean network: that kind is found, and what follows from it.

The table is the one in docs/importing.md, which this test holds.
"""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path

import pytest

from tests.network.small_networks import grid
from tests.network.test_check import DEFECTS, Spoil, found

DOCS = Path(__file__).parents[2] / "docs" / "importing.md"

# What a defect brings with it, by its nature: the other kinds found beside it.
FOLLOWS: dict[str, set[str]] = {
    "id_missing": {"node_unused"},
    "id_duplicate": {"valve_operability_unknown", "valve_state_unknown"},
    "geometry_missing": {"customer_pipe_unknown", "valve_pipe_unknown"},
    "geometry_wrong_type": {"customer_pipe_unknown", "valve_pipe_unknown"},
    "geometry_multipart": {"customer_pipe_unknown", "valve_pipe_unknown"},
    "pipe_self_loop": {"pipe_end_far_from_node"},
    "pipe_end_far_from_node": {"valve_far_from_pipe"},
    "far_from_network": {"length_mismatch", "node_near_pipe"},
    "text_shortened": {"valve_kind_unknown"},
    "diameter_implausible": {"valve_bore_mismatch"},
    "node_duplicate": {"end_near_miss", "pipe_end_unknown"},
    "valve_on_unused_pipe": {"customer_on_unused_pipe"},
    "customer_on_unused_pipe": {"valve_on_unused_pipe"},
    "check_valve_wrong_way": {"dry_behind_one_way"},
    "source_off_network": {"island_without_source"},
}
FIRST: dict[str, tuple[Spoil, str]] = {}
for _spoil, _code, _asset in DEFECTS:
    FIRST.setdefault(_code, (_spoil, _asset))


def told(code: str, folder: Path) -> set[tuple[str, str]]:
    layers = deepcopy(grid(3))
    FIRST[code][0](layers)
    return found(layers, folder)


@pytest.mark.parametrize("code", FIRST)
def test_exactly_this_kind_is_found(code: str, tmp_path: Path) -> None:
    findings = told(code, tmp_path)
    assert (code, FIRST[code][1]) in findings
    assert {each for each, _asset in findings} == {code} | FOLLOWS.get(code, set())


def test_the_document_shows_this_table() -> None:
    part = DOCS.read_text().split("### Each defect alone", 1)[1].split("\n## ", 1)[0]
    _head, *lines = [line for line in part.splitlines() if line.startswith("|")]
    rows = [re.findall(r"`(\w+)`", line) for line in lines[1:]]
    alone, *others = rows
    assert set(alone) == FIRST.keys() - FOLLOWS.keys()
    assert {row[0]: set(row[1:]) for row in others} == FOLLOWS
    assert f"{len(FIRST)} of {len(FIRST)}" in part
    assert len(FIRST) >= 25
