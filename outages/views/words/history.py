"""Events in words, for the timeline of a case."""

from collections.abc import Iterable
from typing import Any, Final

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from network.words import local
from outages.choices import OutageSeverity, SelfCheckResult, SupplyPointStatus, Triage
from outages.models import Event, Outage
from outages.models.callbacks.asking import Verdict
from outages.views.callbacks.words import CALLBACK_CHIPS, CALLBACK_VERBS
from outages.views.duties.words import task_name
from outages.views.shifts.words import SHIFT_VERBS
from outages.views.words.limits import limit_name
from outages.views.words.monthly import MONTHLY_VERBS
from outages.views.words.refusals import state_words, words_of
from outages.views.words.wording import ORDER_STATUSES, OUTAGE_CHIPS
from outages.workflow import OutageStatus

# Verb of the event -> tone, text. `%(new)s`, `%(valve)s` and the event's facts are filled in.
VERBS: Final[dict[str, tuple[str, str | Promise]]] = {
    "reported": ("danger", _("Reported")),
    "placed": ("draft", _("Place corrected: %(new)s")),
    "merged": ("draft", _("Merged into another report")),
    "unmerged": ("draft", _("Taken out of its group")),
    "answered": ("ok", _("Caller answered")),
    "invalidated": ("draft", _("Marked invalid")),
    "reopened": ("warn", _("Taken up again")),
    "plan_computed": ("warn", _("Plan v%(version)s computed")),
    "plan_superseded": ("draft", _("Plan replaced")),
    "plan_refused": ("danger", _("No plan could be made")),
    "plan_acknowledged": ("busy", _("The crew has switched to the new plan")),
    "outage_opened": ("busy", _("Outage opened")),
    "outage_status": ("busy", _("Outage: %(new)s")),
    "order_issued": ("busy", _("Order issued")),
    "order_status": ("busy", _("Order: %(new)s")),
    "repair_done": ("ok", _("Repair done")),
    "repair_failed": ("danger", _("The leak is back")),
    "valve_to_do_again": ("danger", _("%(valve)s was opened all the same: to be shut again")),
    "valve_close_done": ("busy", _("%(valve)s closed")),
    "valve_close_failed": ("danger", _("%(valve)s cannot be closed")),
    "valve_open_done": ("ok", _("%(valve)s opened")),
    "valve_open_failed": ("danger", _("%(valve)s cannot be opened")),
    "valve_drain_done": ("ok", _("%(valve)s: the zone is dry")),
    "valve_drain_failed": ("warn", _("%(valve)s could not be opened")),
    "valve_feed_done": ("ok", _("%(valve)s opened to feed")),
    "valve_feed_failed": ("danger", _("%(valve)s cannot be opened")),
    "valve_vent_done": ("ok", _("%(valve)s open for the air")),
    "valve_vent_failed": ("warn", _("%(valve)s could not be opened")),
    "valve_flush_done": ("ok", _("%(valve)s flushed until clear")),
    "valve_flush_failed": ("warn", _("%(valve)s could not be opened")),
    "valve_shut_done": ("ok", _("%(valve)s closed again")),
    "valve_shut_failed": ("danger", _("%(valve)s cannot be closed")),
    "valve_handed_over": ("draft", _("%(valve)s stays shut for another outage")),
    "valve_left_closed": ("warn", _("%(valve)s left closed")),
    "valve_not_drawn": ("warn", _("%(valve)s is not in the network any more")),
    "steps_voided": ("draft", _("Steps no longer needed were dropped")),
    "steps_carried_over": ("draft", _("What was done counts for the new plan")),
    "reopening_planned": ("ok", _("Reopening planned")),
    "estimate_changed": ("planned", _("Water back at about %(new)s")),
    "notice_drafted": ("draft", _("Notice drafted")),
    "notice_published": ("ok", _("Notice published, %(deliveries)s deliveries")),
    "notice_approved": ("ok", _("Notice approved by a second person")),
    "notice_withheld": ("danger", _("Notice withheld")),
    "notice_not_held": ("warn", _("%(count)s messages sent in quiet hours")),
    "outage_placed": ("draft", _("Place for the public: %(place)s")),
    "notice_sent_again": ("warn", _("%(count)s failed messages sent once more")),
    "notice_superseded": ("draft", _("Earlier notice replaced")),
    "pressure_asked": ("draft", _("Pressures asked for")),
    "pressure_finished": (
        "ok",
        _("Pressures reckoned: %(new_under_7)s under 7 m, %(new_under_10)s under 10 m"),
    ),
    "pressure_refused": ("draft", _("Pressures could not be reckoned")),
    "pressure_failed": ("danger", _("Pressures could not be reckoned")),
    **CALLBACK_VERBS,
    **SHIFT_VERBS,
    **MONTHLY_VERBS,
    "phone_shown": ("draft", _("A telephone number was shown")),
    "file_opened": ("draft", _("The customer's file was opened")),
    "list_taken": ("draft", _("A list of customers was taken away")),
    "duties_changed": ("draft", _("Duties: %(count)s to do, %(gone)s not needed any more")),
    "duty_status": ("ok", _("%(task)s: %(new)s")),
    "call_unanswered": ("warn", _("%(task)s: no answer")),
    "posting_added": ("draft", _("One more place for the notice: %(place)s")),
    "sheet_handed_over": ("ok", _("Outage sheet v%(version)s handed over")),
    "sheet_outdated": ("warn", _("The outage sheet does not fit the plan any more")),
    "sheet_read": ("draft", _("Outage sheet v%(version)s read")),
    "approval_status": ("planned", _("Company leader: %(new)s")),
    "permit_status": ("planned", _("Permit: %(new)s")),
    "published_without": ("warn", _("Published without: %(lacking)s")),
    "exchange_sent": ("busy", _("Message %(number)s exchanged with the dispatch centre")),
    "exchange_withheld": ("danger", _("Message to the dispatch centre withheld")),
    "exchange_read": ("draft", _("Message %(number)s read")),
    "anomaly_told": ("warn", _("The dispatch centre saw something out of order")),
    "anomaly_acknowledged": ("draft", _("Its message was taken note of")),
    "supply_proposed": ("draft", _("%(count)s places for water proposed")),
    "supply_status": ("ok", _("Place for water: %(new)s")),
    "severity_changed": ("danger", _("Severity: %(new)s")),
    "outage_postponed": ("planned", _("Works moved to %(new)s")),
    "order_drafted": ("draft", _("Order drafted")),
    "arrival_expected": ("planned", _("A time of arrival was given")),
    "user_contacted": ("ok", _("User contacted")),
    "urged": ("warn", _("Department urged, %(times)s times by now")),
    "transferred": ("warn", _("Transferred to another department")),
    "extension_asked": ("warn", _("More time asked")),
    "extension_decided": ("busy", _("Decided on more time: %(new)s")),
    "escalated": ("danger", _("Laid before supervision")),
    "escalation_resolved": ("ok", _("Supervision answered")),
    "residual_left": ("warn", _("Something is left to do")),
    "milestones_planned": ("planned", _("Milestones planned")),
    "milestone_done": ("ok", _("Milestone done: %(name)s")),
    "call_owed": ("planned", _("A call is owed")),
    "call_made": ("ok", _("The call was made")),
    "marked": ("warn", _("Marks changed")),
    "deadline_warned": ("warn", _("Soon overdue: %(limit)s")),
    "deadline_breached": ("danger", _("Overdue: %(limit)s")),
    "deadline_met": ("ok", _("The limit ends: %(limit)s")),
    "deadline_cancelled": ("draft", _("No limit any more: %(limit)s")),
    "deadline_extended": ("planned", _("More time: %(limit)s")),
    "alert_acknowledged": ("ok", _("Alert seen to")),
    "duty_asked": ("planned", _("A duty was asked for")),
    "photo_added": ("busy", _("Photo added")),
    "callback_drawn": ("planned", _("Drawn for a call-back")),
    "callback_tried": ("busy", _("Call-back tried")),
    "rectification_ordered": ("warn", _("To be put right")),
    "rectified": ("ok", _("Put right")),
    "reply_read": ("busy", _("The user's reply was read")),
    "message_queued": ("busy", _("Message to the customer on its way")),
    "message_withdrawn": ("draft", _("Message to the customer taken back")),
    "call_logged": ("busy", _("Call entered")),
    "delivery_resolved": ("ok", _("Delivery settled by hand")),
    "handed_in": ("busy", _("Handed in by %(new)s")),
    "major_by_rule": ("danger", _("Major by the rules")),
    "triaged": ("busy", _("Triaged: %(new)s")),
    "instructed": ("warn", _("Instruction given")),
    "dissatisfied": ("danger", _("The caller is not content")),
}
PLAN_STATUS_TEXTS: Final[dict[str, tuple[str, str | Promise]]] = {
    "approved": ("ok", _("Plan approved")),
    "executing": ("busy", _("Closing begins")),
    "all_closed": ("ok", _("All valves closed")),
    "reopening": ("ok", _("Opening begins")),
    "reopened": ("ok", _("All valves open")),
    "superseded": ("draft", _("Plan replaced")),
    "aborted": ("draft", _("Plan given up")),
}
# Reasons are people's words only for these; elsewhere they are texts of the services.
SPOKEN: Final = frozenset(
    {
        "notice_not_held",
        "notice_sent_again",
        "placed",
        "monthly_corrected",
        "merged",
        "unmerged",
        "invalidated",
        "reopened",
        "repair_done",
        "repair_failed",
        "valve_left_closed",
        "estimate_changed",
        "plan_computed",
        "severity_changed",
        "outage_postponed",
        "approval_status",
        "transferred",
        "crew_duty_voided",
        "extension_asked",
        "extension_decided",
        "escalation_resolved",
        "instructed",
        "triaged",
    }
)


