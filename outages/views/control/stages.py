"""How far a case has come, for the line of stages at the top of its panel."""

from django.utils.translation import gettext, pgettext

from outages.models import IsolationPlan, Outage
from outages.workflow import OutageKind, OutageStatus, PlanStatus

_OVER = (OutageStatus.RESTORED, OutageStatus.CLOSED)


def stages_of(outage: Outage | None, plan: IsolationPlan | None) -> list[dict[str, str]]:
    """Return {label, state} with state done, now or ahead."""
    planned = outage is not None and outage.kind == OutageKind.PLANNED
    labels = _planned_labels() if planned else _labels()
    # The last four stages are the same for both.
    now = (
        _before(outage, planned=planned)
        if outage is None or _waits(outage)
        else (len(labels) - 4 + _working(outage, plan))
    )
    return [
        {"label": label, "state": "done" if i < now else "now" if i == now else "ahead"}
        for i, label in enumerate(labels)
    ]


def _labels() -> list[str]:
    return [gettext("Reported"), gettext("Approve the plan"), *_work_labels()]


def _planned_labels() -> list[str]:
    return [
        gettext("Draft"),
        gettext("Confirm"),
        pgettext("stage", "Publish"),
        *_work_labels(),
    ]


def _work_labels() -> list[str]:
    return [
        pgettext("stage", "Close"),
        pgettext("stage", "Repair"),
        pgettext("stage", "Open"),
        pgettext("stage", "Restored"),
    ]


def _waits(outage: Outage) -> bool:
    """Whether a planned outage is still before its beginning."""
    begun = (OutageStatus.IN_EFFECT, OutageStatus.RESTORING, *_OVER)
    return outage.kind == OutageKind.PLANNED and outage.status not in begun


def _before(outage: Outage | None, *, planned: bool) -> int:
    if outage is None or not planned:
        return 1
    if outage.status == OutageStatus.DRAFT:
        return 1
    return 3 if outage.status == OutageStatus.PUBLISHED else 2


def _working(outage: Outage, plan: IsolationPlan | None) -> int:
    """Return 0 close, 1 repair, 2 open, 3 restored, 4 all done."""
    if outage.status in _OVER:
        return 4
    if plan is not None and plan.status == PlanStatus.REOPENED:
        return 3
    if outage.status == OutageStatus.RESTORING or outage.repaired_at:
        return 2
    return 1 if plan is not None and plan.status == PlanStatus.ALL_CLOSED else 0
