"""What starts and what stops each limit. Use cases tell what happened; the rules stand here.

    report taken ── dispatch_notify ──► department told ── accept_normal ──► order taken
    report taken ── repair_start ──► on site,  ── repair_finish ──► repaired
    complaint ── accept_complaint ──► taken,  ── complaint_reply ──► user told
    question ── consult_reply ──► answered or told
    transferred ── transfer_followup_call ──► user called
    completed ── callback_phone_due ──► user asked
    sheet received ── publish_after_receipt, publish_in_shift ──► published
    planned ── public_notice_lead, key_user_notice ──► published, key users told (before the start)
    duty listed ── duty_at_once, publish_after_receipt, duty_before_start ──► done by everybody

Every function belongs to the transaction of its caller, who appends the event of what happened.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import Q

from outages.choices import (
    ANSWERABLE_KINDS,
    NETWORK_KINDS,
    PHONE_CHANNELS,
    FollowUpKind,
    ReportKind,
    Works,
)
from outages.models import (
    BurstReport,
    CallBack,
    Deadline,
    ExtensionRequest,
    Outage,
    OutageTask,
    Rectification,
    WorkOrder,
)
from outages.models.events import Actor
from outages.policy.matrix import Due, Owner
from outages.selectors import policy
from outages.selectors.deadlines import deadlines_of, open_deadlines
from outages.selectors.shifts import open_shift
from outages.services.rules import deadlines
from outages.workflow import NOT_ACCEPTED, OutageKind, ReportStatus

_REPAIRS: Final = ("repair_start", "repair_finish")
_ACCEPTS: Final = ("accept_normal", "accept_complaint")
_REPLIES: Final = ("consult_reply", "complaint_reply")
_OF_REPORT: Final = ("dispatch_notify", "complaint_classify", *_REPLIES)
# The policy that says by when a call of this kind is owed.
_CALLS: Final = {
    FollowUpKind.AFTER_TRANSFER: "transfer_followup_call",
    FollowUpKind.PROMISED: "consult_reply",
}
# The policy that says what a duty's due moment means for its clock.
_DUTIES: Final = {
    Due.AT_ONCE: "duty_at_once",
    Due.ON_RECEIPT: "publish_after_receipt",
    Due.KEY_USER_NOTICE: "key_user_notice",
    Due.BEFORE_START: "duty_before_start",
}


def report_taken(report: BurstReport, *, at: datetime) -> None:
    """Start the dispatch clock with the report itself, unless the policy waits for the order.

    A question has its own limit; for a suggestion or a word of praise nobody hurries.
    """
    if report.kind == ReportKind.CONSULTATION:
        deadlines.start(report, "consult_reply", at=at)
    elif _must_be_ordered(report) and policy.value("dispatch_notify_clock", at=at) == "reported_at":
        deadlines.start(report, "dispatch_notify", at=at)
    if report.is_complaint:
        complaint_made(report, at=at)


def _must_be_ordered(report: BurstReport) -> bool:
    return report.kind not in ANSWERABLE_KINDS or report.is_complaint


def complaint_made(report: BurstReport, *, at: datetime) -> None:
    """A complaint is answered in days; where nobody is on the line, it is classified in hours.

    An order that is out already and not taken has the complaint's hour from now on.
    """
    deadlines.start(report, "complaint_reply", at=at)
    waiting = list(_not_taken(report))
    if report.channel not in PHONE_CHANNELS and not waiting:
        deadlines.start(report, "complaint_classify", at=at)
    for order in waiting:
        deadlines.cancel(order, "accept_normal", at=at, reason="complaint")
        _accept_complaint(order, report)


def complaint_withdrawn(report: BurstReport, *, by: Actor, at: datetime) -> None:
    """It was no complaint: its limits stop, what was overstepped stays on record."""
    for key in ("complaint_reply", "complaint_classify"):
        deadlines.cancel(report, key, by=by, at=at, reason="no_complaint")
    for order in _not_taken(report):
        deadlines.cancel(order, "accept_complaint", by=by, at=at, reason="no_complaint")
        if order.notified_at is not None and not order.category.forward_only:
            _start_of_order(order, "accept_normal", at=order.notified_at)


def _not_taken(report: BurstReport) -> Iterable[WorkOrder]:
    """Orders of a report that somebody has yet to take."""
    return report.work_orders.filter(status__in=NOT_ACCEPTED).select_related(
        "department", "category", "report", "outage"
    )


def _accept_complaint(order: WorkOrder, report: BurstReport) -> None:
    """An hour from the report; an order that follows another one has it from its own issue."""
    _start_of_order(order, "accept_complaint", at=_asked_at(order, report))


def report_moved(report: BurstReport, *, by: Actor, at: datetime, reason: str) -> None:
    """Nobody need be told of what was answered, merged or noise; taken up again it counts anew."""
    if report.status == ReportStatus.RECEIVED:
        report_taken(report, at=at)
    elif report.status != ReportStatus.ORDER_ISSUED:
        if report.status == ReportStatus.ANSWERED:
            for key in _REPLIES:
                deadlines.meet(report, key, by=by, at=at)
        for key in _OF_REPORT:
            # A complaint that is merged is handled with the other; its caller is answered too.
            if not (key == "complaint_reply" and report.status == ReportStatus.DUPLICATE):
                deadlines.cancel(report, key, by=by, at=at, reason=reason)


def outage_opened(outage: Outage, *, at: datetime) -> None:
    """A fault's plan is in force: its notice is due, and its reports' clocks belong to it."""
    Deadline.objects.filter(report__outage=outage, outage__isnull=True).update(outage=outage)
    _publish_soon(outage, at=at)


def outage_planned(outage: Outage, *, at: datetime) -> None:
    """The public is told so long before the start."""
    deadlines.start(outage, "public_notice_lead", at=at, before=outage.planned_start_at)


def key_users_to_tell(outage: Outage, *, at: datetime) -> None:
    """The call centre knows of planned works that key or large users are to be told of."""
    deadlines.start(outage, "key_user_notice", at=at, before=outage.planned_start_at)


def key_users_told(outage: Outage, *, by: Actor, at: datetime) -> None:
    """Every key and large user of the outage has been telephoned."""
    deadlines.meet(outage, "key_user_notice", by=by, at=at)


def ready_to_publish(outage: Outage, *, at: datetime) -> None:
    """The sheet of a planned outage is in the call centre's hands."""
    _publish_soon(outage, at=at)


