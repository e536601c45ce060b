"""The state tables: what may follow what. Pure: no Django, no database, no clock.

Each table maps a state to the states that may follow it. Services ask `require`;
nothing else decides a transition, so a table printed is the rule in force.
"""

from enum import StrEnum
from typing import ClassVar


class ReportStatus(StrEnum):
    RECEIVED = "received"
    ANSWERED = "answered"
    INVALID = "invalid"
    DUPLICATE = "duplicate"
    ORDER_ISSUED = "order_issued"


class PlanStatus(StrEnum):
    COMPUTED = "computed"
    ADJUSTED = "adjusted"
    APPROVED = "approved"
    EXECUTING = "executing"
    ALL_CLOSED = "all_closed"
    REOPENING = "reopening"
    REOPENED = "reopened"
    SUPERSEDED = "superseded"
    ABORTED = "aborted"


class StepStatus(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    VOID = "void"
    LEFT_CLOSED = "left_closed"


class OutageStatus(StrEnum):
    DRAFT = "draft"
    IMPACT_CONFIRMED = "impact_confirmed"
    AWAITING_LEADER = "awaiting_leader"
    AWAITING_PERMIT = "awaiting_permit"
    READY = "ready"
    PUBLISHED = "published"
    IN_EFFECT = "in_effect"
    RESTORING = "restoring"
    RESTORED = "restored"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class OutageKind(StrEnum):
    PLANNED = "planned"
    UNPLANNED = "unplanned"


class DutyStatus(StrEnum):
    """One duty of the matrix about one outage (an `OutageTask`)."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    NOT_NEEDED = "not_needed"


class PermitStatus(StrEnum):
    REQUIRED = "required"
    APPLIED = "applied"
    APPROVED = "approved"
    REJECTED = "rejected"


class ApprovalStatus(StrEnum):
    """What the company leader says of a plant's plan."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"


class WorkOrderStatus(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    NOTIFIED = "notified"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    IN_PROGRESS = "in_progress"
    RESULT_ENTERED = "result_entered"
    FED_BACK = "fed_back"
    CALLBACK = "callback"
    ARCHIVED = "archived"
    VOID = "void"


class MonthlyStatus(StrEnum):
    """One version of a month's report."""

    DRAFT = "draft"
    ISSUED = "issued"


class NoticeStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPERSEDED = "superseded"


REPORT_TRANSITIONS: dict[StrEnum, frozenset[StrEnum]] = {
    ReportStatus.RECEIVED: frozenset(
        {
            ReportStatus.ANSWERED,
            ReportStatus.INVALID,
            ReportStatus.DUPLICATE,
            ReportStatus.ORDER_ISSUED,
        }
    ),
    # A caller who was answered, or a report taken for noise, may prove to be a burst after all.
    ReportStatus.ANSWERED: frozenset({ReportStatus.RECEIVED}),
    ReportStatus.INVALID: frozenset({ReportStatus.RECEIVED}),
    # "That is another burst": a duplicate is taken out of its group again.
    ReportStatus.DUPLICATE: frozenset({ReportStatus.RECEIVED}),
    # Every order for it was taken back: somebody has to decide anew.
    ReportStatus.ORDER_ISSUED: frozenset({ReportStatus.RECEIVED}),
}

PLAN_TRANSITIONS: dict[StrEnum, frozenset[StrEnum]] = {
    PlanStatus.COMPUTED: frozenset(
        {PlanStatus.ADJUSTED, PlanStatus.APPROVED, PlanStatus.SUPERSEDED, PlanStatus.ABORTED}
    ),
    PlanStatus.ADJUSTED: frozenset(
        {PlanStatus.ADJUSTED, PlanStatus.APPROVED, PlanStatus.SUPERSEDED, PlanStatus.ABORTED}
    ),
    PlanStatus.APPROVED: frozenset(
        {
            PlanStatus.EXECUTING,
            PlanStatus.ALL_CLOSED,
            # Water was off without a valve: a plant stood still, and runs again.
            PlanStatus.REOPENING,
            PlanStatus.SUPERSEDED,
            PlanStatus.ABORTED,
        }
    ),
    PlanStatus.EXECUTING: frozenset(
        {PlanStatus.ALL_CLOSED, PlanStatus.SUPERSEDED, PlanStatus.REOPENING, PlanStatus.ABORTED}
    ),
    # A closed valve that turns out to pass water supersedes even a finished plan, or sends
    # it back until that valve is dealt with.
    PlanStatus.ALL_CLOSED: frozenset(
        {PlanStatus.REOPENING, PlanStatus.SUPERSEDED, PlanStatus.EXECUTING}
    ),
    # The leak came back: a new plan shuts again what was opened, also after the last valve.
    PlanStatus.REOPENING: frozenset({PlanStatus.REOPENED, PlanStatus.SUPERSEDED}),
    PlanStatus.REOPENED: frozenset({PlanStatus.REOPENING}),
    PlanStatus.SUPERSEDED: frozenset(),
    PlanStatus.ABORTED: frozenset(),
}

STEP_TRANSITIONS: dict[StrEnum, frozenset[StrEnum]] = {
    StepStatus.PENDING: frozenset(
        {StepStatus.DONE, StepStatus.FAILED, StepStatus.VOID, StepStatus.LEFT_CLOSED}
    ),
    # A shut valve that turns out to pass water; or one that was opened without signal before the
    # reopening was broken off: it is to be shut again. Nothing else undoes a step.
    StepStatus.DONE: frozenset({StepStatus.FAILED, StepStatus.PENDING}),
    # The crew tried again and it moved: allowed until a new plan replaces this one. In the
    # reopening, a valve that does not move may be left closed with a reason.
    StepStatus.FAILED: frozenset({StepStatus.DONE, StepStatus.VOID, StepStatus.LEFT_CLOSED}),
    # Turned back in the street before anybody could say that it should not be.
    StepStatus.VOID: frozenset({StepStatus.DONE}),
    StepStatus.LEFT_CLOSED: frozenset({StepStatus.DONE}),
}

UNPLANNED_OUTAGE_TRANSITIONS: dict[StrEnum, frozenset[StrEnum]] = {
    OutageStatus.DRAFT: frozenset({OutageStatus.IMPACT_CONFIRMED, OutageStatus.CANCELLED}),
    # An emergency never waits for its notice: publication runs beside it.
    OutageStatus.IMPACT_CONFIRMED: frozenset({OutageStatus.IN_EFFECT, OutageStatus.CANCELLED}),
    OutageStatus.IN_EFFECT: frozenset({OutageStatus.RESTORING}),
    # A weld that does not hold: closed again before everything was open.
    OutageStatus.RESTORING: frozenset({OutageStatus.RESTORED, OutageStatus.IN_EFFECT}),
    OutageStatus.RESTORED: frozenset({OutageStatus.CLOSED}),
    OutageStatus.CLOSED: frozenset(),
    OutageStatus.CANCELLED: frozenset(),
}

PLANNED_OUTAGE_TRANSITIONS: dict[StrEnum, frozenset[StrEnum]] = {
    OutageStatus.DRAFT: frozenset({OutageStatus.IMPACT_CONFIRMED, OutageStatus.CANCELLED}),
    OutageStatus.IMPACT_CONFIRMED: frozenset(
        {
            OutageStatus.AWAITING_LEADER,
            OutageStatus.AWAITING_PERMIT,
            OutageStatus.READY,
            OutageStatus.CANCELLED,
        }
    ),
    # A leader who says no sends the sheet back to whoever handed it over.
    OutageStatus.AWAITING_LEADER: frozenset(
        {
            OutageStatus.IMPACT_CONFIRMED,
            OutageStatus.AWAITING_PERMIT,
            OutageStatus.READY,
            OutageStatus.CANCELLED,
        }
    ),
    OutageStatus.AWAITING_PERMIT: frozenset(
        {OutageStatus.AWAITING_LEADER, OutageStatus.READY, OutageStatus.CANCELLED}
    ),
    # A new plan may take water from so many that a gate stands shut again.
    OutageStatus.READY: frozenset(
        {
            OutageStatus.AWAITING_LEADER,
            OutageStatus.AWAITING_PERMIT,
            OutageStatus.PUBLISHED,
            OutageStatus.CANCELLED,
        }
    ),
    # A planned outage begins only after its notice is out.
    OutageStatus.PUBLISHED: frozenset({OutageStatus.IN_EFFECT, OutageStatus.CANCELLED}),
    OutageStatus.IN_EFFECT: frozenset({OutageStatus.RESTORING}),
    OutageStatus.RESTORING: frozenset({OutageStatus.RESTORED, OutageStatus.IN_EFFECT}),
    OutageStatus.RESTORED: frozenset({OutageStatus.CLOSED}),
    OutageStatus.CLOSED: frozenset(),
    OutageStatus.CANCELLED: frozenset(),
}

WORK_ORDER_TRANSITIONS: dict[StrEnum, frozenset[StrEnum]] = {
    # Written down, but not yet given to anybody: the place or the department is still asked for.
    WorkOrderStatus.DRAFT: frozenset({WorkOrderStatus.ISSUED, WorkOrderStatus.VOID}),
    WorkOrderStatus.ISSUED: frozenset(
        {
            WorkOrderStatus.NOTIFIED,
            WorkOrderStatus.ACCEPTED,
            WorkOrderStatus.VOID,
            # Given to another department before the first was told.
            WorkOrderStatus.ISSUED,
        }
    ),
    # Back to issued from here on is a transfer: the next department is told and accepts anew.
    WorkOrderStatus.NOTIFIED: frozenset(
        {WorkOrderStatus.ACCEPTED, WorkOrderStatus.ISSUED, WorkOrderStatus.VOID}
    ),
    WorkOrderStatus.ACCEPTED: frozenset(
        {
            WorkOrderStatus.EN_ROUTE,
            WorkOrderStatus.ON_SITE,
            WorkOrderStatus.IN_PROGRESS,
            WorkOrderStatus.ISSUED,
            WorkOrderStatus.VOID,
        }
    ),
    WorkOrderStatus.EN_ROUTE: frozenset(
        {
            WorkOrderStatus.ON_SITE,
            WorkOrderStatus.IN_PROGRESS,
            WorkOrderStatus.ISSUED,
            WorkOrderStatus.VOID,
        }
    ),
    WorkOrderStatus.ON_SITE: frozenset(
        {WorkOrderStatus.IN_PROGRESS, WorkOrderStatus.ISSUED, WorkOrderStatus.VOID}
    ),
    WorkOrderStatus.IN_PROGRESS: frozenset(
        {WorkOrderStatus.RESULT_ENTERED, WorkOrderStatus.ISSUED, WorkOrderStatus.VOID}
    ),
    # Told to the user, or sent back to work because the user says that it is not done.
    WorkOrderStatus.RESULT_ENTERED: frozenset(
        {WorkOrderStatus.FED_BACK, WorkOrderStatus.IN_PROGRESS}
    ),
    WorkOrderStatus.FED_BACK: frozenset({WorkOrderStatus.CALLBACK, WorkOrderStatus.ARCHIVED}),
    WorkOrderStatus.CALLBACK: frozenset({WorkOrderStatus.ARCHIVED}),
    WorkOrderStatus.ARCHIVED: frozenset(),
    WorkOrderStatus.VOID: frozenset(),
}

DUTY_TRANSITIONS: dict[StrEnum, frozenset[StrEnum]] = {
    DutyStatus.PENDING: frozenset({DutyStatus.DONE, DutyStatus.FAILED, DutyStatus.NOT_NEEDED}),
    # Tried in vain, and tried again.
    DutyStatus.FAILED: frozenset({DutyStatus.PENDING, DutyStatus.DONE, DutyStatus.NOT_NEEDED}),
    # The next plan, or the next estimate, needs it after all.
    DutyStatus.NOT_NEEDED: frozenset({DutyStatus.PENDING}),
    # What was done is history: news makes a duty of its own. A leader's word, though, holds for
    # the impact that he saw and no larger one.
    DutyStatus.DONE: frozenset({DutyStatus.PENDING}),
}

PERMIT_TRANSITIONS: dict[StrEnum, frozenset[StrEnum]] = {
    PermitStatus.REQUIRED: frozenset({PermitStatus.APPLIED}),
    PermitStatus.APPLIED: frozenset({PermitStatus.APPROVED, PermitStatus.REJECTED}),
    PermitStatus.APPROVED: frozenset(),
    # Nothing says that a refusal is the end: the papers may be mended.
    PermitStatus.REJECTED: frozenset({PermitStatus.APPLIED}),
}

APPROVAL_TRANSITIONS: dict[StrEnum, frozenset[StrEnum]] = {
    ApprovalStatus.REQUESTED: frozenset({ApprovalStatus.APPROVED, ApprovalStatus.REJECTED}),
    # Decided once; a new sheet asks anew.
    ApprovalStatus.APPROVED: frozenset(),
    ApprovalStatus.REJECTED: frozenset(),
}

MONTHLY_TRANSITIONS: dict[StrEnum, frozenset[StrEnum]] = {
    MonthlyStatus.DRAFT: frozenset({MonthlyStatus.ISSUED}),
    # What was wrong in it is put right by another version.
    MonthlyStatus.ISSUED: frozenset(),
}

OPEN_OUTAGES = frozenset(
    set(OutageStatus) - {OutageStatus.CLOSED, OutageStatus.CANCELLED, OutageStatus.RESTORED}
)
RUNNING_OUTAGES = frozenset({OutageStatus.IN_EFFECT, OutageStatus.RESTORING})
# Plans whose valves are, or will be, shut: what other plans must reckon with.
HOLDING_PLANS = frozenset(
    {
        PlanStatus.APPROVED,
        PlanStatus.EXECUTING,
        PlanStatus.ALL_CLOSED,
        PlanStatus.REOPENING,
    }
)
# Before the crew or the department has said that it takes the order.
NOT_ACCEPTED = frozenset({WorkOrderStatus.ISSUED, WorkOrderStatus.NOTIFIED})
# Somebody is at it: what may be transferred, extended, urged.
ORDERS_AT_WORK = frozenset(
    {
        WorkOrderStatus.ISSUED,
        WorkOrderStatus.NOTIFIED,
        WorkOrderStatus.ACCEPTED,
        WorkOrderStatus.EN_ROUTE,
        WorkOrderStatus.ON_SITE,
        WorkOrderStatus.IN_PROGRESS,
    }
)
OPEN_WORK_ORDERS = frozenset(
    set(WorkOrderStatus) - {WorkOrderStatus.ARCHIVED, WorkOrderStatus.VOID}
)


class Refused(Exception):
    """Something that the rules do not allow now: a code, and the facts that its words need.

    What people read is worded by the views, in their language; the text is for logs and tests.
    `codes` lists the codes of a class; with a single one, nobody has to name it.
    """

    codes: ClassVar[tuple[str, ...]] = ()

    def __init__(self, code: str = "", **facts: object) -> None:
        self.code = str(code or self.codes[0])
        self.facts = facts
        told = ", ".join(f"{name}={value}" for name, value in facts.items())
        super().__init__(f"{self.code}: {told}" if told else self.code)


class TransitionRefused(Refused):
    """A step out of order. Says where things stand and what may follow."""

    codes = ("out_of_order",)

    def __init__(
        self, subject: str, current: str, wanted: str, allowed: frozenset[StrEnum]
    ) -> None:
        super().__init__(subject=subject, current=str(current))
        self.subject = subject
        self.current = current
        self.wanted = wanted
        self.allowed = allowed
        options = ", ".join(sorted(allowed)) or "nothing more"
        self.args = (f"{subject} is {current}: {wanted} cannot follow (allowed: {options})",)


def require(
    table: dict[StrEnum, frozenset[StrEnum]], subject: str, current: str, wanted: StrEnum
) -> None:
    """Raise TransitionRefused unless `wanted` may follow `current` in `table`.

    `subject` names the record for the person who reads the message, e.g. "plan 12".
    """
    allowed = next((after for state, after in table.items() if state == current), frozenset())
    if wanted not in allowed:
        raise TransitionRefused(subject, current, wanted, allowed)


def outage_transitions(kind: str) -> dict[StrEnum, frozenset[StrEnum]]:
    """The outage table for a kind; the two differ in what publication gates."""
    if kind == OutageKind.PLANNED:
        return PLANNED_OUTAGE_TRANSITIONS
    return UNPLANNED_OUTAGE_TRANSITIONS
