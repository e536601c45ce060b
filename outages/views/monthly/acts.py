"""What may be done to a monthly report and to its actions, each a form of its own."""

from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outages.forms.monthly.reports import ActionForm, CommentForm, CorrectForm, OutcomeForm
from outages.models import ActionItem, MonthlyReport
from outages.selectors import monthly as lists
from outages.services import monthly
from outages.views.shape.actor import acting
from outages.views.shape.acts import Act, Told, User

WRITES: Final = ("outages.write_monthly",)
ISSUES: Final = ("outages.issue_monthly",)
CLOSES: Final = ("outages.write_monthly", "outages.handle_orders")
Said = str | Promise


def _now(request: HttpRequest) -> dict[str, Any]:
    return {"by": acting(request), "at": timezone.now()}


def _is_draft(report: MonthlyReport, _user: User) -> bool:
    return not report.is_issued


def _may_be_issued(report: MonthlyReport, _user: User) -> bool:
    return not report.is_issued and timezone.localdate() > report.last


def _may_be_corrected(report: MonthlyReport, _user: User) -> bool:
    newest = lists.versions_of(report.month).first()
    return report.is_issued and newest is not None and newest.pk == report.pk


def _is_open(action: ActionItem, _user: User) -> bool:
    return action.closed_at is None


def _is_another_s(action: ActionItem, user: User) -> bool:
    """A department closes its own actions; the call centre any."""
    own = getattr(user, "department_code", "") == action.department.code
    return not own and not user.has_perm(WRITES[0])  # type: ignore[union-attr]


def _comment(request: HttpRequest, report: MonthlyReport, told: Told) -> Said:
    monthly.comment(report, **told, **_now(request))
    return _("Written down.")


def _issue(request: HttpRequest, report: MonthlyReport, _told: Told) -> Said:
    monthly.issue(report, **_now(request))
    return _("Issued. Leaders and supervision are told.")


def _correct(request: HttpRequest, report: MonthlyReport, told: Told) -> Said:
    monthly.correct(report, **told, **_now(request))
    return _("The next version is open.")


def _action(request: HttpRequest, report: MonthlyReport, told: Told) -> Said:
    monthly.agree_action(report, **told, **_now(request))
    return _("Agreed. The department is told.")


def _close(request: HttpRequest, action: ActionItem, told: Told) -> Said:
    monthly.close_action(action, **told, **_now(request))
    return _("On record.")


REPORT_ACTS: Final[tuple[Act[MonthlyReport], ...]] = (
    Act("issue", ISSUES, title=_("Issue the report"), verb=pgettext_lazy("report", "Issue"),
        do=_issue, when=_may_be_issued, primary=True),
    Act("comment", WRITES, title=_("Comment"), verb=_("Save"), do=_comment, when=_is_draft,
        form=CommentForm, once=True),
    Act("action", WRITES, title=_("Agree an action"), verb=_("Agree"), do=_action,
        when=lambda _report, _user: True, form=ActionForm, once=True),
    Act("correct", ISSUES, title=_("Correct by another version"), verb=_("Open the next version"),
        do=_correct, when=_may_be_corrected, form=CorrectForm),
)  # fmt: skip
CLOSE_ACTION: Final[Act[ActionItem]] = Act(
    "close",
    CLOSES,
    title=_("Say what came of it"),
    verb=_("Close the action"),
    do=_close,
    when=_is_open,
    form=OutcomeForm,
    forbids=_is_another_s,
)
