"""What must wait for a duty: handing over, publishing, beginning. An emergency never waits."""

from typing import Final

from outages.models import Outage, OutageTask
from outages.policy.matrix import Gate, Task
from outages.workflow import DutyStatus, OutageKind, Refused


class GateRefused(Refused):
    """A gate is shut: `code` names what is missing, `owner` who must act."""

    codes = ("sheet_required", "leader_required", "permit_required", "duty_required")


_CODES: Final[dict[str, str]] = {
    Task.OUTAGE_SHEET: "sheet_required",
    Task.LEADER_APPROVAL: "leader_required",
    Task.PERMIT: "permit_required",
}
# A later step waits for all that an earlier one waited for.
_BEFORE: Final[dict[Gate, tuple[Gate, ...]]] = {
    Gate.HAND_OVER: (Gate.HAND_OVER,),
    Gate.PUBLISH: (Gate.HAND_OVER, Gate.PUBLISH),
    Gate.START: (Gate.HAND_OVER, Gate.PUBLISH, Gate.START),
    Gate.WARN: (Gate.WARN,),
}
_ORDER: Final = (Task.OUTAGE_SHEET, Task.LEADER_APPROVAL, Task.PERMIT)


def missing_before(outage: Outage, gate: Gate) -> list[OutageTask]:
    """Return the duties that hold up a step, in the order in which people do them. One query.

    None for an unplanned outage, except what only warns.
    """
    if outage.kind != OutageKind.PLANNED and gate is not Gate.WARN:
        return []
    rows = outage.duties.filter(
        round=0,
        gate__in=_BEFORE[gate],
        status__in=[DutyStatus.PENDING, DutyStatus.FAILED],
    )
    order = {str(task): number for number, task in enumerate(_ORDER)}
    return sorted(rows, key=lambda row: (order.get(row.task, len(order)), row.pk))


def require_open(outage: Outage, gate: Gate) -> None:
    """Raise GateRefused for the first duty that the step must wait for."""
    for row in missing_before(outage, gate):
        code = _CODES.get(row.task, "duty_required")
        raise GateRefused(code, outage=outage.code, owner=row.owner, persons=outage.persons)
