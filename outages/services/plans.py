"""From a report to a plan in force: propose, compare, adjust, approve, adopt, abort."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from outages.choices import Cause
from outages.impact import PlanDifference
from outages.models import (
    BurstReport,
    Crew,
    IsolationPlan,
    Outage,
    OutageNotice,
    WorkOrder,
)
from outages.models.events import Actor
from outages.planning import PlanningRefused, WhatIf


class StalePlan(Exception):
    """The network changed since the plan was computed, and the answer with it.

    `fresh` is the plan computed on what holds now (stored, not approved); `difference` says what
    changed from `plan` to `fresh`. Show it, then approve `fresh`.
    """

    def __init__(
        self, plan: IsolationPlan, fresh: IsolationPlan, difference: PlanDifference
    ) -> None:
        self.plan, self.fresh, self.difference = plan, fresh, difference
        super().__init__(f"{plan} is out of date: look at {fresh} and approve that one")


class PlanSuperseded(Exception):
    """Somebody else was faster: `plan` is no longer the newest, or another one is in force."""

    def __init__(self, plan: IsolationPlan, newer: IsolationPlan | None) -> None:
        self.plan, self.newer = plan, newer
        name = newer or "another plan"
        super().__init__(f"{plan} was replaced: look at {name}, which is {newer and newer.status}")


class NotIsolating(Exception):
    """The plan's valves alone do not stop the water, and no reason to go on was given.

    `sources` are the sources to shut first.
    """

    def __init__(self, plan: IsolationPlan, sources: Sequence[str]) -> None:
        self.plan, self.sources = plan, tuple(sources)
        super().__init__(
            f"{plan} does not isolate the burst: shut {', '.join(self.sources) or 'its source'}"
            " first and plan again, or approve with a reason"
        )


class ReasonMissing(Exception):
    """An override, an abort or a valve left closed needs a reason in words."""


@dataclass(frozen=True)
class Approval:
    """What an approval made. `notice` is None where it was withheld (see the events)."""

    plan: IsolationPlan
    outage: Outage
    order: WorkOrder | None
    notice: OutageNotice | None


def propose_plan(
    *,
    by: Actor,
    at: datetime,
    report: BurstReport | None = None,
    outage: Outage | None = None,
    pipes: Sequence[str] = (),
    what_if: WhatIf | None = None,
) -> IsolationPlan:
    """Compute and store a proposed plan for a report, or for an outage and its work pipes.

    Give either `report`, or `outage` with `pipes` (which may be left out from the second version
    on). Asking the same question of the same network state returns the plan already there.
    Raises planning.PlanningRefused (no pipe, no network).
    """
    raise NotImplementedError


def adjust_plan(
    plan: IsolationPlan, *, what_if: WhatIf, reason: str, by: Actor, at: datetime
) -> IsolationPlan:
    """Compute again with `what_if` (the whole list, not an addition) as the plan's next version.

    The automatic answer stays beside it (`automatic`). A plan that is not yet approved is
    superseded at once; one in force stays so until `adopt_plan`.
    Raises ReasonMissing, PlanSuperseded, planning.PlanningRefused.
    """
    raise NotImplementedError


def approve_plan(
    plan: IsolationPlan,
    *,
    by: Actor,
    at: datetime,
    estimated_restoration_at: datetime,
    crew: Crew | None = None,
    cause: Cause | str = Cause.BURST,
    place: str = "",
    place_en: str = "",
    reason: str = "",
) -> Approval:
    """Put a report's plan in force: the outage, the order to `crew` and the first notice follow.

    One transaction. `place` is the public's word for where it is; left blank it comes from the
    street or the report's address. `reason` is needed only for a plan that does not isolate.
    For an outage that already has a plan in force use `adopt_plan`; for a planned outage
    `outages.confirm_impact`.
    Raises StalePlan, PlanSuperseded, NotIsolating.
    """
    raise NotImplementedError


def adopt_plan(plan: IsolationPlan, *, by: Actor, at: datetime, reason: str = "") -> Approval:
    """Replace the outage's plan in force by this newer version of it.

    Steps done are carried over as done, the old plan's pending steps become void, and valves that
    are shut but no longer needed stay held until the reopening. An update notice follows.
    Raises StalePlan, PlanSuperseded, NotIsolating.
    """
    raise NotImplementedError


def abort_plan(plan: IsolationPlan, *, reason: str, by: Actor, at: datetime) -> IsolationPlan:
    """Give up a plan of which no valve is shut. Raises ReasonMissing, TransitionRefused."""
    raise NotImplementedError


__all__ = [
    "Approval",
    "NotIsolating",
    "PlanSuperseded",
    "PlanningRefused",
    "ReasonMissing",
    "StalePlan",
    "WhatIf",
    "abort_plan",
    "adjust_plan",
    "adopt_plan",
    "approve_plan",
    "propose_plan",
]
