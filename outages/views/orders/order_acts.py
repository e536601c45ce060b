"""What may be done to an order, by whom, when it is offered: one table, a service behind each."""

from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from network.words import local
from outages.choices import FollowUpKind
from outages.forms.orders.course import (
    AcceptForm,
    ArrivalForm,
    ContactForm,
    MilestoneForm,
    MilestonesForm,
    UrgeForm,
)
from outages.forms.orders.deciding import DecisionForm, EscalateForm, ExtensionForm
from outages.forms.orders.issuing import IssueForm, NotifyForm, TransferForm
from outages.forms.orders.results import FeedbackForm, OrderResultForm
from outages.forms.shape.panel import ReasonForm, TextForm
from outages.models import ExtensionRequest, OrderCategory, WorkOrder
from outages.policy.organisation import CATEGORY_OF_RESIDUAL
from outages.selectors import addressee
from outages.services import orders
from outages.services.desk import follow_ups
from outages.services.orders.extension import may_decide
from outages.services.orders.locked import GIVES_ORDERS, is_member
from outages.services.orders.results import ResultFacts
from outages.services.rules import clocks
from outages.views.orders.case_acts import order_facts
from outages.views.shape.actor import acting
from outages.views.shape.acts import Act, Told, User
from outages.views.words.limits import limit_name
from outages.workflow import (
    NOT_ACCEPTED,
    OPEN_WORK_ORDERS,
    ORDERS_AT_WORK,
    WorkOrderStatus,
)

ISSUES: Final = (GIVES_ORDERS,)
HANDLES: Final = ("outages.handle_orders",)
EITHER: Final = (*ISSUES, *HANDLES)
UNDER_WAY: Final = frozenset(
    {WorkOrderStatus.ACCEPTED, WorkOrderStatus.EN_ROUTE, WorkOrderStatus.ON_SITE}
)
_NOT_THERE: Final = ORDERS_AT_WORK - {WorkOrderStatus.ON_SITE, WorkOrderStatus.IN_PROGRESS}
Said = str | Promise


def _now(request: HttpRequest) -> dict[str, Any]:
    return {"by": acting(request), "at": timezone.now()}


def _own(order: WorkOrder, user: User) -> bool:
    return is_member(user, order)


def _has_hand_in(order: WorkOrder, user: User) -> bool:
    return user.has_perm(GIVES_ORDERS) or _own(order, user)  # type: ignore[union-attr]


def _issue(request: HttpRequest, order: WorkOrder, _told: Told) -> Said:
    orders.issue_draft(order, **_now(request))
    return _("The order is issued.")