def _publish_soon(outage: Outage, *, at: datetime) -> None:
    """Within the time that is aimed at, and never later than the shift that received it."""
    deadlines.start(outage, "publish_after_receipt", at=at)
    shift = open_shift()
    grace = policy.length("publish_in_shift", at=at)
    if shift is not None and grace is not None and shift.ends_at > at:
        deadlines.start(outage, "publish_in_shift", at=at, due_at=shift.ends_at + grace)


def published(outage: Outage, *, by: Actor, at: datetime) -> None:
    """The first notice is out."""
    for key in ("publish_after_receipt", "publish_in_shift", "public_notice_lead"):
        deadlines.meet(outage, key, by=by, at=at)


def outage_moved(outage: Outage, *, by: Actor, at: datetime) -> None:
    """The works have another time: what is counted back from their start is counted anew."""
    for key in ("public_notice_lead", "key_user_notice"):
        if deadlines.cancel(outage, key, by=by, at=at, reason="postponed"):
            deadlines.start(outage, key, at=at, before=outage.planned_start_at)


def duty_owed(duty: OutageTask, *, since: datetime) -> Deadline | None:
    """A row of the matrix waits for its department from `since` on; one clock for all addressees.

    What is due so long after the receipt ends with the duty; the rest by the policy.
    """
    ends = None
    if duty.due in (Due.ON_RECEIPT, Due.KEY_USER_NOTICE) and duty.due_at is not None:
        ends = max(duty.due_at, since)
    return deadlines.start(
        duty,
        _DUTIES[Due(duty.due)],
        at=since,
        department=Owner(duty.owner).department,
        before=duty.outage.planned_start_at,
        due_at=ends,
        about=duty.task,
    )


def duty_over(deadline: Deadline, duty: OutageTask, *, by: Actor, at: datetime, why: str) -> None:
    """Nobody waits for it any more: done (`why` empty), or called off."""
    if why:
        deadlines.call_off(deadline, by=by, at=at, reason=why)
    else:
        deadlines.meet(duty, deadline.key, by=by, at=at)