_STATES_OF_DUTIES: Final = frozenset({"duty_status", "approval_status", "permit_status"})


def entries(events: Iterable[Event], outage: Outage | None = None) -> list[dict[str, Any]]:
    """Return the events as the `timeline` component takes them, with what lies ahead at the end."""
    told = [_entry(event) for event in events if not _is_noise(event)]
    if outage and outage.estimated_restoration_at and outage.restored_at is None:
        told.append(
            {
                "at": outage.estimated_restoration_at,
                "tone": "draft",
                "text": gettext("Water back at about this time"),
                "actor": "",
                "future": True,
            }
        )
    return told


# What was made or rung follows from an event that is told.
_UNTOLD: Final = frozenset({"steps_made", "alert_raised", "alert_settled"})


def _is_noise(event: Event) -> bool:
    """Whether another event at the same moment says it already."""
    by_itself = event.verb == "pressure_asked" and event.by_id is None
    superseded = event.verb == "plan_status" and event.new == "superseded"
    return by_itself or superseded or event.verb in _UNTOLD


def _entry(event: Event) -> dict[str, Any]:
    tone, text = _words(event)
    if event.verb in SPOKEN and event.reason:
        text = f"{text} · {event.reason}"
    elif why := words_of(event.facts.get("code", ""), event.facts.get("refused", {})):
        text = f"{text} · {why}"
    return {
        "at": event.at,
        "tone": tone,
        "text": text,
        "actor": str(event.by) if event.by else gettext("by itself"),
        "future": False,
    }


