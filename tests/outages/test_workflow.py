"""The state tables, by scenarios: each a list of states that must, or must not, follow."""

import itertools
from enum import StrEnum

import pytest

from outages.workflow import (
    PLAN_TRANSITIONS,
    PLANNED_OUTAGE_TRANSITIONS,
    REPORT_TRANSITIONS,
    STEP_TRANSITIONS,
    UNPLANNED_OUTAGE_TRANSITIONS,
    WORK_ORDER_TRANSITIONS,
    OutageStatus,
    PlanStatus,
    ReportStatus,
    StepStatus,
    TransitionRefused,
    WorkOrderStatus,
    require,
)

TABLES: dict[str, tuple[dict[StrEnum, frozenset[StrEnum]], type[StrEnum]]] = {
    "report": (REPORT_TRANSITIONS, ReportStatus),
    "plan": (PLAN_TRANSITIONS, PlanStatus),
    "step": (STEP_TRANSITIONS, StepStatus),
    "unplanned": (UNPLANNED_OUTAGE_TRANSITIONS, OutageStatus),
    "planned": (PLANNED_OUTAGE_TRANSITIONS, OutageStatus),
    "order": (WORK_ORDER_TRANSITIONS, WorkOrderStatus),
}
HAPPY = [
    ("report", "received order_issued received"),
    ("report", "received answered received invalid received duplicate received"),
    ("plan", "computed adjusted adjusted approved executing all_closed reopening reopened"),
    ("plan", "computed approved all_closed executing superseded"),
    ("step", "pending failed done"),
    ("step", "pending failed left_closed done failed void"),
    ("unplanned", "draft impact_confirmed in_effect restoring in_effect restoring restored closed"),
    ("unplanned", "draft cancelled"),
    (
        "planned",
        "draft impact_confirmed awaiting_leader awaiting_permit ready published in_effect "
        "restoring restored closed",
    ),
    ("planned", "draft impact_confirmed ready published cancelled"),
    (
        "order",
        "issued notified accepted en_route on_site in_progress result_entered fed_back callback "
        "archived",
    ),
    ("order", "issued accepted in_progress result_entered fed_back archived"),
]
UNHAPPY = [
    ("report", "order_issued answered"),
    ("plan", "superseded approved"),
    ("plan", "computed executing"),
    ("plan", "reopened superseded"),
    ("step", "void pending"),
    ("planned", "ready in_effect"),
    ("planned", "impact_confirmed in_effect"),
    ("planned", "impact_confirmed published"),
    ("unplanned", "in_effect restored"),
    ("unplanned", "in_effect cancelled"),
    ("unplanned", "closed in_effect"),
    ("order", "issued on_site"),
    ("order", "archived void"),
    ("order", "result_entered archived"),
]


@pytest.mark.parametrize(("table", "states"), HAPPY)
def test_what_may_follow(table: str, states: str) -> None:
    transitions, kind = TABLES[table]
    steps = [kind(state) for state in states.split()]
    for current, wanted in itertools.pairwise(steps):
        require(transitions, table, current, wanted)
        assert wanted in transitions[current]


@pytest.mark.parametrize(("table", "states"), UNHAPPY)
def test_what_may_not_follow(table: str, states: str) -> None:
    transitions, kind = TABLES[table]
    current, wanted = states.split()
    with pytest.raises(TransitionRefused, match=f"{table} 7 is {current}: {wanted} cannot follow"):
        require(transitions, f"{table} 7", current, kind(wanted))


@pytest.mark.parametrize("table", TABLES)
def test_every_state_has_its_row(table: str) -> None:
    transitions, kind = TABLES[table]
    unplanned_only = {"awaiting_leader", "awaiting_permit", "ready", "published"}
    missing = {str(state) for state in kind} - {str(state) for state in transitions}
    assert missing <= (unplanned_only if table == "unplanned" else set())
    reachable = set().union(*transitions.values())
    assert {str(state) for state in reachable} <= {str(state) for state in transitions}
