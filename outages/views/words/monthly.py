"""The monthly report in words: where it stands, what is refused, what its alerts say."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outages.policy.monthly.figures import Stage
from outages.selectors.monthly.reports import MonthStanding

STANDINGS: Final[dict[MonthStanding, tuple[str, str | Promise]]] = {
    MonthStanding.ISSUED: ("ok", pgettext_lazy("report", "issued")),
    MonthStanding.DRAFT: ("busy", pgettext_lazy("report", "draft")),
    MonthStanding.OVERDUE: ("warn", pgettext_lazy("report", "overdue")),
    MonthStanding.RED: ("danger", pgettext_lazy("report", "overdue, red")),
}
# How far a complaint or an order has come, as the tables divide it.
STAGES: Final[dict[str, str | Promise]] = {
    Stage.WAITING: _("Not taken"),
    Stage.AT_WORK: _("At work"),
    Stage.TO_TELL: _("User to be told"),
    Stage.TOLD: _("User told"),
    Stage.FILED: _("Filed"),
    Stage.ANSWERED: _("Answered"),
    Stage.MERGED: _("Merged"),
    Stage.VOID: _("Void"),
}
QUESTIONS: Final[dict[str, str | Promise]] = {
    "quality": _("Quality of service"),
    "attitude": _("Attitude"),
    "engineering": _("Quality of works"),
    "timeliness": _("Timeliness"),
    "overall": _("Satisfaction"),
}
MONTHLY_REFUSALS: Final[dict[str, str | Promise]] = {
    "monthly_issued": _("This version is issued: it does not change. Correct it by another one."),
    "monthly_not_over": _("Its days run until %(last)s: it is issued when they are over."),
    "monthly_not_newest": _("There is a newer version, %(newest)s: correct that one."),
    "monthly_draft_open": _("It is a draft still: change it here."),
    "action_closed": _("This action is closed already."),
    "action_day_over": _("%(day)s is over: name a day to come."),
}
MONTHLY_ALERTS: Final[dict[str, tuple[str, str | Promise]]] = {
    "monthly_report_drafted": (
        "busy",
        _("The monthly report %(month)s is drafted: comment and issue it before %(due)s"),
    ),
    "monthly_report_red": (
        "danger",
        _("The monthly report %(month)s was due %(due)s and is not issued"),
    ),
    "monthly_report_issued": (
        "ok",
        _("The monthly report %(month)s is issued, version %(version)s"),
    ),
    "action_agreed": ("warn", _("Your department has an action of the monthly report, by %(day)s")),
}
MONTHLY_VERBS: Final[dict[str, tuple[str, str | Promise]]] = {
    "monthly_drafted": ("busy", _("Drafted")),
    "monthly_commented": ("draft", _("Comment written")),
    "monthly_issued": ("ok", pgettext_lazy("report", "issued")),
    "monthly_corrected": ("warn", _("Opened to correct the version before")),
    "monthly_report_red": ("danger", _("Not issued in time")),
    "action_agreed": ("planned", _("Action agreed, by %(due)s")),
    "action_closed": ("ok", _("Action closed")),
}
