"""What may be done to a case: one table, a service behind each."""

from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outages.choices import ISOLATION_KINDS, FollowUpKind
from outages.forms.control.reports import AnswerForm
from outages.forms.orders.cases import CallMadeForm, InvalidForm, MarksForm, PromiseForm, TriageForm
from outages.forms.orders.issuing import IssueForm
from outages.forms.shape.panel import ReasonForm, TextForm
from outages.models import BurstReport, OrderCategory
from outages.policy.organisation import category_for
from outages.selectors.rules.departments import proposed_route
from outages.services import orders
from outages.services.desk import follow_ups, marking, reports
from outages.services.orders import OrderFacts
from outages.services.rules import departments
from outages.views.shape.actor import acting
from outages.views.shape.acts import Act, Told, User
from outages.workflow import OPEN_WORK_ORDERS, ReportStatus

ISSUES: Final = ("outages.issue_orders",)
TAKES: Final = ("outages.report_burst",)
Said = str | Promise


def _now(request: HttpRequest) -> dict[str, Any]:
    return {"by": acting(request), "at": timezone.now()}


def _issue(request: HttpRequest, report: BurstReport, told: Told) -> Said:
    facts = order_facts(report, told)
    order = orders.issue_for_report(report, facts=facts, **_now(request))
    return gettext("Order %(number)s is issued to %(department)s. Tell them within the limit.") % {
        "number": order.number,
        "department": order.department.name,
    }


def order_facts(report: BurstReport, told: Told) -> OrderFacts:
    """Return what an order for the report says, from its form; a rule's crew goes with it."""
    route = proposed_route(told["category"], told["geom"] or report.geom)
    is_proposed = route.department.pk == told["department"].pk
    return OrderFacts(
        category=told["category"],
        department=told["department"],
        crew=route.crew if is_proposed else None,
        task=told["task"],
        asset_kind=told["asset_kind"],
        asset=told["asset"] or (report.pipe if told["category"].needs_place else ""),
        geom=told["geom"],
        appointment_at=told["appointment_at"],
    )


def proposed_order(report: BurstReport) -> dict[str, Any]:
    """Return what an order for the report begins with: category and department by the rules."""
    departments.ship_organisation()
    code = category_for(report.kind)
    category = OrderCategory.objects.select_related("department").filter(code=code).first()
    if category is None:
        return {}
    route = proposed_route(category, report.geom)
    return {
        "category": category.pk,
        "department": route.department.pk,
        "task": report.description[:300],
    }


def _draft(request: HttpRequest, report: BurstReport, told: Told) -> Said:
    order = orders.draft_order(report, facts=order_facts(report, told), **_now(request))
    return gettext("Draft %(number)s is kept; nobody is told yet.") % {"number": order.number}


def _answer(request: HttpRequest, report: BurstReport, told: Told) -> Said:
    reports.answer_report(report, text=told["text"], **_now(request))
    return _("Answered.")


def _invalid(request: HttpRequest, report: BurstReport, told: Told) -> Said:
    reports.invalidate_report(report, **told, **_now(request))
    return _("Marked invalid.")


def _reopen(request: HttpRequest, report: BurstReport, told: Told) -> Said:
    reports.reopen_report(report, **told, **_now(request))
    return _("Taken up again.")


def _triage(request: HttpRequest, report: BurstReport, told: Told) -> Said:
    marking.triage_report(report, **told, **_now(request))
    return _("Put on record.")


def _marks(request: HttpRequest, report: BurstReport, told: Told) -> Said:
    marking.mark_report(report, marks=marking.Marks(**told), **_now(request))
    return _("Marked. Whoever hears of such a case is told.")


def _marks_of(report: BurstReport) -> dict[str, Any]:
    names = ("urgency", "is_complaint", "is_major", "with_media", "is_confidential")
    return {name: getattr(report, name) for name in names}


