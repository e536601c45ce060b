"""Call-backs on pages: where one stands, what somebody was unhappy with, rates as lines."""

from django import template
from django.utils.translation import gettext

from outages.models import CallBack, CallBackTry
from outages.models.callbacks.asking import QUESTIONS, Verdict
from outages.views.callbacks.rate_tables import lines_of_rates
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


register.filter("lines_of_rates", lines_of_rates)
