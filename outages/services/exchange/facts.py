"""The four items that the dispatch centre is told, read off an outage."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from network.models import Pipe
from network.selectors import current_revision
from outages.choices import Direction
from outages.models import (
    IsolationPlan,
    Outage,
)
from outages.services.publishing import audience
from outages.workflow import StepStatus

# Valves named one by one in a message; the rest is a count.
_NAMED: Final = 12


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The four items of Art. 19. `valve_states` lists {valve, state}; state is open or closed."""

    leak_location: str
    pipe_diameter: str
    valve_states: list[dict[str, str]]
    affected_area: str
    expected_repair_at: datetime | None

    @property
    def valve_text(self) -> str:
        """Valves in words: closed ones first, as the centre reads them."""
        closed = [each["valve"] for each in self.valve_states if each["state"] == "closed"]
        still = [each["valve"] for each in self.valve_states if each["state"] != "closed"]
        if not self.valve_states:
            return "无需关阀"
        parts = []
        if closed:
            parts.append(f"已关{len(closed)}个：{'、'.join(closed[:_NAMED])}")
        if still:
            parts.append(f"未关{len(still)}个：{'、'.join(still[:_NAMED])}")
        return "；".join(parts)[:300]

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the items that are empty."""
        empty = {
            "leak_location": not self.leak_location.strip(),
            "pipe_diameter": not self.pipe_diameter.strip(),
            "affected_area": not self.affected_area.strip(),
            "expected_repair_at": self.expected_repair_at is None,
        }
        return tuple(name for name, is_empty in empty.items() if is_empty)


def facts_of(outage: Outage) -> Facts:
    """Read the four items off an outage; what the record lacks stays empty. Five queries."""
    plan = audience.telling_plan(outage)
    report = outage.reports.filter(duplicate_of__isnull=True).first()
    where = report.address if report and report.address else outage.place
    area = f"{outage.place}，{outage.customers}户，约{outage.persons}人" if outage.customers else ""
    return Facts(
        leak_location=where,
        pipe_diameter=_diameter(plan) if plan else "",
        valve_states=_valve_states(plan) if plan else [],
        affected_area=area,
        expected_repair_at=outage.estimated_restoration_at or outage.planned_end_at,
    )


def _diameter(plan: IsolationPlan) -> str:
    codes = [each["pipe"] for each in plan.burst_pipes]
    rows = Pipe.objects.filter(revision=current_revision(), asset_id__in=codes)
    bores = sorted({int(bore) for bore in rows.values_list("diameter_mm", flat=True) if bore})
    return "、".join(f"DN{bore}" for bore in reversed(bores))[:60]


def _valve_states(plan: IsolationPlan) -> list[dict[str, str]]:
    """How each valve of the plan stands: shut by its close step, open again by its open step."""
    states: dict[str, str] = {}
    steps = plan.operations.exclude(status=StepStatus.VOID).order_by("sequence")
    for step in steps:
        if step.direction == Direction.CLOSE:
            closed = step.status == StepStatus.DONE
            states.setdefault(step.valve, "closed" if closed else "open")
    for step in steps:
        if step.direction == Direction.OPEN and step.status == StepStatus.DONE:
            states[step.valve] = "open"
    return [{"valve": valve, "state": state} for valve, state in states.items()]
