"""Alerts, worded: the one place where an alert's code becomes a sentence for people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outages.choices import NoticeChannel, NoticeKind, Provider
from outages.models import Alert
from outages.views.callbacks.words import CALLBACK_ALERTS
from outages.views.duties.words import task_name
from outages.views.orders.words import ALERT_WORDS
from outages.views.shifts.words import SHIFT_ALERTS
from outages.views.words.limits import limit_name
from outages.views.words.monthly import MONTHLY_ALERTS
from outages.views.words.refusals import words_of

# code -> tone and sentence. The facts are those that `raise_alert` was given, besides `limit` and
# `due` for deadlines.
WORDS: Final[dict[str, tuple[str, str | Promise]]] = {
    "deadline_warned": ("warn", _("%(limit)s: until %(due)s")),
    "notice_needs_second": (
        "danger",
        _("A notice to %(customers)s customers waits: approve it, then let another publish it."),
    ),
    "leak_back": (
        "danger",
        _("%(outage)s: the leak is back. Say anew when water will be back."),
    ),
    "deadline_breached": ("danger", _("%(limit)s: overdue since %(due)s")),
    "numbers_shown_often": (
        "warn",
        _("%(staff)s wanted to see more than %(count)s customers' data in %(minutes)s minutes."),
    ),
    "exchange_answered": ("warn", _("The dispatch centre answers: message %(number)s")),
    "anomaly_told": ("danger", _("The dispatch centre tells of an anomaly: %(place)s")),
    "provider_left_alone": (
        "warn",
        _("%(channel)s: the %(provider)s is in trouble, new messages go through the other one."),
    ),
    "no_provider_works": (
        "danger",
        _("%(channel)s: both providers are in trouble, messages wait until one works."),
    ),
    "provider_works_again": ("ok", _("%(channel)s: the %(provider)s works again.")),
    "messages_stuck": (
        "danger",
        _("%(channel)s: messages wait since %(since)s. Ring whoever must know now."),
    ),
    "messages_move_again": ("ok", _("%(channel)s: the messages that waited are going out again.")),
    "messages_undecided": (
        "danger",
        _("Nobody knows whether some messages of a notice arrived: decide on them."),
    ),
    "messages_not_through": (
        "danger",
        _("Some messages of a notice did not get through: see why, and to whom."),
    ),
    "notice_withheld": ("danger", _("Withheld: %(kind)s. %(why)s")),
    **ALERT_WORDS,
    **CALLBACK_ALERTS,
    **SHIFT_ALERTS,
    **MONTHLY_ALERTS,
}
# The order is named, but what is to be done stands on its call-back.
ON_THE_CALL_BACK: Final = frozenset(CALLBACK_ALERTS) - {"follow_up_waits"}
# What is to be done stands with the notice, not with its outage.
ON_THE_NOTICE: Final = frozenset({"messages_undecided", "messages_not_through"})


@dataclass(frozen=True)
class Told:
    """One alert as a person reads it."""

    alert: Alert
    tone: str
    text: str
    case: str
    url: str


def told(alert: Alert) -> Told:
    """Word an alert, and say where it leads."""
    tone, text = WORDS.get(alert.code, ("warn", ""))
    try:
        words = str(text) % _facts(alert.facts)
    except KeyError:  # an alert of an older release lacks a fact
        words = ""
    return Told(alert, tone, words or gettext("Look at this case."), _case(alert), _url(alert))


def _facts(facts: dict[str, Any]) -> dict[str, str]:
    words = {name: str(value) for name, value in facts.items()}
    if "key" in facts:
        about = str(facts.get("about", ""))
        words["limit"] = task_name(about) if about else limit_name(str(facts["key"]))
    if "provider" in facts:
        words["provider"] = str(Provider(facts["provider"]).label)
    if "channel" in facts:
        words["channel"] = str(NoticeChannel(facts["channel"]).label)
    if "refusal" in facts:
        words["kind"] = str(NoticeKind(facts["kind"]).label)
        words["why"] = words_of(facts["refusal"], facts.get("refused", {}))
    if "due_at" in facts:
        due = datetime.fromisoformat(str(facts["due_at"]))
        words["due"] = f"{timezone.localtime(due):%m-%d %H:%M}"
    for name in ("since", "until"):
        if at := parse_datetime(str(facts.get(name, ""))):
            words[name] = f"{timezone.localtime(at):%m-%d %H:%M}"
    return words


def _case(alert: Alert) -> str:
    if alert.outage is not None:
        return alert.outage.code
    return alert.report.reference if alert.report is not None else ""


def _url(alert: Alert) -> str:
    if alert.code in ON_THE_CALL_BACK and (number := alert.facts.get("order")):
        return reverse("outages:callback", args=[number])
    if number := alert.facts.get("order"):
        return reverse("outages:order", args=[number])
    if reference := alert.facts.get("report"):
        return reverse("outages:case", args=[reference])
    if alert.subject in ("exchange", "anomaly"):
        return reverse("outages:exchange")
    if alert.code == "notice_withheld" and alert.to_name == "call_agent":
        return reverse("outages:notices")
    if alert.code in ON_THE_NOTICE:
        return reverse("outages:notice", args=[alert.subject_id])
    if alert.outage_id is not None and alert.facts.get("about"):
        return reverse("outages:duties-of", args=[alert.outage_id])
    if alert.outage_id is not None:
        return reverse("outages:outage", args=[alert.outage_id])
    if alert.report_id is not None:
        return reverse("outages:report", args=[alert.report_id])
    return _url_by_subject(alert)


def _url_by_subject(alert: Alert) -> str:
    """Say where an alert leads that belongs to no outage and no report."""
    if alert.subject == "disclosure":
        return f"{reverse('outages:access-log')}?{urlencode({'q': alert.facts['staff']})}"
    if alert.subject == "monthly":
        return reverse("outages:monthly-report", args=[alert.subject_id])
    if alert.subject == "action":
        return reverse("outages:monthly-report", args=[alert.facts["monthly"]])
    if alert.facts.get("key") == "monthly_report_due":
        return reverse("outages:monthly")
    if alert.subject in ("provider", "channel"):  # the channels are the administrator's
        return reverse("outages:channels" if alert.to_name == "admin" else "outages:notices")
    if alert.code == "roster_gap":
        return reverse("outages:roster")
    return reverse("outages:shift") if alert.subject in ("shift", "self_check") else ""