def order_issued(order: WorkOrder, *, at: datetime) -> None:
    """The department is to be told, and a fault is to be repaired, counted from its report."""
    reports = _reports(order)
    if not open_deadlines(at=at, key="dispatch_notify").filter(report__in=reports).exists():
        deadlines.start(order, "dispatch_notify", at=at, order=order)
    for report in reports:
        deadlines.meet(report, "complaint_classify", at=at, order=order)
    if order.report is not None and order.report.is_complaint:
        _accept_complaint(order, order.report)
    if order.outage is not None:
        _repair_of_outage(order, order.outage, reports)
    elif _is_repair(order):
        assert order.report is not None, "a fault was told by somebody"
        for key in _REPAIRS:
            _start_of_order(order, key, at=order.report.received_at)


def _asked_at(order: WorkOrder, report: BurstReport) -> datetime:
    """Count from the report; what follows a finished order counts from its own beginning."""
    return order.issued_at if order.follows_id is not None else report.received_at


def _is_repair(order: WorkOrder) -> bool:
    """Whether an order without an outage repairs a fault of the network."""
    is_fault = order.report is not None and order.report.kind in NETWORK_KINDS
    return is_fault and order.follows_id is None and not order.category.forward_only


def _repair_of_outage(order: WorkOrder, outage: Outage, reports: list[BurstReport]) -> None:
    if outage.kind != OutageKind.UNPLANNED or outage.works != Works.NETWORK:
        return
    began_at = min([report.received_at for report in reports], default=outage.created_at)
    for key in _REPAIRS:
        # A second order repairs the same fault: it gets no clock of its own.
        if not deadlines_of(outage).filter(key=key).exists():
            deadlines.start(outage, key, at=began_at, order=order)


