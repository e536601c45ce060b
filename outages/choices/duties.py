"""Duties of an outage: what each tells, how its call ended."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CallResult(TextChoices):
    """How a telephone call of the duty list ended."""

    REACHED = "reached", _("reached")
    NO_ANSWER = "no_answer", _("no answer")
    WRONG_NUMBER = "wrong_number", _("wrong number")


class DutyAbout(TextChoices):
    """What a duty tells: the outage itself, or news of it on the channels that were used."""

    FIRST = "first", _("the outage")
    UPDATE = "update", _("a change")
    CORRECTION = "correction", _("water stays on after all")
    ALL_CLEAR = "all_clear", _("water is back")
    CANCELLATION = "cancellation", pgettext_lazy("outage", "called off")
