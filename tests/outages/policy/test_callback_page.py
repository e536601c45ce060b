"""docs/call-backs.md is what the table and the policy in force print."""

from pathlib import Path

from outages.management.commands.print_callbacks import STATES, page
from outages.policy.callbacks import CallBackStatus

ROOT = Path(__file__).parents[3]


def test_the_page_of_call_backs_is_true() -> None:
    written = (ROOT / "docs/call-backs.md").read_text(encoding="utf-8")
    assert written == page(), "run ./run manage print_callbacks > docs/call-backs.md"
    assert set(STATES) == set(CallBackStatus)
