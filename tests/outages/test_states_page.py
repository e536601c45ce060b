"""docs/states.md is what the tables in force print."""

from pathlib import Path

from outages.management.commands.state_tables import TABLES, page
from outages.workflow import WORK_ORDER_TRANSITIONS

ROOT = Path(__file__).parents[2]


def test_the_page_of_states_is_true() -> None:
    written = (ROOT / "docs/states.md").read_text(encoding="utf-8")
    assert written == page(), "run ./run manage state_tables > docs/states.md"


def test_every_state_of_an_order_stands_on_it() -> None:
    text = page()
    assert all(f"| {state} |" in text for state in WORK_ORDER_TRANSITIONS)
    assert len(TABLES) == 7