def _instruct(request: HttpRequest, report: BurstReport, told: Told) -> Said:
    marking.instruct(report, **told, **_now(request))
    return _("The owner of the case has your instruction.")


def _dissatisfied(request: HttpRequest, report: BurstReport, _told: Told) -> Said:
    marking.note_dissatisfied(report, **_now(request))
    return _("Shift leader and department leader know.")


def _promise(request: HttpRequest, report: BurstReport, told: Told) -> Said:
    call = follow_ups.owe_call(
        report, kind=FollowUpKind.PROMISED, owner=acting(request), **told, **_now(request)
    )
    due = timezone.localtime(call.due_at) if call.due_at else None
    if due is None:
        return _("The call is on your list.")
    return gettext("The call is on your list, by %(at)s.") % {"at": f"{due:%H:%M}"}


def _call_made(request: HttpRequest, report: BurstReport, told: Told) -> Said:
    call = report.follow_ups.filter(pk=told["call"]).first()
    if call is None:
        return _("This call is not owed.")
    follow_ups.call_made(call, outcome=told["outcome"], **_now(request))
    return _("Put on record.")


def _next_call(report: BurstReport) -> dict[str, Any]:
    call = report.follow_ups.filter(done_at=None).order_by("due_at", "pk").first()
    return {"call": call.pk if call else ""}


def _waits(report: BurstReport, _user: User) -> bool:
    return report.status == ReportStatus.RECEIVED


def _orderable(report: BurstReport, _user: User) -> bool:
    if report.status not in (ReportStatus.RECEIVED, ReportStatus.ORDER_ISSUED):
        return False
    return not report.outage_id and not _live(report)


def _live(report: BurstReport) -> bool:
    return report.work_orders.filter(status__in=OPEN_WORK_ORDERS).exists()


def _is_open(report: BurstReport, _user: User) -> bool:
    return report.status in (ReportStatus.RECEIVED, ReportStatus.ORDER_ISSUED)


CASE_ACTS: Final[tuple[Act[BurstReport], ...]] = (
    Act("issue", ISSUES, _("Issue an order"), _("Issue the order"), _issue, _orderable, IssueForm,
        initial=proposed_order, primary=True),
    Act("answer", TAKES, _("Answered on the spot"), _("Close with this answer"), _answer,
        lambda report, user: _waits(report, user) and report.kind not in ISOLATION_KINDS,
        AnswerForm),
    Act("promise", TAKES, _("Promise a call"), _("Put it on my list"), _promise, _is_open,
        PromiseForm),
    Act("call-made", TAKES, _("The call was made"), _("Put on record"), _call_made,
        lambda report, _user: report.follow_ups.filter(done_at=None).exists(), CallMadeForm,
        initial=_next_call, primary=True),
    Act("dissatisfied", TAKES, _("The caller is not content"), _("Tell shift leader and leader"),
        _dissatisfied, _is_open, once=True),
    Act("marks", TAKES, _("Urgency and marks"), _("Save the marks"), _marks, _is_open, MarksForm,
        initial=_marks_of),
    Act("triage", TAKES, _("Whose fault is it?"), _("Put on record"), _triage, _waits, TriageForm,
        initial=lambda report: {
            "triage": report.triage or marking.triage_by_meter(report.meter_side)}),
    Act("instruct", ("outages.instruct",), _("Instruct"), _("Give the instruction"), _instruct,
        _is_open, TextForm, primary=True),
    Act("draft", ISSUES, _("Keep an order as a draft"), _("Keep the draft"), _draft, _orderable,
        IssueForm, initial=proposed_order, once=True),
    Act("invalid", TAKES, _("No matter of ours"), _("Mark invalid"), _invalid, _waits,
        InvalidForm),
    Act("reopen", TAKES, _("Take it up again"), _("Take it up again"), _reopen,
        lambda report, _user: report.status in (ReportStatus.ANSWERED, ReportStatus.INVALID),
        ReasonForm),
)  # fmt: skip
