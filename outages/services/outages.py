"""The outage's own life: planned ones, estimates, restored, closed, cancelled."""

from collections.abc import Sequence
from datetime import datetime

from outages.choices import Cause, Supply, Works
from outages.models import IsolationPlan, Outage, RestorationEstimate
from outages.models.events import Actor


class NotPublished(Exception):
    """A planned outage begins only after its notice is out (notices.publish_notice)."""


class RestoreRefused(Exception):
    """Valves of the plan are still shut without a reason; `valves` names them."""

    def __init__(self, outage: Outage, valves: Sequence[str]) -> None:
        self.outage, self.valves = outage, tuple(valves)
        super().__init__(
            f"{outage} cannot be restored: open {', '.join(self.valves)}, or leave each closed"
            " with a reason"
        )


class WindowRefused(Exception):
    """A planned outage ends after it begins."""


class EditedMeanwhile(Exception):
    """Somebody else changed the outage since it was read: load it again and compare."""


def draft_planned_outage(
    *,
    place: str,
    planned_start_at: datetime,
    planned_end_at: datetime,
    by: Actor,
    at: datetime,
    place_en: str = "",
    cause: Cause | str = Cause.RENEWAL,
    works: Works | str = Works.NETWORK,
    supply: Supply | str = Supply.NO_WATER,
    remark_public: str = "",
    remark_public_en: str = "",
) -> Outage:
    """Begin a planned outage. Next: `plans.propose_plan(outage=…, pipes=…)`, `confirm_impact`.

    Raises WindowRefused.
    """
    raise NotImplementedError


def confirm_impact(outage: Outage, *, plan: IsolationPlan, by: Actor, at: datetime) -> Outage:
    """Take a plan as the planned outage's plan and its impact as the outage's.

    Raises plans.StalePlan, plans.PlanSuperseded, plans.NotIsolating, TransitionRefused.
    """
    raise NotImplementedError


def make_ready(outage: Outage, *, by: Actor, at: datetime) -> Outage:
    """Everything that must precede publication is there; a draft notice is made."""
    raise NotImplementedError


def start_outage(outage: Outage, *, by: Actor, at: datetime) -> Outage:
    """Water goes off now. Raises NotPublished for a planned outage without its notice out."""
    raise NotImplementedError


def change_estimate(
    outage: Outage,
    *,
    estimated_restoration_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
    reason_en: str = "",
    expected_version: int | None = None,
) -> RestorationEstimate:
    """Say anew when water is back; the earlier estimates stay. People told before are told again.

    `expected_version` is the `lock_version` that the form was made from. Raises EditedMeanwhile,
    plans.ReasonMissing.
    """
    raise NotImplementedError


def restore_outage(outage: Outage, *, by: Actor, at: datetime) -> Outage:
    """Water is back: every valve is open, or left closed with a reason. The all-clear follows.

    Raises RestoreRefused, TransitionRefused.
    """
    raise NotImplementedError


def close_outage(outage: Outage, *, by: Actor, at: datetime) -> Outage:
    """File a restored outage."""
    raise NotImplementedError


def cancel_outage(outage: Outage, *, reason: str, by: Actor, at: datetime) -> Outage:
    """Call off an outage that has not begun; people who were told are told so.

    Raises plans.ReasonMissing, TransitionRefused.
    """
    raise NotImplementedError
