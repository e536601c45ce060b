"""Print docs/outage-duties.md from the decision matrix in force, so that it cannot differ."""

from typing import Any, Final

from django.core.management.base import BaseCommand

from outages.policy.emergency import CHECKLIST
from outages.policy.matrix import EMERGENCY, MATRIX, Gate, Kind, Row, Task
from outages.workflow import (
    APPROVAL_TRANSITIONS,
    DUTY_TRANSITIONS,
    PERMIT_TRANSITIONS,
    PLANNED_OUTAGE_TRANSITIONS,
    UNPLANNED_OUTAGE_TRANSITIONS,
)

_KINDS: Final = {
    Kind.PLANNED_NETWORK: "planned network",
    Kind.UNPLANNED_NETWORK: "unplanned network",
    Kind.PLANNED_PLANT: "planned plant",
    Kind.UNPLANNED_PLANT: "unplanned plant",
}
_CONDITIONS: Final = {
    "always": "",
    "needs_permit": "more than the threshold (超过), or by policy always",
    "needs_plant_permit": "all, or by policy more than the threshold (超过)",
    "is_over": "more than the threshold (超过)",
    "is_large": "the threshold or more (达到……以上)",
    "is_large_key_or_trunk": "the threshold or more, a key or large user, or a trunk road",
    "is_large_for_bureau": "the threshold or more",
    "has_key_users": "a key or large user loses water",
    "has_special_users": "a special user loses water",
    "has_organisations": "an organisation lies in the area",
    "is_major": "major, or the threshold or more",
}
_GATES: Final = {
    Gate.NONE: "",
    Gate.HAND_OVER: "hand-over",
    Gate.PUBLISH: "publication",
    Gate.START: "start",
    Gate.WARN: "warns only",
}
_HEAD: Final = """# Duties of an outage

Who must do what about an outage, by when, and what waits for it. \
Printed by `./run manage print_duties` from `outages/policy/matrix.py`; a test holds it true. \
Thresholds and comparators are policy rows \
(docs/policy.md: `big_outage_persons`, `cmp_*`, `key_user_notice`, `publish_after_receipt`), \
those of when the outage began.

The list of an outage is made in the transaction that approves or confirms it, \
and follows each new plan, time and severity: what is needed is added, \
what is not becomes `not_needed` with why, what was done stays. \
Organisations, key users, special users and posting places are one duty each. \
News of a published outage is one more round on the channels that were used. \
Who was rung and is spared by a change is rung again, and so is who is in the area again after all.

Each row has one clock, whomever it has to reach; it runs from when its owner is told, \
ends with the last of them, and stands on the deadline board: \
`duty_at_once`, `publish_after_receipt`, `key_user_notice`, `duty_before_start`. \
A late row alerts its department, the dispatchers and supervision. \
People may put more on the list: a call, a posting, a notice elsewhere; \
those stay whatever changes. Gates: docs/adr/0014.
"""


def duty_page() -> str:
    """Return the page, in Markdown."""
    parts = [_HEAD]
    for kind, name in _KINDS.items():
        rows = [row for row in MATRIX if kind in row.kinds]
        parts.append(f"\n## {name.capitalize()}\n\n{_table(rows)}")
    parts.append("\n## In an emergency, besides\n\n" + _table(EMERGENCY))
    steps = "\n".join(
        f"* `{step.code}` ({step.owner}): {step.zh} / {step.en}" for step in CHECKLIST
    )
    parts.append(f"\nThe emergency plan's steps (`{Task.EMERGENCY_STEP}`), ours:\n\n{steps}\n")
    tables = {
        "Planned outage": PLANNED_OUTAGE_TRANSITIONS,
        "Unplanned outage": UNPLANNED_OUTAGE_TRANSITIONS,
        "Duty": DUTY_TRANSITIONS,
        "Permit": PERMIT_TRANSITIONS,
        "Leader's approval": APPROVAL_TRANSITIONS,
    }
    for name, table in tables.items():
        states = [
            f"| {state} | {', '.join(sorted(after)) or 'nothing more'} |"
            for state, after in table.items()
        ]
        lines = "\n".join(["| From | To |", "|---|---|", *states])
        parts.append(f"\n## States: {name}\n\n{lines}\n")
    return "".join(parts)


def _table(rows: tuple[Row, ...] | list[Row]) -> str:
    lines = ["| Duty | Owner | If | Due | Holds up | Article |", "|---|---|---|---|---|---|"]
    lines += [
        f"| `{row.task}` | {row.owner} | {_CONDITIONS[row.applies.__name__]} | {row.due} "
        f"| {_GATES[row.gate]} | {row.article} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


class Command(BaseCommand):
    """`./run manage print_duties > docs/outage-duties.md`."""

    help = "Print the page of duties from the decision matrix"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write it to standard output."""
        self.stdout.write(duty_page(), ending="")
