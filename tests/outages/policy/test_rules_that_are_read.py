"""Every rule that may be changed is one that the program goes by, or says that it is not."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from outages.policy.keys import KEYS, POLICY
from outages.policy.on_record import ON_RECORD

TABLES = tuple(f"outages/policy/{name}.py" for name in ("keys", "message_keys", "on_record"))


def named_in_code() -> set[str]:
    """Keys that the program's own files name."""
    base = Path(settings.BASE_DIR)
    found: set[str] = set()
    for app in ("gisapp", "layers", "outages"):
        for file in (base / app).rglob("*.py"):
            if str(file.relative_to(base)) not in TABLES and "migrations" not in file.parts:
                tree = ast.walk(ast.parse(file.read_text("utf-8")))
                found |= {str(node.value) for node in tree if isinstance(node, ast.Constant)}
    return found & KEYS.keys()


@pytest.fixture(scope="module")
def read() -> set[str]:
    named = named_in_code()
    return named | {row.warn_key for row in POLICY if row.key in named}


def test_a_rule_that_the_program_does_not_go_by_says_so(read: set[str]) -> None:
    silent = {
        row.key
        for row in POLICY
        # With a single choice there is nothing to set.
        if row.key not in read | ON_RECORD.keys() and len(row.choices) != 1
    }
    assert not silent


def test_a_rule_that_the_program_goes_by_does_not_deny_it(read: set[str]) -> None:
    assert not read & ON_RECORD.keys()
    assert ON_RECORD.keys() <= KEYS.keys()
