"""What services refuse, worded: the one place where a code becomes a sentence for people.

The services' exceptions carry a code and facts (`workflow.Refused`). Anything that is not one of
them is a defect and gets no words here.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outages.forms.rules.policy import VALUE_WORDS
from outages.services.field.work import Refusal
from outages.views.duties.refusals import DUTY_WORDS
from outages.views.duties.words import ITEMS, owner_name, task_name
from outages.views.shifts.words import SHIFT_REFUSALS
from outages.views.words.monthly import MONTHLY_REFUSALS
from outages.views.words.wording import ORDER_STATUSES, OUTAGE_CHIPS, PLAN_CHIPS, REPORT_CHIPS
from outages.workflow import Refused

REFUSALS: Final = (Refused,)

# Steps of a plan: read on a phone, in the street.
STEP_WORDS: Final[dict[str, str | Promise]] = {
    Refusal.PLAN_NOT_IN_FORCE: _("The plan is not in force. Wait for the dispatcher."),
    Refusal.PLAN_SUPERSEDED: _("Stop. Switch to the new plan first."),
    Refusal.STEP_DECIDED: _("This step was told already."),
    Refusal.NOT_YET_REOPENING: _("Not yet: the dispatcher releases the opening."),
    Refusal.CLOSING_IS_OVER: _("Closing is over: the valves are being opened again."),
    Refusal.CLOSE_FIRST: _("Not yet: first shut every valve of the plan. Then open this one."),
    Refusal.OPEN_FIRST: _("Not yet: first open the other valves. Then close this one again."),
    Refusal.HELD_BY_OTHER: _("Another outage still needs this valve shut. Leave it closed."),
    Refusal.NOT_PUBLISHED: _("The notice is not out yet: the works may not begin."),
    Refusal.WRONG_CREW: _("This order belongs to another crew."),
    Refusal.NOT_ACCEPTED: _("Accept the order first."),
    Refusal.UNKNOWN_STEP: _("This step is not known. Load the plan again."),
    Refusal.KEY_USED: _("Another step was sent under this number. Load the plan again."),
}
PHOTO_WORDS: Final[dict[str, str | Promise]] = {
    "photo_unreadable": _("This file is no photo that can be read."),
    "photo_too_large": _("The photo is larger than %(limit_mb)s MB."),
    "photo_too_many_pixels": _("The photo has too many pixels."),
    "photos_enough": _("%(most)s photos are enough for one step."),
}
WORDS: Final[dict[str, str | Promise]] = {
    **STEP_WORDS,
    **PHOTO_WORDS,
    **DUTY_WORDS,
    **SHIFT_REFUSALS,
    **MONTHLY_REFUSALS,
    # plans
    "no_network": _("There is no network yet: import one first."),
    "no_pipe": _("The report is on no pipe: choose the burst pipe first."),
    "no_pipes": _("Name the pipes to work on."),
    "unknown_asset": _("An asset named here is not in the network: %(asset)s"),
    "plan_stale": _("The network changed. Review the difference first."),
    "plan_decided": _("Somebody was faster: this plan is decided already."),
    "plan_replaced": _("This plan was replaced by v%(newer)s: look at that one."),
    "not_opened": _(
        "Not to be opened: %(valves)s. Only a closed valve that works, that no other outage needs "
        "shut and that brings no water to the burst can feed anybody."
    ),
    "not_isolating": _("Valves alone cannot stop this. Shut %(sources)s first."),
    "valves_shut": _("Valves are shut already (%(valves)s): plan the reopening instead."),
    # outages
    "out_of_order": _("Things have moved on: this step cannot follow now. (%(current)s)"),
    "edited_meanwhile": _("Somebody changed this meanwhile. Look again, then save."),
    "outage_over": _("This outage is over: nothing changes any more."),
    "valves_still_shut": _(
        "Still shut: %(valves)s. Open them, or leave each closed with a reason."
    ),
    "not_published": _("A planned outage begins only after its notice is out."),
    "window_ends_first": _("The works end before they begin: correct the times."),
    "window_ahead": _(
        "People were told of a later time: move the works first, then they may begin."
    ),
    "window_over": _("The works would be over already: correct the times."),
    "estimate_over": _("This time has passed already: say when water will be back."),
    "estimate_before_start": _("Water cannot be back before the works begin: correct the time."),
    "repair_not_done": _("Record first that the repair is done."),
    "no_repair_to_fail": _("No repair is recorded here that could have failed."),
    "disclosure_reason_missing": _("Say why you need to see it: the reason is kept."),
    "shown_too_many": _(
        "You were shown %(most)s customers' data in %(minutes)s minutes. Wait a while; "
        "supervision is told."
    ),
    "reason_missing": _("Say why: the reason is kept with the record."),
    # orders
    "order_outage_over": _("The outage is over: there is nothing to be done there any more."),
    "order_of_other_crew": _("Order %(order)s belongs to crew %(crew)s."),
    "leak_check_failed": _("The leak check did not pass: the repair is not done yet."),
    "action_missing": _("Say what was done to the pipe."),
    "result_too_early": _("The result is entered once the water is back."),
    "order_of_other_department": _("Order %(order)s belongs to %(department)s."),
    "order_without_place": _(
        "This kind of order needs an asset or a place on the map: give it one first."
    ),
    "order_without_acceptor": _(
        "Nobody at %(department)s would take it: enter an acceptor or a liaison first."
    ),
    "order_report_decided": _("%(report)s is answered or merged: take it up again first."),
    "order_exists": _("There is an order already: %(order)s."),
    "department_takes_no_orders": _("%(department)s takes no orders."),
    "leak_check_missing": _("A repair is done only after its leak check has passed."),
    "contact_missing": _("Record first that the user was contacted."),
    "assignee_missing": _("Say who handles it: somebody answers for it in person."),
    "referral_missing": _("Say to whom the user was referred."),
    "residual_missing": _("Describe what is left."),
    "transfer_to_same": _("%(department)s has it already."),
    "transfer_of_crew_order": _(
        "This order belongs to an outage. Take it back and order another crew out instead."
    ),
    "order_not_at_work": _("Order %(order)s stands elsewhere: this cannot be done now."),
    "extension_pending": _("More time is asked already: the leader decides first."),
    "extension_no_limit": _("No such limit runs: there is nothing to extend."),
    "extension_too_short": _("Ask for a time after the limit, and after now."),
    "extension_decided": _("This request is decided already."),
    "extension_own": _("Somebody else decides on what you asked for."),
    "extension_other_department": _("Only the leader of %(department)s decides on this."),
    "escalated_already": _("Supervision has it before them already."),
    "escalation_resolved": _("This is answered already."),
    "callback_pending": _("A call-back is owed first: %(waiting)s."),
    "follow_up_open": _("Order %(order)s still visits the user: it is closed first."),
    "visit_missing": _("The user was dissatisfied: record first that somebody met them."),
    # messages
    "notice_nothing_withheld": _("Nothing of this outage waits to be said any more."),
    "notice_undecided_changed": _(
        "%(counted)s messages are undecided by now, not %(seen)s: look at them anew."
    ),
    "notice_nothing_failed": _("Nothing that failed may be sent again: look at the notice anew."),
    "notice_nothing_waits": _("Nothing waits for quiet hours to end any more."),
    "opt_out_no_address": _("There is no address on this channel to note it for."),
    "opt_out_as_it_is": _("It is noted so already."),
    # call-backs
    "callback_not_to_call": _("Nobody waits for this call any more."),
    "callback_not_visited": _("A visit is recorded while its order is out."),
    "callback_over": _("This call-back is over."),
    "callback_unanswered_question": _("All five questions are answered, or the user declined."),
    "callback_of_protected": _("Who told us is protected: whoever took the report calls."),
    "callback_of_other_department": _("This is with %(department)s."),
    "callback_has_order": _("Order %(order)s is out for it already."),
    "reply_read": _("This reply was read already."),
    "rectification_done": _("This is put right already."),
    "rectification_in_the_past": _("Give a day that is still to come."),
    "call_made": _("This call is on record already."),
    "contact_hidden": _("Who told us is protected."),
    "triage_needs_order": _("A fault that may be ours ends in an order, not in words alone."),
    "triage_reason_missing": _("Say why it differs from the side of the meter."),
    "mark_of_protected": _("Only whoever took %(report)s first lifts its protection."),
    "liaison_exists": _("%(department)s has a liaison: retire that one first."),
    "hours_incomplete": _("Give both hours, or none."),
    "liaison_has_hours": _("A liaison answers around the clock: leave the hours out."),
    "acceptor_retired": _("%(name)s is off the register already."),
    # reports
    "place_missing": _("A fault of the network needs its place: pick it on the map."),
    "place_not_on_earth": _("This is no place on Earth. Click on the map again."),
    "pipe_unknown": _("There is no such pipe in the network: %(pipe)s"),
    "merge_with_itself": _("A report cannot be merged into itself."),
    "merge_into_duplicate": _("%(into)s is a duplicate itself: merge into %(original)s."),
    "merge_into_answered": _("%(into)s is answered or invalid: take it up again first."),
    "merge_has_outage": _("%(report)s has an outage of its own already."),
    "merge_has_duplicates": _("%(report)s has duplicates of its own: merge the other way round."),
    "reopen_duplicate": _("%(report)s is a duplicate: take it out of its group instead."),
    # other systems
    "intake_name_taken": _("There is a system of this name already: %(name)s."),
    "intake_retired": _("The token of %(name)s is out of use already."),
    "intake_scope": _("The token of this system does not open this."),
    "intake_channel": _("This system may not name this channel."),
    "intake_key_reused": _("Under this key something else was sent: %(key)s."),
    "intake_too_many": _("More than %(most)s requests in a minute: try again later."),
    # policy and limits
    "policy_unknown": _("There is no such rule: %(key)s"),
    "policy_in_the_past": _("A rule changes from now on, never in the past."),
    "policy_without_source": _("Name the source: the resolution or regulation that says so."),
    **{code: VALUE_WORDS[code] for code in VALUE_WORDS},
    "calendar_without_source": _("Name the source of %(day)s."),
    "calendar_day_named_twice": _("%(day)s is named twice."),
    "deadline_over": _("This limit does not run any more."),
    "deadline_not_later": _("More time ends later than the limit does now."),
    "alert_not_yours": _("This alert is for others."),
    # notices
    "notice_no_draft": _("This notice is out already: draft a new one to say something new."),
    "notice_has_newer": _("There is a newer version of this notice: publish that one."),
    "notice_not_now": _("This notice cannot go out now: the outage is at: %(status)s."),
    "notice_count_changed": _(
        "The audience has changed (seen %(seen)s, now %(counted)s): look again, then publish."
    ),
    "notice_needs_second": _(
        "It goes to %(customers)s customers: a second person has to approve it first."
    ),
    "notice_needs_other": _("You approved it yourself: somebody else has to publish it."),
    "message_empty": _("There is nothing to send, or nobody to send it to."),
    # by hand
    # channels
    "no_gateway": _("This channel is not set up."),
    "test_address": _("This is no address for this channel."),
    "webhook_address": _("Events cannot go to this address: %(why)s."),
    "webhook_name_taken": _("There is a program of this name already."),
    "notice_field_missing": _("The notice lacks: %(field)s. Fill it in first."),
    "audience_without_area": _("The outage has no area: nobody can be told."),
    "audience_differs": _(
        "The outage counts %(counted)s customers, its plan %(planned)s: nobody is told."
    ),
}
# What a notice may lack, by the names of `services.wording.NoticeFields`.
NOTICE_FIELDS: Final[dict[str, str | Promise]] = {
    "area_zh": _("place (Chinese)"),
    "area_en": _("place (English)"),
    "hotline": _("hotline"),
    "cause": _("cause"),
    "supply": _("kind of interruption"),
    "start": _("beginning"),
    "end": _("end"),
    "estimated_restoration": _("when water is back"),
    "restored": _("when water came back"),
}


def in_words(refused: Refused) -> str:
    """Say what was refused and what to do now, in the active language."""
    return words_of(refused.code, refused.facts)


def words_of(code: str, facts: Mapping[str, Any]) -> str:
    """Word a refusal from its code and facts, as kept in an event; "" for a code of no use."""
    text = WORDS.get(code)
    if text is None:
        return ""
    try:
        return str(text) % {name: _fact(name, value) for name, value in facts.items()}
    except KeyError:  # an event of an older release lacks a fact
        return gettext("This cannot be done now.")


def _fact(name: str, value: object) -> str:
    """Word a fact: states and fields by their names on the screen, the rest as it is."""
    if name == "field":
        return str(NOTICE_FIELDS.get(str(value), value))
    if name == "items":
        return gettext(", ").join(str(ITEMS.get(item, item)) for item in str(value).split(", "))
    if name == "owner":
        return owner_name(str(value))
    if name == "task":
        return task_name(str(value))
    if name in ("status", "current"):
        return state_words(str(value))
    return str(value)


def state_words(state: str) -> str:
    """Name a state of a report, a plan, an outage or another record as its screen does."""
    for chips in (OUTAGE_CHIPS, PLAN_CHIPS, REPORT_CHIPS):
        if state in chips:
            return str(chips[state][1])
    return str(_OTHER_STATES.get(state, gettext("otherwise by now")))


_OTHER_STATES: Final[dict[str, str | Promise]] = {
    **ORDER_STATUSES,
    # steps and messages
    "pending": _("waiting"),
    "done": _("done"),
    "failed": _("failed"),
    "left_closed": _("left closed"),
    "not_needed": _("not needed"),
    "required": _("required"),
    "applied": _("applied for"),
    "rejected": _("rejected"),
    "requested": _("asked for"),
    "sending": _("being sent"),
    "unknown": _("unknown"),
}
