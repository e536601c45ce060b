"""Call-backs on pages: where one stands, what somebody was unhappy with, rates as lines."""

from typing import Any

from django import template
from django.utils.translation import gettext, pgettext

from outages.models import CallBack, CallBackTry
from outages.models.callbacks import QUESTIONS, CallBackChannel, Verdict
from outages.selectors.callbacks import DepartmentRates
from outages.views.callbacks.words import QUESTION_NAMES, chip_of
from outages.views.words.wording import Chip

register = template.Library()


@register.simple_tag
def callback_chip(callback: CallBack) -> Chip:
    """Return tone and word of a call-back."""
    return chip_of(callback)


@register.simple_tag
def unhappy_with(said: CallBackTry) -> str:
    """Name the questions that a user was dissatisfied with, "" for none."""
    wrong = [name for name in QUESTIONS if getattr(said, name) == Verdict.UNSATISFIED]
    return gettext(", ").join(str(QUESTION_NAMES[name]) for name in wrong)


@register.simple_tag
def percent(share: float | None) -> str:
    """Write a share with one decimal, a dash where there is nothing to count."""
    return "—" if share is None else f"{share:.1f} %"


@register.filter
def lines_of_rates(rates: DepartmentRates) -> list[dict[str, Any]]:
    """Return a department's rates channel by channel, then complaints, then all of them."""
    labels = dict(CallBackChannel.choices)
    lines = [
        {"name": labels[channel], "counts": counts}
        for channel, counts in sorted(rates.by_channel.items())
    ]
    if rates.complaints.drawn:
        lines.append(
            {"name": pgettext("call-backs", "of them complaints"), "counts": rates.complaints}
        )
    if len(rates.by_channel) > 1:
        lines.append({"name": pgettext("call-backs", "all"), "counts": rates.total})
    return lines
