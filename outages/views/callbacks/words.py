"""Call-backs in words: where one stands, what is read out, what an alert or an event says."""

from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from network.words import local
from outages.models import CallBack
from outages.models.callbacks.asking import CallBackTurn
from outages.policy.callbacks import CallBackStatus
from outages.views.words.wording import Chip

CALLBACK_CHIPS: Final[dict[str, Chip]] = {
    CallBackStatus.SENT: ("planned", _("SMS out")),
    CallBackStatus.TO_CALL: ("warn", _("To be called")),
    CallBackStatus.TO_SOLVE: ("danger", _("To be visited")),
    CallBackStatus.SATISFIED: ("ok", _("Satisfied")),
    CallBackStatus.UNANSWERED: ("draft", _("No reply")),
    CallBackStatus.NOT_REACHED: ("draft", _("Not reached")),
    CallBackStatus.DECLINED: ("draft", _("Did not want to answer")),
    CallBackStatus.UNSATISFIED: ("danger", _("Ended, dissatisfied")),
    CallBackStatus.NO_CONTACT: ("draft", _("No number left")),
}
CALLBACK_ALERTS: Final[dict[str, tuple[str, str | Promise]]] = {
    "callback_dissatisfied": ("danger", _("The user of %(order)s is dissatisfied: call them")),
    "follow_up_waits": ("danger", _("The visit %(order)s could not be ordered: see to it")),
    "rectification_ordered": ("danger", _("Put right by %(due)s what %(order)s showed")),
    "rectified": ("ok", _("What %(order)s showed is put right")),
}
CALLBACK_VERBS: Final[dict[str, tuple[str, str | Promise]]] = {
    "callback_drawn": ("planned", _("Call-back drawn")),
    "callback_status": ("busy", _("Call-back: %(new)s")),
    "callback_tried": ("busy", _("User asked")),
    "callback_rated": ("busy", _("The user rated the work by the link: %(new)s")),
    "callback_reply": ("busy", _("The user replied by SMS: %(new)s")),
    "follow_up_refused": ("danger", _("The visit could not be ordered")),
    "improvement_noted": ("ok", _("The department wrote down what it does better")),
    "rectification_ordered": ("warn", _("Supervision told the department to put it right")),
    "rectified": ("ok", _("Put right")),
}
QUESTION_NAMES: Final[dict[str, str | Promise]] = {
    "quality": _("Quality of the service"),
    "attitude": _("Attitude"),
    "engineering": _("Quality of the work"),
    "timeliness": _("Time it took"),
    "overall": _("All in all"),
}
_REASONS: Final[dict[str, str | Promise]] = {
    CallBackTurn.NO_MOBILE: pgettext_lazy("call-back", "The number takes no SMS."),
    CallBackTurn.NOT_DELIVERED: pgettext_lazy("call-back", "The SMS did not arrive."),
    CallBackTurn.DISSATISFIED: _("Dissatisfied, by SMS or link: ask what is wrong."),
    CallBackTurn.NO_REPLY: pgettext_lazy("call-back", "No reply to the SMS."),
    CallBackTurn.AFTER_VISIT: _("Somebody was there: ask whether it is solved."),
    CallBackTurn.OPTED_OUT: pgettext_lazy("call-back", "The user wants no SMS."),
    CallBackTurn.USER_CALLED: _("The user called before the SMS went out."),
}


def chip_of(callback: CallBack) -> Chip:
    """Name where a call-back stands; solved after all is a word of its own."""
    if callback.solved_at is not None and callback.status == CallBackStatus.SATISFIED:
        return ("ok", gettext("Solved"))
    return CALLBACK_CHIPS[callback.status]


def why_called(callback: CallBack) -> str:
    """Say why somebody telephones."""
    if callback.status == CallBackStatus.SENT:
        return gettext("The SMS is not out yet. If the user calls, ask now: the SMS is taken back.")
    if callback.turned:
        return str(_REASONS[callback.turned])
    if callback.is_complaint:
        return gettext("A complaint: always by telephone.")
    return gettext("Drawn for the telephone.")


def script_of(callback: CallBack, *, name: str) -> list[str]:
    """Return what the agent reads out, line by line; `name` as far as the reader may know it."""
    facts: dict[str, Any] = {
        "name": name,
        "date": f"{timezone.localtime(callback.report.received_at):%m-%d}",
        "about": local(callback.order.category.name, callback.order.category.name_en),
    }
    greeting = (
        gettext("Good day %(name)s, this is the water supply hotline.")
        if name
        else gettext("Good day, this is the water supply hotline.")
    )
    return [greeting % facts, _reason_to_call(callback) % facts, gettext("May I ask five things?")]


def _reason_to_call(callback: CallBack) -> str:
    if callback.turned == CallBackTurn.AFTER_VISIT:
        return gettext("We were with you again about %(about)s. Is it solved now?")
    if callback.turned == CallBackTurn.DISSATISFIED:
        return gettext("You answered that you are not satisfied with %(about)s. We are sorry.")
    return gettext("On %(date)s you told us about %(about)s; we have dealt with it.")
