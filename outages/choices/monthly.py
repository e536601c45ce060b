"""The monthly report: its parts, and how an action of it ends."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MonthlySection(TextChoices):
    """The three parts of the monthly report that people comment on (RPT-01)."""

    COMPLAINTS = "complaints", _("Complaints handled")
    CALL_BACKS = "call_backs", _("Call-backs")
    ANALYSIS = "analysis", _("Analysis")


class ActionResult(TextChoices):
    """How an action of the monthly report ended."""

    DONE = "done", _("done")
    DROPPED = "dropped", _("given up")