def _words(event: Event) -> tuple[str, str]:
    facts = {**event.facts, "new": _new(event)}
    if event.verb == "milestone_done":
        facts["name"] = _node_name(event.facts)
    if event.subject == "crew_duty" and event.facts.get("crew_name"):
        facts["crew"] = local(event.facts["crew_name"], event.facts.get("crew_name_en", ""))
    if "task" in facts:
        facts["task"] = task_name(facts["task"])
    if event.subject == "deadline":
        facts["limit"] = limit_name(str(event.facts.get("key", "")))
    if event.verb == "published_without":
        facts["lacking"] = "、".join(task_name(task) for task in event.reason.split(", "))
    if event.verb == "plan_status":
        tone, text = PLAN_STATUS_TEXTS.get(event.new, ("draft", event.new))
    else:
        tone, text = VERBS.get(event.verb, ("draft", event.verb))
    try:
        return tone, str(text) % facts
    except KeyError:  # an event of an older release lacks a fact
        return tone, event.verb


def _node_name(facts: dict[str, Any]) -> str:
    name = str(facts.get("name") or facts.get("sequence", ""))
    if earlier := facts.get("ahead_of"):
        return gettext("%(name)s, before: %(earlier)s") % {
            "name": name,
            "earlier": "、".join(earlier),
        }
    return name


# What the new value of an event is one of.
_CHOICES: Final[dict[str, type[TextChoices]]] = {
    "severity_changed": OutageSeverity,
    "supply_status": SupplyPointStatus,
    "triaged": Triage,
    "self_check_done": SelfCheckResult,
    "callback_reply": Verdict,
    "callback_rated": Verdict,
}


def _new(event: Event) -> str:
    if event.verb == "outage_status" and event.new == OutageStatus.IMPACT_CONFIRMED:
        return gettext("Impact confirmed")
    if event.verb == "outage_status":
        return str(OUTAGE_CHIPS.get(event.new, ("", event.new))[1])
    if event.verb == "order_status":
        return str(ORDER_STATUSES.get(event.new, event.new))
    if event.verb == "callback_status":
        return str(CALLBACK_CHIPS[event.new][1]) if event.new in CALLBACK_CHIPS else event.new
    if event.verb in _STATES_OF_DUTIES:
        return state_words(event.new)
    if (choices := _CHOICES.get(event.verb)) and event.new in choices.values:
        return str(choices(event.new).label)
    if event.verb == "extension_decided":
        return gettext("approved") if event.new == "approved" else gettext("rejected")
    if event.verb in ("estimate_changed", "outage_postponed") and (at := parse_datetime(event.new)):
        return f"{timezone.localtime(at):%m-%d %H:%M}"
    return event.new
