"""The crew's part: orders, and the steps of the plan as they are carried out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from outages.choices import CannotReason
from outages.models import Crew, IsolationPlan, Outage, ValveOperation, WorkOrder
from outages.models.events import Actor


class StepRefused(Exception):
    """A step out of order: the plan is not approved, superseded, or the step is already decided.

    `code` is one of plan_not_in_force, plan_superseded, step_decided, not_yet_reopening,
    wrong_crew; `current` is the plan to work on now, if there is one.
    """

    def __init__(self, code: str, text: str, current: IsolationPlan | None = None) -> None:
        self.code, self.current = code, current
        super().__init__(text)


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """What the crew says of one step. `done_at` is the phone's time, kept beside the server's.

    `operation` is the step's id; `client_key` is made on the phone, once per tap.
    """

    operation: int
    client_key: UUID
    result: Literal["done", "cannot"]
    done_at: datetime
    turns: int | None = None
    remark: str = ""
    cannot_reason: CannotReason | str = ""


@dataclass(frozen=True)
class StepOutcome:
    """What became of one step report. `proposal` is the new plan that a *cannot* led to.

    `outcome` is recorded, repeated (known `client_key`: nothing changed) or refused (`code` and
    `text` then say why).
    """

    client_key: UUID
    outcome: Literal["recorded", "repeated", "refused"]
    operation: ValveOperation | None = None
    proposal: IsolationPlan | None = None
    code: str = ""
    text: str = ""


def issue_order(outage: Outage, *, crew: Crew, by: Actor, at: datetime) -> WorkOrder:
    """Order a crew out for an open outage; its reports become `order_issued`."""
    raise NotImplementedError


def notify_crew(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Record that the crew was told (phone, SMS); stops the dispatch clock."""
    raise NotImplementedError


def accept_order(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """The crew takes the order."""
    raise NotImplementedError


def set_out(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """The crew is on its way."""
    raise NotImplementedError


def arrive(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """The crew is on site."""
    raise NotImplementedError


def start_work(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """The crew has begun."""
    raise NotImplementedError


def complete_repair(
    order: WorkOrder,
    *,
    cause_found: str,
    action_taken: str,
    leak_check_passed: bool,
    by: Actor,
    at: datetime,
) -> WorkOrder:
    """The pipe is sound again; the reopening may be planned. The outage's repair time is set."""
    raise NotImplementedError


def enter_result(order: WorkOrder, *, result: str, by: Actor, at: datetime) -> WorkOrder:
    """Write down how it went, once the outage is restored."""
    raise NotImplementedError


def feed_back(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """Record that the people who reported it were told."""
    raise NotImplementedError


def archive_order(order: WorkOrder, *, by: Actor, at: datetime) -> WorkOrder:
    """File the order."""
    raise NotImplementedError


def void_order(order: WorkOrder, *, reason: str, by: Actor, at: datetime) -> WorkOrder:
    """Take an order back; it stays on record. `reason` is required."""
    raise NotImplementedError


def record_valve_operation(
    operation: ValveOperation,
    *,
    result: Literal["done", "cannot"],
    done_at: datetime,
    client_key: UUID,
    by: Actor,
    at: datetime,
    turns: int | None = None,
    remark: str = "",
    cannot_reason: CannotReason | str = "",
) -> StepOutcome:
    """Record what the crew did to one valve of the plan in force.

    *done* changes the valve's state in the network; *cannot* marks it inoperable, computes again
    from the state the network is in by then and leaves a proposal for the dispatcher to adopt
    (`StepOutcome.proposal`). Repeating a `client_key` changes nothing. Raises StepRefused.
    """
    raise NotImplementedError


def record_operations(batch: Sequence[StepReport], *, by: Actor, at: datetime) -> list[StepOutcome]:
    """Apply what a phone collected while it was offline, in the order it was done.

    Each item is its own transaction and gets its own answer, in the order given; one refused
    item never stops the others.
    """
    raise NotImplementedError
