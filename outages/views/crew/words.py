"""What the crew's pages and their script say."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from network.words import local
from outages.choices import CannotReason
from outages.services.field.photos import MAX_BYTES, MOST_PER_STEP
from outages.views.crew.orders import Situation
from outages.views.words.refusals import STEP_WORDS

# Short: they stand on buttons that are pressed with gloves.
CANNOT_WORDS: Final[dict[str, str | Promise]] = {
    CannotReason.SEIZED: _("Seized"),
    CannotReason.SPINDLE_SLIPS: _("Spindle slips"),
    CannotReason.NOT_FOUND: _("Chamber not found"),
    CannotReason.BLOCKED: _("Blocked"),
    CannotReason.PASSES_WATER: _("Passes water"),
}


def refusal_text(code: str) -> str:
    """Say why a step was not taken, in the crew's words."""
    return str(STEP_WORDS.get(code, _("Not saved. What you typed is still here. Try again.")))


def photo_words() -> str:
    """Say which photos are taken."""
    return gettext(
        "The photo was not taken: JPEG, PNG or WebP up to %(size)d MB, %(most)d a step."
    ) % {
        "size": MAX_BYTES // 1024 // 1024,
        "most": MOST_PER_STEP,
    }


def order_title(found: Situation) -> str:
    """Say where and what: 解放路 128 号 爆管."""
    outage, report = found.order.outage, found.report
    if outage is None:
        category = found.order.category
        named = local(category.name, category.name_en)
        return f"{report.address if report else ''} {named}".strip()
    place = (report.address if report else "") or local(outage.place, outage.place_en)
    what = report.get_kind_display() if report else outage.get_cause_display()
    return f"{place} {what}".strip()


def script_words() -> dict[str, str]:
    """Return what the crew's script says; `{name}` is filled in there."""
    return {
        "closed": gettext("closed"),
        "opened": gettext("opened"),
        "cannot": gettext("cannot"),
        "turns": gettext("{n} turns"),
        "to_send": gettext("to send"),
        "undo": gettext("Undo"),
        "offline": gettext("No signal, carry on"),
        "offline_none": gettext("Everything is sent. The plan works without signal."),
        "waiting_one": gettext("1 action is saved in the phone and will send by itself"),
        "waiting": gettext("{n} actions are saved in the phone and will send by themselves"),
        "sending": gettext("Sending {n}"),
        "refused": gettext("{valve} was not taken: {why}"),
        "not_yours": gettext("This order is another crew's by now. Tell the dispatcher."),
        "forget": gettext("Understood, remove it"),
        "signed_out": gettext("You are signed out. Sign in again; nothing is lost."),
        "sign_in": gettext("Sign in"),
        "counts_close": gettext("{done} closed, {left} to go"),
        "counts_open": gettext("{done} opened, {left} to go"),
        "all_told": gettext("All steps are told. When there is signal, the next part follows."),
        "photo_failed": gettext("The photo of {valve} was not taken: {why}"),
        "metres": gettext("{n} m"),
        "as_of_now": gettext("Plan as of {at}, just now."),
        "as_of_minutes": gettext("Plan as of {at}, {minutes} min ago; not updated since."),
        "as_of_hours": gettext("Plan as of {at}, {hours} h {minutes} min ago; not updated since."),
    }