def order_taken_over(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """A department's order becomes a crew's for an outage: the fault's clocks are the outage's."""
    for key in _REPAIRS:
        deadlines.cancel(order, key, by=by, at=at, reason="outage")


def department_told(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """The department knows of the order: now it has to take it."""
    _stop_dispatch(order, by=by, at=at)
    is_complaint = order.report is not None and order.report.is_complaint
    if not is_complaint and not order.category.forward_only:
        _start_of_order(order, "accept_normal", at=at)


def order_taken(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """The order was taken; who takes it has been told of it. The way to the site begins then.

    Where a time was agreed with the user, arrival is due at that time.
    """
    _stop_dispatch(order, by=by, at=at)
    for key in _ACCEPTS:
        deadlines.meet(order, key, by=by, at=at)
    agreed = order.appointment_at
    due_at = agreed if agreed is not None and agreed > at else None
    deadlines.start(order, "arrive_utility", at=at, department=order.department.code, due_at=due_at)


def on_site(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """Somebody is there."""
    deadlines.meet(order, "arrive_utility", by=by, at=at)
    deadlines.meet(order.outage or order, "repair_start", by=by, at=at, order=order)


def repaired(fault: Outage | WorkOrder, *, by: Actor, at: datetime) -> None:
    """What was broken is sound again: an outage's pipe, or what a department's order is about."""
    for key in _REPAIRS:
        deadlines.meet(fault, key, by=by, at=at)


def user_told(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """Whoever told us knows the result."""
    if order.report is not None:
        for key in _REPLIES:
            deadlines.meet(order.report, key, by=by, at=at, order=order)


def order_transferred(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """The department before owes nothing alone; the next is told within its time, and takes it."""
    for key in (*_ACCEPTS, "arrive_utility"):
        deadlines.cancel(order, key, by=by, at=at, reason="transferred")
    deadlines.start(order, "dispatch_notify", at=at, order=order)
    if order.report is not None and order.report.is_complaint:
        _accept_complaint(order, order.report)


def order_over(order: WorkOrder, *, by: Actor, at: datetime, reason: str) -> None:
    """The order was taken back or filed: its own clocks stop, those of the fault run on."""
    for deadline in deadlines_of(order).filter(met_at__isnull=True, cancelled_at__isnull=True):
        deadlines.cancel(order, deadline.key, by=by, at=at, reason=reason)


def outage_over(outage: Outage, *, by: Actor, at: datetime, reason: str) -> None:
    """Nothing of the outage waits any more."""
    for deadline in open_deadlines(at=at, outages=[outage.pk]):
        deadlines.call_off(deadline, by=by, at=at, reason=reason)


# -- Calls that are owed -----------------------------------------------------------------------


def call_owed(
    report: BurstReport, kind: str, *, order: WorkOrder | None, at: datetime
) -> datetime | None:
    """Start the limit of a call that is owed, and return by when; None where no policy says."""
    key = _CALLS.get(FollowUpKind(kind))
    started = deadlines.start(report, key, at=at, order=order) if key else None
    return started.due_at if started else None


def reply_due_at(report: BurstReport) -> datetime | None:
    """Return by when a complaint is to be answered; None where no limit runs."""
    running = deadlines_of(report).filter(key="complaint_reply", met_at=None, cancelled_at=None)
    found = running.first()
    return found.due_at if found else None


def call_made(report: BurstReport, kind: str, *, by: Actor, at: datetime) -> None:
    """Meet the limit of a call; a complaint that was merged is answered by its call."""
    if key := _CALLS.get(FollowUpKind(kind)):
        deadlines.meet(report, key, by=by, at=at)
    if report.status == ReportStatus.DUPLICATE and kind == FollowUpKind.ANSWER:
        deadlines.meet(report, "complaint_reply", by=by, at=at)


# -- Call-backs --------------------------------------------------------------------------------


def callback_owed(callback: CallBack, *, at: datetime) -> None:
    """Somebody has to telephone the user of a finished order, counted from `at`."""
    deadlines.start(
        callback, "callback_phone_due", at=at, order=callback.order, report=callback.report
    )


def callback_made(callback: CallBack, *, by: Actor, at: datetime) -> None:
    """The user was asked, or tried as often as the policy says."""
    deadlines.meet(callback, "callback_phone_due", by=by, at=at)


def callback_over(callback: CallBack, *, by: Actor, at: datetime, reason: str) -> None:
    """Nobody need telephone any more."""
    deadlines.cancel(callback, "callback_phone_due", by=by, at=at, reason=reason)


def rectification_owed(rectification: Rectification, *, at: datetime) -> None:
    """A department has to put something right by the day that supervision set."""
    deadlines.start(
        rectification,
        "rectification_due",
        at=at,
        department=rectification.department.code,
        order=rectification.callback.order,
        report=rectification.callback.report,
        due_at=rectification.due_at,
    )


def rectified(rectification: Rectification, *, by: Actor, at: datetime) -> None:
    """It is put right."""
    deadlines.meet(rectification, "rectification_due", by=by, at=at)


# -- The limits of an order, and more time for one of them -------------------------------------


def limits_of(order: WorkOrder) -> list[Deadline]:
    """Return the open limits of an order, its report and its outage, the first due first."""
    wanted = Q(order=order) | Q(subject="order", subject_id=order.pk)
    if order.report_id is not None:
        wanted |= Q(report=order.report_id, subject="report")
    if order.outage_id is not None:
        wanted |= Q(outage=order.outage_id, key__in=_REPAIRS)
    rows = Deadline.objects.filter(wanted, met_at=None, cancelled_at=None)
    return list(rows.order_by("due_at", "pk"))


def limits_of_report(report: BurstReport) -> list[Deadline]:
    """Return the open limits of a report and of its orders, the first due first. One query."""
    rows = Deadline.objects.filter(report=report, met_at=None, cancelled_at=None)
    return list(rows.order_by("due_at", "pk"))


def limit_of(order: WorkOrder, key: str) -> Deadline | None:
    """Return the open limit of an order under a policy key."""
    return next((each for each in limits_of(order) if each.key == key), None)


def extend(asked: ExtensionRequest, *, by: Actor, at: datetime) -> None:
    """Move the limit that an approved extension asked for, if it still runs."""
    limit = limit_of(asked.order, asked.key)
    if limit is not None:
        deadlines.extend(limit, due_at=asked.wanted_until, by=by, at=at, reason=asked.reason)


def _start_of_order(order: WorkOrder, key: str, *, at: datetime) -> None:
    deadlines.start(
        order,
        key,
        at=at,
        department=order.department.code,
        order=order,
        report=order.report,
        outage=order.outage,
    )


def _stop_dispatch(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    for report in _reports(order):
        deadlines.meet(report, "dispatch_notify", by=by, at=at, order=order)
    deadlines.meet(order, "dispatch_notify", by=by, at=at)


def _reports(order: WorkOrder) -> list[BurstReport]:
    if order.outage is not None:
        return list(BurstReport.objects.filter(outage=order.outage))
    return [order.report] if order.report is not None else []
