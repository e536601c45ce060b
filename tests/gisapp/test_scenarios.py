"""docs/scenarios.md promises: every scenario is cut into clauses, every test named is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/scenarios.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (T\d\d) \| ([^|]+) \| (`.+`) \|$", re.MULTILINE)
ROWS = ROW.findall(TEXT)
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TEXT)))
SCENARIOS = [f"T{number:02}" for number in range(1, 31)]


def test_every_scenario_is_there_in_order() -> None:
    assert len(ROWS) == len(re.findall(r"^\| T", TEXT, re.MULTILINE)), "a row is of another shape"
    assert list(dict.fromkeys(scenario for scenario, _clause, _tests in ROWS)) == SCENARIOS


@pytest.mark.parametrize("path", sorted({path for path, _name in NAMED}))
def test_every_test_that_is_named_is_there(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {name for named, name in NAMED if named == path} - functions == set()


def test_every_test_named_after_a_scenario_stands_with_it() -> None:
    """A test of another name shows a clause too; one that says t06 shows T06."""
    wrong = [
        (scenario, number)
        for scenario, _clause, tests in ROWS
        for number in re.findall(r"::test_t(\d\d)_", tests)
        if scenario != f"T{number}"
    ]
    assert wrong == []
