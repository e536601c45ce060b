"""Shifts in words: gates, refusals, what is handed over, what the log notes by itself."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outages.choices import HandoverKind

# Gate -> what must be so, and what to do about it.
GATES: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "gate_unreviewed": (
        _("Orders of the shift before looked through"),
        _("Look at each one, urge who is late, then confirm."),
    ),
    "gate_unpublished": (
        _("Every outage that can be published is published"),
        _("It may not be left to the next shift: publish it first."),
    ),
    "gate_untold": (
        _("Every open matter told to the next shift"),
        _("Go through the list and tick off what was explained."),
    ),
}
SHIFT_REFUSALS: Final[dict[str, str | Promise]] = {
    "shift_open_already": _("A shift is on duty: take it over instead."),
    "shift_closed": _("This shift is closed."),
    "not_shift_leader": _("The leader of the shift signs: %(leader)s."),
    "same_signer": _("Two people sign: the leader who goes and the leader who comes."),
    "given_first": _("%(leader)s signs first."),
    "handover_signed": _("It is signed already."),
    "gate_unreviewed": _("The orders of the shift before were not looked through: %(of)s"),
    "gate_unpublished": _("Not published yet: %(of)s. It may not be left to the next shift."),
    "gate_untold": _("%(count)s open matters were not told yet: %(of)s"),
    "self_check_done": _("The self-check is on record already."),
    "shift_pattern_unknown": _("There is no such pattern of shifts."),
    "shift_times_past": _("Hours change from now on, never in the past."),
    "shift_times_twice": _("Two shifts cannot begin at the same time."),
    "duty_overlaps": _("%(crew)s is on the roster for some of that time already."),
    "duty_no_time": _("The end must come after the start."),
    "duty_voided": _("It was taken off the roster already."),
    "duty_over": _("This duty is over: it stays on record."),
}
SHIFT_VERBS: Final[dict[str, tuple[str, str | Promise]]] = {
    "shift_opened": ("ok", _("Shift on duty")),
    "leader_changed": ("warn", _("Another leads the shift")),
    "previous_reviewed": ("ok", _("Orders of the shift before looked through: %(orders)s")),
    "handover_begun": ("busy", _("Hand-over begun, %(items)s open matters")),
    "handover_given": ("ok", _("Signed by the leader who goes")),
    "shift_closed": ("ok", _("Signed by the leader who comes, shift closed")),
    "close_refused": ("danger", _("Closing the shift was refused")),
    "self_check_asked": ("warn", _("Nobody has called: self-check asked")),
    "self_check_done": ("busy", _("Self-check of the telephone: %(new)s")),
    "shift_times_set": ("planned", _("Hours of the shifts set")),
    "crew_duty_entered": ("planned", _("Put on the roster: %(crew)s")),
    "crew_duty_voided": ("warn", _("Taken off the roster: %(crew)s")),
}
ITEM_TONES: Final[dict[str, str]] = {
    HandoverKind.OUTAGE: "danger",
    HandoverKind.NOTICE: "danger",
    HandoverKind.CALL: "warn",
    HandoverKind.CALL_BACK: "warn",
    HandoverKind.ORDER: "busy",
}
SHIFT_ALERTS: Final[dict[str, tuple[str, str | Promise]]] = {
    "self_check_due": ("warn", _("Nobody has called for a while: check the telephone")),
    "call_system_fault": ("danger", _("The telephone system does not work")),
    "important_logged": ("warn", _("Something important stands in the duty log")),
    "handover_discrepancy": ("warn", _("Something was not as it should be at the hand-over")),
    "roster_gap": ("danger", _("No crew is on duty from %(since)s to %(until)s")),
}
