"""Why a duty, a paper or a message was refused, in words (see `refusals`)."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DUTY_WORDS: Final[dict[str, str | Promise]] = {
    # gates
    "sheet_required": _("First the outage sheet is handed over: %(owner)s must act."),
    "leader_required": _("First the company leader approves the plan."),
    "permit_required": _(
        "First the permit is granted: %(persons)s people lose water. %(owner)s must act."
    ),
    "duty_required": _("Something must be done first: %(owner)s must act."),
    # duties
    "duty_of_other": _("This is for others to do: %(owner)s."),
    "duty_by_record": _("%(task)s: its own record does this, not a tick."),
    "duty_lacks_evidence": _("%(task)s: say what shows that it was done."),
    "duty_before_notice": _("Nobody outside is told yet: sheet, leader and permit come first."),
    "duty_is_no_call": _("%(task)s: this is not a call."),
    "duty_listed": _("This is in the list already."),
    "duty_not_asked": _("This cannot be asked for here, or the outage is over."),
    "duty_no_address": _("This is no web address: %(task)s."),
    "plant_unknown": _("Not in the network: %(sources)s."),
    "plant_without_outlet": _("No pipe leaves %(sources)s: nobody can lose water by it."),
    # the sheet
    "sheet_incomplete": _("The sheet lacks: %(items)s. Fill it in, then hand it over."),
    "sheet_without_plan": _("Confirm the impact first: the sheet is made from the plan."),
    # permit and leader
    "permit_not_needed": _("No permit is required here."),
    "permit_without_number": _("An approved permit has a number: type it in."),
    "permit_document_unreadable": _("This file is no whole document. Take a PDF or a photo."),
    "permit_document_too_large": _("This file is too large: at most %(limit_mb)s MB."),
    "permit_document_active": _("This PDF can run something: print it to a new one."),
    "approval_outdated": _("There is a newer sheet: look at that one."),
    # exchange, water, severity
    "exchange_incomplete": _("The message lacks: %(items)s. Fill it in, then send it."),
    "supply_no_proposal": _("No place can be proposed on this plan: set one by hand."),
    "supply_decided": _("This place was decided on already."),
    "supply_outage_over": _("The outage is over: nobody needs water brought any more."),
    "severity_outage_over": _("The outage is over: its severity changes no more."),
}
