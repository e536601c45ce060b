"""`manage state_tables`: print docs/states.md, the state tables as they are in force."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from django.core.management.base import BaseCommand

from outages import workflow
from outages.policy import organisation

TABLES: Final[tuple[tuple[str, dict[StrEnum, frozenset[StrEnum]]], ...]] = (
    ("Report (来电)", workflow.REPORT_TRANSITIONS),
    ("Work order (工作指令单)", workflow.WORK_ORDER_TRANSITIONS),
    ("Unplanned outage (计划外停水)", workflow.UNPLANNED_OUTAGE_TRANSITIONS),
    ("Planned outage (计划性停水)", workflow.PLANNED_OUTAGE_TRANSITIONS),
    ("Shutdown plan (关阀方案)", workflow.PLAN_TRANSITIONS),
    ("Step (操作步骤)", workflow.STEP_TRANSITIONS),
    ("Monthly report (月度报告)", workflow.MONTHLY_TRANSITIONS),
)


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# States and routes"
    yield ""
    yield (
        "Printed from `outages/workflow.py` and `outages/policy/organisation.py` by "
        "`./run manage state_tables > docs/states.md`; a test holds it true."
    )
    for title, table in TABLES:
        yield from ("", f"## {title}", "", "| from | to |", "|---|---|")
        for state in (each for each in type(next(iter(table))) if each in table):
            after = [str(each) for each in type(state) if each in table[state]]
            yield f"| {state} | {', '.join(after) or '(the end)'} |"
    yield from ("", "## Order categories (工单类别)", "")
    yield "| category | 类别 | department | rules |"
    yield "|---|---|---|---|"
    for row in organisation.CATEGORIES:
        yield f"| `{row.code}` | {row.name} | `{row.department}` | {_rules(row)} |"


def _rules(row: organisation.ShippedCategory) -> str:
    told = {
        "needs an asset or a place": row.needs_place,
        "leak check before repaired": row.needs_leak_check,
        "recorded and forwarded only": row.forward_only,
    }
    return ", ".join(text for text, holds in told.items() if holds)


class Command(BaseCommand):
    help = "Print the state tables and the order categories as Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")