def _notify(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    done = orders.notify_department(order, **told, **_now(request))
    return gettext("Told: %(who)s.") % {"who": done.callee or done.department.name}


def _callee(order: WorkOrder) -> dict[str, Any]:
    found = addressee(order.department, at=timezone.now())
    return {"method": "recorded_call", "callee": found.name if found else ""}


def _accept(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    orders.accept_order(order, **told, **_now(request))
    return _("Accepted.")


def _start(request: HttpRequest, order: WorkOrder, _told: Told) -> Said:
    orders.start_work(order, **_now(request))
    return _("Begun.")


def _arrival(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    orders.expect_arrival(order, **told, **_now(request))
    return _("Callers are told this time now.")


def _of_no_caller(order: WorkOrder, _user: User) -> bool:
    return order.report is None


def _ask_crew(request: HttpRequest, order: WorkOrder, _told: Told) -> Said:
    assert order.report is not None, "only offered where somebody asked"
    follow_ups.owe_call(
        order.report,
        kind=FollowUpKind.ASK_CREW,
        order=order,
        owner=acting(request),
        due_at=timezone.now(),
        **_now(request),
    )
    return _("On your list: ask the crew, then tell the caller.")


def _contact(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    orders.contact_user(
        order,
        method=told["method"],
        reached=not told["missed"],
        note=told["note"],
        **_now(request),
    )
    return _("Put on record.")


def _result(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    orders.enter_result(order, facts=ResultFacts(**told), **_now(request))
    return _("The result is in; the call centre tells the user.")


def _feedback(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    orders.feed_back(order, **told, **_now(request))
    return _("The user knows.")


def _send_back(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    orders.send_back(order, **told, **_now(request))
    return _("Sent back to work.")


def _urge(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    orders.urge_order(order, **told, **_now(request))
    return _("The department is urged.")


def _transfer(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    done = orders.transfer_order(order, **told, **_now(request))
    return gettext("%(department)s answers for it now.") % {"department": done.department.name}


def _ask_extension(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    asked = orders.ask_extension(order, **told, **_now(request))
    if asked.is_late:
        return _("Asked, but late: the limit had run out, and the breach remains.")
    return _("Asked. The department's leader decides.")


def _limit_choices(order: WorkOrder) -> dict[str, Any]:
    return {"limits": [(each.key, str(limit_name(each.key))) for each in clocks.limits_of(order)]}


def pending_extension(order: WorkOrder) -> ExtensionRequest | None:
    """Return what the department asks for, if anything."""
    waiting = order.extensions.filter(decision=ExtensionRequest.Decision.PENDING)
    return waiting.select_related("department").first()


def _decide(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    asked = pending_extension(order)
    if asked is None:
        raise orders.OrderRefused(code="extension_decided")
    orders.decide_extension(asked, **told, **_now(request))
    return _("Approved: the limit is moved.") if told["approve"] else _("Rejected.")


def _may_decide(order: WorkOrder, user: User) -> bool:
    asked = pending_extension(order)
    return asked is not None and may_decide(asked, user)


def _decides_for_others(order: WorkOrder, user: User) -> bool:
    asked = pending_extension(order)
    return asked is not None and not may_decide(asked, user)


def _escalate(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    orders.escalate_order(order, **told, **_now(request))
    return _("Supervision has it before them.")


def _open_escalation(order: WorkOrder) -> Any:
    return order.escalations.filter(resolved_at=None).first()


def _resolve(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    escalation = _open_escalation(order)
    if escalation is None:
        raise orders.OrderRefused(code="escalation_resolved")
    orders.resolve_escalation(escalation, resolution=told["text"], **_now(request))
    return _("Answered.")


def _milestones(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    made = orders.plan_milestones(order, **told, **_now(request))
    return ngettext("%(count)s milestone planned.", "%(count)s milestones planned.", len(made)) % {
        "count": len(made)
    }


def _milestone_done(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    done = orders.finish_milestone(told["milestone"], **_now(request))
    return gettext("Done: %(name)s.") % {"name": done.name}


def _has_open_milestone(order: WorkOrder, user: User) -> bool:
    at_work = order.status in OPEN_WORK_ORDERS and _own(order, user)
    return at_work and order.milestones.filter(done_at=None).exists()


def _follow_up(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    assert order.report is not None, "only offered where somebody told us"
    made = orders.issue_for_report(
        order.report,
        facts=replace(order_facts(order.report, told), follows=order),
        **_now(request),
    )
    return gettext("Order %(number)s follows this one. Tell %(department)s within the limit.") % {
        "number": made.number,
        "department": local(made.department.name, made.department.name_en),
    }


def _proposed_follow_up(order: WorkOrder) -> dict[str, Any]:
    """Begin with what was left over: a road is reinstated, the rest goes where it came from."""
    code = CATEGORY_OF_RESIDUAL.get(order.residual_kind, "")
    found = OrderCategory.objects.select_related("department").filter(code=code).first()
    category = found or order.category
    return {
        "category": category.pk,
        "department": category.department_id if found else order.department_id,
        "task": order.residual,
    }


def _may_follow(order: WorkOrder, _user: User) -> bool:
    return order.finished_at is not None and order.report is not None


def _archive(request: HttpRequest, order: WorkOrder, _told: Told) -> Said:
    orders.archive_order(order, **_now(request))
    return _("Filed.")


def _void(request: HttpRequest, order: WorkOrder, told: Told) -> Said:
    orders.void_order(order, **told, **_now(request))
    return _("Taken back; it stays on record.")


def _is(*statuses: str) -> Any:
    return lambda order, _user: order.status in statuses


def _department_order(*statuses: str) -> Any:
    """Offered to the department itself; a crew has its own screen."""
    return lambda order, user: (
        order.status in statuses and not order.outage_id and _own(order, user)
    )


ORDER_ACTS: Final[tuple[Act[WorkOrder], ...]] = (
    Act("issue", ISSUES, _("Issue the order"), _("Issue the order"), _issue,
        _is(WorkOrderStatus.DRAFT), primary=True),
    Act("notify", ISSUES, _("Tell the department"), _("Put on record"), _notify,
        lambda order, _user: order.status == WorkOrderStatus.ISSUED and not order.crew_id,
        NotifyForm, initial=_callee, primary=True),
    Act("accept", HANDLES, _("Accept the order"), _("Accept the order"), _accept,
        _department_order(*NOT_ACCEPTED), AcceptForm, primary=True),
    Act("start", HANDLES, _("Begin"), _("Begin"), _start,
        _department_order(*UNDER_WAY), primary=True),
    Act("contact", EITHER, _("The user was contacted"), _("Put on record"), _contact,
        lambda order, user: order.status in OPEN_WORK_ORDERS - {WorkOrderStatus.DRAFT}
        and order.report is not None and _has_hand_in(order, user), ContactForm),
    Act("result", HANDLES, _("Enter the result"), _("Enter the result"), _result,
        _department_order(WorkOrderStatus.IN_PROGRESS), OrderResultForm,
        given=lambda order: {"order": order}),
    Act("decide", ("outages.approve_extensions",), _("Decide on the extension"), _("Decide"),
        _decide, _may_decide, DecisionForm, primary=True, forbids=_decides_for_others),
    Act("feedback", ISSUES, _("Tell the user the result"), _("The user was told"), _feedback,
        _is(WorkOrderStatus.RESULT_ENTERED), FeedbackForm, primary=True),
    Act("send-back", ISSUES, _("The user says it is not done"), _("Send back to work"), _send_back,
        lambda order, _user: order.status == WorkOrderStatus.RESULT_ENTERED
        and not order.outage_id, ReasonForm),
    Act("urge", ISSUES, _("Urge"), _("Urge the department"), _urge, _is(*ORDERS_AT_WORK), UrgeForm),
    Act("arrival", EITHER, _("Crew expected at"), _("Save the time"), _arrival,
        lambda order, user: order.status in _NOT_THERE and _has_hand_in(order, user), ArrivalForm),
    Act("ask-crew", ISSUES, _("Ask the crew where it is"), _("Put it on my list"), _ask_crew,
        lambda order, _user: order.status in ORDERS_AT_WORK and order.report is not None,
        forbids=_of_no_caller),
    Act("transfer", ISSUES, pgettext_lazy("order", "Transfer"), _("Transfer the order"), _transfer,
        lambda order, _user: order.status in ORDERS_AT_WORK and not order.outage_id,
        TransferForm, given=lambda order: {"order": order}),
    Act("extend", HANDLES, _("Ask for more time"), _("Ask the leader"), _ask_extension,
        lambda order, user: order.status in ORDERS_AT_WORK and _own(order, user)
        and pending_extension(order) is None and bool(clocks.limits_of(order)),
        ExtensionForm, given=_limit_choices),
    Act("escalate", ISSUES, _("Lay it before supervision"), _("Escalate"), _escalate,
        lambda order, _user: order.status in OPEN_WORK_ORDERS and not _open_escalation(order),
        EscalateForm),
    Act("resolve", ("outages.resolve_escalations",), _("Answer the escalation"), _("Answer"),
        _resolve, lambda order, _user: bool(_open_escalation(order)), TextForm, primary=True),
    Act("milestones", HANDLES, _("Plan milestones"), _("Add them"), _milestones,
        lambda order, user: order.status in ORDERS_AT_WORK and _own(order, user), MilestonesForm),
    Act("milestone-done", HANDLES, _("A milestone is done"), _("Put on record"), _milestone_done,
        _has_open_milestone, MilestoneForm, given=lambda order: {"order": order}, primary=True),
    Act("follow-up", ISSUES, _("Issue an order that follows"), _("Issue the order"), _follow_up,
        _may_follow, IssueForm, initial=_proposed_follow_up, forbids=_of_no_caller),
    Act("archive", ISSUES, _("File the order"), _("File the order"), _archive,
        _is(WorkOrderStatus.FED_BACK, WorkOrderStatus.CALLBACK), primary=True),
    Act("void", ISSUES, _("Take the order back"), _("Take it back"), _void,
        lambda order, _user: order.status in (*ORDERS_AT_WORK, WorkOrderStatus.DRAFT)
        and not order.outage_id, ReasonForm),
)  # fmt: skip
