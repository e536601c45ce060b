"""docs/requirements.md promises: every place and every test is there, no core row is left out."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/requirements.md").read_text(encoding="utf-8")
BUILT, _rest = TEXT.split("## Not built", 1)
ROW = re.compile(r"^\| ([A-Z]+-\d\d) \| ([^|]+) \| `([^`]+)` \| (.+) \|$", re.MULTILINE)
ROWS = ROW.findall(BUILT)
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", BUILT)))
# The core rows of the requirements, by group.
CORE = {"ORG": 19, "INT": 22, "WO": 29, "NET": 9, "OUT": 25, "PUB": 14, "CB": 8, "RPT": 3,
        "HOT": 4, "SEC": 6}  # fmt: skip


def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("path", sorted({path for path, _name in NAMED}))
def test_every_test_that_is_named_is_there(path: str) -> None:
    assert {name for named, name in NAMED if named == path} - functions_of(path) == set()


def test_every_place_that_is_named_is_there() -> None:
    assert [where for _row, _what, where, _tests in ROWS if not (ROOT / where).exists()] == []


def test_every_row_has_a_test_and_stands_once() -> None:
    assert len(ROWS) == BUILT.count("\n| ") - 1, "a row is not of the table's shape"
    assert all("::test_" in tests for *_row, tests in ROWS)
    every = re.findall(r"^\| ([A-Z]+-\d\d) \|", TEXT, re.MULTILINE)
    assert [row for row, times in Counter(every).items() if times > 1] == []
    groups = Counter(row.partition("-")[0] for row in every)
    assert {group: n for group, n in CORE.items() if groups[group] < n} == {}
