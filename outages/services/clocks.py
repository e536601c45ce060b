"""What starts and what stops each limit. Use cases tell what happened; the rules stand here.

    report taken ── dispatch_notify ──► department told ── accept_normal ──► order taken
    report taken ── repair_start ──► on site,  ── repair_finish ──► repaired
    sheet received ── publish_after_receipt ──► published
    planned ── public_notice_lead, key_user_notice ──► published, key users told (before the start)

Every function belongs to the transaction of its caller, who appends the event of what happened.
"""

from datetime import datetime

from outages.choices import Works
from outages.models import BurstReport, Deadline, Outage, WorkOrder
from outages.models.events import Actor
from outages.selectors import policy
from outages.selectors.deadlines import deadlines_of, open_deadlines
from outages.services import deadlines
from outages.workflow import OutageKind, ReportStatus

_REPAIRS = ("repair_start", "repair_finish")
_ACCEPTS = ("accept_normal", "accept_complaint")


def report_taken(report: BurstReport, *, at: datetime) -> None:
    """Start the dispatch clock with the report itself, unless the policy waits for the order."""
    if policy.value("dispatch_notify_clock", at=at) == "reported_at":
        deadlines.start(report, "dispatch_notify", at=at)


def report_moved(report: BurstReport, *, by: Actor, at: datetime, reason: str) -> None:
    """Nobody need be told of what was answered, merged or noise; taken up again it counts anew."""
    if report.status == ReportStatus.RECEIVED:
        report_taken(report, at=at)
    elif report.status != ReportStatus.ORDER_ISSUED:
        deadlines.cancel(report, "dispatch_notify", by=by, at=at, reason=reason)


def outage_opened(outage: Outage, *, at: datetime) -> None:
    """A fault's plan is in force: its notice is due, and its reports' clocks belong to it."""
    Deadline.objects.filter(report__outage=outage, outage__isnull=True).update(outage=outage)
    deadlines.start(outage, "publish_after_receipt", at=at)


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
    deadlines.start(outage, "publish_after_receipt", at=at)


def published(outage: Outage, *, by: Actor, at: datetime) -> None:
    """The first notice is out."""
    for key in ("publish_after_receipt", "public_notice_lead"):
        deadlines.meet(outage, key, by=by, at=at)


def order_issued(order: WorkOrder, *, at: datetime) -> None:
    """The department is to be told, and a fault is to be repaired, counted from its report."""
    outage = order.outage
    reports = _reports(outage)
    if not open_deadlines(at=at, key="dispatch_notify").filter(report__in=reports).exists():
        deadlines.start(order, "dispatch_notify", at=at, order=order)
    if outage.kind == OutageKind.UNPLANNED and outage.works == Works.NETWORK:
        began_at = min([report.received_at for report in reports], default=outage.created_at)
        for key in _REPAIRS:
            # A second order repairs the same fault: it gets no clock of its own.
            if not deadlines_of(outage).filter(key=key).exists():
                deadlines.start(outage, key, at=began_at, order=order)


def department_told(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """The department knows of the order: now it has to take it."""
    _stop_dispatch(order, by=by, at=at)
    deadlines.start(order, "accept_normal", at=at, department=_department(order))


def order_taken(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """The order was taken; who takes it has been told of it."""
    _stop_dispatch(order, by=by, at=at)
    for key in _ACCEPTS:
        deadlines.meet(order, key, by=by, at=at)
    deadlines.start(order, "arrive_utility", at=at, department=_department(order))


def on_site(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    """The crew is there."""
    deadlines.meet(order, "arrive_utility", by=by, at=at)
    deadlines.meet(order.outage, "repair_start", by=by, at=at, order=order)


def repaired(outage: Outage, *, by: Actor, at: datetime) -> None:
    """The pipe is sound again."""
    for key in _REPAIRS:
        deadlines.meet(outage, key, by=by, at=at)


def order_over(order: WorkOrder, *, by: Actor, at: datetime, reason: str) -> None:
    """The order was taken back: its own clocks stop, those of the fault run on."""
    for deadline in deadlines_of(order).filter(met_at__isnull=True, cancelled_at__isnull=True):
        deadlines.cancel(order, deadline.key, by=by, at=at, reason=reason)


def outage_over(outage: Outage, *, by: Actor, at: datetime, reason: str) -> None:
    """Nothing of the outage waits any more."""
    for deadline in open_deadlines(at=at, outages=[outage.pk]):
        deadlines.call_off(deadline, by=by, at=at, reason=reason)


def _stop_dispatch(order: WorkOrder, *, by: Actor, at: datetime) -> None:
    for report in _reports(order.outage):
        deadlines.meet(report, "dispatch_notify", by=by, at=at, order=order)
    deadlines.meet(order, "dispatch_notify", by=by, at=at)


def _reports(outage: Outage) -> list[BurstReport]:
    return list(BurstReport.objects.filter(outage=outage))


def _department(order: WorkOrder) -> str:
    """Return the department that has to keep the order's limits; the rule's own by default."""
    return str(getattr(order, "department_code", "") or "")
